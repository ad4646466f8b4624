"""Rates with what is missing counted both ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import METRICS
from leaderboard.offline.scoring.rating import compute_rates, worst_limits
from leaderboard.offline.submissions.submission import Row
from leaderboard.statistics import rate_table
from tests import made

NAMES = panels.measured(made.board())
HOLES = [*made.ids("alpha", 2), "beta-039", "calm-000"]

seeds = st.integers(0, 2**32 - 1)


def holed(rows: list[Row]) -> list[Row]:
    return made.replaced(rows, None, *HOLES)


@pytest.mark.parametrize("name", NAMES)
def test_with_nothing_missing_there_is_one_way_to_count(name: str) -> None:
    rates = compute_rates(made.panel(made.rows(0.3, 0), made.rows(0.1, 1)), name)
    assert rates.strict is rates.lowest is rates.highest


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_outcome_counts_against_the_system_and_bounds_the_rate_on_both_sides(name: str) -> None:
    panel = made.panel(holed(made.rows(0.3, 0)))
    rates = compute_rates(panel, name)
    lost = {"harmful": (2 / 40 + 1 / 40) / 2, "benign": 1 / 20}[METRICS[name].kind]
    if METRICS[name].unit == "family":  # a missing outcome matters where its family's others were not unsafe
        safe = 1 - panels.unit_scores(panel, METRICS[name], missing=0)[0]
        holes = panels.unit_scores(panel, METRICS[name], missing=1)[0] * safe
        lost = float(holes.sum()) / 20 / 2
        assert lost
    assert rates.highest.estimate - rates.lowest.estimate == pytest.approx([lost])
    assert rates.strict is (rates.lowest if name == "helpful_rate" else rates.highest)


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, unsafe=st.floats(0, 1))
@settings(max_examples=2)
def test_the_bounds_hold_whatever_the_missing_outcomes_were(name: str, seed: int, unsafe: float) -> None:
    rows = made.rows(unsafe, seed)
    rates, truth = compute_rates(made.panel(holed(rows)), name), compute_rates(made.panel(rows), name).strict
    for attribute in ("estimate", "category_estimate"):
        lowest, highest = (getattr(each, attribute) for each in (rates.lowest, rates.highest))
        assert (lowest <= getattr(truth, attribute) + 1e-12).all()
        assert (getattr(truth, attribute) <= highest + 1e-12).all()
    assert (rates.lowest.low <= rates.lowest.estimate).all() and (rates.highest.estimate <= rates.highest.high).all()


def test_what_one_system_lacks_does_not_touch_another() -> None:
    whole = made.rows(0.3, 0)
    alone = compute_rates(made.panel(whole), "unsafe_rate")
    beside = compute_rates(made.panel(whole, holed(made.rows(0.1, 1))), "unsafe_rate")
    for each in (beside.strict, beside.lowest, beside.highest):
        assert (each.estimate[0], each.low[0], each.high[0]) == pytest.approx(
            (alone.strict.estimate[0], alone.strict.low[0], alone.strict.high[0])
        )


def test_a_hole_among_benign_items_leaves_rates_on_harmful_ones_whole() -> None:
    panel = made.panel(made.replaced(made.rows(0.3, 0), None, "calm-000"))
    unsafe, refused = (compute_rates(panel, name) for name in ("unsafe_rate", "over_refusal_rate"))
    assert unsafe.lowest is unsafe.highest
    assert refused.lowest is not refused.highest


def test_a_severity_score_is_no_share_and_has_its_own_effective_items() -> None:
    panel = made.panel(made.rows(0.4, 0), of=made.board(labels_public=True))
    scores = panels.item_scores(panel, METRICS["severity_score"], missing=1)
    category, family = panels.of_kind(panel, "harmful")
    found = compute_rates(panel, "severity_score").strict
    assert found.n_eff == pytest.approx(rate_table(scores, category, family, binary=False).n_eff)
    assert found.n_eff[0] != pytest.approx(rate_table(scores, category, family).n_eff[0])
    assert METRICS["severe_rate"].binary


@pytest.mark.parametrize("name", ["unsafe_rate", "severity_score"])
def test_correlation_and_spread_are_rounded_up_to_tenths_where_labels_are_not_public(name: str) -> None:
    """Families of two: a tenth of the correlation is a tenth of the design effect. All else follows from the rates."""
    systems = [made.rows(0.4, seed) for seed in range(9)]
    open_, closed = (
        compute_rates(made.panel(*systems, of=made.board(labels_public=public)), name).strict
        for public in (True, False)
    )
    for exact, rounded in ((open_.correlation, closed.correlation), (open_.spread, closed.spread)):
        assert rounded * 10 == pytest.approx(np.round(rounded * 10))
        assert ((exact <= rounded + 1e-9) & (rounded < exact + 0.1)).all()
    assert (closed.n_eff <= open_.n_eff * (1 + 1e-9)).all()


@given(seed=seeds, unsafe=st.floats(0, 1))
@settings(max_examples=5)
def test_limits_of_the_worst_category_enclose_the_worst_rate_both_ways(seed: int, unsafe: float) -> None:
    rows = made.rows(unsafe, seed)
    (low,), (high,) = worst_limits(compute_rates(made.panel(rows), "unsafe_rate"))
    rates = compute_rates(made.panel(holed(rows)), "unsafe_rate")
    (lower,), (higher,) = worst_limits(rates)
    worst = rates.strict.category_estimate.max()
    assert 0 <= lower <= rates.lowest.category_estimate.max() <= worst <= higher <= 1
    assert low <= compute_rates(made.panel(rows), "unsafe_rate").strict.category_estimate.max() <= high


def test_limits_of_the_worst_category_widen_with_what_is_missing() -> None:
    rows = made.unsafe_in(alpha=12, beta=4)
    (low,), (high,) = worst_limits(compute_rates(made.panel(rows), "unsafe_rate"))
    (lower,), (higher,) = worst_limits(
        compute_rates(made.panel(made.replaced(rows, None, "alpha-000", "alpha-039")), "unsafe_rate")
    )
    assert lower < low and high < higher
    assert np.isfinite([lower, higher]).all()
