"""Where everything is in a published repository, and reading from it.

metadata/N.root.json ...                every root, from the first
metadata/N.targets.json, N.snapshot.json   what timestamp.json leads to
metadata/timestamp.json                 the pointer: replaced last
targets/<folder>/<sha256>.<file>        each target under its hash, so that two states can lie side by side
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from leaderboard.base import files
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.release.trust import metadata
from leaderboard.release.trust.contents import Entry
from leaderboard.release.trust.metadata import Document

TIMESTAMP = "metadata/timestamp.json"
MAX_METADATA = 16 * 1024 * 1024
T = TypeVar("T")
D = TypeVar("D", bound=Document)


class State(NamedTuple):
    """The signed files that make up one state of a repository."""

    roots: tuple[bytes, ...]
    """In order of version, up to the one in force."""
    targets: bytes
    snapshot: bytes
    timestamp: bytes
    first: int = 1
    """Version of the first of the roots: a reader fetches none that is older than the one it trusts."""


def versioned(role: str, version: int) -> str:
    """Returns the path of a metadata file, relative to the repository."""
    return f"metadata/{version}.{role}.json"


def placed(name: str, sha256: str) -> str:
    """Returns the path of a target, relative to the repository."""
    folder, _, file = name.rpartition("/")
    return "/".join(part for part in ("targets", folder, f"{sha256}.{file}") if part)


def read_metadata(folder: Path, path: str) -> bytes:
    """Returns a metadata file of a repository; Refused E_MISSING where there is none."""
    try:
        return files.read(folder / path, MAX_METADATA)
    except FileNotFoundError:
        raise refuse("E_MISSING", path) from None
    except Refused as refused:
        raise refuse(refused.findings[0].code, path) from None


def read_state(folder: Path) -> State | None:
    """Returns the state that a repository is in, unverified, or None where nothing has been published yet. Refused
    E_MISSING, E_METADATA, E_CANON or E_VERSION, with its path, where a file of it is missing, not of its form or not of
    the version that is named."""
    if not (folder / TIMESTAMP).exists():
        return None
    timestamp = read_metadata(folder, TIMESTAMP)
    version = at(TIMESTAMP, metadata.read_timestamp, timestamp).signed.snapshot_meta.version
    snapshot = read_metadata(folder, versioned("snapshot", version))
    version = _of_version("snapshot", version, metadata.read_snapshot, snapshot).signed.meta["targets.json"].version
    targets = read_metadata(folder, versioned("targets", version))
    _of_version("targets", version, metadata.read_targets, targets)
    return State(tuple(_roots(folder)), targets, snapshot, timestamp)


def require_state(folder: Path) -> State:
    """Returns the state of a repository as `read_state` does; Refused E_MISSING where there is none."""
    state = read_state(folder)
    if state is None:
        raise refuse("E_MISSING", TIMESTAMP)
    return state


def _of_version(role: str, version: int, read: Callable[[bytes], D], data: bytes) -> D:
    document = at(versioned(role, version), read, data)
    if document.signed.version != version:
        raise refuse("E_VERSION", versioned(role, version))
    return document


def _roots(folder: Path) -> Iterator[bytes]:
    names = (path.name.partition(".") for path in (folder / "metadata").glob("*.root.json"))
    versions = [int(number) for number, _, rest in names if number.isdecimal() and rest == "root.json"]
    for version in range(1, max(versions, default=1) + 1):
        data = read_metadata(folder, versioned("root", version))
        at(versioned("root", version), metadata.read_root, data)
        yield data


def at(path: str, read: Callable[[bytes], T], data: bytes) -> T:
    """Returns what `read` makes of the bytes of a file; its findings get the file's path."""
    try:
        return read(data)
    except Refused as refused:
        raise Refused(within(path, refused.findings)) from None


def within(path: str, findings: Iterable[Finding]) -> list[Finding]:
    """Returns findings about the inside of a file, with the file's path before each position."""
    return [Finding(finding.code, f"{path} {finding.place}") for finding in findings]


def paths(state: State) -> Iterator[str]:
    """Returns the path of every file that a state leads to, relative to the repository."""
    yield from (versioned("root", version) for version in range(1, len(state.roots) + 1))
    yield versioned("targets", metadata.read_targets(state.targets).signed.version)
    yield versioned("snapshot", metadata.read_snapshot(state.snapshot).signed.version)
    yield TIMESTAMP
    for name, entry in metadata.entries(state.targets).items():
        yield placed(name, entry.hashes.sha256)


def check_target(name: str, path: Path, entry: Entry) -> list[Finding]:
    """Returns E_MISSING, E_SIZE or E_DIGEST where a file is missing, not of the signed length or not of the signed
    hash. Reading stops soon after the signed length."""
    digest, length = hashlib.sha256(), 0
    try:
        for piece in files.chunks(path):
            digest.update(piece)
            length += len(piece)
            if length > entry.length:
                break
    except FileNotFoundError:
        return [Finding("E_MISSING", f"targets/{name}")]
    except Refused as refused:
        return [Finding(fault.code, f"targets/{name}") for fault in refused.findings]
    if length != entry.length:
        return [Finding("E_SIZE", f"targets/{name}")]
    return [] if digest.hexdigest() == entry.hashes.sha256 else [Finding("E_DIGEST", f"targets/{name}")]
