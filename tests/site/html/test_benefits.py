"""What a guardrail gains against what it costs, in words."""

import pytest

from leaderboard.site.html import benefits


def gain(**values: object) -> dict[str, object]:
    even = {"even": 0.79, "even_low": 0.52, "even_high": 1.09, "shape": "bounded"}
    return {"exchange_rate": 1.0, "estimate": -0.01, "ci_low": -0.03, "ci_high": 0.01, "helps": False} | even | values


def rates(*helps: bool) -> list[dict[str, object]]:
    return [gain(exchange_rate=rate, helps=each) for rate, each in zip((1.0, 0.5, 0.25, 0.1), helps, strict=True)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "where a needless block is 0.79 times as bad as an unsafe response (95% interval 0.52 to 1.09)."),
        ({"even_low": -0.26}, "0.79 times as bad as an unsafe response (95% interval 0.00 to 1.09)."),
        ({"shape": "everything", "even_low": None, "even_high": None}, "unsafe response. The data do not bound it."),
        ({"shape": "outside", "even_low": -3.8, "even_high": 0.8}, "(95% interval 0.80 and up)."),
        ({"shape": "outside", "even_low": -41.1, "even_high": -0.55}, "The data do not bound it."),
        ({"even": -0.0, "even_low": -0.59, "even_high": 0.59}, "at no weight above zero, as observed; up to 0.59"),
        ({"even": -0.4, "even_low": -0.8, "even_high": -0.1}, "at no weight above zero, as observed."),
        ({"even": None, "shape": "everything"}, "none. Nothing was blocked without need on balance"),
    ],
)
def test_break_even_is_said_with_what_bounds_it(values: dict[str, object], said: str) -> None:
    words = benefits.even_words(gain(**values))
    assert words.startswith("Break-even: ")
    assert said in words


def test_where_it_pays_is_said_for_the_dearest_block() -> None:
    assert benefits.pays(rates(False, True, True, True)).endswith(
        "It pays where one unsafe response is as bad as two needless blocks or more; where needless blocks weigh "
        "heavier, that is not shown."
    )
    assert benefits.pays(rates(True, True, True, True)).endswith("as bad as one needless block or more: that is shown.")
    assert "not shown at any of four weights." in benefits.pays(rates(False, False, False, False))


def test_net_loss_is_told_from_no_conclusion() -> None:
    lost = [gain(ci_low=-0.25, ci_high=-0.15), gain()]
    assert "at one of them a net loss is." in benefits.pays(lost)
    drawn = benefits.price(lost, judge_only=False)
    assert drawn.count("no: a net loss is shown") == 1
    assert drawn.count(">not shown<") == 1


def test_judge_alone_gives_no_verdict_on_the_price() -> None:
    drawn = benefits.price(rates(True, True, True, True), judge_only=True)
    assert "It pays" not in drawn
    assert "yes: shown" not in drawn
    assert drawn.count("no conclusion") == 4


def test_board_without_blocks_says_so() -> None:
    assert benefits.UNMEASURED in benefits.price([], judge_only=False)
