"""How a published label table becomes submissions, read from `results/boards/<id>/labels.toml`.

The file names the columns to read and the meaning of each value in them. The importer refuses any other value: nothing
has a default.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from leaderboard.boards import spelling
from leaderboard.boards.board import Board, Id, JudgeRef, Kind, Version
from leaderboard.boards.definition import read_definition
from leaderboard.boards.registry import Registry

Column = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_ .-]{0,60}\Z")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(csv|parquet)\Z")]
Value = Annotated[str, Meta(max_length=100)]
"""What a cell of a table holds. It is published with the mapping, so it must be spelled as a display string."""
Meaning = dict[Value, Id]
"""What each value of a column means: the outcome, category or kind of the board."""


class Mapped(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of labels, and what each of them means."""

    column: Column
    map: Meaning


class KindColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """The column that tells harmful items from benign ones."""

    column: Column
    map: dict[Value, Kind]


class JudgeColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A further judge with a column of its own in the main table."""

    id: Id
    version: Version
    column: Column
    map: Meaning | None = None
    """Absent: the labels mean what they mean in the outcome column."""

    @property
    def ref(self) -> JudgeRef:
        return JudgeRef(self.id, self.version)


class LongTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A second table, with one row per judge and response."""

    file: FileName
    system: Column
    item: Column
    judge: Column
    label: Column


class Verdicts(LongTable, frozen=True, forbid_unknown_fields=True):
    """The verdicts of further judges. The judge column holds names of judges in the registry."""

    map: Meaning


class Guard(LongTable, frozen=True, forbid_unknown_fields=True):
    """The verdicts of guardrails on the recorded responses, from which the registry's simulated systems are made."""

    flagged: Value
    """The label of a response that the guardrail would have stopped."""
    passed: Value
    """The label of a response that it would have passed. Empty: no verdict, so the outcome is missing."""
    blocked: Id
    """The outcome that a flagged response gets."""
    guardrails: dict[Value, Id]
    """The registry's guardrail, by its name in the judge column; rows of other judges are not read."""


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole mapping of one board."""

    file: FileName
    """The main table: one row per system and item."""
    recorded_on: date
    """The date on which the labels were recorded here, used for the unknown date of the responses."""
    item: Column
    system: Column
    """Holds the strings that the registry's systems are served as."""
    category: Mapped
    outcome: Mapped
    """The labels of the judge of record."""
    kind: KindColumn | None = None
    """Absent: every item is harmful."""
    family: Column | None = None
    """Absent: every item is its own family."""
    where: dict[Column, Value] = {}
    """Only rows with exactly these values are read."""
    judge: tuple[JudgeColumn, ...] = ()
    verdicts: Verdicts | None = None
    guard: Guard | None = None


def read_labels(path: Path, board: Board | None = None, registry: Registry | None = None) -> Labels:
    """Returns the mapping that a `labels.toml` holds; InvalidDefinition with all its faults, also where it does not fit
    the board and the registry. Without these, as for one that was signed, its own form alone is checked."""

    def check(labels: Labels) -> list[str]:
        fit = [*_bad_outcomes(labels, board), *_unknown_names(labels, board, registry)] if board and registry else []
        return [*_bad_values(labels), *fit]

    return read_definition(path, Labels, check)


def _bad_values(labels: Labels) -> list[str]:
    values: dict[str, Iterable[str]] = {
        "category.map": labels.category.map,
        "outcome.map": labels.outcome.map,
        "kind.map": labels.kind.map if labels.kind else (),
        "where": labels.where.values(),
        **{f"judge {n} map": judge.map or () for n, judge in enumerate(labels.judge, 1)},
        "verdicts.map": labels.verdicts.map if labels.verdicts else (),
        "guard": (*labels.guard.guardrails, labels.guard.flagged, labels.guard.passed) if labels.guard else (),
    }
    return [f"{path} {reason}" for path, each in values.items() for reason in _reasons(each)]


def _reasons(values: Iterable[str]) -> list[str]:
    return sorted({f"holds a value that {reason}" for value in values if (reason := spelling.fault(value))})


def _bad_outcomes(labels: Labels, board: Board) -> list[str]:
    known = {outcome.id for outcome in board.outcome}
    of_record = {outcome.id for outcome in board.outcome if not outcome.judge_only}
    columns = [("outcome", labels.outcome.map, of_record)]
    columns += [(f"judge {n}", judge.map, known) for n, judge in enumerate(labels.judge, 1) if judge.map is not None]
    if labels.verdicts:
        columns.append(("verdicts", labels.verdicts.map, known))
    problems = [f"{name} maps to an outcome that this judge cannot give" for name, m, ids in columns if _stray(m, ids)]
    if labels.guard and not any(o.id == labels.guard.blocked and o.harmful.blocked for o in board.outcome):
        problems.append("guard.blocked is not an outcome that the board flags as blocked")
    if labels.guard and labels.guard.flagged == labels.guard.passed:
        problems.append("guard.flagged and guard.passed are the same label")
    return problems


def _unknown_names(labels: Labels, board: Board, registry: Registry) -> list[str]:
    problems = []
    if _stray(labels.category.map, {category.id for category in board.category}):
        problems.append("category maps to a category that the board does not have")
    if {judge.ref for judge in labels.judge} - {judge.ref for judge in registry.judge}:
        problems.append("a judge is not registered")
    if len({judge.ref for judge in labels.judge} | {board.judge}) <= len(labels.judge):
        problems.append("a further judge is named twice, or is the judge of record")
    if labels.guard and _stray(labels.guard.guardrails, {guardrail.id for guardrail in registry.guardrail}):
        problems.append("guard.guardrails names a guardrail that is not registered")
    return problems


def _stray(meaning: Meaning, known: set[str]) -> bool:
    return bool(set(meaning.values()) - known)
