import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import (
    AuditTooSmall,
    Confusion,
    JudgeNotUsable,
    Share,
    audited_categories,
    audited_covariance,
    audited_limits,
    audited_rate,
    audited_share,
    clopper_pearson,
    lang_reiczigel,
    macro_estimate,
    rogan_gladen,
)
from tests.statistics.boards import draw, layout

RATE = st.floats(0, 1)


def share(value: float, n: float, families: int = 4) -> Share:
    return Share(value, n, np.zeros(families))


def audit(right: float = 0.9, n: float = 150, missed: float = 0.01, m: float = 300) -> Confusion:
    return Confusion(share(right, n), share(missed, m))


# Shares.


def test_a_share_of_single_responses_is_worth_each_of_them():
    found = audited_share([1.0] * 6 + [0.0] * 14, np.ones(20), np.arange(20), 30)
    assert (found.share, found.n) == (0.3, pytest.approx(19.0))  # 20 families show their variance: 19 / 20 of each
    assert_allclose(found.influence @ found.influence, 0.3 * 0.7 / 19)
    assert not found.influence[20:].any()


def test_a_share_has_the_variance_of_the_macro_rate_of_its_responses():
    generator, board = np.random.default_rng(0), layout(1, 30, 3)
    scores = draw(generator, board, np.array([0.3]), 0.6)
    found = audited_share(scores[:, 0], np.ones(90), board.family, 30)
    estimate, covariance, _ = macro_estimate(scores, *board)
    assert_allclose((found.share, found.influence @ found.influence), (estimate[0], covariance[0, 0]))
    assert_allclose(found.share * (1 - found.share) / found.n, covariance[0, 0])


def test_heavier_responses_count_for_more_and_make_the_audit_worth_less():
    even, uneven = (audited_share([1, 0] * 10, w, np.arange(20), 20) for w in (np.ones(20), np.tile([3.0, 1.0], 10)))
    assert (even.share, uneven.share) == (0.5, 0.75)
    assert uneven.n < even.n


def test_families_of_alike_responses_are_worth_one_each():
    family = np.repeat(np.arange(10), 2)
    assert audited_share(np.repeat([1, 0], 10), np.ones(20), family, 10).n == pytest.approx(9.0)
    # With few events the data cannot show it: one half is assumed.
    assert audited_share(np.zeros(20), np.ones(20), family, 10).n == pytest.approx(20 / 1.5)
    assert audited_share(np.zeros(20), np.ones(20), family, 10, step=1.0).n == pytest.approx(10)


def test_nothing_looked_at_is_worth_nothing():
    found = audited_share([], [], np.array([], np.int64), 3)
    assert (found.share, found.n, found.influence.tolist()) == (0.0, 0.0, [0.0, 0.0, 0.0])


# The whole board.


@given(RATE, RATE, RATE)
def test_one_sided_limits_enclose_the_estimate_within_0_and_1(apparent, right, missed):
    low, high = audited_limits(apparent, 400, audit(right, 150, missed, 300), draws=200)
    assert 0 <= low <= apparent * right + (1 - apparent) * missed <= high <= 1


def test_a_perfect_audit_leaves_the_exact_limits_of_what_was_judged():
    endless = audit(1.0, 1e12, 0.0, 1e12)
    assert_allclose(audited_limits(0.1, 200, endless), clopper_pearson(20, 200, 0.9), atol=0.002)
    assert audited_limits(0.0, 200, audit(0.0, 0.0, 0.0, 1e12))[0] == 0.0


def test_a_judgement_that_does_not_occur_needs_no_audit_and_one_that_does_needs_one():
    assert audited_limits(0.0, 1100, audit(0, 0, 0.0, 300))[1] < 0.03
    assert audited_limits(1.0, 1100, audit(1.0, 150, 0.0, 0))[1] == 1.0
    for apparent, looked in ((0.1, audit(n=0)), (0.1, audit(m=0)), (0.0, audit(m=0))):
        with pytest.raises(AuditTooSmall):
            audited_limits(apparent, 100, looked)


def test_exact_one_sided_limits_are_wider_than_the_ends_of_a_90_percent_interval():
    low, high = audited_limits(0.05, 1100, audit(0.9, 150, 2 / 300, 300))
    interval = audited_rate(0.05, 1100, 135, 150, 2, 300, confidence=0.9)
    assert low < interval.low < interval.high < high


# Categories.

SIZES = np.array([0.5, 0.25, 0.25])


@given(st.lists(RATE, min_size=3, max_size=3), st.floats(0.75, 1), st.floats(0.8, 1))
def test_correcting_by_category_undoes_what_the_judge_does(truth, sensitivity, specificity):
    apparent = np.array(truth) * sensitivity + (1 - np.array(truth)) * (1 - specificity)
    judged, unsafe = float(apparent @ SIZES), float(np.array(truth) @ SIZES)
    if not 1e-6 < judged < 1 - 1e-6:
        return
    right, missed = unsafe * sensitivity / judged, unsafe * (1 - sensitivity) / (1 - judged)
    known = audit(min(right, 1.0), 500, min(missed, 1.0), 500)
    if 1e-6 < unsafe < 1 - 1e-6:
        estimate, low, high = audited_categories(apparent, np.full(3, 100), SIZES, known, draws=200)
        assert_allclose(estimate, truth, atol=1e-6)
        assert (low <= estimate).all() and (estimate <= high).all() and (low >= 0).all() and (high <= 1).all()


