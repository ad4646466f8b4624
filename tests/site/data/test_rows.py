"""Every query of the embedded release fits its row type; nothing that is missing is taken for a value."""

import datetime
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pytest
from msgspec import Struct
from msgspec.structs import fields

from leaderboard.boards.words import METRICS
from leaderboard.site.data import queries, rows, updater
from leaderboard.site.data.rows import Rate
from tests import offered
from tests.site.conftest import Shown

Frames = Iterator[pd.DataFrame]


def systems(shown: Shown) -> list[str]:
    return list(queries.standings(shown.database, shown.board)["system"])


def by_system(query: Callable[..., pd.DataFrame], *more: Any) -> Callable[[Shown], Frames]:
    return lambda shown: (query(shown.database, shown.board, system, *more) for system in systems(shown))


def by_board(query: Callable[..., pd.DataFrame]) -> Callable[[Shown], Frames]:
    return lambda shown: iter([query(shown.database, shown.board)])


def by_view(query: Callable[..., pd.DataFrame | None]) -> Callable[[Shown], Frames]:
    """Of all categories, of each alone, and of the first two, whose pairs a release does not have."""

    def frames(shown: Shown) -> Frames:
        ids = [category.id for category in shown.board.risk_categories]
        for view in ([], *([id] for id in ids), ids[:2]):
            found = query(shown.database, shown.board, view)
            if found is not None:
                yield found

    return frames


def cells(shown: Shown) -> Frames:
    return (queries.cells(shown.database, shown.board, metric) for metric in METRICS)


def spreads(shown: Shown) -> Frames:
    for category in shown.board.risk_categories:
        yield queries.category_spread(shown.database, shown.board, category.id)


def profiles(shown: Shown) -> Frames:
    for metric in ("safe_rate", "over_refusal_rate"):
        yield from by_system(queries.profile, metric)(shown)


def differences(shown: Shown) -> Frames:
    for system in systems(shown):
        for other in sorted(queries.comparable(shown.database, shown.board, system))[:2]:
            yield queries.differences(shown.database, shown.board, system, other)


def changes(shown: Shown) -> Frames:
    """Of all releases: the current one may have changed nothing."""
    for number in offered.numbers():
        release = updater.store(offered.EMBEDDED).release(number)
        if release and shown.board.id in release.catalogue.boards:
            yield queries.changes(release.database, shown.board)


QUERIES: dict[type[Struct], Callable[[Shown], Frames]] = {
    rows.Standing: by_view(queries.standings),
    rows.StandingLine: by_board(queries.standing_lines),
    rows.Separated: by_view(queries.separated),
    rows.Detectable: by_view(queries.detectable),
    rows.Cell: cells,
    rows.CategorySpread: spreads,
    rows.ReleaseLine: by_board(queries.releases),
    rows.Change: changes,
    rows.LedgerLine: by_board(queries.ledger),
    rows.Attempts: by_board(queries.attempts),
    rows.BoardLine: lambda shown: iter([queries.boards(shown.database)]),
    rows.CategoryRate: profiles,
    rows.Metric: by_system(queries.metrics),
    rows.OutcomeCount: by_system(queries.outcomes),
    rows.Provenance: by_system(queries.provenance),
    rows.Neighbour: by_system(queries.neighbours),
    rows.Published: by_system(queries.history),
    rows.Looks: by_system(queries.looks),
    rows.Effect: by_system(queries.effects),
    rows.Arm: by_system(queries.arms),
    rows.Benefit: by_system(queries.benefits),
    rows.Difference: differences,
    rows.OtherJudge: by_system(queries.other_judges),
    rows.Audit: by_system(queries.audit),
    rows.AuditFound: by_system(queries.audit_found),
    rows.TopGroup: by_board(queries.top_group),
    rows.Verdict: by_system(queries.verdicts, (0.05, 0.1)),
    rows.Dominance: by_system(queries.dominance),
}


