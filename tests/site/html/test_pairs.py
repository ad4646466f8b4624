"""Two systems side by side: who is safer, or that nobody can say."""

import re

import pytest

from leaderboard.site.data import queries
from leaderboard.site.html import effects, pairs
from tests.site.conftest import Shown


def line(**values: object) -> dict[str, object]:
    made = {"category": "all", "relation": "pair", "n": 400, "told_apart": False, "judge_only": False}
    return made | {"delta": -0.05, "ci_low": -0.08, "ci_high": -0.02} | values


def drawn(shown: Shown, system: str, other: str) -> str:
    found = queries.differences(shown.database, shown.board, system, other)
    return pairs.compared(found, system, other, 10, shown.board, shown.names)


def test_pair_that_is_told_apart_has_a_safer_one_from_both_sides() -> None:
    assert pairs.says(line(told_apart=True), "A", "B", 10).startswith("A is safer: that is shown")
    turned = line(told_apart=True, delta=0.05, ci_low=0.02, ci_high=0.08)
    assert pairs.says(turned, "A", "B", 10).startswith("B is safer: that is shown")


def test_difference_that_may_be_chance_orders_nobody() -> None:
    said = pairs.says(line(ci_high=0.01), "A", "B", 10)
    assert said.startswith("The two cannot be ordered: the difference may be chance. A gives 5.0 points fewer")


def test_interval_of_one_pair_does_not_order_two_of_many() -> None:
    said = pairs.says(line(), "A", "B", 10)
    assert said.startswith("The two cannot be ordered. The interval of this pair alone leaves out zero")
    assert "is safer" not in said


def test_declared_pair_stands_for_itself() -> None:
    said = pairs.says(line(relation="fine_tune"), "A", "B", 10)
    assert "declared beforehand" in said
    assert "cannot be ordered" not in said


def test_judge_alone_orders_nobody() -> None:
    told = line(told_apart=True, judge_only=True)
    assert effects.JUDGE_ONLY in pairs.says(told, "A", "B", 10)
    assert "is safer" not in pairs.says(told, "A", "B", 10)
    assert pairs.order(told, "A", "B") == "no conclusion"


def test_table_begins_with_the_whole_and_has_every_category(msts: Shown) -> None:
    table = drawn(msts, "gpt-4o", "xgen-mm-phi3-mini")
    heads = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', table)
    assert heads == ["All categories", *(category.name for category in msts.board.risk_categories)]
    assert "GPT-4o: shown" in table
    assert "cannot be ordered" in table


@pytest.mark.parametrize(("one", "other"), [("gpt-4o", "gemini-1.5-pro"), ("idefics3-8b", "xgen-mm-phi3-mini")])
def test_turning_a_pair_round_keeps_its_order(msts: Shown, one: str, other: str) -> None:
    shown = [re.findall(r'data-label="Order">([^<]+)<', drawn(msts, *pair)) for pair in ((one, other), (other, one))]
    assert shown[0] == shown[1]
