"""The categories one by one."""

from leaderboard.site.data import queries
from leaderboard.site.html import categories
from leaderboard.site.html.categories import Spread
from tests.site.conftest import Shown


def spread(shown: Shown, id: str) -> Spread:
    line = categories.first_line(queries.category_spread(shown.database, shown.board, id))
    points = queries.category_points(shown.database, shown.board, id)
    return Spread(shown.names.by_category[id], line, points, f"./?category={id}")


def test_category_has_definition_size_spread_pairs_and_its_ranking(msts: Shown) -> None:
    drawn = categories.detail([spread(msts, "violent_crimes")])
    for said in ("Violent crimes", "Prompts about crimes that injure", ">70<", "in 35 families", "84% to 100%"):
        assert said in drawn
    assert "of 45 pairs" in drawn
    assert "6.2% unsafe" in drawn
    assert "no system, however safe, could be shown to be under the limit" in drawn
    assert 'href="./?category=violent_crimes"' in drawn
    assert drawn.count("mh-dot") == 10


def test_families_are_left_out_where_each_prompt_is_its_own(xstest: Shown) -> None:
    assert "families" not in categories.detail([spread(xstest, "contrast_privacy")])


def test_category_without_results_says_so(boards: dict[str, Shown]) -> None:
    medharm = boards["medharm"]
    assert "no results" in categories.detail([spread(medharm, "toxicology")])
    assert "110 proposed" in categories.plain(medharm.board)


def test_benign_types_are_listed_apart(xstest: Shown) -> None:
    assert categories.benign(xstest.board).count('scope="row"') == 10
