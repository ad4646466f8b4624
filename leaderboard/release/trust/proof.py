"""Whether signed contents hold together: the ledger goes on from what is known of it, every attestation is of its
ledger line, and every row of the current release has one by enough reviewers.

The same for the publisher before it writes, the reader before it shows, and `inspection`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused
from leaderboard.release.trust import attestation, contents, ledger, rows
from leaderboard.release.trust.attestation import Attested
from leaderboard.release.trust.contents import Entries, Release
from leaderboard.release.trust.ledger import Head, Line
from leaderboard.release.trust.libraries import Root
from leaderboard.release.trust.roles import Holders, holders_of
from leaderboard.release.trust.rows import Row

Read = Callable[[str], bytes]
"""Gives the bytes of a target, already held against its signed digest."""


class Known(NamedTuple):
    """What was known before: a newer state may only go on from there."""

    head: Head
    release: Release | None


NOTHING = Known(Head(0, ledger.START), None)


def prove(entries: Entries, read: Read, root: Root, known: Known = NOTHING) -> list[Finding]:
    """Returns what does not hold together, nothing if all does. `root` says who the reviewers are: the holders of the
    targets role."""
    faults = [
        *contents.check_order(entries),
        *contents.check_definitions(entries),
        *contents.check_progress(entries, known.release),
    ]
    try:
        lines = _read_ledger(entries, read, known.head)
    except Refused as refused:
        return [*faults, *(Finding(fault.code, f"targets/{ledger.NAME} {fault.place}") for fault in refused.findings)]
    reviewers = holders_of(root, "targets")
    attested, unsound = _attestations(entries, read, reviewers, lines)
    return [*faults, *unsound, *_current_rows(entries, read, lines, attested, reviewers)]


def _read_ledger(entries: Entries, read: Read, known: Head) -> tuple[Line, ...]:
    data = read(ledger.NAME) if ledger.NAME in entries else b""
    lines = ledger.read(data, known)
    if ledger.head(data) != contents.ledger_head(entries):
        raise Refused([Finding("E_LEDGER", "$.head")])
    return lines


def _attestations(
    entries: Entries, read: Read, reviewers: Holders, lines: Sequence[Line]
) -> tuple[dict[str, Attested], list[Finding]]:
    attested: dict[str, Attested] = {}
    faults: list[Finding] = []
    for target in sorted(name for name in entries if name.startswith("attestations/")):
        try:
            found = attestation.examine(read(target), reviewers.keys)
        except Refused as refused:
            faults += [Finding(fault.code, f"targets/{target} {fault.place}") for fault in refused.findings]
            continue
        attested[found.digest] = found
        if attestation.name(found.digest) != target or not _is_of_its_line(found, lines):
            faults.append(Finding("E_ATTESTATION", f"targets/{target}"))
    return attested, faults


def _is_of_its_line(found: Attested, lines: Sequence[Line]) -> bool:
    said = found.statement.predicate
    if said.line > len(lines):
        return False
    line = lines[said.line - 1]
    return (line.attestation, line.submission, line.event, line.date, line.board, line.system, line.tier) == (
        found.digest,
        found.statement.submission,
        said.event,
        said.date,
        said.board,
        said.system,
        said.tier,
    )


def _current_rows(
    entries: Entries, read: Read, lines: Sequence[Line], attested: Mapping[str, Attested], reviewers: Holders
) -> list[Finding]:
    current = contents.current_release(entries)
    if current is None:
        return []
    try:
        found = rows.read(read(current.name))
    except Refused as refused:
        return [Finding(fault.code, f"targets/{current.name} {fault.place}") for fault in refused.findings]
    return [
        Finding(fault.code, f"targets/{current.name} {fault.place}")
        for fault in check_rows(found, lines, attested, reviewers)
    ]


def check_rows(
    found: Iterable[Row], lines: Sequence[Line], attested: Mapping[str, Attested], reviewers: Holders
) -> list[Finding]:
    """Returns a finding for each row that has no reason to exist: E_LEDGER where its ledger line is not the acceptance
    of that system on that board at that tier, E_ATTESTATION where fewer reviewers signed than must. A row is named by
    its ledger line, whatever its own words are."""
    faults: list[Finding] = []
    for row in found:
        line = lines[row.line - 1] if 1 <= row.line <= len(lines) else None
        if line is None or line.event not in ("accept", "correct") or (line.board, line.system, line.tier) != row[:3]:
            faults.append(Finding("E_LEDGER", f"$.row[{row.line}]"))
        elif not is_attested(line, attested, reviewers.threshold):
            faults.append(Finding("E_ATTESTATION", f"$.row[{row.line}]"))
    return faults


def is_attested(line: Line, attested: Mapping[str, Attested], threshold: int) -> bool:
    """Says whether enough reviewers signed the statement that a ledger line names."""
    found = attested.get(line.attestation or "")
    return found is not None and len(found.signers) >= threshold
