"""The rules for the signed files of a state, and a report on a whole repository in a folder.

`check_state` holds for the reader of the running site as well: python-tuf fetches for it and guards it against what
only a memory can show (rollback, freeze, data without end), and stops at the first fault; then the rules below run on
what was fetched. `inspect` has the files already and lists every fault of them. It also looks at what nothing depends
on: older releases, files that no signature leads to, and the definitions beside the repository.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from leaderboard.base.findings import Finding, Refused
from leaderboard.release.container import Contents
from leaderboard.release.trust import contents, layout, metadata, proof, states
from leaderboard.release.trust.contents import Entries
from leaderboard.release.trust.floor import FILES, Floor
from leaderboard.release.trust.layout import State
from leaderboard.release.trust.libraries import Key, Root
from leaderboard.release.trust.proof import NOTHING, Proof
from leaderboard.release.trust.states import Good

Verdict = Literal["fresh", "expired", "rejected"]
TRIES = 8
LONGEST = timedelta(days=31)
"""A timestamp is signed for 30 days; the clocks of two machines may differ by a day."""


class Report(NamedTuple):
    """The result of an inspection. A finding F_UNNAMED (a file that no signature leads to) is a hint, not a fault."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    facts: Good | None = None
    """What was proved; of use only where the verdict is fresh or expired."""
    release: Contents | None = None
    """The current release, decoded."""


def inspect(
    folder: Path, root: bytes, *, now: datetime, floor: Floor | None = None, boards: Path | None = None
) -> Report:
    """Returns what can be proved of the repository in a folder by a trusted root. `boards` is the folder of definitions
    beside it, to be the same as the signed ones. Repeated while somebody publishes to the repository."""
    for _ in range(TRIES):
        before = _timestamp(folder)
        report = _inspect(folder, root, now, floor, boards)
        if report.verdict == "fresh" or _timestamp(folder) == before:
            break
    return report


def _timestamp(folder: Path) -> bytes | None:
    try:
        return layout.read_metadata(folder, layout.TIMESTAMP)
    except (OSError, Refused):
        return None


def _inspect(folder: Path, trusted: bytes, now: datetime, floor: Floor | None, boards: Path | None) -> Report:
    try:
        state = layout.require_state(folder)
    except Refused as refused:
        return Report("rejected", refused.findings)
    good = states.describe(state)
    paths = {name: folder / layout.placed(name, entry.hashes.sha256) for name, entry in good.entries.items()}
    findings = check_state(state, trusted, now, floor)
    findings += [fault for name, path in paths.items() for fault in layout.check_target(name, path, good.entries[name])]
    proved = Proof([], None)
    if all(finding.code == "E_EXPIRED" for finding in findings):
        root = metadata.read_root(state.roots[-1]).signed
        known = floor.known if floor else NOTHING
        proved = proof.prove(good.entries, lambda name: paths[name].read_bytes(), root, known)
    findings += [*proved.findings, *_unnamed(folder, state)]
    findings += check_boards(boards, good.entries) if boards and good.entries else []
    return Report(_verdict(findings), tuple(findings), good, proved.release)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    faults = {finding.code for finding in findings if finding.code.startswith("E_")}
    return "fresh" if not faults else "expired" if faults == {"E_EXPIRED"} else "rejected"


# The signed files of a state


def check_state(state: State, trusted: bytes, now: datetime, floor: Floor | None = None) -> list[Finding]:
    """Returns every fault of the signed files of a state: E_ROOT, E_SIGNATURE, E_VERSION, E_EXPIRED, E_VALIDITY,
    E_FLOOR. Refused where one of them is not of its form."""
    root = metadata.read_root(state.roots[-1]).signed
    return [
        *check_roots(state.roots, trusted, state.first),
        *_check_documents(state, root, now),
        *_check_validity(state, now, floor),
        *_check_versions(state, floor, root),
        *(_check_floor(state, floor) if floor and state.first == 1 else []),
    ]


def check_roots(roots: Sequence[bytes], trusted: bytes, first: int = 1) -> list[Finding]:
    """Returns every fault of a chain of roots from a version on: E_ROOT where the trusted one is not in it, E_VERSION
    where a number is left out, E_SIGNATURE where a root is not signed by the one before and by itself (TUF 5.3)."""
    version = metadata.read_root(trusted).signed.version
    faults = []
    if tuple(roots[version - first : version - first + 1]) != (trusted,):
        faults.append(Finding("E_ROOT", layout.versioned("root", version)))
    documents = [metadata.read_root(data) for data in roots]
    before = documents[0].signed
    for number, document in enumerate(documents, start=first):
        itself, path = document.signed, layout.versioned("root", number)
        if itself.version != number:
            faults.append(Finding("E_VERSION", path))
        for by in (before, itself):
            faults += layout.within(
                path, metadata.check_signatures("root", document, by, {**before.keys, **itself.keys})
            )
        before = itself
    return faults


