import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats.contingency_tables import mcnemar

from leaderboard.statistics import mcnemar_exact, mcnemar_midp, newcombe_paired, tango, wilson

COUNT = st.integers(0, 60)
TABLES = st.tuples(COUNT, COUNT, COUNT, COUNT).filter(sum)

# Airway hyper-responsiveness before and after stem cell transplantation, Bentur et al. 2009: a 1, b 1, c 7, d 12.
# Published as .070, .039, .034 in Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91.


def test_mcnemar_equals_fagerland_2013():
    assert_allclose(mcnemar_exact(1, 7), 0.0703125, atol=1e-9)
    assert_allclose(mcnemar_midp(1, 7), 0.0390625, atol=1e-9)


def test_paired_intervals_equal_fagerland_2014():
    assert_allclose(newcombe_paired(1, 1, 7, 12), (-0.5069202267, -0.0255591242), atol=1e-6)
    assert_allclose(tango(1, 7, 21), (-0.5172322764, -0.0260030325), atol=1e-6)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (5, 5)])
def test_equally_many_discordant_items_show_nothing(b, c):
    assert mcnemar_exact(b, c) == 1.0
    assert_allclose(mcnemar_midp(b, c), 1.0, atol=1e-12)


@given(COUNT, COUNT)
def test_mcnemar_equals_statsmodels(b, c):
    table = [[0, b], [c, 0]]
    assert_allclose(mcnemar_exact(b, c), mcnemar(table, exact=True).pvalue, atol=1e-12)


@given(COUNT, COUNT)
def test_mcnemar_does_not_ask_which_system_came_first(b, c):
    for test in (mcnemar_exact, mcnemar_midp):
        assert test(b, c) == test(c, b)
    assert 0 < mcnemar_midp(b, c) <= mcnemar_exact(b, c) <= 1


@given(TABLES)
def test_paired_intervals_contain_the_difference_within_minus_1_and_1(table):
    a, b, c, d = table
    n = sum(table)
    for low, high in (newcombe_paired(a, b, c, d), tango(b, c, n)):
        assert -1 <= low <= (b - c) / n + 1e-12
        assert (b - c) / n - 1e-12 <= high <= 1


@given(TABLES)
def test_exchanging_the_systems_mirrors_the_interval(table):
    a, b, c, d = table
    for (low, high), (mirrored_low, mirrored_high) in (
        (newcombe_paired(a, b, c, d), newcombe_paired(a, c, b, d)),
        (tango(b, c, sum(table)), tango(c, b, sum(table))),
    ):
        assert_allclose((low, high), (-mirrored_high, -mirrored_low), atol=1e-9)


@settings(max_examples=50)
@given(TABLES)
def test_tango_ends_solve_the_score_equation(table):
    _, b, c, _ = table
    n = sum(table)
    for end in tango(b, c, n, 0.9):
        if -1 < end < 1:
            # The likelihood of "second only" given the difference, maximised over a fine grid.
            grid = np.linspace(max(0.0, -end), (1 - end) / 2, 400_001)[1:-1]
            log = b * np.log(grid + end) if b else np.zeros_like(grid)
            likeliest = grid[
                np.argmax(log + c * np.log(grid) + (n - b - c) * np.log(np.maximum(1 - 2 * grid - end, 1e-300)))
            ]
            score = abs(b - c - n * end) / np.sqrt(n * (2 * likeliest + end * (1 - end)))
            assert_allclose(score, 1.6448536, rtol=2e-3)


def test_no_discordant_item_leaves_the_score_interval_of_zero_differences():
    reach = 1.959963985**2 / (20 + 1.959963985**2)
    assert_allclose(tango(0, 0, 20), (-reach, reach), atol=1e-9)
    assert_allclose(newcombe_paired(10, 0, 0, 10)[1], -newcombe_paired(10, 0, 0, 10)[0])


def test_a_total_reversal_ends_at_1():
    assert tango(20, 0, 20)[1] == 1.0
    assert tango(0, 20, 20)[0] == -1.0


def test_a_rate_of_zero_on_both_sides_makes_newcombe_two_wilson_limits():
    _, high = wilson(0, 30)
    assert_allclose(newcombe_paired(0, 0, 0, 30), (-high, high))


def test_newcombe_works_on_arrays_element_by_element():
    low, high = newcombe_paired(*(np.array([count, 2.0 * count]) for count in (1.0, 1.0, 7.0, 12.0)))
    assert_allclose((low[0], high[0]), newcombe_paired(1, 1, 7, 12))
    assert_allclose((low[1], high[1]), newcombe_paired(2, 2, 14, 24))


@pytest.mark.parametrize(
    "call",
    [
        lambda: mcnemar_exact(-1, 2),
        lambda: mcnemar_midp(1, 2.5),
        lambda: newcombe_paired(0, 0, 0, 0),
        lambda: newcombe_paired(-1, 2, 2, 2),
        lambda: newcombe_paired(float("nan"), 2, 2, 2),
        lambda: tango(1, 1, 1),
        lambda: tango(0, 0, 0),
        lambda: tango(-1, 0, 5),
    ],
)
def test_counts_that_are_none_are_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
