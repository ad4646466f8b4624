"""A draft: the next state of a repository, before every key that has to sign it has signed.

What is signed does not depend on who has signed already: copies can be signed one after the other or at once, and
combined.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.signing.signers import Signer
from leaderboard.release.trust import contents, inspection, metadata
from leaderboard.release.trust.contents import Entry
from leaderboard.release.trust.libraries import Key, Metadata, Root
from leaderboard.release.trust.metadata import Document
from leaderboard.release.trust.roles import holders_of


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
        Finding("E_DRAFT", position_of(name))
        for name, data in draft.files.items()
        if name not in named or (named[name].length, named[name].hashes.sha256) != (len(data), canonical.sha256(data))
    ]


def position_of(name: str) -> str:
    """Returns where a finding about a file of a draft points to."""
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
