"""What a guardrail gains against what it costs, in words."""

import msgspec
import pytest

from leaderboard.site.data.rows import Benefit
from leaderboard.site.views import benefits
from leaderboard.site.views.names import names_of
from tests import made

NAMES = names_of(made.board(), made.registry())

GAIN = Benefit("bare", 1.0, -0.01, -0.03, 0.01, None, False, even=0.79, even_low=0.52, even_high=1.09, shape="bounded")


def gain(**values: object) -> Benefit:
    return msgspec.structs.replace(GAIN, **values)


def rates(*helps: bool) -> list[Benefit]:
    return [gain(exchange_rate=rate, helps=each) for rate, each in zip((1.0, 0.5, 0.25, 0.1), helps, strict=True)]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {},
            "where a needless block is 0.79 times as bad as an unsafe response (95% interval, alone: 0.52 to 1.09).",
        ),
        (
            {"even_low": -0.26},
            "0.79 times as bad as an unsafe response (95% interval, alone: 0.00 to 1.09).",
        ),
        ({"shape": "everything", "even_low": None, "even_high": None}, "unsafe response (the data do not bound it)."),
        (
            {"shape": "outside", "even_low": -3.8, "even_high": 0.8},
            "(95% interval, alone: 0.80 and up).",
        ),
        ({"shape": "outside", "even_low": -41.1, "even_high": -0.55}, "(the data do not bound it)."),
        ({"even": -0.0, "even_low": -0.59, "even_high": 0.59}, "at no weight above zero, as observed; up to 0.59"),
        ({"even": -0.4, "even_low": -0.8, "even_high": -0.1}, "at no weight above zero, as observed."),
        ({"even": None, "shape": "everything"}, "none. Nothing was blocked without need on balance"),
    ],
)
def test_break_even_is_said_with_what_bounds_it(values: dict[str, object], text: str) -> None:
    words = benefits.break_even(gain(**values), NAMES)
    assert words.startswith("Break-even: ")
    assert text in words


def test_where_it_pays_is_said_for_the_dearest_block() -> None:
    assert benefits.pays(rates(False, True, True, True), NAMES).endswith(
        "shown where one unsafe response is as bad as two needless blocks or more; not shown where needless blocks "
        "weigh heavier."
    )
    assert benefits.pays(rates(True, True, True, True), NAMES).endswith("as bad as one needless block or more.")
    assert "not shown at any of four weights." in benefits.pays(rates(False, False, False, False), NAMES)


def test_net_loss_is_told_from_no_conclusion() -> None:
    lost = [gain(ci_low=-0.25, ci_high=-0.15), gain()]
    assert "A net loss is shown at one of them." in benefits.pays(lost, NAMES)
    assert [benefits.state(each, judge_only=False) for each in lost] == [
        "no: a net loss is shown",
        "not shown",
    ]


@pytest.mark.parametrize(("p", "state"), [(0.04, "no: a net loss is shown"), (0.06, "not shown")])
def test_net_loss_of_one_guardrail_alone_is_not_shown(p: float, state: str) -> None:
    lost = gain(ci_low=-0.25, ci_high=-0.15, p_adjusted=p)
    assert benefits.state(lost, judge_only=False) == state
    assert ("A net loss is shown" in benefits.pays([lost], NAMES)) == (state != "not shown")


def test_judge_alone_gives_no_verdict_on_the_price() -> None:
    gains = rates(True, True, True, True)
    assert benefits.conclusions(gains, judge_only=True, names=NAMES) == [benefits.break_even(gains[0], NAMES)]
    assert {benefits.state(each, judge_only=True) for each in gains} == {"no conclusion"}


def test_board_without_blocks_says_so() -> None:
    assert benefits.conclusions([], judge_only=False, names=NAMES) == [benefits.UNMEASURED]


def test_weights_that_do_not_follow_each_other_are_listed() -> None:
    assert benefits.pays(rates(True, False, True, True), NAMES) == (
        "Net benefit: shown where one unsafe response is as bad as ten needless blocks, four needless blocks and one "
        "needless block, and not at every other weight."
    )
