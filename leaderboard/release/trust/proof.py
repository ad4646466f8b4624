"""Whether signed contents are consistent: the ledger continues what is known of it, every attestation is of its ledger
line, and every row of the current release has one by enough reviewers.

One set of rules for the publisher before it writes, the reader before it shows, and `inspection`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.release.trust import attestation, contents, layout, ledger
from leaderboard.release.trust.attestation import Acceptance, Attested
from leaderboard.release.trust.contents import Entries, Release
from leaderboard.release.trust.ledger import Head, Line
from leaderboard.release.trust.libraries import Root
from leaderboard.release.trust.roles import Holders, holders_of

Read = Callable[[str], bytes]
"""Returns the bytes of a target, already compared with its signed hash."""


class Known(NamedTuple):
    """What was known before: a newer state may only continue from there."""

    head: Head
    release: Release | None


NOTHING = Known(Head(0, ledger.START), None)


class Proof(NamedTuple):
    """The faults of some contents, and their current release, decoded once for all who need it."""

    findings: list[Finding]
    release: Contents | None
    """None where there is none, or where it could not be decoded."""


class Row(NamedTuple):
    """A system's row on a board. The words may be any, because the file may not have been audited yet: they are
    compared and never shown."""

    board: str
    system: str
    tier: str
    line: int
    """The ledger line of its acceptance."""
    accepted_on: date
    stated: Mapping[str, object]
    """By column of `STATED`, as far as the release has them."""


FIXED = ("board", "system", "tier", "ledger_line", "accepted_on")
"""The columns of a row that its ledger line fixes."""
STATED = ("board_version", "items_digest", "partial")
"""The columns that, beside these, its attestation states (`agrees`)."""


def latest(*known: Known) -> Known:
    """Returns the longest ledger and the newest release of all."""
    newest = max(known, key=lambda each: each.release.seq if each.release else 0)
    return Known(max((each.head for each in known), key=lambda head: head.lines), newest.release)


def prove(entries: Entries, read: Read, root: Root, known: Known = NOTHING) -> Proof:
    """Returns what is inconsistent, nothing if all is well, and the current release. `root` says who the reviewers are:
    the holders of the targets role."""
    faults = [
        *contents.check_order(entries),
        *contents.check_definitions(entries),
        *contents.check_progress(entries, known.release),
    ]
    try:
        lines = _read_ledger(entries, read, known.head)
    except Refused as refused:
        return Proof([*faults, *layout.within(f"targets/{ledger.NAME}", refused.findings)], None)
    reviewers = holders_of(root, "targets")
    attested, unsound = _attestations(entries, read, reviewers, lines)
    faults += unsound
    current = contents.current_release(entries)
    if current is None:
        return Proof(faults, None)
    try:
        release = container.decode(read(current.name))
    except Refused as refused:
        return Proof([*faults, *layout.within(f"targets/{current.name}", refused.findings)], None)
    found = check_rows(rows(release), lines, attested, reviewers)
    return Proof([*faults, *layout.within(f"targets/{current.name}", found)], release)


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
            each = attestation.examine(read(target), reviewers.keys)
        except Refused as refused:
            faults += layout.within(f"targets/{target}", refused.findings)
            continue
        attested[each.digest] = each
        if attestation.name(each.digest) != target or not _is_of_its_line(each, lines):
            faults.append(Finding("E_ATTESTATION", f"targets/{target}"))
    return attested, faults


def _is_of_its_line(attested: Attested, lines: Sequence[Line]) -> bool:
    acceptance = attested.statement.predicate
    if acceptance.line > len(lines):
        return False
    line = lines[acceptance.line - 1]
    return (line.attestation, line.submission, line.event, line.date, line.board, line.system, line.tier) == (
        attested.digest,
        attested.statement.submission,
        acceptance.event,
        acceptance.date,
        acceptance.board,
        acceptance.system,
        acceptance.tier,
    )


def rows(release: Contents) -> tuple[Row, ...]:
    """Returns the rows of a release."""
    table = release.tables["row"]
    names = [name for name in STATED if name in table]
    cells = zip(*(table[name] for name in (*FIXED, *names)), strict=True)
    return tuple(
        Row(board, system, tier, line, on, dict(zip(names, stated, strict=True)))
        for board, system, tier, line, on, *stated in cells
    )


def agrees(row: Row, accepted: Acceptance) -> bool:
    """Returns whether a row says what its attestation states."""
    stated = {
        "board_version": accepted.board_version,
        "items_digest": accepted.items_digest,
        "partial": "F_PARTIAL" in accepted.findings,
    }
    fixed = (accepted.board, accepted.system, accepted.tier, accepted.line)
    return row[:4] == fixed and all(stated[name] == value for name, value in row.stated.items())


def check_rows(
    rows: Iterable[Row], lines: Sequence[Line], attested: Mapping[str, Attested], reviewers: Holders
) -> list[Finding]:
    """Returns a finding for each row without a reason: E_LEDGER where its ledger line is not the acceptance of that
    system on that board at that tier on that day, E_ATTESTATION where too few reviewers signed, or signed something
    else. A row is named by its ledger line, whatever its own words are."""
    faults: list[Finding] = []
    dates = ledger.dates(lines)
    for row in rows:
        line = lines[row.line - 1] if 1 <= row.line <= len(lines) else None
        fixed = line and (line.board, line.system, line.tier, dates[line.n - 1])
        if line is None or line.event not in ("accept", "correct") or fixed != (*row[:3], row.accepted_on):
            faults.append(Finding("E_LEDGER", f"$.row[{row.line}]"))
            continue
        signed = attested.get(line.attestation or "")
        enough = signed is not None and len(signed.signers) >= reviewers.threshold
        if signed is None or not enough or not agrees(row, signed.statement.predicate):
            faults.append(Finding("E_ATTESTATION", f"$.row[{row.line}]"))
    return faults