def known_keys(roots: Sequence[bytes]) -> dict[str, Key]:
    """Returns every key that any of the roots names, by its id."""
    return {keyid: key for data in roots for keyid, key in metadata.read_root(data).signed.keys.items()}


def _check_documents(state: State, root: Root, now: datetime) -> Iterator[Finding]:
    known = known_keys(state.roots)
    if root.is_expired(now):
        yield Finding("E_EXPIRED", layout.versioned("root", root.version))
    for role, path in _paths(state).items():
        document = metadata.READ[role](getattr(state, role))
        faults = metadata.check_signatures(role, document, root, known, complete=state.first == 1)
        yield from layout.within(path, faults)
        if document.signed.is_expired(now):
            yield Finding("E_EXPIRED", path)


def _check_validity(state: State, now: datetime, floor: Floor | None) -> Iterator[Finding]:
    """A thief of the release key could sign a timestamp for a hundred years and so hold back every later release. An
    embedded release is signed for so long; it comes with the site, as its floor."""
    paths = _paths(state)
    for role in ("timestamp", "snapshot"):
        data = getattr(state, role)
        is_shipped = floor is not None and data == getattr(floor, role)
        if not is_shipped and metadata.READ[role](data).signed.expires > now + LONGEST:
            yield Finding("E_VALIDITY", paths[role])


def _paths(state: State) -> dict[str, str]:
    """The path of each document, which the one before it names."""
    snapshot = metadata.read_timestamp(state.timestamp).signed.snapshot_meta.version
    targets = metadata.read_snapshot(state.snapshot).signed.meta["targets.json"].version
    return {
        "timestamp": layout.TIMESTAMP,
        "snapshot": layout.versioned("snapshot", snapshot),
        "targets": layout.versioned("targets", targets),
    }


def _check_versions(state: State, floor: Floor | None, root: Root) -> Iterator[Finding]:
    needed = metadata.read_snapshot(state.snapshot).signed.meta["root.json"].version
    if root.version < needed:
        yield Finding("E_VERSION", layout.versioned("root", needed))
    for role, path in _paths(state).items():
        version = metadata.READ[role](getattr(state, role)).signed.version
        if role != "timestamp" and path != layout.versioned(role, version):
            yield Finding("E_VERSION", path)
        if floor is not None and version < _floor_version(floor, role, root):
            yield Finding("E_VERSION", path)


def _floor_version(floor: Floor, role: str, root: Root) -> int:
    """A floor that was signed with keys that were replaced since says nothing of versions: they may start again at 1
    (TUF 5.3.11)."""
    document = metadata.READ[role](getattr(floor, role))
    return document.signed.version if metadata.meets(root, role, document) else 0


def _check_floor(state: State, floor: Floor) -> Iterator[Finding]:
    """A floor that no root of the chain vouches for prevents nothing: it was damaged, or belongs to another
    repository."""
    roots = [metadata.read_root(data).signed for data in state.roots]
    for role in FILES:
        document = metadata.READ[role](getattr(floor, role))
        if not any(metadata.meets(root, role, document) for root in roots):
            yield Finding("E_FLOOR", f"floor/{role}.json")


# What lies in a folder


def _unnamed(folder: Path, state: State) -> Iterator[Finding]:
    """Files that nothing leads to: what an interrupted publication left, or what somebody put there. Their names are
    not repeated."""
    named = set(layout.paths(state))
    for path in _files(folder):
        is_lock = path == folder / ".lock" and path.stat().st_size == 0
        if path.relative_to(folder).as_posix() not in named and not is_lock:
            position = path.relative_to(folder).parts[0] if path.parent != folder else "$"
            yield Finding("F_UNNAMED", position, "no signed file names what is there")


def _files(folder: Path) -> Iterator[Path]:
    """Every file under a folder, and every link as such: what it leads to is not looked at."""
    for base, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(base) / name).is_symlink()]
        yield from (Path(base) / name for name in sorted([*names, *links]))


def check_boards(folder: Path, entries: Entries) -> list[Finding]:
    """Returns a finding for each file of definitions that differs from the signed one (E_DIGEST), is not signed
    (E_UNSIGNED), is missing (E_MISSING) or is a link (E_FILE), also one to a file with the signed bytes."""
    present = {f"{contents.BOARDS}{path.relative_to(folder).as_posix()}": path for path in _files(folder)}
    signed = {name: entry for name, entry in entries.items() if name.startswith(contents.BOARDS)}
    unsigned, missing, both = set(present) - set(signed), set(signed) - set(present), set(present) & set(signed)
    return [
        *(Finding("E_UNSIGNED", name if contents.is_target(name) else "boards") for name in sorted(unsigned)),
        *(Finding("E_MISSING", name) for name in sorted(missing)),
        *(
            Finding("E_FILE" if present[name].is_symlink() else "E_DIGEST", name)
            for name in sorted(both)
            if present[name].is_symlink() or layout.check_target(name, present[name], signed[name])
        ),
    ]
