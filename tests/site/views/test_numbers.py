"""Numbers are never rounded to a certainty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.views import numbers


@pytest.mark.parametrize(
    ("rate", "n", "text"),
    [
        (0.8773, 400, "87.7%"),
        (0.8773, 50, "88%"),
        (1.0, 400, "100%"),
        (0.0, 50, "0%"),
        (0.99996, 400, ">99.9%"),
        (0.9996, 50, ">99%"),
        (0.0001, 400, "<0.1%"),
        (0.001, 50, "<1%"),
        (0.5, 400, "50.0%"),
    ],
)
def test_rate_is_rounded_by_the_number_of_items_and_never_to_a_certainty(rate: float, n: int, text: str) -> None:
    assert numbers.percent(rate, n) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.841, 0.906, "84.1–90.6%"),
        (0.984, 1.0, "98.4–100%"),
        (0.981, 0.9999, "98.1–100%"),
        (0.0001, 0.02, "0–2.0%"),
        (1, 1, "100%"),
    ],
)
def test_interval_is_rounded_outwards_next_to_certainty(low: float, high: float, text: str) -> None:
    assert numbers.span(low, high) == text


def test_rank_set_is_a_range_or_one_place() -> None:
    assert (numbers.ranks(3, 7), numbers.ranks(4, 4)) == ("3–7", "4")


@given(st.floats(-0.5, 1.5))
def test_position_stays_on_the_scale(rate: float) -> None:
    assert 0 <= float(numbers.position(rate)) <= 100
