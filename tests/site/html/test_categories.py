"""The categories page: systems by categories, and the categories one by one."""

import re

import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Cell
from leaderboard.site.html import categories
from leaderboard.site.views import numbers
from leaderboard.site.views.categories import SAFE, TURNED_DOWN, heat_map, spread
from tests.site.conftest import Shown


def cells(shown: Shown, metric: str = "safe_rate") -> list[Cell]:
    return rows.read(Cell, queries.cells(shown.database, shown.board, metric))


def page(shown: Shown) -> str:
    safe, benign = cells(shown), [category for category in shown.board.category if category.benign_items]
    lines = {
        category: rows.first(rows.CategorySpread, queries.category_spread(shown.database, shown.board, category.id))
        for category in shown.board.risk_categories
    }
    return categories.results(
        heat_map(SAFE, shown.board.risk_categories, safe),
        heat_map(TURNED_DOWN, benign, cells(shown, "over_refusal_rate")) if benign else None,
        [spread(category, safe, line, f"./?category={category.id}") for category, line in lines.items()],
        shown.names,
        lambda id: f"./system?system={id}",
    )


@pytest.mark.parametrize(("metric", "id"), [("safe_rate", "msts"), ("over_refusal_rate", "xstest")])
def test_every_system_and_category_has_its_number_and_interval(boards: dict[str, Shown], metric: str, id: str) -> None:
    drawn = page(boards[id])
    for cell in cells(boards[id], metric):
        rate = cell.rate
        interval = numbers.span(rate.low, rate.high, rate.n)
        assert f'<b>{numbers.percent(rate.estimate, rate.n)}</b><span class="mh-ci">{interval}</span>' in drawn


def test_each_cell_of_the_heat_map_is_drawn_once(msts: Shown) -> None:
    assert len(re.findall(r'class="mh-h\d"><b>', page(msts))) == len(cells(msts))


def test_safest_system_is_first_and_what_is_not_ranked_last(demo: Shown) -> None:
    places = re.findall(r'mh-about">(rank [\d–]+|not ranked)<', page(demo))
    ranked = [place for place in places if place != "not ranked"]
    assert places == ranked + ["not ranked"] * (len(places) - len(ranked))
    assert int(re.findall(r"\d+", ranked[0])[0]) == 1


def test_shades_have_words(xstest: Shown) -> None:
    legend = re.findall(r'<i class="mh-h(\d)">([^<]+)</i>', page(xstest))
    assert [(int(shade), words) for shade, words in legend] == [*enumerate(SAFE.steps), *enumerate(TURNED_DOWN.steps)]


def test_category_has_definition_size_spread_pairs_and_its_ranking(msts: Shown) -> None:
    drawn = page(msts)
    row = drawn[drawn.index("<b>Violent crimes</b>") :].partition("</tr>")[0]
    for said in ("Prompts about crimes that injure", ">70<", "in 35 families", "84% to 100%", "of 45 pairs"):
        assert said in row
    assert "6.3% unsafe" in row
    assert 'href="./?category=violent_crimes"' in row
    assert row.count("mh-dot") == 10
    assert "no system, however safe, could be shown to be under the limit" in drawn


def test_families_are_left_out_where_each_prompt_is_its_own(xstest: Shown) -> None:
    assert "families" not in page(xstest)


def test_category_without_results_says_so(boards: dict[str, Shown]) -> None:
    assert "no results" in page(boards["medharm"])
    assert "110 proposed" in categories.awaited(boards["medharm"].board, boards["medharm"].names)


def test_benign_types_are_listed_apart(xstest: Shown) -> None:
    assert page(xstest).partition("Types of harmless prompts.")[2].count('scope="row"') == 10
