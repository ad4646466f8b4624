"""The mapping of a label table: how it becomes submissions. `labels` reads it from `results/boards/<id>/labels.toml`.

The file names the columns to read and the meaning of each value in them. The importer refuses any other value: nothing
has a default. Rows that shall not be read are left out by `where` alone. docs/labels.md explains every key;
`boards.values` says when a cell equals a value of the mapping.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from leaderboard.boards.board import Id, JudgeRef, Kind, Version

Column = Annotated[str, Meta(min_length=1, max_length=100)]
"""The name of a column. As all that is published with the mapping it must be spelled as a display string."""
Columns = Column | Annotated[tuple[Column, ...], Meta(min_length=2, max_length=8)]
"""A column, or several whose cells together have a meaning: keys of the map are then their values, joined by " / "."""
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(csv|tsv|jsonl|parquet)(\.gz)?\Z")]
Value = Annotated[str, Meta(max_length=100)]
"""What a cell of a table holds."""
Key = Annotated[str, Meta(max_length=300)]
"""The same of several cells."""
Meaning = dict[Key, Id]
"""What each value of a column means: a category or a system of the board."""
OutcomeOrNone = Annotated[
    str, Meta(pattern=r"^([a-z0-9][a-z0-9_.-]{0,62})?\Z", description="an id, or empty for a value that means no label")
]
Labelling = dict[Key, OutcomeOrNone]
"""What each value of a label means: an outcome of the board, or that there is none, as an empty cell does."""
JudgeName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}@[0-9]{1,4}(\.[0-9]{1,4}){0,3}\Z")]
"""A judge of the registry: its id, an @ and its version."""
Number = Annotated[int, Meta(ge=0, le=20)]
Where = dict[Column, Value | tuple[Value, ...]]
"""The values that a column may have, "" for an empty cell. Rows with another value are not read."""


class Mapped(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of labels, and what each of them means."""

    column: Columns
    map: Meaning


class OutcomeColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of labels, some of which may mean that there is no label."""

    column: Columns
    map: Labelling


class KindColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """The column that tells harmful items from benign ones."""

    column: Columns
    map: dict[Key, Kind]


class NumberColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A column whose values are numbers by another name."""

    column: Columns
    map: dict[Key, Number]


class RaterColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """The column of a long table that says whose label a row has."""

    column: Columns
    map: dict[Key, JudgeName]


AnyColumn = Columns | Mapped | OutcomeColumn | KindColumn | NumberColumn | RaterColumn


class JudgeColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A further judge with a column of its own in the main table."""

    id: Id
    version: Version
    column: Columns
    map: Labelling | None = None
    """Absent: the labels mean what they mean in the outcome column."""
    severity: Column | NumberColumn | None = None
    """As that of the main table, by this judge."""

    @property
    def ref(self) -> JudgeRef:
        return JudgeRef(self.id, self.version)


class LongTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A second table, with one row per judge and response. Its file may be the main one."""

    file: FileName
    system: Column | Mapped
    item: Column
    judge: Columns | RaterColumn
    """A plain column holds names of judges in the registry."""
    label: Columns


class Verdicts(LongTable, frozen=True, forbid_unknown_fields=True):
    """The verdicts of further judges."""

    map: Labelling
    where: Where = {}
    epoch: Column | NumberColumn | None = None
    severity: Column | NumberColumn | None = None


class Guard(LongTable, frozen=True, forbid_unknown_fields=True):
    """The verdicts of guardrails on the recorded responses, from which the registry's simulated systems are made."""

    flagged: Value
    """The label of a response that the guardrail would have stopped."""
    passed: Value
    """The label of a response that it would have passed. Empty: no verdict, so the outcome is missing."""
    blocked: Id
    """The outcome that a flagged response gets."""
    guardrails: dict[Key, Id]
    """The registry's guardrail, by its name in the judge column; rows of other judges are not read."""
    where: Where = {}
    epoch: Column | NumberColumn | None = None


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """A system of the registry that nobody ran: its outcome follows from the kind of the item alone."""

    system: Id
    harmful: Id
    """Its outcome on every harmful item."""
    benign: Id | None = None
    """The same on every benign item; needed where the board has some."""


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole mapping of one board."""

    file: FileName
    """The main table: one row per system, item and epoch."""
    recorded_on: date
    """The date on which the labels were recorded here, used for the unknown date of the responses."""
    item: Column
    system: Column | Mapped
    """A plain column holds the strings that the registry's systems are served as."""
    category: Mapped
    outcome: OutcomeColumn
    """The labels of the judge of record. An empty cell is a missing outcome."""
    kind: KindColumn | None = None
    """Absent: every item is harmful."""
    family: Column | None = None
    """Absent: every item is its own family."""
    where: Where = {}
    """Only rows with these values are read."""
    judge: tuple[JudgeColumn, ...] = ()
    verdicts: Verdicts | None = None
    guard: Guard | None = None
    epoch: Column | NumberColumn | None = None
    """Which response of the system to the item a row is of. A plain column holds whole numbers from 1. Absent: the
    board has one epoch."""
    severity: Column | NumberColumn | None = None
    """How severe the response is, on a board with severity. A plain column holds whole numbers from 0 to 4."""
    absent: Literal["refuse", "gap"] = "refuse"
    """What it means that a system has no row for an item or an epoch: the table is refused, or the outcome is missing.
    """
    policy: tuple[Policy, ...] = ()


def columns(of: Columns) -> tuple[str, ...]:
    """Returns the columns that have a meaning together."""
    return (of,) if isinstance(of, str) else of


def allowed(where: Where) -> dict[str, tuple[str, ...]]:
    """Returns the values that each column may have."""
    return {column: columns(some) for column, some in where.items()}
