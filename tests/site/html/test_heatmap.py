"""The heat map says in numbers and words what its shades say."""

import re

import pytest

from leaderboard.site.data import queries
from leaderboard.site.html import heatmap
from leaderboard.site.views import numbers
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


def test_every_system_and_category_has_its_number_and_interval(msts: Shown) -> None:
    cells = queries.cells(msts.database, msts.board, "safe_rate")
    risk = [category.id for category in msts.board.risk_categories]
    drawn = heatmap.safe_cells(cells, msts.names, risk, "Title", to)
    for line in numbers.records(cells):
        assert f"<b>{numbers.percent(line['estimate'], line['n'])}</b>" in drawn
        assert numbers.span(line["ci_low"], line["ci_high"], line["n"]) in drawn
    assert drawn.count("<td ") == len(cells)


def test_safest_system_is_first_and_what_is_not_ranked_last(demo: Shown) -> None:
    cells = queries.cells(demo.database, demo.board, "safe_rate")
    drawn = heatmap.safe_cells(cells, demo.names, [], "Title", to)
    places = re.findall(r'mh-about">(rank [\d–]+|not ranked)<', drawn)
    ranked = [place for place in places if place != "not ranked"]
    assert places == ranked + ["not ranked"] * (len(places) - len(ranked))
    lows = [int(re.findall(r"\d+", place)[0]) for place in ranked]
    assert lows[0] == 1


def test_long_words_of_a_head_may_be_broken(xstest: Shown) -> None:
    cells = queries.cells(xstest.database, xstest.board, "safe_rate")
    drawn = heatmap.safe_cells(cells, xstest.names, ["contrast_discr", "contrast_homonyms"], "Title", to)
    assert ">Discrimi\N{SOFT HYPHEN}nation<" in drawn
    assert ">Unsafe homonyms<" in drawn


@pytest.mark.parametrize(("safe", "shade"), [(1.0, 0), (0.98, 0), (0.97, 1), (0.93, 2), (0.85, 3), (0.7, 4), (0.5, 5)])
def test_shade_grows_with_trouble(msts: Shown, safe: float, shade: int) -> None:
    cells = queries.cells(msts.database, msts.board, "safe_rate").head(1).assign(category="all", estimate=safe)
    assert f'class="mh-h{shade}"><b>' in heatmap.safe_cells(cells, msts.names, [], "Title", to)


def test_shades_have_words(msts: Shown, xstest: Shown) -> None:
    cells = queries.cells(msts.database, msts.board, "safe_rate")
    legend = re.findall(r'<i class="mh-h(\d)">([^<]+)</i>', heatmap.safe_cells(cells, msts.names, [], "Title", to))
    assert [words for _, words in legend] == ["98% or more", "to 95%", "to 90%", "to 80%", "to 60%", "less"]
    cells = queries.cells(xstest.database, xstest.board, "over_refusal_rate")
    legend = re.findall(r'<i class="mh-h(\d)">([^<]+)</i>', heatmap.refused_cells(cells, xstest.names, [], "Title", to))
    assert [words for _, words in legend] == ["2% or less", "to 5%", "to 10%", "to 20%", "to 40%", "more"]
