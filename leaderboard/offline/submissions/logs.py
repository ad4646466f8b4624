"""Turns the log of any tool into a submission: judged responses, checked against a board.

An importer passes on what its tool recorded, and all of it is checked here. A refusal gives a code, a place and the
rule. The place is an item of the board or a position in the log, never a string of the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.base.findings import Finding, Refused, refuse, shorten
from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.registry import Registry, System
from leaderboard.boards.tools import log_tool
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import (
    Generation,
    Hex40,
    Row,
    Severity,
    Source,
    Submission,
    Tool,
    ToolVersion,
)

MAX_BYTES = 256 * 1024 * 1024
"""Of one file of a log. Longer ones take minutes to refuse."""


class Response(NamedTuple):
    """One judged response as the log has it. Any value may be in the fields, except the last three."""

    item: object
    epoch: object
    """From 1."""
    outcome: object
    """None where nobody scored the response."""
    severity: object = None
    failed: bool = False
    """The tool met an error, so that there was no response to judge."""
    edited: bool = False
    """A person changed the score after the judge gave it."""
    misshapen: bool = False
    """The score has a form that the importer does not know."""


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


class Target(NamedTuple):
    """What the log is checked against."""

    board: Board
    registry: Registry
    items: list[Item]
    today: date


class Stated(NamedTuple):
    """What the lab states because the log does not say it."""

    system: str | None = None
    judge: JudgeRef | None = None
    tool_version: str | None = None
    served_as_registered: bool = False
    """The model is the registered one, whatever the log calls it."""
    nonce: str | None = None


class Report(NamedTuple):
    """What a submission was made of. Counts are of responses."""

    outcomes: dict[str, int]
    """By outcome, in the board's order, without those that do not occur."""
    unscored: int
    errors: int
    edited: int


class Imported(NamedTuple):
    """A submission and what it was made of."""

    submission: Submission
    report: Report


def require_size(path: Path, place: str) -> None:
    """Raises Refused E_SIZE where a file is longer than that of a log may be."""
    if path.stat().st_size > MAX_BYTES:
        raise refuse("E_SIZE", place, f"a file of more than {MAX_BYTES // 1024**2} MiB")


