"""What is said in words is what the numbers show, and no more."""

from typing import Any

import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Detectable, RankSet, Rate, Separated, Standing
from leaderboard.site.views import sentences
from leaderboard.site.views.names import names_of
from tests import made
from tests.site.conftest import Shown, standing

BOARD = made.board()
NAMES = names_of(BOARD, made.registry(9))


def standings(*low: int, blocking: tuple[int, ...] = (), **columns: list[Any]) -> list[Standing]:
    """A ranking of `system-0`, `system-1`, ... whose rank sets begin at `low`."""
    return [
        standing(
            f"system-{n}",
            rank=n + 1,
            low=first,
            high=len(low),
            top_group=first == 1,
            safe_by_blocking=n in blocking,
            **{name: values[n] for name, values in columns.items()},
        )
        for n, first in enumerate(low)
    ]


def rates(*estimates: float) -> list[Rate]:
    return [Rate(estimate, estimate, estimate, 200) for estimate in estimates]


def pairs(*apart: tuple[int, int]) -> list[Separated]:
    return [Separated(f"system-{a}", f"system-{b}") for a, b in apart]


def say(every: list[Standing], apart: list[Separated] | None, categories: tuple[str, ...] = ()) -> list[str]:
    return sentences.headline(every, apart, BOARD, NAMES, categories)


def test_several_in_front_cannot_be_told_apart() -> None:
    found = say(standings(1, 1, 3), pairs((0, 2), (1, 2)))
    assert found[0] == (
        "On both categories, Number 0 and Number 1 cannot be told apart: "
        "either may be the safest of three ranked systems."
    )
    assert found[1] == "Of two pairs of neighbours by rank, one can be told apart: Number 1 is safer than Number 2."


def test_one_alone_in_front_is_safer_than_every_other() -> None:
    [first, _] = say(standings(1, 2, 2), pairs((0, 1), (0, 2)))
    assert first == "On both categories, Number 0 is safer than every other of three ranked systems."


def test_order_without_any_difference_says_so() -> None:
    found = say(standings(1, 1, 1), pairs())
    assert found == [
        "On both categories, none of three ranked systems can be told apart from the safest.",
        "By rank no system can be told apart from the next (two pairs of neighbours).",
    ]


def test_many_in_front_are_counted_not_listed() -> None:
    [first, _] = say(standings(*[1] * 7, 8), pairs(*[(n, 7) for n in range(7)]))
    assert "seven of eight ranked systems cannot be told apart" in first


def test_selected_categories_are_named() -> None:
    assert say(standings(1, 1), pairs(), ("beta",))[0].startswith("On Beta, ")


def test_several_categories_have_no_sentence_on_neighbours() -> None:
    assert len(say(standings(1, 1), None, ("alpha", "beta"))) == 1


def test_only_system_is_only_that() -> None:
    assert say(standings(1), pairs()) == ["On both categories, Number 0 is the only ranked system."]


def test_board_without_ranked_systems_says_so_and_claims_nothing() -> None:
    assert say(standings(), pairs()) == [sentences.NOBODY]
    assert sentences.weakest(standings(), NAMES) == sentences.NOBODY


def test_system_that_is_safe_by_blocking_is_never_named_or_called_safest() -> None:
    frame = standings(1, 2, 3, blocking=(0,), helpful=rates(0.0, 0.5, 0.7))
    apart = pairs((0, 1), (0, 2), (1, 2))
    assert sentences.front(frame, apart) == {"system-1"}
    found = say(frame, apart)
    assert (
        found[0]
        == "On both categories, Number 1 is safer than every other of two ranked systems that are not safe by blocking."
    )
    assert not any("Number 0" in sentence for sentence in found)


def test_where_only_blocking_systems_come_first_and_pairs_are_not_kept_nothing_is_said_of_the_others() -> None:
    [found] = say(standings(1, 2, 3, blocking=(0,)), None)
    assert found.endswith(
        "Which of two ranked systems that are not safe by blocking may be the safest was not computed for these "
        "categories together."
    )


def test_where_every_system_is_safe_by_blocking_none_is_called_safest() -> None:
    assert say(standings(1, 1, blocking=(0, 1)), pairs())[0].endswith("none can be called safest.")


def test_price_of_being_in_front_is_said_where_it_is_measured() -> None:
    frame = standings(1, 1, 3, over_refusal=rates(0.084, 0.596, 0.016))
    assert say(frame, pairs((0, 2), (1, 2)))[1] == "They turn down 8.4% to 59.6% of harmless prompts."
    alone = standings(1, 2, helpful=rates(0.5, 0.9))
    assert say(alone, pairs((0, 1)))[1] == "It gives safe help on 50.0% of harmful prompts."


def test_precision_is_said_in_points() -> None:
    assert sentences.precision(Detectable(0.0684, None, False)) == (
        "A true difference of 6.8 percentage points between a typical pair of these systems would be noticed "
        "four times "
        "in five."
    )
    assert sentences.precision(Detectable(0.0684, 0.1, False)) == (
        "A true difference of 6.8 percentage points between a typical pair of these systems would be noticed "
        "four times "
        "in five; between the pair that is hardest to tell apart it takes 10.0."
    )
    assert sentences.precision(None) is None


