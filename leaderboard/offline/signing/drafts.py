"""A draft: the next state of a repository, in a folder that travels to every key that has to sign it.

release.draft    JSON: new metadata, the state that it continues from, and name, size and sha256 of each new file
files/<sha256>   the new files

So a machine without a network can show what a draft changes, and sign it. What is signed does not depend on who has
signed already: copies can be signed one after the other or at once, and combined.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Raw, Struct

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.signing.signers import Signer
from leaderboard.release.trust import contents, inspection, layout, metadata, strict
from leaderboard.release.trust.contents import MAX_TARGET, Entry
from leaderboard.release.trust.libraries import Key, Metadata, Root
from leaderboard.release.trust.metadata import Document
from leaderboard.release.trust.roles import holders_of
from leaderboard.release.trust.strict import Hex64

FILE = "release.draft"
"""The file of a draft in its folder."""
FILES = "files"
"""The folder of its new files, beside it."""
MAX_DRAFT = 64 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024
"""Of all new files together."""


class Base(Struct, frozen=True):
    """The state that a draft continues from; all empty for a first one."""

    roots: tuple[bytes, ...]
    targets: bytes
    timestamp: bytes

    @property
    def root(self) -> bytes:
        """The root in force before."""
        return self.roots[-1] if self.roots else b""


class Draft(Struct, frozen=True):
    """The next state, with the signatures that it has so far."""

    base: Base
    roots: tuple[bytes, ...]
    """New roots in order: none, one, or two where a passage between old and new keys is needed."""
    targets: bytes | None
    """None where the targets stay as they are."""
    snapshot: bytes
    timestamp: bytes
    files: dict[str, bytes]
    """New targets by name."""


class Page(NamedTuple):
    """One document of a draft that needs signatures, and the roots that say whose. Each root must be satisfied: a new
    root is signed by the keys of the root before and by its own."""

    role: str
    version: int
    document: Document
    by: tuple[Root, ...]

    @property
    def name(self) -> str:
        """Its name for people, such as `2.targets`."""
        return f"{self.version}.{self.role}"

    def missing(self) -> int:
        """Returns how many signatures are still needed at least."""
        signed = set(self.document.signatures)
        return max(
            0, *(root.roles[self.role].threshold - len(signed & set(root.roles[self.role].keyids)) for root in self.by)
        )

    def keys(self) -> dict[str, Key]:
        """Returns every key that may sign it."""
        return {key.keyid: key for root in self.by for key in holders_of(root, self.role).keys}


class Summary(NamedTuple):
    """What a draft changes, to be shown before it is signed. Names, numbers and key ids only."""

    release: int | None
    """The release that becomes current with it, if it brings one."""
    seq: int
    """Of the current release after it."""
    ledger_lines: int
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]
    roles: dict[str, tuple[int, tuple[str, ...]]]
    """Threshold and key ids of each role after it."""
    keys_added: tuple[str, ...]
    keys_removed: tuple[str, ...]
    expires: dict[str, datetime]
    signed: dict[str, tuple[tuple[str, ...], int]]
    """By document such as `2.targets`: who has signed, and how many signatures are missing."""


def final_root(draft: Draft) -> Metadata[Root]:
    """Returns the root that will be in force after a draft."""
    return metadata.read_root(draft.roots[-1] if draft.roots else draft.base.root)


def pages(draft: Draft) -> Iterator[Page]:
    """Returns the documents to be signed: new roots, then targets, snapshot and timestamp."""
    before = metadata.read_root(draft.base.root).signed if draft.base.root else None
    for data in draft.roots:
        document = metadata.read_root(data)
        yield _page(document, *([before] if before else []), document.signed)
        before = document.signed
    root = final_root(draft).signed
    if draft.targets is not None:
        yield _page(metadata.read_targets(draft.targets), root)
    yield _page(metadata.read_snapshot(draft.snapshot), root)
    yield _page(metadata.read_timestamp(draft.timestamp), root)


def _page(document: Document, *by: Root) -> Page:
    return Page(document.signed.type, document.signed.version, document, by)


def sign(draft: Draft, signer: Signer, trusted: bytes | None = None) -> Draft:
    """Returns the draft with a key's signature on every document that the key may sign. `trusted` is a root that the
    signer knows: with it, what the draft says of the state before is proved first. Refused E_KEY where the key may sign
    nothing, E_DRAFT where a file of the draft is not the one that its metadata name, else as by `check_base`."""
    if faults := [*check_files(draft), *(check_base(draft, trusted) if trusted else [])]:
        raise Refused(faults)
    signed = list(pages(draft))
    mine = [page for page in signed if page.keys().get(signer.public_key.keyid)]
    if not mine:
        raise refuse("E_KEY", "$.roles")
    for page in mine:
        page.document.sign(signer, append=True)
    return _assembled(draft, signed)


def check_base(draft: Draft, trusted: bytes) -> list[Finding]:
    """Returns a finding where the state that a draft claims to continue from is not one that a trusted root leads to:
    then what it shows as its changes means nothing. A first draft continues from nothing."""
    roots = draft.base.roots
    if not roots:
        return []
    by, targets = metadata.read_root(roots[-1]).signed, metadata.read_targets(draft.base.targets)
    return [
        *inspection.check_roots(roots, trusted),
        *metadata.check_signatures("targets", targets, by, inspection.known_keys(roots)),
    ]


def _assembled(draft: Draft, signed: Sequence[Page]) -> Draft:
    documents = [metadata.encode(page.document) for page in signed]
    count = len(draft.roots)
    return msgspec.structs.replace(
        draft,
        roots=tuple(documents[:count]),
        targets=None if draft.targets is None else documents[count],
        snapshot=documents[-2],
        timestamp=documents[-1],
    )


def combine(drafts: Sequence[Draft]) -> Draft:
    """Returns one draft with the signatures of copies that were signed apart; Refused E_DRAFT where they are not copies
    of one draft."""
    first, *others = ([*pages(draft)] for draft in drafts)
    for draft, other in zip(drafts[1:], others, strict=True):
        if (draft.base, draft.files) != (drafts[0].base, drafts[0].files) or _texts(other) != _texts(first):
            raise refuse("E_DRAFT", "$")
        for page, copy in zip(first, other, strict=True):
            page.document.signatures.update(copy.document.signatures)
    return _assembled(drafts[0], first)


def _texts(signed: Sequence[Page]) -> list[bytes]:
    return [page.document.signed_bytes for page in signed]


def check_files(draft: Draft) -> list[Finding]:
    """Returns a finding for each file of a draft that its metadata do not name, or name with another hash or length."""
    named = new_entries(draft)
    return [
        Finding("E_DRAFT", _position(name))
        for name, data in draft.files.items()
        if name not in named or (named[name].length, named[name].hashes.sha256) != (len(data), canonical.sha256(data))
    ]


def _position(name: str) -> str:
    return f"$.files.{name}" if contents.is_target(name) else "$.files"


def old_entries(draft: Draft) -> dict[str, Entry]:
    """Returns the targets before a draft."""
    return metadata.entries(draft.base.targets) if draft.base.targets else {}


def new_entries(draft: Draft) -> dict[str, Entry]:
    """Returns the targets after a draft."""
    return old_entries(draft) if draft.targets is None else metadata.entries(draft.targets)


def summarise(draft: Draft) -> Summary:
    """Returns what a draft changes."""
    old, new = old_entries(draft), new_entries(draft)
    before = set(metadata.read_root(draft.base.root).signed.keys) if draft.base.root else set()
    root, signed = final_root(draft).signed, list(pages(draft))
    current = contents.current_release(new)
    return Summary(
        release=current.number if current and current.name not in old else None,
        seq=current.seq if current else 0,
        ledger_lines=contents.ledger_head(new).lines,
        added=tuple(sorted(set(new) - set(old))),
        replaced=tuple(sorted(name for name in set(new) & set(old) if new[name] != old[name])),
        removed=tuple(sorted(set(old) - set(new))),
        roles={name: (role.threshold, tuple(role.keyids)) for name, role in root.roles.items()},
        keys_added=tuple(sorted(set(root.keys) - before)),
        keys_removed=tuple(sorted(before - set(root.keys))),
        expires={page.name: page.document.signed.expires for page in signed},
        signed={page.name: (tuple(page.document.signatures), page.missing()) for page in signed},
    )


# On the disk


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    length: Annotated[int, Meta(ge=0, le=MAX_TARGET)]
    sha256: Hex64


class _Base(Struct, frozen=True, forbid_unknown_fields=True):
    roots: tuple[Raw, ...]
    targets: Raw
    timestamp: Raw


class _Draft(Struct, frozen=True, forbid_unknown_fields=True):
    """`release.draft`. Metadata are canonical JSON, and stand in it as they are; null is none."""

    base: _Base
    files: dict[str, _File]
    format: Literal[2]
    roots: tuple[Raw, ...]
    snapshot: Raw
    targets: Raw
    timestamp: Raw


def write_file(path: Path, draft: Draft) -> None:
    """Writes a draft to a file, its new files first: whoever reads the file finds all of them. What a draft that was
    there before had of files is removed, unless another draft lies in the folder."""
    folder, hashes = path.with_name(FILES), {name: canonical.sha256(data) for name, data in draft.files.items()}
    for name, data in draft.files.items():
        _write_once(folder / hashes[name], data)
    if draft.files:
        durable.sync_folder(folder)  # for files of an earlier, interrupted attempt
    on_disk = _Draft(
        base=_Base(tuple(map(_raw, draft.base.roots)), _raw(draft.base.targets), _raw(draft.base.timestamp)),
        files={name: _File(len(data), hashes[name]) for name, data in draft.files.items()},
        format=2,
        roots=tuple(map(_raw, draft.roots)),
        snapshot=_raw(draft.snapshot),
        targets=_raw(draft.targets),
        timestamp=_raw(draft.timestamp),
    )
    durable.write(path, canonical.encode(on_disk))
    if [*path.parent.glob("*.draft")] == [path]:
        _sweep(folder, set(hashes.values()))


def _write_once(path: Path, data: bytes) -> None:
    try:
        if layout.read_bytes(path, len(data)) == data:
            durable.sync_file(path)
            return
    except (FileNotFoundError, Refused):
        pass
    durable.write(path, data)


def _sweep(folder: Path, needed: set[str]) -> None:
    with suppress(OSError):  # a file too many does no harm
        for file in folder.glob("*") if folder.is_dir() else ():
            if re.fullmatch(r"[0-9a-f]{64}", file.name) and file.name not in needed:
                file.unlink()


def read_file(path: Path) -> Draft:
    """Returns the draft in a file, with its new files from the folder beside it. Refused E_DRAFT or E_CANON where the
    file is not a draft, E_DRAFT where a new file is missing or is not the one that the draft names, E_SIZE where they
    are too many."""
    draft = strict.decode(layout.read_bytes(path, MAX_DRAFT), _Draft, "E_DRAFT", "$")
    if sum(file.length for file in draft.files.values()) > MAX_BYTES:
        raise refuse("E_SIZE", "$.files")
    base = Base(
        roots=tuple(map(bytes, draft.base.roots)),
        targets=_data(draft.base.targets) or b"",
        timestamp=_data(draft.base.timestamp) or b"",
    )
    return Draft(
        base=base,
        roots=tuple(map(bytes, draft.roots)),
        targets=_data(draft.targets),
        snapshot=bytes(draft.snapshot),
        timestamp=bytes(draft.timestamp),
        files={name: _read(path.with_name(FILES), name, file) for name, file in draft.files.items()},
    )


def _read(folder: Path, name: str, file: _File) -> bytes:
    try:
        data = layout.read_bytes(folder / file.sha256, file.length)
    except (FileNotFoundError, Refused):
        data = b""
    if (len(data), canonical.sha256(data)) != (file.length, file.sha256):
        raise refuse("E_DRAFT", _position(name), f"not in {FILES}/ beside the draft, or changed: copy the whole folder")
    return data


def _raw(data: bytes | None) -> Raw:
    return Raw(data or b"null")


def _data(raw: Raw) -> bytes | None:
    return None if bytes(raw) == b"null" else bytes(raw)
