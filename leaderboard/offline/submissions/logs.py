"""Turns the log of any tool into a submission: judged responses, checked against a board.

An importer passes on what its tool recorded, and all of it is checked here. A refusal gives a code, a place and the
rule. The place is an item of the board or a position in the log, never a string of the log.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from leaderboard.base.findings import Finding, Refused, refuse, shorten
from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.registry import Registry
from leaderboard.boards.tools import log_tool
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.responses import Cells, Grid
from leaderboard.offline.submissions.responses import Response as Response
from leaderboard.offline.submissions.stating import Answer, find_judge, find_system, find_version, is_known, registered
from leaderboard.offline.submissions.stating import Stated as Stated
from leaderboard.offline.submissions.submission import (
    Commit,
    Generation,
    Judgment,
    Row,
    Source,
    Submission,
    Tool,
    ToolVersion,
)

T = TypeVar("T")
MAX_BYTES = 256 * 1024 * 1024
"""Of one file of a log. Longer ones take minutes to refuse."""


class Reading(NamedTuple):
    """What a scorer that is not of record gave, for the same responses."""

    judges: tuple[str, ...]
    """What the log calls the judge behind it."""
    responses: Sequence[Response]


class Log(NamedTuple):
    """What the log of a run says, without its texts."""

    tool: str
    """Its id in `boards.tools`."""
    tool_version: object
    task_version: object
    models: tuple[str, ...]
    """What the log calls its model, the fullest name first."""
    judges: tuple[str, ...]
    """What it calls the judge of the outcomes; empty if it does not say."""
    generation: Mapping[str, object]
    commit: object
    sha256: str
    started_on: date | None
    responses: Sequence[Response]
    unfinished: Sequence[Finding] = ()
    """Why the run is incomplete."""
    scorer: str | None = None
    """What the log calls the scorer of record; None where it has no names for them."""
    further: Sequence[Reading] = ()
    """By the other scorers, which may be further judges."""
    reads: str = ""
    """What a score looks like that is read, for a refusal to say."""


class Target(NamedTuple):
    """What the log is checked against."""

    board: Board
    registry: Registry
    items: list[Item]
    today: date


class Report(NamedTuple):
    """What a submission was made of. Counts are of responses."""

    outcomes: dict[str, int]
    """By outcome, in the board's order, without those that do not occur."""
    unscored: int
    errors: int
    edited: int
    scorer: str | None = None
    """The scorer of record, if its name is no text of the lab's."""
    left_out: int = 0
    """Other scorers that are no further judges: the registry does not know them, or their labels are not the board's.
    """


class Imported(NamedTuple):
    """A submission and what it was made of."""

    submission: Submission
    report: Report


def require_size(path: Path, place: str) -> None:
    """Raises Refused E_SIZE where a file is longer than that of a log may be."""
    if path.stat().st_size > MAX_BYTES:
        raise refuse("E_SIZE", place, f"a file of more than {MAX_BYTES // 1024**2} MiB")


def files_of(id: str, folder: Path) -> list[Path]:
    """Returns the files in a folder that a log of a tool consists of, as many as there are, in the order in which they
    are hashed; none where its logs are no folders."""
    tool = log_tool(id)
    return [path for name in (tool.folder if tool else ()) if (path := folder / name).is_file()]


def digest(paths: Sequence[Path]) -> str:
    """Returns the sha256 of some files, joined."""
    sha256 = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while part := file.read(1024 * 1024):
                sha256.update(part)
    return sha256.hexdigest()


