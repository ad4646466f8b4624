import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import pair_matrix, sampling_design
from leaderboard.statistics.contrasts import contrasts
from tests.statistics.designs import random_layout

seeds = st.integers(0, 2**32 - 1)


def drawn(seed, systems=4, gaps=0.0):
    """Scores with what is missing counted as 0 and as 1, a layout, and some of its categories."""
    generator = np.random.default_rng(seed)
    layout = random_layout(generator)
    hard = generator.random((len(layout.category), 1))
    scores = (0.5 * hard + 0.5 * generator.random((len(layout.category), systems)) < generator.random(systems)) * 1.0
    missing = generator.random(scores.shape) < gaps
    rows = generator.random(layout.category.max() + 1) < 0.6
    rows[generator.integers(len(rows))] = True
    return np.where(missing, 0.0, scores), np.where(missing, 1.0, scores), layout, rows


@pytest.mark.parametrize("gaps", [0.0, 0.02])
@given(seed=seeds)
@settings(max_examples=25)
def test_every_set_of_categories_has_the_errors_and_degrees_of_a_comparison_item_by_item(gaps, seed):
    lowest, highest, layout, rows = drawn(seed, gaps=gaps)
    chosen = rows[layout.category]
    design = sampling_design(layout.category[chosen], layout.family[chosen])
    found = contrasts(lowest, highest, sampling_design(*layout)).over(rows, design)
    scores = np.where(lowest == highest, lowest, np.nan)[chosen]
    expected = pair_matrix(scores, layout.category[chosen], layout.family[chosen])
    apart = ~np.eye(4, dtype=bool)
    assert_allclose(found.standard_error[apart], expected.standard_error[apart], rtol=1e-7)
    assert_allclose(found.df[apart], expected.df[apart], rtol=1e-6)
    assert (expected.least[apart] <= found.least[apart] + 1e-12).all()
    if not gaps:
        assert_allclose(found.least, expected.delta, atol=1e-12)


@given(seed=seeds)
@settings(max_examples=25)
def test_the_covariance_gives_every_difference_the_error_that_it_has_without_rare_events(seed):
    lowest, highest, layout, _ = drawn(seed)
    design = sampling_design(*layout)
    found = contrasts(lowest, highest, design).over(np.full(len(design.categories), True), design)
    own = found.covariance.diagonal()
    variance = np.add.outer(own, own) - 2 * found.covariance
    apart = ~np.eye(4, dtype=bool)
    assert (variance[apart] > 0).all()
    assert (variance[apart] <= found.standard_error[apart] ** 2 * (1 + 1e-9)).all()


def test_a_statistic_is_that_of_the_normal_which_is_as_improbable():
    lowest, highest, layout, _ = drawn(5)
    design = sampling_design(*layout)
    found = contrasts(lowest, highest, design).over(np.full(len(design.categories), True), design)
    assert (np.sign(found.statistic) == np.sign(found.least)).all()
    t = np.abs(found.least / found.standard_error)
    assert (np.abs(found.statistic) <= t + 1e-12).all()
    assert_allclose(found.statistic, -found.statistic.T, atol=1e-9)


def test_no_system_and_one_system_have_no_pair():
    _, _, layout, rows = drawn(1)
    chosen = rows[layout.category]
    design = sampling_design(layout.category[chosen], layout.family[chosen])
    for systems in (0, 1):
        scores = np.zeros((len(layout.category), systems))
        found = contrasts(scores, scores, sampling_design(*layout)).over(rows, design)
        assert found.statistic.shape == found.covariance.shape == (systems, systems)
