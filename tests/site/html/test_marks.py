"""Numbers and small drawings: never rounded to a certainty, never without their interval."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.html import marks
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


def test_rank_set_is_drawn_over_the_places_that_it_covers() -> None:
    assert "--lo:20.00;--hi:70.00" in marks.rank_set(3, 7, 10)


@given(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5), st.floats(-0.5, 1.5))
def test_drawing_stays_on_its_scale(estimate: float, low: float, high: float) -> None:
    drawn = marks.drawn(estimate, low, high, estimate)
    places = [float(part.split(";")[0].split('"')[0]) for part in drawn.split(":")[1:]]
    assert all(0 <= place <= 100 for place in places)


def test_drawing_is_hidden_from_screen_readers_and_the_numbers_are_not() -> None:
    assert 'aria-hidden="true"' in marks.drawn(0.5, 0.4, 0.6)
    assert "95% interval" in marks.rate(0.5, 0.4, 0.6)
    assert "aria-hidden" not in marks.rate(0.5, 0.4, 0.6)


def test_table_has_caption_heads_and_row_names() -> None:
    drawn = marks.table("What it shows", ["Name", "Value"], marks.body(marks.row("a", "1", labels=["Value"])))
    assert "<caption>What it shows</caption>" in drawn
    assert drawn.count('scope="col"') == 2
    assert '<th scope="row" role="rowheader">a</th><td role="cell" data-label="Value">1</td>' in drawn


def test_missing_values_are_none() -> None:
    frame = pd.DataFrame(
        {"a": [1.0, None], "b": pd.array([1, None], "Int32"), "c": pd.to_datetime(["2026-11-22", None])}
    )
    found = list(numbers.records(frame))
    assert found[1] == {"a": None, "b": None, "c": None}


def test_lists_are_kept() -> None:
    assert list(numbers.records(pd.DataFrame({"peers": [[0.1, 0.2]]}))) == [{"peers": [0.1, 0.2]}]
