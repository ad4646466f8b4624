"""What an order depends on, in words, on every page that has an order."""

import re

import pytest

from leaderboard.boards.vocabulary import BASES
from leaderboard.site.data import queries, rows
from leaderboard.site.views import basis, pairs, profile, ranking
from tests.site.conftest import Shown

UNQUALIFIED = re.compile(r"\b(is|be) (shown to be )?safer\b|\bsafest\b")


def scores(shown: Shown, *categories: str) -> ranking.Scores:
    return ranking.scores_of(shown.database, shown.board, shown.names, categories)


def test_every_basis_has_a_sentence(demo: Shown) -> None:
    for word in BASES:
        text = basis.explain(word, demo.board, demo.names)
        assert text and ("Invented judge" in text) is (word != "human")
    assert basis.explain(None, demo.board, demo.names) is None


def test_demo_is_ordered_as_judged_and_people_order_the_others(demo: Shown, msts: Shown, xstest: Shown) -> None:
    """Its judge is too harsh on some systems, and two ranked systems have no audit."""
    assert scores(demo).judge == "Invented judge"
    assert scores(msts).judge is None is scores(xstest).judge
    assert queries.basis(msts.database, msts.board) == "human"


def test_no_claim_about_an_order_as_judged_goes_without_the_judge(demo: Shown) -> None:
    every = [(), *((category.id,) for category in demo.board.risk_categories)]
    for categories in every:
        found = scores(demo, *categories)
        claims = [*found.says, *(title for title, _ in ranking.groups(found, demo.names) if "blocking" not in title)]
        for claim in claims:
            assert not UNQUALIFIED.search(claim) or "as judged by Invented judge" in claim, claim


@pytest.mark.parametrize("system", ["yarrow-7--gauze", "yarrow-7"])
def test_pages_of_a_system_say_the_same_of_a_row_without_audit(demo: Shown, system: str) -> None:
    neighbours = demo.read(rows.Neighbour, queries.neighbours, system)
    titles = [
        title
        for title, _ in profile.relations(neighbours, basis.judged_by(neighbours[0].basis, demo.board, demo.names))
    ]
    assert all("as judged by Invented judge" in title for title in titles if "safe" in title.lower())
    for other in sorted(queries.comparable(demo.database, demo.board, system)):
        [overall, *_] = demo.read(rows.Difference, queries.differences, system, other)
        judge = basis.judged_by(overall.basis, demo.board, demo.names)
        text = pairs.conclusion(overall, system, other, 20, demo.names, judge)
        assert not UNQUALIFIED.search(text) or "As judged by Invented judge" in text


def test_the_order_and_its_judges_are_under_the_ranking(demo: Shown, msts: Shown) -> None:
    assert scores(demo).order == basis.explain("as_judged", demo.board, demo.names)
    agreement = rows.first(rows.TopGroup, queries.top_group(msts.database, msts.board))
    assert agreement and 0 <= agreement.same <= agreement.judges
    assert scores(msts).judges and "would leave every system of the first group in it" in str(scores(msts).judges)
    assert scores(msts, msts.board.risk_categories[0].id).judges is None


def test_number_of_judges_is_that_of_their_own_order(msts: Shown) -> None:
    standings = msts.database.rows("select * from judge_standing where board = 'msts' and ordered", {})
    first = {row.system for row in scores(msts).ranked if row.top_group}
    by_judge = {judge: own.set_index("system")["low"] for judge, own in standings.groupby("judge")}
    whole = [low for low in by_judge.values() if first <= set(low.index)]
    agreement = rows.first(rows.TopGroup, queries.top_group(msts.database, msts.board))
    assert agreement == rows.TopGroup(len(whole), sum((low[list(first)] == 1).all() for low in whole))
