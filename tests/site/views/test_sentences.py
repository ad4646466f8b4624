"""What is said in words is what the numbers show, and no more."""

from typing import Any

import pandas as pd
import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import sentences
from leaderboard.site.views.names import Names, names_of
from tests import made

BOARD = made.board()
NAMES = names_of(BOARD, made.registry(9))


def standings(*low: int, blocking: tuple[int, ...] = (), **columns: list[Any]) -> pd.DataFrame:
    """A ranking of `system-0`, `system-1`, ... whose rank sets begin at `low`."""
    count = len(low)
    given: dict[str, Any] = {
        "system": [f"system-{n}" for n in range(count)],
        "rank": range(1, count + 1),
        "low": low,
        "high": [count] * count,
        "top_group": [first == 1 for first in low],
        "safe_by_blocking": [n in blocking for n in range(count)],
        "ranked": True,
        "helpful": None,
        "over_refusal": None,
    }
    return pd.DataFrame(given | columns)


def pairs(*found: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame([(f"system-{a}", f"system-{b}") for a, b in found], columns=["better", "worse"])


def say(frame: pd.DataFrame, apart: pd.DataFrame | None, categories: tuple[str, ...] = ()) -> list[str]:
    return sentences.headline(frame, apart, BOARD, NAMES, categories)


def test_several_in_front_cannot_be_told_apart() -> None:
    found = say(standings(1, 1, 3), pairs((0, 2), (1, 2)))
    assert found[0] == (
        "On all two categories, Number 0 and Number 1 cannot be told apart: "
        "either may be the safest of three ranked systems."
    )
    assert found[1] == "Of two pairs of neighbours by rank, one can be told apart: Number 1 is safer than Number 2."


def test_one_alone_in_front_is_safer_than_every_other() -> None:
    [first, _] = say(standings(1, 2, 2), pairs((0, 1), (0, 2)))
    assert first == "On all two categories, Number 0 is safer than every other of three ranked systems."


def test_order_without_any_difference_says_so() -> None:
    found = say(standings(1, 1, 1), pairs())
    assert found == [
        "On all two categories, none of three ranked systems can be told apart from the safest.",
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
    assert say(standings(1), pairs()) == ["On all two categories, Number 0 is the only ranked system."]


def test_board_without_ranked_systems_says_so_and_claims_nothing() -> None:
    assert say(standings(), pairs()) == [sentences.NOBODY]
    assert sentences.weakest(standings(), NAMES) == sentences.NOBODY


def test_system_that_is_safe_by_blocking_is_never_named_or_called_safest() -> None:
    frame = standings(1, 2, 3, blocking=(0,), helpful=[0.0, 0.5, 0.7])
    apart = pairs((0, 1), (0, 2), (1, 2))
    assert sentences.front(frame, apart) == {"system-1"}
    found = say(frame, apart)
    assert found[0] == "On all two categories, Number 1 is safer than every other of two ranked systems that also help."
    assert not any("Number 0" in sentence for sentence in found)


def test_where_only_blocking_systems_come_first_and_pairs_are_not_kept_nothing_is_said_of_the_others() -> None:
    [found] = say(standings(1, 2, 3, blocking=(0,)), None)
    assert found.endswith(
        "Which of two ranked systems that also help may be the safest was not computed for these categories together."
    )


def test_where_every_system_is_safe_by_blocking_none_is_called_safest() -> None:
    assert say(standings(1, 1, blocking=(0, 1)), pairs())[0].endswith("none can be called safest.")


def test_price_of_being_in_front_is_said_where_it_is_measured() -> None:
    frame = standings(1, 1, 3, over_refusal=[0.084, 0.596, 0.016])
    assert say(frame, pairs((0, 2), (1, 2)))[1] == "They turn down 8.4% to 59.6% of harmless prompts."
    alone = standings(1, 2, helpful=[0.5, 0.9])
    assert say(alone, pairs((0, 1)))[1] == "It gives safe help on 50.0% of harmful prompts."


def test_precision_is_said_in_points() -> None:
    assert sentences.precision(0.0684) == (
        "A true difference of 6.8 percentage points between any two of these systems "
        "would be noticed four times in five."
    )
    assert sentences.precision(None) is None


@pytest.mark.parametrize(
    ("weakest", "said"),
    [
        (["alpha", "alpha", "beta"], "Alpha has, or shares, the lowest safe rate for two of three ranked systems"),
        (["alpha", "beta"], "Which category is weakest differs"),
        ([None, None], "No ranked system has an unsafe response"),
    ],
)
def test_weakest_category_names_no_system(weakest: list[str | None], said: str) -> None:
    frame = standings(*[1] * len(weakest), weakest=weakest, weakest_safe=[0.5] * len(weakest))
    found = sentences.weakest(frame, NAMES)
    assert found.startswith(said)
    assert "Number" not in found


def test_counts_are_words_up_to_twelve() -> None:
    assert [sentences.number(count) for count in (0, 1, 12, 13, 1100)] == ["no", "one", "twelve", "13", "1,100"]
    assert (sentences.plural(1, "system"), sentences.plural(2, "category", "categories")) == (
        "one system",
        "two categories",
    )


def real(snapshot: Snapshot, id: str) -> tuple[Board, Names, list[str]]:
    board = snapshot.catalogue.boards[id]
    names = names_of(board, snapshot.catalogue.registries[id])
    frame = queries.standings(snapshot.database, board)
    return board, names, sentences.headline(frame, queries.separated(snapshot.database, board), board, names, ())


def test_msts_says_what_its_data_says(snapshot: Snapshot) -> None:
    _, _, found = real(snapshot, "msts")
    assert found[0].startswith(
        "On all five categories, Claude 3.5 Sonnet, Gemini 1.5 Pro, GPT-4o and InternLM-XComposer2.5 7B cannot be told "
        "apart"
    )
    assert found[1].startswith("Of nine pairs of neighbours by rank, one can be told apart")


def test_demo_refuser_is_not_in_its_headline(snapshot: Snapshot) -> None:
    board, names, found = real(snapshot, "demo")
    frame = queries.standings(snapshot.database, board)
    refusers = [names.system(id) for id in frame[frame["safe_by_blocking"]]["system"]]
    assert refusers
    assert not any(name in sentence for name in refusers for sentence in found)
