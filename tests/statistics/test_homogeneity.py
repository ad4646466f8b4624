import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import chi2_contingency, fisher_exact, nchypergeom_fisher

from leaderboard.statistics import homogeneity

COUNTS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12)), min_size=2, max_size=6)


def test_the_statistic_is_pearsons_and_p_is_near_its_tail_where_counts_are_large():
    errors, audited = np.array([50, 80, 45]), np.array([500, 600, 550])
    expected, found = chi2_contingency([errors, audited - errors], correction=False), homogeneity(errors, audited)
    assert_allclose((found.chi_squared, found.df), (expected.statistic, 2))
    assert_allclose(found.p, expected.pvalue, atol=0.004)


@pytest.mark.parametrize(("errors", "audited"), [([3, 0], [5, 9]), ([1, 6], [20, 15]), ([4, 2], [6, 6])])
@pytest.mark.parametrize("odds", [None, [1.0, 1.0], [2.0, 2.0]])
def test_p_of_two_groups_is_that_of_an_exact_enumeration(errors, audited, odds):
    tables = range(max(0, sum(errors) - audited[1]), min(sum(errors), audited[0]) + 1)
    share = sum(errors) / sum(audited)

    def statistic(first):
        cells = zip((first, sum(errors) - first), audited, strict=True)
        return sum((wrong - n * share) ** 2 / (n * share * (1 - share)) for wrong, n in cells)

    chance = nchypergeom_fisher(sum(audited), audited[0], sum(errors), 1.0)
    exact = sum(chance.pmf(first) for first in tables if statistic(first) >= statistic(errors[0]) - 1e-9)
    assert_allclose(homogeneity(errors, audited, odds).p, exact, atol=0.012)


def test_few_errors_are_no_longer_taken_for_a_difference():
    """Expected counts of .02: chi-squared calls one error in a small group a difference."""
    errors, audited = [1, 1, 0], [2, 300, 300]
    assert chi2_contingency([errors, np.subtract(audited, errors)], correction=False).pvalue < 1e-12
    assert_allclose(homogeneity([1, 0], [2, 98]).p, fisher_exact([[1, 1], [0, 98]]).pvalue, atol=0.004)
    assert homogeneity(errors, audited).p > 0.005


def test_more_of_one_label_among_audited_responses_is_no_difference_in_errors():
    """Of the second system people looked at four times as many of those in which an error can be seen."""
    errors, audited = [10, 31], [100, 131]
    assert homogeneity(errors, audited).p < 0.01
    assert homogeneity(errors, audited, [1.0, 4.0]).p > 0.3
    assert homogeneity(errors, audited, [4.0, 1.0]).p < 0.001


@pytest.mark.parametrize("odds", [None, np.array([1, 3, 0.5, 2])])
def test_judges_that_err_alike_are_rarely_called_uneven(odds):
    generator, audited = np.random.default_rng(0), np.array([6, 80, 30, 150])
    share = 0.04 * (1 if odds is None else odds)
    drawn = generator.binomial(audited, share / (0.96 + share), (150, 4))
    assert np.mean([homogeneity(errors, audited, odds).p < 0.05 for errors in drawn]) < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_a_conclusion_does_not_hang_on_the_seed(seed):
    errors, audited = [3, 5, 9, 2], [100, 90, 80, 100]
    found = homogeneity(errors, audited, seed=seed).p
    assert 0.0225 < found < 0.0275  # within five standard errors of 220,000 draws of .025


@given(COUNTS, st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_the_groups_changes_nothing(counts, random):
    errors, right = np.array(counts).T
    shuffled = list(range(len(counts)))
    random.shuffle(shuffled)
    total = errors + right
    assert homogeneity(errors, total) == homogeneity(errors[shuffled], total[shuffled])
    odds = 1.0 + total % 3
    assert homogeneity(errors, total, odds) == homogeneity(errors[shuffled], total[shuffled], odds[shuffled])


@pytest.mark.parametrize("errors", [[0, 0], [10, 20]])
def test_a_judge_who_never_or_always_errs_is_alike_on_all_systems(errors):
    assert homogeneity(errors, [10, 20]) == (0.0, 1, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ([1], [2]),
        ([1, 2], [2]),
        ([3, 1], [2, 2]),
        ([0, 1], [0, 2]),
        ([0.5, 1], [2, 2]),
        ([1, 1], [2, 2], [1, 0]),
        ([1, 1], [2, 2], [1]),
        ([1, np.nan], [2, 2]),
    ],
)
def test_values_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=r"need|must"):
        homogeneity(*arguments)
