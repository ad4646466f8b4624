"""What a board can tell apart at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from leaderboard.offline.scoring import precision
from leaderboard.offline.scoring.panel import Floats

seeds = st.integers(0, 2**32 - 1)
counts = st.integers(2, 12)


def detectable(influence: Floats, df: float) -> precision.Detectable:
    covariance = influence.T @ influence
    variance = np.add.outer(covariance.diagonal(), covariance.diagonal()) - 2 * covariance
    return precision.detectable(np.sqrt(np.maximum(variance, 0)), np.full_like(variance, df))


def alike(systems: int, error: float = 0.01) -> Floats:
    """Influences of systems that err independently and equally: every difference has the same standard error."""
    return np.eye(20)[:, :systems] * error / np.sqrt(2)


@pytest.mark.parametrize("systems", [0, 1])
def test_fewer_than_two_systems_leave_nothing_to_detect(systems: int) -> None:
    assert detectable(alike(systems), 18) == (None, None, None)


@pytest.mark.parametrize("systems", [2, 3, 12])
def test_the_detectable_difference_is_that_of_80_percent_power_at_the_level_of_the_claims(systems: int) -> None:
    pairs = systems * (systems - 1) / 2
    expected = [(t.ppf(1 - 0.025 / claims, 18) + norm.ppf(0.8)) * 0.01 for claims in (1, pairs, pairs)]
    assert detectable(alike(systems), 18) == pytest.approx(tuple(expected))


@given(fewer=counts, more=counts)
def test_more_systems_never_lower_what_is_detectable_among_all(fewer: int, more: int) -> None:
    few, many = (detectable(alike(systems), 18) for systems in sorted((fewer, more)))
    assert few[0] == pytest.approx(many[0])
    assert (few[1] or 0) <= (many[1] or 0) * (1 + 1e-12)


@given(seed=seeds, systems=counts, factor=st.floats(0.1, 10))
def test_detectable_differences_grow_with_the_noise_and_with_the_number_of_claims(
    seed: int, systems: int, factor: float
) -> None:
    influence = np.random.default_rng(seed).normal(size=(20, systems))
    once, scaled = detectable(influence, 18), detectable(influence * factor, 18)
    assert scaled == pytest.approx(tuple(each * factor for each in once))
    assert 0 < once[0] <= once[1] <= once[2]
    assert once[0] < once[1] or systems == 2


def test_what_systems_share_makes_smaller_differences_detectable() -> None:
    draw = np.random.default_rng(0)
    own, shared = draw.normal(size=(20, 3)), draw.normal(size=(20, 1))
    apart, paired = detectable(own + 5 * draw.normal(size=(20, 3)), 18), detectable(own + 5 * shared, 18)
    assert paired[0] < apart[0]


def test_the_detectable_difference_is_that_of_the_median_pair() -> None:
    influence = np.diag([0.01, 0.01, 0.01, 0.5])  # three of six pairs have the standard error .01 * sqrt(2), three .5
    low, high = 0.01 * np.sqrt(2), np.hypot(0.01, 0.5)
    factor = t.ppf(0.975, 3) + norm.ppf(0.8)
    assert low * factor < detectable(influence, 3)[0] < high * factor


def test_the_worst_pair_is_that_of_the_largest_error_among_all_pairs() -> None:
    influence = np.diag([0.01, 0.01, 0.02, 0.5])
    expected = (t.ppf(1 - 0.025 / 6, 3) + norm.ppf(0.8)) * np.hypot(0.02, 0.5)
    assert detectable(influence, 3).worst == pytest.approx(expected)