def submit(log: Log, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a log gives, and what it was made of. Raises Refused with `log.unfinished` and
    E_SYSTEM, E_JUDGE, E_TOOL, E_DATE, E_UNKNOWN_ITEM, E_EPOCHS, E_DUP_ITEM, E_MISSING_ITEM, E_SCHEMA, E_OUTCOME or
    E_INCONSISTENT: up to 10 findings of a code, and how many more there are."""
    findings, board, registry = list(log.unfinished), target.board, target.registry
    system = _found(lambda: find_system(log.models, registry, stated), findings)
    judge = _found(lambda: find_judge(log.judges, registry, stated), findings)
    versions = (version(log.tool_version), version(stated.tool_version))
    tool_version = _found(lambda: find_version(*versions, log_tool(log.tool), stated), findings)
    if log.started_on is None or not board.earliest <= log.started_on <= target.today:
        findings.append(
            Finding("E_DATE", "start of the run", "missing, in the future, or before the board's first day")
        )
    grid = Grid(target.items, board)
    cells, faults = grid.fill(log.responses, log.reads, record=True)
    findings += faults
    if findings or system is None or judge is None or tool_version is None or log.started_on is None:
        raise Refused(shorten(findings))
    rows = grid.rows(cells)
    judgments = _judgments(log.further, grid, registry, judge.value)
    report = _report(cells, rows, log, target)._replace(left_out=len(log.further) - len(judgments))
    beyond = sorted({*system.stated, *judge.stated, *tool_version.stated})
    result = Submission(
        board=board.id,
        board_version=board.version,
        generation=_generation(log.generation),
        items_digest=manifest.digest(target.items),
        judge=judge.value,
        judgments=judgments,
        nonce=stated.nonce,
        rows=rows,
        source=Source(_convert(log.commit, Commit), report.edited, log.sha256, tuple(beyond)),
        started_on=log.started_on,
        submitted_on=target.today,
        system=system.value.id,
        tool=Tool(log.tool, version(log.task_version), tool_version.value),
    )
    return Imported(submission.decode(submission.encode(result)), report)


def _found(find: Callable[[], Answer[T]], findings: list[Finding]) -> Answer[T] | None:
    """What is found, or None and its findings, so that all that is wrong with a log is told at once."""
    try:
        return find()
    except Refused as refused:
        findings += refused.findings
        return None


def _judgments(further: Sequence[Reading], grid: Grid, registry: Registry, record: JudgeRef) -> list[Judgment]:
    """What the other scorers gave, sorted by judge: those of one registered judge each, whose labels all fit."""
    judgments: dict[JudgeRef, Judgment] = {}
    for reading in further:
        judges = registered(reading.judges, registry)
        cells, faults = grid.fill(reading.responses, "", record=False)
        rows = [row for row in grid.rows(cells) if any(outcome is not None for outcome in row[1])]
        if len(judges) == 1 and judges[0] not in (record, *judgments) and rows and not faults:
            kind = next(judge.kind for judge in registry.judge if judge.ref == judges[0])
            judgments[judges[0]] = Judgment(judges[0], kind, rows)
    return [judgments[judge] for judge in sorted(judgments)]


def named(value: object) -> tuple[str, ...]:
    """Returns a name in a tuple, or an empty tuple if the value is not a name."""
    return (value,) if isinstance(value, str) and value else ()


def day(seconds: float) -> date | None:
    """Returns the date in UTC of a Unix time, or None if it has none."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def version(value: object) -> str | None:
    """Returns a version number as text, or None where it has another form."""
    converted: str | None = _convert(value if value is None else str(value), ToolVersion)
    return converted


def _convert(value: object, kind: Any) -> Any:
    """The value if it has that type, or None: a submission leaves unknown what does not fit into it."""
    try:
        return msgspec.convert(value, kind)
    except ValueError:  # of msgspec, or of text that is not Unicode
        return None


def _generation(settings: Mapping[str, object]) -> Generation:
    values: dict[str, Any] = {
        field.name: _convert(settings.get(field.name), field.type) for field in msgspec.structs.fields(Generation)
    }
    for name in ("temperature", "top_p"):
        values[name] = values[name] or (None if values[name] is None else 0.0)  # -0.0 is not canonical
    return Generation(**values)


def _report(cells: Cells, rows: Sequence[Row], log: Log, target: Target) -> Report:
    counts = Counter(outcome for _, outcomes, _ in rows for outcome in outcomes)
    errors = sum(response.failed for response in cells.values())
    named = log.scorer is not None and is_known(log.scorer, target.registry)
    return Report(
        outcomes={each.id: counts[each.id] for each in target.board.outcome if counts[each.id]},
        unscored=counts[None] - errors,
        errors=errors,
        edited=sum(response.edited for response in cells.values()),
        scorer=log.scorer if named else None,
    )