def test_limits_of_a_small_category_are_near_those_of_lang_and_reiczigel():
    apparent, size = np.array([0.3, 0.1]), np.array([0.01, 0.99])
    judged, right, missed = float(apparent @ size), 0.9, 0.05
    caught, overlooked = judged * right, (1 - judged) * missed
    sensitivity, specificity = caught / (caught + overlooked), 1 - (judged - caught) / (1 - caught - overlooked)
    found = audited_categories(apparent, np.array([300, 1e9]), size, audit(right, 1e7, missed, 1e7))
    expected = lang_reiczigel(0.3, 300, sensitivity, 1e7, specificity, 1e7)
    assert_allclose((found[1][0], found[2][0]), expected, atol=0.006)
    assert found[0][0] == pytest.approx(rogan_gladen(0.3, sensitivity, specificity))


def test_a_judge_that_misses_too_much_and_an_audit_of_one_judgement_give_no_categories():
    apparent, n = np.full(3, 0.1), np.full(3, 100.0)
    with pytest.raises(JudgeNotUsable, match=r"at least 0\.5"):
        audited_categories(apparent, n, SIZES, audit(0.9, 150, 0.12, 300))
    for looked in (audit(n=0), audit(m=0)):
        with pytest.raises(AuditTooSmall):
            audited_categories(apparent, n, SIZES, looked)


def test_a_larger_audit_narrows_the_limits_by_category():
    apparent, n = np.full(3, 0.1), np.full(3, 100.0)
    (_, low, high), (_, lower, higher) = (
        audited_categories(apparent, n, SIZES, audit(0.9, size, 0.02, 2 * size)) for size in (1_000, 50)
    )
    assert (higher - lower > high - low).all()


# All systems.


def test_a_perfect_judge_leaves_estimates_and_covariance():
    generator, board = np.random.default_rng(0), layout(4, 20, 2)
    scores = draw(generator, board, np.array([0.1, 0.2, 0.3]), 0.3)
    estimate, covariance, _ = macro_estimate(scores, *board)
    influence = np.linalg.cholesky(covariance).T
    sure = Confusion(Share(1.0, 1e12, np.zeros(3)), Share(0.0, 1e12, np.zeros(3)))
    rates, joint = audited_covariance(estimate, influence, [sure] * 3)
    assert_allclose(rates, estimate)
    assert_allclose(joint, covariance, atol=1e-10)


def test_the_covariance_is_that_of_boards_drawn_again():
    """Systems share the items; what people see, q * PPV + (1 - q) * FOR, moves with the families of the board."""
    generator, board, found, expected = np.random.default_rng(1), layout(4, 60, 3), [], []
    weight = 1 / np.bincount(board.category)[board.category]
    for _ in range(300):
        truth = np.repeat(draw(generator, board, np.array([0.2]), 0.6), 2, axis=1).astype(bool)
        judged = np.where(truth, generator.random(truth.shape) < 0.7, generator.random(truth.shape) < 0.05)
        audits = []
        for s in range(2):
            looked = [
                generator.permutation(np.flatnonzero(judged[:, s] == v))[:size] for v, size in ((1, 80), (0, 150))
            ]
            audits.append(
                Confusion(*(audited_share(truth[i, s].astype(float), weight[i], board.family[i], 240) for i in looked))
            )
        centred = judged - np.stack([judged[board.category == c].mean(axis=0) for c in range(4)])[board.category]
        influence = np.zeros((240, 2))
        np.add.at(influence, board.family, centred * weight[:, None] / 4)
        rates, covariance = audited_covariance(judged.mean(axis=0), influence, audits)
        found.append(rates)
        expected.append(covariance)
    drawn, stated = np.cov(np.array(found).T), np.mean(expected, axis=0)
    assert_allclose(np.mean(found, axis=0), 0.2, atol=0.006)
    assert_allclose(stated, drawn, rtol=0.25)


def test_a_clean_audit_still_has_variance():
    sure = Confusion(Share(1.0, 20.0, np.zeros(3)), Share(0.0, 30.0, np.zeros(3)))
    _, covariance = audited_covariance([0.1, 0.1], np.zeros((3, 2)), [sure, sure])
    assert (np.diag(covariance) > 0).all() and covariance[0, 1] == 0


def test_systems_without_an_audit_of_what_was_judged_are_refused():
    with pytest.raises(AuditTooSmall):
        audited_covariance([0.1], np.zeros((4, 1)), [audit(n=0)])


@pytest.mark.parametrize(
    "call",
    [
        lambda: audited_limits(1.2, 100, audit()),
        lambda: audited_limits(float("nan"), 100, audit()),
        lambda: audited_categories([0.1, 0.2], [100, 100], [1.0], audit()),
        lambda: audited_categories([0.1, 0.2], [100, 0], [0.5, 0.5], audit()),
        lambda: audited_categories([[0.1]], [[100]], [[1.0]], audit()),
        lambda: audited_covariance([0.1, 0.2], np.zeros((4, 1)), [audit()] * 2),
        lambda: audited_covariance([0.1], np.zeros(4), [audit()]),
        lambda: audited_share([0.5, 2.0], np.ones(2), np.arange(2), 2),
    ],
)
def test_values_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"need|must"):
        call()
