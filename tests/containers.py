"""Release files for tests: made of a few rows, asked by SQL, or with something else in them than was published."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
import pandas as pd

from leaderboard.base import canonical
from leaderboard.release import container, schema
from leaderboard.site.data.database import Database

Tables = dict[str, dict[str, list[Any]]]
"""Cells by column by table, as in the file."""
PLAIN: dict[str, Any] = {
    **dict.fromkeys(("integer", "rate", "difference", "amount", "number"), 0),
    "boolean": False,
    "date": date(2026, 11, 22),
    "board_id": "small",
    "category_id": "alpha",
    "outcome_id": "refusal",
    "system_id": "system-0",
    "developer_id": "ours",
    "judge_id": "judge@1",
}
"""What a cell that has to be filled holds where a test does not care; a word of ours is the first of its type."""


def file(**tables: Sequence[Mapping[str, object]]) -> bytes:
    """Returns a release file of these rows; what a row leaves out is plain, or empty where it may be."""
    words = schema.newest().words
    made = {}
    for name, rows in tables.items():
        columns = schema.newest().tables[name]
        filled = {each: PLAIN[kind] if kind in PLAIN else words[kind][0] for each, kind in _required(columns)}
        made[name] = pd.DataFrame([filled | row for row in rows], columns=list(columns), dtype=object)
    return container.encode(made)


def _required(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind in columns.items() if not kind.endswith("?")]


@lru_cache(maxsize=4)
def opened(data: bytes) -> Database:
    """Returns a release file in memory. Not to be changed: other tests ask it too."""
    return Database(container.decode(data))


def ask(data: bytes, sql: str) -> list[tuple[Any, ...]]:
    """Returns what a release file answers to SQL."""
    with opened(data).cursor() as cursor:
        return cursor.execute(sql).fetchall()


def changed(data: bytes, sql: str) -> bytes:
    """Returns a release file after a change of its rows by SQL, in the same version of the schema."""
    before = container.decode(data)
    with Database(before).cursor() as cursor:
        cursor.execute(sql)
        after = {name: cursor.execute(f'from "{name}"').df() for name in schema.newest().tables}
        return container.encode(after, before.schema)


def altered(data: bytes, change: Callable[[Tables], object]) -> bytes:
    """Returns a release file whose tables were changed in any way: perhaps to what no schema allows. Canonical, apart
    from that."""
    found = container.decode(data)
    tables = deepcopy(found.tables)
    change(tables)
    return canonical.encode({"schema": found.schema.version, "tables": {n: _sorted(t) for n, t in tables.items()}})


def _sorted(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    plain = msgspec.to_builtins(table)
    rows = sorted(
        zip(*(plain[name] for name in sorted(plain)), strict=True), key=lambda row: [(c is not None, c) for c in row]
    )
    columns = list(zip(*rows, strict=True)) or [()] * len(plain)
    return {name: list(cells) for name, cells in zip(sorted(plain), columns, strict=True)}
