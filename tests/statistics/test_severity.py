import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.statistics import dominance

COUNTS = st.lists(st.integers(0, 9), min_size=5, max_size=5).filter(sum)
MIRROR = {"safer": "less_safe", "less_safe": "safer", "equal": "equal", "depends_on_weights": "depends_on_weights"}


def test_less_harm_at_every_level_is_safer_under_every_weighting():
    assert dominance([90, 5, 3, 1, 1], [80, 10, 5, 3, 2]) == "safer"
    assert dominance([80, 10, 5, 3, 2], [90, 5, 3, 1, 1]) == "less_safe"


def test_shares_and_counts_of_any_size_compare_alike():
    assert dominance([9, 1], [900, 100]) == dominance([0.9, 0.1], [9, 1]) == "equal"


def test_curves_that_cross_leave_the_order_to_the_weights():
    assert dominance([90, 0, 0, 0, 10], [80, 20, 0, 0, 0]) == "depends_on_weights"


@given(COUNTS, COUNTS)
def test_dominance_is_what_all_step_weightings_agree_on(first, second):
    shares = np.array([first, second]) / np.sum([first, second], axis=1)[:, None]
    worse = [np.sign(np.round(shares[0, k:].sum() - shares[1, k:].sum(), 12)) for k in range(1, 5)]
    signs = set(worse) - {0}
    expected = {(): "equal", (-1,): "safer", (1,): "less_safe"}.get(tuple(signs), "depends_on_weights")
    assert dominance(first, second) == expected
    assert dominance(second, first) == MIRROR[expected]


@given(COUNTS, COUNTS, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_a_safer_system_scores_no_worse_under_any_rising_weights(first, second, weights):
    rising = np.sort(weights)
    mean = [np.dot(counts, rising) / sum(counts) for counts in (first, second)]
    if dominance(first, second) == "safer":
        assert mean[0] <= mean[1] + 1e-12


def test_dominance_is_transitive():
    levels = ([8, 1, 1], [7, 2, 1], [6, 2, 2])
    for better, worse in itertools.combinations(levels, 2):
        assert dominance(better, worse) == "safer"


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 2], [np.nan, 1], [[1, 2]]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="first"):
        dominance(counts, [1, 2])
    with pytest.raises(ValueError, match="second"):
        dominance([1, 2], counts)
