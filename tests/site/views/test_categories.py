"""The shades of the heat maps, and how far apart systems are in a category."""

import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import CategorySpread, Cell
from leaderboard.site.views.categories import SAFE, TURNED_DOWN, heat_map, spread
from tests.site.conftest import Shown


@pytest.mark.parametrize(("safe", "shade"), [(1.0, 0), (0.98, 0), (0.97, 1), (0.93, 2), (0.85, 3), (0.7, 4), (0.5, 5)])
def test_shade_grows_with_trouble(safe: float, shade: int) -> None:
    assert SAFE.shade(safe) == TURNED_DOWN.shade(1 - safe) == shade


def test_shades_have_words() -> None:
    assert SAFE.steps == ("98% or more", "to 95%", "to 90%", "to 80%", "to 60%", "less")
    assert TURNED_DOWN.steps == ("2% or less", "to 5%", "to 10%", "to 20%", "to 40%", "more")


def test_long_words_of_a_head_may_be_broken(xstest: Shown) -> None:
    named = [xstest.names.by_category[id] for id in ("contrast_discr", "contrast_homonyms")]
    assert heat_map(SAFE, named, []).heads == ["Discrimi\N{SOFT HYPHEN}nation", "Unsafe homonyms"]


def test_spread_counts_the_ranked_systems_only(demo: Shown) -> None:
    cells = rows.read(Cell, queries.cells(demo.database, demo.board, "safe_rate"))
    for category in demo.board.risk_categories:
        line = rows.first(CategorySpread, queries.category_spread(demo.database, demo.board, category.id))
        result = spread(category, cells, line, "./")
        ranked = sorted(cell.rate.estimate for cell in cells if cell.category == category.id and cell.ranked)
        assert result.points == ranked
        assert result.pairs == len(ranked) * (len(ranked) - 1) // 2 >= result.told_apart


def test_spread_of_a_category_without_results_is_empty(demo: Shown) -> None:
    assert spread(demo.board.risk_categories[0], [], None, "./")[1:4] == ([], 0, None)
