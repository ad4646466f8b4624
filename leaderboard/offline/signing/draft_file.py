"""A draft in a folder that travels to every key that has to sign it.

release.draft    JSON: new metadata, the state that it continues from, and name, size and sha256 of each new file
files/<sha256>   the new files

So a machine without a network can show what a draft changes, and sign it.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from leaderboard.base import canonical, durable, files
from leaderboard.base.findings import Refused, refuse
from leaderboard.offline.signing.drafts import Base, Draft, position_of
from leaderboard.release.trust import strict
from leaderboard.release.trust.contents import MAX_TARGET
from leaderboard.release.trust.strict import Hex64

NAME = "release.draft"
"""The file of a draft in its folder."""
FILES = "files"
"""The folder of its new files, beside it."""
MAX_DRAFT = 64 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024
"""Of all new files together."""


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


def write(path: Path, draft: Draft) -> None:
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
        if files.read(path, len(data)) == data:
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


def read(path: Path) -> Draft:
    """Returns the draft in a file, with its new files from the folder beside it. Refused E_DRAFT or E_CANON where the
    file is not a draft, E_DRAFT where a new file is missing or is not the one that the draft names, E_SIZE where they
    are too many."""
    draft = strict.decode(files.read(path, MAX_DRAFT), _Draft, "E_DRAFT", "$")
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
        files={name: _read_target(path.with_name(FILES), name, file) for name, file in draft.files.items()},
    )


def _read_target(folder: Path, name: str, file: _File) -> bytes:
    try:
        data = files.read(folder / file.sha256, file.length)
    except (FileNotFoundError, Refused):
        data = b""
    if (len(data), canonical.sha256(data)) != (file.length, file.sha256):
        raise refuse(
            "E_DRAFT", position_of(name), f"not in {FILES}/ beside the draft, or changed: copy the whole folder"
        )
    return data


def _raw(data: bytes | None) -> Raw:
    return Raw(data or b"null")


def _data(raw: Raw) -> bytes | None:
    return None if bytes(raw) == b"null" else bytes(raw)
