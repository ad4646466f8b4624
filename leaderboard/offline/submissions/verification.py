"""Checks a submission against its board and returns findings: code, place and rule, never a value of the file."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission as canonical_submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Row, Submission

COVERAGE = 0.98
"""Share of items that must have all outcomes for a row to be ranked."""
CATEGORY_COVERAGE = 0.95
"""The same within each risk category and each type of benign item."""


class History(NamedTuple):
    """What a vault knows about a new file."""

    issued: frozenset[tuple[str, str]]
    """System and nonce of every attempt that was registered on this board."""
    used_nonces: frozenset[str]
    used_digests: frozenset[str]


class Verdict(NamedTuple):
    """The submission if its bytes are one, and all findings: errors refuse, flags are for the reviewer."""

    submission: Submission | None
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        return any(finding.code.startswith("E_") for finding in self.findings)


def verify(
    data: bytes,
    board: Board,
    registry: Registry,
    *,
    today: date,
    items: Sequence[Item] | None = None,
    history: History | None = None,
    digest: str = "",
) -> Verdict:
    """Returns what is wrong with a file. Without `items`, the item set is not checked; without `history`, neither the
    origin of the nonce nor a replay is."""
    try:
        submission = canonical_submission.decode(data)
    except Refused as refused:
        return Verdict(None, refused.findings)
    findings = [
        *_check_header(submission, board, registry, today),
        *_check_nonce(submission, history, digest),
        *_check_rows(submission.rows, "$.rows", board, record=True),
        *_check_judgments(submission, board, registry),
        *_check_items(submission, items),
    ]
    if not findings and items is not None and (reason := limited(submission, items, board)):
        complete = sum(None not in row[1] for row in submission.rows)
        findings.append(Finding("F_PARTIAL", "$.rows", f"{reason}, {complete} of {len(items)} items complete"))
    return Verdict(submission, tuple(findings))


def require_sound(
    submission: Submission, board: Board, registry: Registry, *, today: date, items: Sequence[Item], prefix: str = ""
) -> list[Finding]:
    """Returns the flags that `verify` gives to an imported submission; Refused with all findings where it refuses it.
    The nonce may be missing: maintainers give it for each attempt. `prefix` is put before each position."""
    with_nonce = replace(submission, nonce=submission.nonce or "0" * 32)
    data = canonical_submission.encode(with_nonce)
    verdict = verify(data, board, registry, today=today, items=items)
    findings = [finding._replace(place=f"{prefix}{finding.place}") for finding in verdict.findings]
    if verdict.refused:
        raise Refused(findings)
    return findings


def _check_header(submission: Submission, board: Board, registry: Registry, today: date) -> Iterator[Finding]:
    if submission.board != board.id:
        yield Finding("E_BOARD", "$.board")
    if submission.board_version != board.version:
        rule = f"the board is at version {board.version}, and rows of another version have no numbers in a new release"
        yield Finding("E_BOARD", "$.board_version", rule)
    if submission.system not in {system.id for system in registry.system}:
        yield Finding("E_SYSTEM", "$.system")
    if submission.judge not in {judge.ref for judge in registry.judge}:
        yield Finding("E_JUDGE", "$.judge")
    if not board.earliest <= submission.started_on <= submission.submitted_on:
        yield Finding("E_DATE", "$.started_on")
    if submission.submitted_on > today:
        yield Finding("E_DATE", "$.submitted_on")


def _check_nonce(submission: Submission, history: History | None, digest: str) -> Iterator[Finding]:
    if submission.nonce is None:
        yield Finding("E_NONCE", "$.nonce")
    elif history is None:
        return
    elif digest in history.used_digests:
        yield Finding("E_REPLAY", "$")
    elif (submission.system, submission.nonce) not in history.issued:
        yield Finding("E_NONCE", "$.nonce")
    elif submission.nonce in history.used_nonces:
        yield Finding("E_REPLAY", "$.nonce")


def _check_rows(rows: Sequence[Row], place: str, board: Board, *, record: bool) -> Iterator[Finding]:
    known = {outcome.id for outcome in board.outcome if not (record and outcome.judge_only)}
    unsafe = {outcome.id for outcome in board.outcome if outcome.harmful.unsafe or outcome.benign.unsafe}
    previous = ""
    for number, (item, outcomes, severities) in enumerate(rows):
        if item <= previous:
            yield Finding("E_DUP_ITEM" if item == previous else "E_ORDER", f"{place}[{number}][0]")
        previous = item
        if len(outcomes) != board.epochs:
            yield Finding("E_EPOCHS", f"{place}[{number}][1]")
        if len(severities) != len(outcomes):
            yield Finding("E_INCONSISTENT", f"{place}[{number}][2]")
            continue
        for epoch, (outcome, severity) in enumerate(zip(outcomes, severities, strict=True)):
            if outcome is not None and outcome not in known:
                yield Finding("E_OUTCOME", f"{place}[{number}][1][{epoch}]")
            elif _contradicts(outcome in unsafe, severity, board.severity):
                yield Finding("E_INCONSISTENT", f"{place}[{number}][2][{epoch}]")


def fits(submission: Submission, board: Board) -> bool:
    """Returns whether the rows of an accepted submission still fit the outcomes, epochs and severity of its board."""
    judged = [(submission.rows, True), *((judgment.rows, False) for judgment in submission.judgments)]
    return not any(next(_check_rows(rows, "$", board, record=record), None) for rows, record in judged)


def _contradicts(unsafe: bool, severity: int | None, measured: bool) -> bool:
    """Whether an unsafe outcome lacks its severity, or there is one although the board has none."""
    return severity is None and unsafe if measured else severity is not None


def _check_judgments(submission: Submission, board: Board, registry: Registry) -> Iterator[Finding]:
    kinds = {judge.ref: judge.kind for judge in registry.judge}
    seen: list[JudgeRef] = [submission.judge]
    for number, judgment in enumerate(submission.judgments):
        place = f"$.judgments[{number}]"
        if kinds.get(judgment.judge) != judgment.judge_kind or judgment.judge in seen:
            yield Finding("E_JUDGE", f"{place}.judge")
        if len(seen) > 1 and judgment.judge < seen[-1]:
            yield Finding("E_ORDER", f"{place}.judge")
        seen.append(judgment.judge)
        yield from _check_rows(judgment.rows, f"{place}.rows", board, record=False)


def _check_items(submission: Submission, items: Sequence[Item] | None) -> Iterator[Finding]:
    if items is None:
        return
    if submission.items_digest != manifest.digest(list(items)):
        yield Finding("E_BOARD", "$.items_digest")
    known = {item.id for item in items}
    yield from _unknown_items(submission.rows, "$.rows", known)
    for number, judgment in enumerate(submission.judgments):
        yield from _unknown_items(judgment.rows, f"$.judgments[{number}].rows", known)
    if known - {row[0] for row in submission.rows}:
        yield Finding("E_MISSING_ITEM", "$.rows")


def _unknown_items(rows: Sequence[Row], place: str, known: set[str]) -> Iterator[Finding]:
    for number, row in enumerate(rows):
        if row[0] not in known:
            yield Finding("E_UNKNOWN_ITEM", f"{place}[{number}][0]")


def limited(submission: Submission, items: Sequence[Item], board: Board) -> str | None:
    """Returns the reason not to rank a row because of missing outcomes, or None: under 98 % of all items, or under
    95 % in a category (docs/statistics.md section 8)."""
    return limited_by({row[0] for row in submission.rows if None in row[1]}, items, board)


def limited_by(incomplete: Collection[str], items: Sequence[Item], board: Board) -> str | None:
    """Returns the same as `limited`, from the items that lack an outcome."""
    if not incomplete:
        return None
    if sum(item.id not in incomplete for item in items) < COVERAGE * len(items):
        return "coverage_too_low"
    for category in board.category:
        complete = [item.id not in incomplete for item in items if item.category == category.id]
        if sum(complete) < CATEGORY_COVERAGE * len(complete):
            return "category_coverage_too_low"
    return None
