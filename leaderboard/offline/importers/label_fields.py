"""What each value in the columns of a label table means, and what to change where a value means nothing."""

from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from leaderboard.boards import values
from leaderboard.boards.board import JudgeRef
from leaderboard.boards.labels import reference
from leaderboard.boards.mapping import Column, Columns, Guard, Mapped, NumberColumn, RaterColumn, columns
from leaderboard.boards.registry import Judge, System

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
SEVERITIES = range(5)
FLAGGED, PASSED = "flagged", "passed"
LEAVE_OUT = "or leave the row out with `where`"
FIX = f"add it there, {LEAVE_OUT}"
EMPTY = f"the cell is empty: fill it, {LEAVE_OUT} in labels.toml"


class Field(NamedTuple, Generic[T]):
    """One or several columns that have a meaning together."""

    key: str
    """By which `labels.toml` names it, and findings too."""
    columns: tuple[str, ...]
    meanings: Mapping[str, T]
    code: str
    """Of the finding where a value means nothing."""
    rule: str
    may_be_empty: bool = False


class Judging(NamedTuple):
    """What one judge says of a response."""

    outcome: Field[str]
    severity: Field[int] | None


class HasMap(Protocol[T_co]):
    """A column with a map of its own."""

    @property
    def column(self) -> Columns: ...
    @property
    def map(self) -> Mapping[str, T_co]: ...


def mapped(key: str, of: Columns, by: Mapping[str, T], code: str, path: str, may_be_empty: bool = False) -> Field[T]:
    """Returns the field whose meanings are those of a map, at `path` of `labels.toml`."""
    several = columns(of)
    joined = {values.key(value, len(several)): meaning for value, meaning in by.items()}
    meanings = {value: meaning for value, meaning in joined.items() if value is not None}
    rule = f"{path} in labels.toml has no such value: {FIX}"
    return Field(key, several, meanings, code, rule, may_be_empty)


def with_map(key: str, of: HasMap[T], code: str, may_be_empty: bool = False) -> Field[T]:
    """Returns the field of a column with a map of its own."""
    return mapped(f"{key}.column", of.column, of.map, code, "its map", may_be_empty)


def system(of: Column | Mapped, systems: Iterable[System]) -> Field[str]:
    """Returns the field of systems, which may be some of the registry: by the names that they are served as."""
    known = list(systems)
    if not isinstance(of, str):
        ids = {each.id for each in known}
        field = with_map("system", of, "E_SYSTEM")
        rule = f"its map in labels.toml has no such value, or one of a system without rows in the main table: {FIX}"
        return field._replace(meanings={name: id for name, id in field.meanings.items() if id in ids}, rule=rule)
    names = {values.normal(name): each.id for each in known for name in each.served_as}
    rule = f"no system that can be meant here is served as this: add it to served_as in systems.toml, {LEAVE_OUT}"
    return Field("system", (of,), names, "E_SYSTEM", f"{rule} in labels.toml")


def judge(of: Columns | RaterColumn, judges: Iterable[Judge]) -> Field[JudgeRef]:
    """Returns the field of further judges, which may be some of the registry: by the names that logs use."""
    known = list(judges)
    if isinstance(of, RaterColumn):
        refs = {each.ref for each in known}
        by = {name: ref for name, id in of.map.items() if (ref := reference(id)) in refs}
        return mapped("judge.column", of.column, by, "E_JUDGE", "its map")
    names = {values.normal(name): each.ref for each in known for name in each.names}
    rule = (
        f"no further judge has this name: add it to names in systems.toml, give judge a map, {LEAVE_OUT} in labels.toml"
    )
    return Field("judge", columns(of), names, "E_JUDGE", rule)


def judging(
    key: str, of: Columns, by: Mapping[str, str], path: str, severity: Column | NumberColumn | None, severity_key: str
) -> Judging:
    """Returns the fields of one judge, whose map is at `path`."""
    number = severity and _number(severity_key, severity, SEVERITIES, "E_SCHEMA", may_be_empty=True)
    return Judging(mapped(key, of, by, "E_OUTCOME", path, may_be_empty=True), number or None)


def guarding(block: Guard) -> Judging:
    """Returns the field of a guardrail's verdict, FLAGGED or PASSED."""
    by = {block.flagged: FLAGGED, block.passed: PASSED}
    field = mapped("label", block.label, by, "E_OUTCOME", "guard", may_be_empty=True)
    rule = (
        "must be what guard.flagged or guard.passed in labels.toml says, or empty: correct the cell or the definition"
    )
    return Judging(field._replace(rule=rule), None)


def epoch(of: Column | NumberColumn | None, epochs: int) -> Field[int] | None:
    """Returns the field of the epoch, if a column holds it."""
    return None if of is None else _number("epoch", of, range(1, epochs + 1), "E_EPOCHS")


def _number(key: str, of: Column | NumberColumn, numbers: range, code: str, may_be_empty: bool = False) -> Field[int]:
    if not isinstance(of, str):
        field = with_map(key, of, code, may_be_empty)
        rule = (
            f"its map in labels.toml has no such value, or no number from {numbers[0]} to {numbers[-1]} for it: {FIX}"
        )
        return field._replace(meanings={v: n for v, n in field.meanings.items() if n in numbers}, rule=rule)
    rule = f"must be a whole number from {numbers[0]} to {numbers[-1]}: correct it, or give {key} a map in labels.toml"
    return Field(key, (of,), {str(each): each for each in numbers}, code, rule, may_be_empty)
