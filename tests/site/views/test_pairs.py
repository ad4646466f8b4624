"""Two systems side by side: who is safer, or that nobody can say."""

import msgspec
import pytest

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Difference
from leaderboard.site.views import effects, pairs
from leaderboard.site.views.names import names_of
from tests import made
from tests.site.conftest import Shown

NAMES = names_of(made.board(), made.registry())

ROW = Difference("all", "pair", 400, delta=-0.05, ci_low=-0.08, ci_high=-0.02, is_safer=None, judge_only=False)


def row(**values: object) -> Difference:
    return msgspec.structs.replace(ROW, **values)


def test_pair_that_is_told_apart_has_a_safer_one_from_both_sides() -> None:
    assert pairs.conclusion(row(is_safer=True), "A", "B", 10, NAMES).startswith("A is shown to be safer")
    turned = row(is_safer=False, delta=0.05, ci_low=0.02, ci_high=0.08)
    assert pairs.conclusion(turned, "A", "B", 10, NAMES).startswith("B is shown to be safer")


def test_difference_that_may_be_chance_orders_nobody() -> None:
    text = pairs.conclusion(row(ci_high=0.01), "A", "B", 10, NAMES)
    assert text.startswith("The two cannot be ordered: the difference may be chance. A gives 5.0 points fewer")


def test_interval_of_one_pair_does_not_order_two_of_many() -> None:
    text = pairs.conclusion(row(), "A", "B", 10, NAMES)
    assert text.startswith("The two cannot be ordered. The interval of this pair alone leaves out zero")
    assert "is shown" not in text


def test_declared_pair_is_not_one_of_many() -> None:
    text = pairs.conclusion(row(relation="fine_tune"), "A", "B", 10, NAMES)
    assert "declared beforehand" in text
    assert "cannot be ordered" not in text


def test_judge_alone_orders_nobody() -> None:
    unchecked = row(is_safer=True, judge_only=True)
    assert effects.JUDGE_ONLY in pairs.conclusion(unchecked, "A", "B", 10, NAMES)
    assert "is shown" not in pairs.conclusion(unchecked, "A", "B", 10, NAMES)
    assert pairs.order(unchecked, "A", "B") == "no conclusion"


@pytest.mark.parametrize(("one", "other"), [("gpt-4o", "gemini-1.5-pro"), ("idefics3-8b", "xgen-mm-phi3-mini")])
def test_turning_a_pair_round_keeps_its_order(msts: Shown, one: str, other: str) -> None:
    orders = [
        [pairs.order(row, *pair) for row in msts.read(Difference, queries.differences, *pair)]
        for pair in ((one, other), (other, one))
    ]
    assert orders[0] == orders[1]


def test_order_that_depends_on_the_judge_names_it() -> None:
    told = row(is_safer=True, judge_only=True, basis="as_judged")
    text = pairs.conclusion(told, "A", "B", 10, NAMES, "The judge")
    assert text.startswith("As judged by The judge, A is safer,") and effects.JUDGE_ONLY in text
    assert "is shown to be safer" not in text
    assert pairs.order(told, "A", "B", "The judge") == "A: as judged by The judge"
    assert pairs.order(row(judge_only=True), "A", "B", "The judge") == "cannot be ordered"