def fits(value: object, hint: Any) -> bool:
    """Whether a value is exactly of a type: an int is no bool and no float, a rate has its interval and its items."""
    if get_origin(hint) in (types.UnionType, Union):
        return any(fits(value, each) for each in get_args(hint))
    if get_origin(hint) is tuple:
        return type(value) is tuple and all(fits(part, get_args(hint)[0]) for part in value)
    if hint is Rate:
        return (
            type(value) is Rate
            and all(type(part) is float and part == part for part in value[:3])
            and value.low <= value.estimate <= value.high
            and type(value.n) is int
            and value.n > 0
        )
    return type(value) is hint and value == value


def misfits(row: Struct) -> dict[str, Any]:
    """The fields of a row that are not of their type."""
    hints = get_type_hints(type(row))
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {name: value for name, value in values.items() if not fits(value, hints[name])}


def read(shown: Shown, kind: type[Struct]) -> Sequence[Struct]:
    return [row for frame in QUERIES[kind](shown) for row in rows.read(kind, frame)]


def test_every_row_type_has_its_query() -> None:
    types_of_rows = {kind for kind in vars(rows).values() if isinstance(kind, type) and issubclass(kind, Struct)}
    assert types_of_rows - {Struct} == set(QUERIES)


@pytest.mark.parametrize("kind", QUERIES, ids=lambda kind: kind.__name__)
def test_every_query_reads_into_its_row_type(boards: dict[str, Shown], kind: type[Struct]) -> None:
    found = [row for shown in boards.values() for row in read(shown, kind)]
    assert found
    assert [(row, wrong) for row in found if (wrong := misfits(row))] == []


def test_rate_is_read_from_four_columns_of_its_name_or_from_the_only_ones() -> None:
    class Two(Struct):
        safe: Rate | None
        helpful: Rate

    class One(Struct):
        rate: Rate | None

    values = {"safe": 0.5, "safe_low": 0.25, "safe_high": 0.75, "safe_n": 40.0}
    values |= {name.replace("safe", "helpful"): value / 2 for name, value in values.items()}
    found = rows.first(Two, pd.DataFrame([values]))
    assert found == Two(Rate(0.5, 0.25, 0.75, 40), Rate(0.25, 0.125, 0.375, 20))
    only = pd.DataFrame({"estimate": [0.5, np.nan], "ci_low": [0.1, np.nan], "ci_high": [0.9, np.nan], "n": [3, 0]})
    assert rows.read(One, only) == [One(Rate(0.5, 0.1, 0.9, 3)), One(None)]


@pytest.mark.parametrize("ending", ["_low", "_high"])
def test_rate_without_an_end_of_its_interval_is_refused(ending: str) -> None:
    class Row(Struct):
        safe: Rate | None

    values = {"safe": 0.5, "safe_low": 0.25, "safe_high": 0.75, "safe_n": 40}
    del values[f"safe{ending}"]
    with pytest.raises(KeyError, match=f"safe{ending}"):
        rows.read(Row, pd.DataFrame([values]))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NaT, pd.NA])
def test_what_is_missing_is_none(missing: object) -> None:
    class Row(Struct):
        value: object

    assert rows.read(Row, pd.DataFrame({"value": pd.Series([missing], dtype=object)})) == [Row(None)]


def test_columns_with_gaps_keep_their_type() -> None:
    class Row(Struct):
        number: float | None
        count: int | None
        on: datetime.date | None
        many: tuple[str, ...] | None

    frame = pd.DataFrame(
        {
            "number": [0.5, np.nan],
            "count": pd.array([2, None], dtype="Int64"),
            "on": pd.to_datetime(["2026-11-22", None]),
            "many": [np.array(["a", "b"], dtype=object), None],
        }
    )
    found = rows.read(Row, frame)
    assert found == [Row(0.5, 2, datetime.date(2026, 11, 22), ("a", "b")), Row(None, None, None, None)]
    assert misfits(found[0]) == misfits(found[1]) == {}


def test_first_row_of_none_is_none() -> None:
    class Row(Struct):
        value: int

    assert rows.first(Row, pd.DataFrame({"value": []})) is None
