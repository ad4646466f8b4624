"""How a published label table becomes submissions, read from `results/boards/<id>/labels.toml`.

The file names the columns to read and the meaning of each value in them. The importer refuses any other value: nothing
has a default.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board, Id, JudgeRef, Kind, Version
from leaderboard.boards.catalogue import Catalogue, examine
from leaderboard.boards.definition import InvalidDefinition, read_definition
from leaderboard.boards.registry import Registry

Column = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_ .-]{0,60}\Z")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(csv|parquet)\Z")]
Meaning = dict[str, Id]
"""What each value of a column means: the outcome, category or kind of the board."""


class Mapped(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of labels, and what each of them means."""

    column: Column
    map: Meaning


class KindColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """The column that tells harmful items from benign ones."""

    column: Column
    map: dict[str, Kind]


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

    flagged: str
    """The label of a response that the guardrail would have stopped."""
    passed: str
    """The label of a response that it would have passed. Empty: no verdict, so the outcome is missing."""
    blocked: Id
    """The outcome that a flagged response gets."""
    guardrails: dict[str, Id]
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
    where: dict[Column, str] = {}
    """Only rows with exactly these values are read."""
    judge: tuple[JudgeColumn, ...] = ()
    verdicts: Verdicts | None = None
    guard: Guard | None = None


NAME = "labels.toml"
DEFINITIONS = ("board.toml", NAME, "systems.toml")
"""The files of a board's folder. No other file may be there, because all of them are published."""


def read_labels(path: Path, board: Board, registry: Registry) -> Labels:
    """Returns the mapping that a `labels.toml` holds; InvalidDefinition with all its faults, also where it does not fit
    the board and the registry."""
    return read_definition(
        path, Labels, lambda labels: [*_bad_outcomes(labels, board), *_unknown_names(labels, board, registry)]
    )


def read_definitions(folder: Path) -> Catalogue:
    """Returns the catalogue of a `boards` folder, as `read_catalogue`. Checks every file in it: InvalidDefinition also
    for the faults of a `labels.toml`, and for any other file, because it would be published."""
    catalogue, findings = examine(folder)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name not in DEFINITIONS or path.parent.parent != folder:
            findings.append(Finding("E_DEFINITION", path.relative_to(folder).as_posix(), "is no definition: move it"))
        elif not path.with_name("board.toml").is_file():
            findings += InvalidDefinition.of(path, ["has no board.toml beside it"]).findings
        elif path.name == NAME and path.parent.name in catalogue.boards:
            try:
                read_labels(path, catalogue.boards[path.parent.name], catalogue.registries[path.parent.name])
            except InvalidDefinition as invalid:
                findings += invalid.findings
    if findings:
        raise InvalidDefinition(findings)
    return catalogue


def _bad_outcomes(labels: Labels, board: Board) -> list[str]:
    known = {outcome.id for outcome in board.outcome}
    of_record = {outcome.id for outcome in board.outcome if not outcome.judge_only}
    columns = [("outcome", labels.outcome.map, of_record)]
    columns += [(f"judge {judge.id}", judge.map, known) for judge in labels.judge if judge.map is not None]
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
