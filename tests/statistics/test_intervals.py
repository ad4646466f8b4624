import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import beta, norm, t
from statsmodels.stats.proportion import proportion_confint

from leaderboard.statistics import clopper_pearson, jeffreys, one_sided, wilson
from leaderboard.statistics.intervals import critical_value, exact_limits, quantile

METHODS = (wilson, clopper_pearson, jeffreys)


@st.composite
def counts(draw):
    n = draw(st.floats(0.5, 5000))
    return draw(st.floats(0, 1)) * n, n


@pytest.mark.parametrize(("x", "n", "limits"), [(81, 263, (0.2553, 0.3662)), (0, 20, (0.0, 0.1611))])
def test_wilson_equals_newcombe_1998_table_1_method_3(x, n, limits):
    assert_allclose(wilson(x, n), limits, atol=5e-5)


@pytest.mark.parametrize(("x", "n", "limits"), [(7, 110, (0.03116452, 0.1255575)), (0, 110, (0.0, 0.03374394))])
def test_wilson_equals_prop_test_of_r(x, n, limits):
    assert_allclose(wilson(x, n), limits, atol=1e-7)


@pytest.mark.parametrize(
    ("x", "n", "limits", "tolerance"),
    [
        (81, 263, (0.2527, 0.3676), 5e-5),  # Newcombe 1998, table I method 5
        (0, 20, (0.0, 0.1684), 5e-5),
        (7, 110, (0.02596561, 0.1267259), 1e-7),  # R binom.test
        (0, 110, (0.0, 0.03297919), 1e-7),
    ],
)
def test_clopper_pearson_equals_published_limits(x, n, limits, tolerance):
    assert_allclose(clopper_pearson(x, n), limits, atol=tolerance)


@pytest.mark.parametrize(("x", "n", "limits"), [(7, 110, (0.028912759, 0.120867258)), (0, 110, (0.0, 0.022526314))])
def test_jeffreys_equals_published_limits_with_0_at_no_event(x, n, limits):
    assert_allclose(jeffreys(x, n), limits, atol=1e-8)


@pytest.mark.parametrize("x", [1, 7, 55, 109])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_limits_equal_those_of_statsmodels(x, confidence):
    names = {wilson: "wilson", clopper_pearson: "beta", jeffreys: "jeffreys"}
    for method, name in names.items():
        expected = proportion_confint(x, 110, alpha=1 - confidence, method=name)
        assert_allclose(method(x, 110, confidence), expected, atol=1e-9)


@given(counts(), st.sampled_from(METHODS), st.floats(0.01, 0.999))
def test_an_interval_contains_the_rate_and_lies_in_the_unit_interval(count, method, confidence):
    x, n = count
    low, high = method(x, n, confidence)
    assert 0 <= low <= x / n <= high <= 1


@given(counts(), st.sampled_from(METHODS))
def test_the_complement_of_a_rate_has_the_mirrored_interval(count, method):
    x, n = count
    low, high = method(x, n)
    mirrored = method(n - x, n)
    assert_allclose((1 - high, 1 - low), mirrored, atol=1e-6)


@given(counts(), st.floats(0, 1), st.sampled_from(METHODS))
def test_limits_do_not_fall_when_there_are_more_events(count, share, method):
    x, n = count
    fewer, more = method(x * share, n), method(x, n)
    assert fewer[0] <= more[0] + 1e-9
    assert fewer[1] <= more[1] + 1e-9


@given(counts(), st.sampled_from(METHODS))
def test_more_confidence_never_makes_an_interval_narrower(count, method):
    x, n = count
    (low, high), (wider_low, wider_high) = method(x, n, 0.9), method(x, n, 0.99)
    assert wider_low <= low + 1e-12
    assert wider_high >= high - 1e-12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 110, 27.4])
def test_no_event_has_lower_limit_0_and_nothing_but_events_upper_limit_1(method, n):
    assert method(0, n)[0] == 0.0
    assert method(n, n)[1] == 1.0


@pytest.mark.parametrize("method", METHODS)
def test_arrays_are_worked_on_element_by_element(method):
    x, n = np.array([[0.0, 3.0], [7.5, 20.0]]), np.array([20.0, 40.0])
    low, high = method(x, n)
    assert low.shape == high.shape == (2, 2)
    assert (low[1, 0], high[1, 0]) == method(7.5, 20.0)
    assert isinstance(method(7.5, 20.0)[0], float)


def test_few_degrees_of_freedom_widen_the_wilson_interval():
    assert wilson(7, 110, df=5)[1] > wilson(7, 110, df=50)[1] > wilson(7, 110)[1]
    assert wilson(7, 110, df=float("inf")) == wilson(7, 110)


def test_exact_limits_solve_the_binomial_tails():
    low, high = clopper_pearson(7, 110)
    assert_allclose(beta.cdf(low, 7, 104), 0.025, rtol=1e-9)
    assert_allclose(beta.sf(high, 8, 103), 0.025, rtol=1e-9)


def test_one_sided_limits_are_the_two_sided_ones_at_twice_the_error():
    assert_allclose(one_sided(7, 110, 0.95), clopper_pearson(7, 110, 0.90), rtol=1e-12)


def test_exact_limits_may_have_unequal_tails():
    low, high = exact_limits(np.array([0.1]), np.array([110.0]), 0.0025, 0.025)
    assert_allclose(low, clopper_pearson(11, 110, 0.995)[0])
    assert_allclose(high, clopper_pearson(11, 110, 0.95)[1])


def test_critical_values_are_those_of_the_normal_and_of_student():
    assert_allclose(critical_value(0.95), norm.ppf(0.975))
    assert_allclose(critical_value(0.95, 9), t.ppf(0.975, 9))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [(-1, 10), (11, 10), (0, 0), (1, -1), (float("nan"), 10), (1, float("inf"))])
def test_counts_out_of_range_are_refused(method, count):
    with pytest.raises(ValueError, match=r"^[xn]: "):
        method(*count)


@pytest.mark.parametrize("method", [*METHODS, one_sided])
@pytest.mark.parametrize("confidence", [0, 1, -0.1, 95, float("nan")])
def test_a_confidence_outside_0_to_1_is_refused(method, confidence):
    with pytest.raises(ValueError, match="confidence"):
        method(7, 110, confidence)


@pytest.mark.parametrize("df", [0, -1, float("nan")])
def test_degrees_of_freedom_must_be_positive(df):
    with pytest.raises(ValueError, match="df"):
        quantile(0.975, df)