@pytest.mark.parametrize(
    ("weakest", "said"),
    [
        (
            [("alpha",), ("alpha", "beta"), ("beta",), ("alpha",)],
            "Alpha has, or shares, the lowest safe rate for three of",
        ),
        (
            [("alpha", "beta"), ("alpha", "beta")],
            "Alpha and Beta each have, or share, the lowest safe rate for each of the",
        ),
        ([("alpha",)], "Alpha has, or shares, the lowest safe rate for the only ranked system that is below 100%"),
        ([("alpha",), ("beta",)], "Which category is weakest differs"),
        ([(), ()], "No ranked system has an unsafe response"),
    ],
)
def test_weakest_category_names_no_system(weakest: list[tuple[str, ...]], said: str) -> None:
    every = standings(*[1] * len(weakest), weakest=weakest, weakest_safe=rates(*[0.5] * len(weakest)))
    found = sentences.weakest(every, NAMES)
    assert found.startswith(said)
    assert "Number" not in found


def test_counts_are_words_up_to_twelve() -> None:
    assert [sentences.number(count) for count in (0, 1, 12, 13, 1100)] == ["no", "one", "twelve", "13", "1,100"]


def test_category_that_is_safe_in_every_response_is_no_weakness() -> None:
    every = standings(1, 1, 1, weakest=[(), (), ("beta",)], weakest_safe=rates(1, 1, 0.5))
    assert sentences.weakest(every, NAMES).startswith("Beta has, or shares, the lowest safe rate for the only ranked")


def test_place_of_a_system_is_one_rank_or_a_range() -> None:
    assert sentences.standing(RankSet(3, 3, 20)) == "Among 20 ranked systems its place is 3."
    assert sentences.standing(RankSet(2, 7, 9)) == "Among nine ranked systems its place is anywhere from 2 to 7."


def real(shown: Shown) -> list[str]:
    apart = queries.separated(shown.database, shown.board)
    assert apart is not None
    return sentences.headline(shown.standings(), rows.read(Separated, apart), shown.board, shown.names, ())


def test_msts_says_what_its_data_says(msts: Shown) -> None:
    found = real(msts)
    assert found[0].startswith(
        "On all five categories, Claude 3.5 Sonnet, Gemini 1.5 Pro, GPT-4o, Cambrian 8B and InternLM-XComposer2.5 7B "
        "cannot be told apart"
    )
    assert found[1] == "By rank no system can be told apart from the next (nine pairs of neighbours)."


def test_demo_refuser_is_not_in_its_headline(demo: Shown) -> None:
    refusers = [demo.names.system(row.system) for row in demo.standings() if row.safe_by_blocking]
    assert refusers
    assert not any(name in sentence for name in refusers for sentence in real(demo))


def test_one_in_the_top_group_is_not_safer_than_all_that_help_where_no_pairs_are_recorded() -> None:
    [first, *_] = say(standings(1, 1, 2, blocking=(0,)), None, ("alpha", "beta"))
    assert "safer than every other" not in first


def test_a_system_beside_a_blocking_one_is_not_the_only_ranked_system() -> None:
    assert "the only ranked system." not in say(standings(1, 2, blocking=(0,)), pairs((0, 1)))[0]


def test_detectable_difference_is_of_a_typical_pair_and_of_the_worst() -> None:
    text = sentences.precision(Detectable(0.05, 0.09, False))
    assert text and "typical pair" in text and "5.0" in text and "9.0" in text


def test_difference_of_the_worst_pair_is_not_said_again_where_it_is_the_typical_one() -> None:
    text = sentences.precision(Detectable(0.05, 0.0501, False))
    assert text and "hardest" not in text


def test_order_that_holds_over_every_selection_of_categories_says_so() -> None:
    over_all, over_one = (sentences.precision(Detectable(0.05, None, holds)) for holds in (True, False))
    assert over_all == f"{over_one} {sentences.EVERY_SELECTION}"


def test_counts_of_one_and_two_are_grammatical() -> None:
    assert say(standings(1, 1), pairs())[0].startswith("On both categories, ")
    assert sentences.standing(RankSet(1, 1, 1)) == "It is the only ranked system."
    every = standings(1, 1, weakest=[("alpha",), ("beta",)], weakest_safe=rates(0.5, 1))
    assert "one of one" not in sentences.weakest(every, NAMES)


def test_one_that_is_ahead_of_another_by_way_of_a_third_only_may_be_the_safest() -> None:
    [first, *_] = say(standings(1, 2, 2), pairs((0, 1), (1, 2)))
    assert first == "On both categories, only Number 0 may be the safest of three ranked systems."


def test_release_that_says_who_may_be_first_needs_no_pairs() -> None:
    every = standings(1, 1, 2, blocking=(0,), helpful_first=[False, True, True])
    [first] = say(every, None, ("alpha", "beta"))
    assert first.endswith(
        "Number 1 and Number 2 cannot be told apart: either may be the safest of two ranked systems that are "
        "not safe by blocking."
    )


def test_where_only_the_top_group_is_known_no_more_is_claimed() -> None:
    some, every = (say(standings(1, 1, low, blocking=(0,)), None, ("alpha", "beta"))[0] for low in (2, 1))
    assert some.endswith("Whether others may was not computed for these categories together.")
    assert every.endswith("any of two ranked systems that are not safe by blocking may be the safest of them.")
