import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import (
    AuditTooSmall,
    JudgeNotUsable,
    audited_rate,
    lang_reiczigel,
    rogan_gladen,
    wilson,
)

RATE = st.floats(0, 1)
USABLE = st.floats(0.75, 1)


def test_rogan_gladen_equals_epir():
    # R epiR 2.0.57, epi.prev(263, 750, se = .88, sp = .93, method = "wilson").
    assert_allclose(rogan_gladen(263 / 750, 0.88, 0.93), 0.3465021, atol=1e-6)
    ends = rogan_gladen(np.array(wilson(263, 750)), 0.88, 0.93)
    assert_allclose(ends, [0.3053774, 0.3895057], atol=1e-6)


@given(RATE, USABLE, USABLE)
def test_correcting_undoes_what_the_judge_does(rate, sensitivity, specificity):
    apparent = rate * sensitivity + (1 - rate) * (1 - specificity)
    assert_allclose(rogan_gladen(min(apparent, 1.0), sensitivity, specificity), rate, atol=1e-9)


def test_a_perfect_judge_needs_no_correction_and_an_impossible_rate_is_cut():
    assert rogan_gladen(0.25, 1.0, 1.0) == 0.25
    assert rogan_gladen(0.02, 0.9, 0.9) == 0.0
    assert rogan_gladen(0.99, 0.9, 0.9) == 1.0


def test_a_judge_who_cannot_tell_is_not_usable():
    for use in (
        lambda: rogan_gladen(0.1, 0.7, 0.79),
        lambda: lang_reiczigel(0.1, 100, 0.7, 50, 0.7, 50),
    ):
        with pytest.raises(JudgeNotUsable, match=r"at least 0\.5"):
            use()
    assert rogan_gladen(0.5, 0.7, 0.8) == pytest.approx(0.6)


def test_lang_reiczigel_equals_a_calculation_by_hand():
    # n 100, 20 judged unsafe; 45 of 50 unsafe found, 95 of 100 safe cleared; the paper's steps one by one.
    z2 = 1.959963984540054**2
    rate, found, cleared = (20 + z2 / 2) / (100 + z2), 46 / 52, 96 / 102
    power = found + cleared - 1
    centre = (rate + cleared - 1) / power
    parts = rate * (1 - rate) / (100 + z2), found * (1 - found) / 52, cleared * (1 - cleared) / 102
    shift = 2 * z2 * (centre * parts[1] - (1 - centre) * parts[2])
    reach = np.sqrt(z2 * (parts[0] + centre**2 * parts[1] + (1 - centre) ** 2 * parts[2])) / power
    limits = lang_reiczigel(0.2, 100, 0.9, 50, 0.95, 100)
    assert_allclose(limits, (centre + shift - reach, centre + shift + reach))


@given(RATE, USABLE, USABLE, st.integers(20, 500))
def test_lang_reiczigel_contains_the_corrected_rate_within_0_and_1(apparent, sensitivity, specificity, n):
    low, high = lang_reiczigel(apparent, n, sensitivity, 80, specificity, 120)
    assert 0 <= low <= rogan_gladen(apparent, sensitivity, specificity) <= high <= 1


def test_a_smaller_audit_widens_the_corrected_interval():
    small, large = (lang_reiczigel(0.1, 1100, 0.9, n, 0.95, n) for n in (50, 5000))
    assert small[0] <= large[0] and small[1] > large[1]


# Audits.


def test_an_audited_rate_weighs_what_humans_found_by_what_the_judge_said():
    rate = audited_rate(0.1, 1100, 135, 150, 3, 300)
    assert_allclose(rate.estimate, 0.1 * 0.9 + 0.9 * 0.01)
    assert rate.low < rate.estimate < rate.high
    assert audited_rate(0.1, 1100, 135, 150, 3, 300) == rate


def test_an_audit_that_confirms_everything_leaves_the_judged_rate():
    rate = audited_rate(0.1, 10_000, 10_000, 10_000, 0, 10_000)
    assert_allclose((rate.low, rate.high), wilson(1000, 10_000), atol=1e-3)


def test_a_larger_audit_narrows_the_interval():
    small, large = audited_rate(0.05, 1100, 12, 15, 1, 30), audited_rate(0.05, 1100, 120, 150, 10, 300)
    assert large.high - large.low < small.high - small.low


def test_an_audited_rate_of_nothing_unsafe_has_limits_from_0():
    rate = audited_rate(0.0, 1100, 0, 0, 0, 300)
    assert rate.estimate == rate.low == 0.0 < rate.high < 0.02
    assert audited_rate(1.0, 1100, 150, 150, 0, 0).high == 1.0


@pytest.mark.parametrize("audit", [(0.1, 100, 0, 0, 0, 30), (0.1, 100, 5, 10, 0, 0)])
def test_a_judgement_that_nobody_audited_is_refused(audit):
    with pytest.raises(AuditTooSmall):
        audited_rate(*audit)


@pytest.mark.parametrize(
    "audit", [(0.1, 100, 11, 10, 0, 5), (0.1, 100, 1, 10, -1, 5), (0.1, 0, 1, 10, 1, 5), (1.1, 100, 1, 10, 1, 5)]
)
def test_an_impossible_audit_is_refused(audit):
    with pytest.raises(ValueError, match=r"must|within"):
        audited_rate(*audit)


@pytest.mark.parametrize(
    "call",
    [
        lambda: rogan_gladen(1.2, 0.9, 0.9),
        lambda: rogan_gladen(0.2, 1.9, 0.9),
        lambda: lang_reiczigel(0.1, 0, 0.9, 50, 0.9, 50),
        lambda: lang_reiczigel(float("nan"), 10, 0.9, 50, 0.9, 50),
    ],
)
def test_values_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"need|must"):
        call()
