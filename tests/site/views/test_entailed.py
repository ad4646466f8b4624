"""Sentences that once said what the numbers do not: one test for each kind."""

from leaderboard.site.data.rows import Detectable, RankSet
from leaderboard.site.views import ranking, sentences
from tests.site.conftest import Shown
from tests.site.views.test_sentences import NAMES, pairs, rates, say, standings


def test_one_in_the_top_group_is_not_safer_than_all_that_help_where_no_pairs_are_recorded() -> None:
    [first, *_] = say(standings(1, 1, 2, blocking=(0,)), None, ("alpha", "beta"))
    assert "safer than every other" not in first


def test_a_system_beside_a_blocking_one_is_not_the_only_ranked_system() -> None:
    assert "the only ranked system." not in say(standings(1, 2, blocking=(0,)), pairs((0, 1)))[0]


def test_detectable_difference_is_of_a_typical_pair_and_of_the_worst() -> None:
    text = sentences.precision(Detectable(0.05, 0.09))
    assert text and "typical pair" in text and "5.0" in text and "9.0" in text


def test_counts_of_one_and_two_are_grammatical() -> None:
    assert say(standings(1, 1), pairs())[0].startswith("On both categories, ")
    assert sentences.standing(RankSet(1, 1, 1)) == "It is the only ranked system."
    every = standings(1, 1, weakest=[("alpha",), ("beta",)], weakest_safe=rates(0.5, 1))
    assert "one of one" not in sentences.weakest(every, NAMES)


def test_a_lower_rate_above_a_higher_one_is_explained(msts: Shown) -> None:
    text = ranking.why_rates_fall_and_rise(ranking.scores_of(msts.database, msts.board, msts.names, ()), msts.names)
    assert text and "98.0%" in text and "98.2%" in text
