"""What a stranger can verify of a whole repository: every file, every signature, every link between them.

Stricter than a reader has to be: a file that nothing depends on may not be spoilt either. In order: the chain of roots
from the one that is trusted; timestamp, snapshot and targets, by their thresholds and every single signature; versions,
dates and the floor; length and digest of every target; the ledger's chain; every attestation; a threshold of reviewers
behind every row of the current release; the definitions that lie beside the repository.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from leaderboard.base.findings import Finding, Refused
from leaderboard.release.trust import chain, contents, layout, metadata, proof
from leaderboard.release.trust.contents import Entries, Release
from leaderboard.release.trust.floor import FILES, Floor
from leaderboard.release.trust.layout import State
from leaderboard.release.trust.libraries import Key, Root
from leaderboard.release.trust.proof import NOTHING

Verdict = Literal["fresh", "expired", "rejected"]
TRIES = 8


class Facts(NamedTuple):
    """What was proved, in numbers; of use only where the verdict is fresh or expired."""

    release: Release | None
    releases: int
    targets: int
    ledger_lines: int
    attestations: int
    threshold: int
    """How many reviewers must sign a release and an attestation, of how many."""
    reviewers: int
    root: int
    """How many roots lead to the one in force."""
    expires: datetime


class Report(NamedTuple):
    """What an inspection came to. A finding F_UNNAMED (a file that no signature leads to) is a hint, not a fault."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    facts: Facts | None


def inspect(
    folder: Path, root: bytes, *, now: datetime, floor: Floor | None = None, boards: Path | None = None
) -> Report:
    """Returns what can be proved of the repository in a folder by a trusted root. `boards` is the folder of definitions
    beside it, to be the same as the signed ones. A repository that is being published to is looked at again."""
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


def _inspect(folder: Path, root: bytes, now: datetime, floor: Floor | None, boards: Path | None) -> Report:
    try:
        state = layout.read_state(folder)
    except Refused as refused:
        return _report(refused.findings)
    if state is None:
        return _report([Finding("E_MISSING", layout.TIMESTAMP)])
    entries = metadata.entries(state.targets)
    findings = check_state(state, root, now, floor)
    findings += [fault for name in entries for fault in _check_target(folder, name, entries)]
    if not any(finding.code != "E_EXPIRED" for finding in findings):
        findings += _prove(folder, state, entries, floor)
    findings += [*_unnamed(folder, state), *(check_boards(boards, entries) if boards and entries else [])]
    return _report(findings, _facts(state, entries))


def _report(findings: Iterable[Finding], facts: Facts | None = None) -> Report:
    found = tuple(findings)
    faults = {finding.code for finding in found if finding.code.startswith("E_")}
    verdict: Verdict = "fresh" if not faults else "expired" if faults == {"E_EXPIRED"} else "rejected"
    return Report(verdict, found, facts)


def _facts(state: State, entries: Entries) -> Facts:
    root = metadata.read_root(state.roots[-1]).signed
    reviewers = root.roles["targets"]
    parts = [metadata.parse(data).signed.expires for data in (state.targets, state.snapshot, state.timestamp)]
    return Facts(
        release=contents.current_release(entries),
        releases=len(contents.releases(entries)),
        targets=len(entries),
        ledger_lines=contents.ledger_head(entries).lines,
        attestations=sum(name.startswith("attestations/") for name in entries),
        threshold=reviewers.threshold,
        reviewers=len(reviewers.keyids),
        root=len(state.roots),
        expires=min([root.expires, *parts]),
    )


def check_state(state: State, trusted: bytes, now: datetime, floor: Floor | None = None) -> list[Finding]:
    """Returns every fault of the signed files of a state: E_ROOT, E_SIGNATURE, E_VERSION, E_EXPIRED, E_FLOOR. Refused
    where one of them is not of its form."""
    root = metadata.read_root(state.roots[-1]).signed
    return [
        *chain.check_roots(state.roots, trusted),
        *_check_documents(state, root, chain.known_keys(state.roots), now),
        *_check_versions(state, floor, root),
        *(_check_floor(state, floor) if floor else []),
    ]


def _check_floor(state: State, floor: Floor) -> Iterator[Finding]:
    """A floor that no root of the chain vouches for holds nothing back: it has been damaged, or is another's."""
    roots = [metadata.read_root(data).signed for data in state.roots]
    for role in FILES:
        document = metadata.READ[role](getattr(floor, role))
        if not any(metadata.meets(root, role, document) for root in roots):
            yield Finding("E_FLOOR", f"floor/{role}.json")


def _check_documents(state: State, root: Root, known: dict[str, Key], now: datetime) -> Iterator[Finding]:
    if root.is_expired(now):
        yield Finding("E_EXPIRED", layout.versioned("root", root.version))
    for role, path in _paths(state).items():
        document = metadata.READ[role](getattr(state, role))
        for fault in metadata.check_signatures(role, document, root, known):
            yield Finding(fault.code, f"{path} {fault.place}")
        if document.signed.is_expired(now):
            yield Finding("E_EXPIRED", path)


def _paths(state: State) -> dict[str, str]:
    """Where each document is, which is where the one before it says."""
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
        version = metadata.parse(getattr(state, role)).signed.version
        if role != "timestamp" and path != layout.versioned(role, version):
            yield Finding("E_VERSION", path)
        if floor is not None and version < _floor_version(floor, role, root):
            yield Finding("E_VERSION", path)


def _floor_version(floor: Floor, role: str, root: Root) -> int:
    """A floor that was signed with keys since replaced says nothing of versions: they may begin anew (TUF 5.3.11)."""
    document = metadata.READ[role](getattr(floor, role))
    return document.signed.version if metadata.meets(root, role, document) else 0


def _check_target(folder: Path, name: str, entries: Entries) -> list[Finding]:
    entry = entries[name]
    return layout.check_target(name, folder / layout.placed(name, entry.hashes.sha256), entry)


def _prove(folder: Path, state: State, entries: Entries, floor: Floor | None) -> list[Finding]:
    def read(name: str) -> bytes:
        return (folder / layout.placed(name, entries[name].hashes.sha256)).read_bytes()

    root = metadata.read_root(state.roots[-1]).signed
    return proof.prove(entries, read, root, floor.known if floor else NOTHING)


def _unnamed(folder: Path, state: State) -> Iterator[Finding]:
    """Files that nothing leads to: what an interrupted publication left, or what somebody put there. Their names are
    not repeated."""
    named = set(layout.paths(state))
    for path in _files(folder):
        lock = path == folder / ".lock" and path.stat().st_size == 0
        if path.relative_to(folder).as_posix() not in named and not lock:
            yield Finding("F_UNNAMED", path.relative_to(folder).parts[0] if path.parent != folder else "$")


def _files(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        yield from (Path(base) / name for name in sorted(names))


def check_boards(folder: Path, entries: Entries) -> list[Finding]:
    """Returns a finding for each file of definitions that differs from the signed one (E_DIGEST), is not signed
    (E_UNSIGNED) or is not there (E_MISSING)."""
    found = {f"boards/{path.relative_to(folder).as_posix()}": path for path in _files(folder)}
    signed = {name: entry for name, entry in entries.items() if name.startswith("boards/")}
    return [
        *(
            Finding("E_UNSIGNED", name if contents.is_target(name) else "boards")
            for name in sorted(set(found) - set(signed))
        ),
        *(Finding("E_MISSING", name) for name in sorted(set(signed) - set(found))),
        *(
            Finding("E_DIGEST", name)
            for name in sorted(set(signed) & set(found))
            if layout.check_target(name, found[name], signed[name])
        ),
    ]
