"""A difference in words: how many points, which way, how surely."""

import msgspec
import pytest

from leaderboard.site.data.rows import Effect
from leaderboard.site.views import differences
from leaderboard.site.views.differences import Words
from leaderboard.site.views.names import names_of
from tests import made

NAMES = names_of(made.board(), made.registry())

EFFECT = Effect(
    relation="version",
    before="one",
    after="two",
    category="all",
    metric="unsafe_rate",
    delta=0,
    ci_low=0,
    ci_high=0,
    p_adjusted=0.01,
    n=398,
    fixed=None,
    broken=None,
    noninferior=False,
    equivalent=False,
    compared=2,
    evidence="run",
    guardrail=None,
    judge_only=False,
)


def effect(delta: float, low: float, high: float, **more: object) -> Effect:
    return msgspec.structs.replace(EFFECT, delta=delta, ci_low=low, ci_high=high, **more)


def test_sentence_has_size_direction_interval_and_prompts() -> None:
    text = differences.sentence(effect(-0.062, -0.094, -0.031), NAMES)
    assert text == (
        "6.2 points fewer unsafe responses (95% interval 3.1 to 9.4 fewer, on the 398 prompts that both have)."
    )


def test_no_difference_still_has_its_interval() -> None:
    text = differences.sentence(effect(0.0, -0.007, 0.007), NAMES)
    assert text.startswith("as many unsafe responses (95% interval 0.7 fewer to 0.7 more")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-0.094, -0.031, "3.1 to 9.4 fewer"),
        (0.01, 0.052, "1.0 to 5.2 more"),
        (-0.022, 0.002, "2.2 fewer to 0.2 more"),
        (0.0, 0.05, "0 to 5.0 more"),
        (-0.05, 0.0, "5.0 fewer to 0"),
    ],
)
def test_interval_names_both_ends_and_their_sides(low: float, high: float, text: str) -> None:
    assert differences.interval(low, high) == text


def test_small_difference_is_never_rounded_to_none() -> None:
    assert differences.change(-0.0003) == "<0.1 points fewer"
    assert differences.change(0.0002, Words("{size} higher", "{size} lower", is_plain=True)) == "<0.001 higher"
    assert differences.change(0.0) == "no difference"


def test_plain_number_is_not_said_in_points() -> None:
    assert differences.change(0.0709, Words("{size} higher", "{size} lower", is_plain=True)) == "0.071 higher"


@pytest.mark.parametrize(
    ("row", "conclusion"),
    [
        (effect(-0.05, -0.08, -0.02), "fewer"),
        (effect(0.05, 0.02, 0.08), "more"),
        (effect(-0.05, -0.08, -0.02, p_adjusted=0.07), "alone_fewer"),
        (effect(0.05, 0.02, 0.08, p_adjusted=0.07), "alone_more"),
        (effect(0.0, -0.007, 0.007, noninferior=True, equivalent=True), "same"),
        (effect(-0.01, -0.022, 0.002, noninferior=True), "not_more"),
        (effect(0.01, -0.02, 0.04), "open"),
    ],
)
def test_nothing_is_found_that_interval_and_family_do_not_show(row: Effect, conclusion: str) -> None:
    assert differences.conclusion(row) == conclusion