def submit(log: Log, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a log gives, and what it was made of. Raises Refused with `log.unfinished` and
    E_SYSTEM, E_JUDGE, E_TOOL, E_DATE, E_UNKNOWN_ITEM, E_EPOCHS, E_DUP_ITEM, E_MISSING_ITEM, E_SCHEMA, E_OUTCOME or
    E_INCONSISTENT: up to 10 findings of a code, and how many more there are."""
    findings = list(log.unfinished)
    system = _system(log.models, target.registry, stated, findings)
    judge = _judge(log.judges, target.registry, stated, findings)
    tool = Tool(log.tool, version(log.task_version), _tool_version(log, stated, findings))
    if log.started_on is None or not target.board.earliest <= log.started_on <= target.today:
        findings.append(
            Finding("E_DATE", "start of the run", "missing, in the future, or before the board's first day")
        )
    grid = _grid(log.responses, target, findings)
    if findings or system is None or judge is None or log.started_on is None:
        raise Refused(shorten(findings))
    rows = _rows(grid, target)
    report = _count(grid, rows, target.board)
    result = Submission(
        board=target.board.id,
        board_version=target.board.version,
        generation=_generation(log.generation),
        items_digest=manifest.digest(target.items),
        judge=judge,
        judgments=[],
        nonce=stated.nonce,
        rows=rows,
        source=Source(_convert(log.commit, Hex40), report.edited, log.sha256),
        started_on=log.started_on,
        submitted_on=target.today,
        system=system.id,
        tool=tool,
    )
    return Imported(submission.decode(submission.encode(result)), report)


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


def _system(models: Sequence[str], registry: Registry, stated: Stated, findings: list[Finding]) -> System | None:
    systems = [system for system in registry.system if system.evidence == "run"]
    if stated.system is None:
        matches = [system for name in models for system in systems if name in system.served_as]
        rule = "the log's model is served as no registered system: name the system"
    else:
        matches = [system for system in systems if system.id == stated.system]
        rule = "no such system to be run on this board"
        if matches and not stated.served_as_registered and not set(models) & set(matches[0].served_as):
            matches, rule = [], "the log's model is not what the system is registered to be served as"
    if not matches:
        findings.append(Finding("E_SYSTEM", "--system", rule))
    return matches[0] if matches else None


def _judge(names: Sequence[str], registry: Registry, stated: Stated, findings: list[Finding]) -> JudgeRef | None:
    known = {judge.ref for judge in registry.judge}
    in_log = sorted(judge.ref for judge in registry.judge if set(names) & set(judge.names))
    if stated.judge is None and len(in_log) == 1:
        return in_log[0]
    if stated.judge is None and in_log:
        rule = "the registry has several by the name in the log: state which"
    elif stated.judge is None:
        rule = "the registry does not know the log's judge: state it" if names else "the log has no judge: state it"
    elif stated.judge not in known:
        rule = "no such judge on this board"
    elif in_log and stated.judge not in in_log:
        rule = "the log names another judge"
    else:
        return stated.judge
    findings.append(Finding("E_JUDGE", "--judge", rule))
    return None


def _tool_version(log: Log, stated: Stated, findings: list[Finding]) -> str | None:
    recorded, claimed = version(log.tool_version), version(stated.tool_version)
    tool = log_tool(log.tool)
    if stated.tool_version and claimed is None:
        findings.append(Finding("E_TOOL", "--tool-version", "not a version number"))
    elif recorded and claimed and recorded != claimed:
        findings.append(Finding("E_TOOL", "--tool-version", "the log names another version"))
    elif tool and not tool.records_version and claimed is None:
        findings.append(Finding("E_TOOL", "--tool-version", f"{tool.title} records none: state it"))
    return recorded or claimed


Grid = dict[tuple[str, int], Response]
"""The response to each item in each epoch, from 1."""


def _grid(responses: Sequence[Response], target: Target, findings: list[Finding]) -> Grid:
    """Assigns each response to its item and epoch. A response that has none, a second one, one that breaks a rule and a
    missing one are findings."""
    known, faults = {item.id for item in target.items}, []
    grid: Grid = {}
    for position, response in enumerate(responses, start=1):
        item, epoch = response.item, response.epoch
        place = f"response {position}"
        if not isinstance(item, str) or item not in known:
            findings.append(Finding("E_UNKNOWN_ITEM", place, "not an item of the board"))
        elif type(epoch) is not int or not 1 <= epoch <= target.board.epochs:
            findings.append(Finding("E_EPOCHS", item, f"an epoch is not in 1 to {target.board.epochs}"))
        else:
            place = f"{item}, epoch {epoch}"
            if (item, epoch) in grid:
                findings.append(Finding("E_DUP_ITEM", place, "given twice"))
            grid[item, epoch] = response
        faults += [Finding(code, place, rule) for code, rule in _faults(response, target.board)]
    findings += [*_gaps(grid, sorted(known), target.board.epochs), *faults]
    return grid


def _gaps(grid: Grid, items: Sequence[str], epochs: int) -> Iterator[Finding]:
    counts = Counter(item for item, _ in grid)
    if missing := [item for item in items if not counts[item]]:
        present = f"{len(items) - len(missing)} of {len(items)} items are in the log"
        yield Finding("E_MISSING_ITEM", missing[0], present)
    if short := [item for item in items if 0 < counts[item] < epochs]:
        yield Finding("E_EPOCHS", short[0], f"{len(short)} of {len(items)} items have fewer than {epochs} epochs")


def _faults(response: Response, board: Board) -> Iterator[tuple[str, str]]:
    if response.misshapen:
        yield "E_SCHEMA", "the score has a form that is not read"
    elif not response.failed and response.outcome is not None:
        outcome = {each.id: each for each in board.outcome if not each.judge_only}.get(_text(response.outcome))
        if outcome is None:
            yield "E_OUTCOME", "not an outcome of the board"
        elif response.severity is not None and _severity(response) is None:
            yield "E_SCHEMA", "severity is not a whole number from 0 to 4"
        elif board.severity and response.severity is None and (outcome.harmful.unsafe or outcome.benign.unsafe):
            yield "E_INCONSISTENT", "an unsafe outcome without severity"


def _rows(grid: Grid, target: Target) -> list[Row]:
    """The rows of all items, sorted by item; the grid must be complete."""
    rows: list[Row] = []
    for item in sorted(entry.id for entry in target.items):
        cells = [_cell(grid[item, epoch], target.board) for epoch in range(1, target.board.epochs + 1)]
        rows.append((item, [outcome for outcome, _ in cells], [severity for _, severity in cells]))
    return rows


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _severity(response: Response) -> int | None:
    value = response.severity
    severity: int | None = _convert(int(value) if isinstance(value, float) and value.is_integer() else value, Severity)
    return severity


def _cell(response: Response, board: Board) -> tuple[str | None, int | None]:
    if response.failed or response.outcome is None:
        return None, None
    return _text(response.outcome), _severity(response) if board.severity else None


def _count(grid: Grid, rows: Sequence[Row], board: Board) -> Report:
    counts = Counter(outcome for _, outcomes, _ in rows for outcome in outcomes)
    errors = sum(response.failed for response in grid.values())
    return Report(
        outcomes={outcome.id: counts[outcome.id] for outcome in board.outcome if counts[outcome.id]},
        unscored=counts[None] - errors,
        errors=errors,
        edited=sum(response.edited for response in grid.values()),
    )
