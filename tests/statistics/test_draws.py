import numpy as np
import pytest
from numpy.testing import assert_allclose

from leaderboard.statistics.draws import joint_errors

COVARIANCE = np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])


def test_errors_have_the_covariance_they_are_drawn_from():
    errors = joint_errors(np.zeros(3), COVARIANCE, df=None, draws=100_000, seed=0)
    assert_allclose(np.cov(errors), COVARIANCE, atol=0.05)


def test_one_factor_per_draw_makes_the_errors_students():
    errors = joint_errors(np.zeros(3), COVARIANCE, df=10, draws=200_000, seed=0)
    assert_allclose(np.cov(errors), COVARIANCE * 10 / 8, atol=0.1)
    identical = joint_errors(np.zeros(2), np.ones((2, 2)), df=3, draws=100, seed=0)
    assert_allclose(identical[0], identical[1])


def test_a_system_keeps_its_draws_wherever_it_stands():
    estimate, order = np.array([0.3, 0.1, 0.2]), [2, 0, 1]
    errors = joint_errors(estimate, COVARIANCE, df=None, draws=50, seed=1)
    moved = joint_errors(estimate[order], COVARIANCE[np.ix_(order, order)], df=None, draws=50, seed=1)
    assert_allclose(moved, errors[order])


def test_a_matrix_with_a_negative_variance_is_no_covariance():
    with pytest.raises(ValueError, match="negative variance"):
        joint_errors(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]), df=None, draws=10, seed=0)


@pytest.mark.parametrize(("df", "draws"), [(0, 10), (-1, 10), (float("nan"), 10), (3, 0)])
def test_draws_out_of_range_are_refused(df, draws):
    with pytest.raises(ValueError, match=r"df|draws"):
        joint_errors(np.zeros(2), np.eye(2), df=df, draws=draws, seed=0)
