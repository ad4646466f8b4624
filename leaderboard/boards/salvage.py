"""The part of a definition with faults that can be used, so that later checks can report theirs in the same run.

Nothing that is salvaged is ever published: a value that cannot be used is replaced by one that fits its type alone.
"""

import datetime
from collections.abc import Iterator
from itertools import count
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from leaderboard.base.fitting import fits
from leaderboard.boards.definition import UNSTATED

T = TypeVar("T", bound=Struct)
_TEXTS = ("1", "https://github.com/unstated", "owner/name", "labels.csv", "judge@1")
_PLAIN: tuple[Any, ...] = (False, 0, 1, *_TEXTS, {}, ())
"""Values of which one fits each type that a definition has, beside those that are made for it."""


def salvage(parsed: object, kind: type[T], today: datetime.date) -> T:
    """Returns a struct of a definition's type from what its TOML holds, without what does not fit. Days that are
    missing are `today`."""
    table = parsed if isinstance(parsed, dict) else {}
    return msgspec.convert(_struct(table, kind, _Stand(today)), kind)


class _Stand:
    """Makes values that stand in for those that cannot be used, each another text."""

    def __init__(self, today: datetime.date) -> None:
        self._today, self._numbers = today, count(1)

    def value(self, kind: Any) -> Any:
        """A value of a type."""
        for each in _kinds(kind):
            if get_origin(each) is Literal:
                return get_args(each)[0]
            if _is_struct(each):
                return _struct({}, each, self)
            for candidate in self._candidates():
                if _fits(candidate, each):
                    return candidate
        raise TypeError("a definition has a field of a type that nothing stands in for")

    def _candidates(self) -> Iterator[Any]:
        letters = "abcdefghjk"  # none of which looks like another
        name = "".join(letters[int(digit)] for digit in str(next(self._numbers)))
        yield from (f"unstated-{name}", self._today, *_PLAIN)


def _struct(table: dict[str, Any], kind: type[Struct], stand: _Stand) -> dict[str, Any]:
    """The keys of a table that exist, each with its value or, where one is needed, another."""
    usable = {}
    for field in msgspec.structs.fields(kind):
        if field.name in table:
            usable[field.name] = _usable(table[field.name], field.type, stand)
        elif field.required:
            usable[field.name] = stand.value(field.type)
    return usable


def _usable(value: Any, kind: Any, stand: _Stand) -> Any:
    for each in _kinds(kind):
        part = _part(value, each, stand)
        if _fits(part, each):
            return part
    return stand.value(kind)


def _part(value: Any, kind: Any, stand: _Stand) -> Any:
    """What of a value may be of a type: all entries of lists of tables, and other values one by one."""
    if _is_struct(kind) and isinstance(value, dict):
        return _struct(value, kind, stand)
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    if inner and isinstance(value, list):
        if _is_struct(inner):
            return [_struct(each if isinstance(each, dict) else {}, inner, stand) for each in value]
        return [each for each in value if _fits(each, inner)]
    if get_origin(kind) is dict and isinstance(value, dict):
        return {key: each for key, each in value.items() if each != UNSTATED and _fits({key: each}, kind)}
    return value


def _kinds(kind: Any) -> list[Any]:
    """The types of a union, without that of nothing."""
    kinds = get_args(kind) if get_origin(kind) in (UnionType, Union) else (kind,)
    return [each for each in kinds if each is not NoneType]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _fits(value: Any, kind: Any) -> bool:
    return bool(value != UNSTATED) and fits(value, kind)
