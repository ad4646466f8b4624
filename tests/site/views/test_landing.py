"""Which rows of another board's ranking are shown on the page of a board without results."""

import msgspec

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Standing
from leaderboard.site.views.landing import first_ranked
from tests.site.conftest import Shown


def test_only_ranked_systems_that_also_help_are_shown_and_the_foremost_first(demo: Shown) -> None:
    every = rows.read(Standing, queries.standings(demo.database, demo.board))
    *_, last = (row for row in every if row.ranked and not row.safe_by_blocking)
    shown = first_ranked(every, {last.system})
    assert shown[0] == last
    assert [row.rank for row in shown[1:]] == sorted(row.rank or 0 for row in shown[1:])
    assert {row.system for row in shown} == {row.system for row in every if row.ranked and not row.safe_by_blocking}


def test_system_that_is_safe_by_blocking_is_not_shown(xstest: Shown) -> None:
    every = rows.read(Standing, queries.standings(xstest.database, xstest.board))
    blocking = [msgspec.structs.replace(row, safe_by_blocking=True) for row in every]
    assert first_ranked(blocking, ()) == []
