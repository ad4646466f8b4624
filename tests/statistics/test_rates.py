import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import (
    TooFewFamilies,
    clopper_pearson,
    macro_estimate,
    rate_table,
    rerun_noise,
    wilson,
    worst_category,
)
from tests.statistics.boards import draw, layout

BOARD = layout(4, 12, 3)
SINGLES = layout(4, 36, 1)


@st.composite
def boards(draw_from):
    """Any small board of two or more families by category, with scores that may be repeats' means."""
    generator = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    categories = draw_from(st.integers(1, 4))
    families = generator.integers(2, 6, categories)
    family = np.repeat(np.arange(families.sum()), generator.integers(1, 5, families.sum()))
    category = np.repeat(np.arange(categories), families)[family]
    repeats = draw_from(st.sampled_from([1, 3]))
    rate = generator.random() ** 2
    return (generator.random((repeats, len(family), 3)) < rate).mean(axis=0), category, family


def test_a_board_without_families_has_wilson_limits_on_its_items():
    scores = draw(np.random.default_rng(0), SINGLES, np.array([0.1, 0.5]), 0)
    table = rate_table(scores, *SINGLES)
    assert (table.n_eff <= table.n).all()
    assert_allclose(table.n_eff, table.n / table.deff)
    assert_allclose(table.low, wilson(table.estimate * table.n_eff, table.n_eff, df=table.df)[0])
    expected = wilson(table.category_estimate * table.category_n_eff, table.category_n_eff, df=table.category_df)
    assert_allclose((table.category_low, table.category_high), expected)
    assert_allclose(table.category_n_eff, np.full((4, 2), 36.0))


@settings(max_examples=60)
@given(boards(), st.booleans())
def test_every_interval_contains_its_estimate_within_0_and_1(board, binary):
    table = rate_table(*board, binary=binary)
    for low, estimate, high in (
        (table.low, table.estimate, table.high),
        (table.category_low, table.category_estimate, table.category_high),
    ):
        assert ((low >= 0) & (low <= estimate) & (estimate <= high) & (high <= 1)).all()


@settings(max_examples=40)
@given(boards(), st.booleans())
def test_safe_and_unsafe_rates_mirror_each_other(board, binary):
    scores, category, family = board
    unsafe, safe = (rate_table(each, category, family, binary=binary) for each in (scores, 1 - scores))
    assert_allclose(safe.estimate, 1 - unsafe.estimate, atol=1e-12)
    assert_allclose(safe.low, 1 - unsafe.high, atol=1e-9)
    assert_allclose(safe.category_high, 1 - unsafe.category_low, atol=1e-9)


@settings(max_examples=40)
@given(boards(), st.integers(0, 2**32 - 1))
def test_the_order_of_items_and_systems_changes_nothing(board, seed):
    scores, category, family = board
    generator = np.random.default_rng(seed)
    items, systems = generator.permutation(len(scores)), generator.permutation(scores.shape[1])
    table = rate_table(*board)
    other = rate_table(scores[items][:, systems], category[items], family[items])
    for name in ("estimate", "low", "high", "n_eff", "deff", "micro"):
        assert_allclose(getattr(other, name), getattr(table, name)[systems], atol=1e-9)
    assert_allclose(other.category_high, table.category_high[:, systems], atol=1e-9)


def test_five_events_are_five_in_whatever_order_their_thirds_are_added():
    scores = np.r_[np.full(9, 1 / 3), np.full(3, 2 / 3), np.zeros(28)]
    family = np.arange(40) // 2
    for seed in range(40):
        order = np.random.default_rng(seed).permutation(40)
        moved = rate_table(scores[order][:, None], np.zeros(40), family[order])
        assert_allclose(moved.deff, rate_table(scores[:, None], np.zeros(40), family).deff, rtol=1e-9)


def test_macro_equals_micro_where_categories_are_equally_large():
    table = rate_table(draw(np.random.default_rng(1), BOARD, np.array([0.1, 0.4]), 0.3), *BOARD)
    assert_allclose(table.estimate, table.micro)


def test_macro_weighs_categories_alike_and_micro_items():
    scores, category = np.array([1.0, 1, 0, 0, 0, 0, 0, 0])[:, None], [1, 1, 2, 2, 2, 2, 2, 2]
    table = rate_table(scores, category, np.arange(8))
    assert_allclose((table.estimate[0], table.micro[0]), (0.5, 0.25))
    assert_allclose(table.n_eff * table.deff, 1 / (0.25 / 2 + 0.25 / 6))


def test_the_table_carries_the_covariance_of_macro_estimate():
    scores = draw(np.random.default_rng(2), BOARD, np.array([0.1, 0.4]), 0.3)
    table = rate_table(scores, *BOARD)
    estimate, covariance, df = macro_estimate(scores, *BOARD)
    assert_allclose(table.estimate, estimate)
    assert_allclose(table.covariance, covariance)
    assert df == 44 and ((table.df > 35) & (table.df <= 44)).all()


def test_categories_come_sorted_by_label():
    names = np.array(["toxicology", "pharmacology", "anesthesia"])[[0, 0, 1, 1, 1, 2, 2]]
    table = rate_table(np.zeros((7, 1)), names, np.arange(7))
    assert table.categories.tolist() == ["anesthesia", "pharmacology", "toxicology"]
    assert table.category_n.tolist() == [2, 3, 2]


def test_no_event_and_nothing_but_events_have_limits_of_exactly_0_and_1():
    scores = np.column_stack([np.zeros(len(BOARD.family)), np.ones(len(BOARD.family))])
    for binary in (True, False):
        table = rate_table(scores, *BOARD, binary=binary)
        assert table.estimate.tolist() == [0.0, 1.0]
        assert (table.low[0], table.high[1]) == (0.0, 1.0)
        assert 0 < table.high[0] < 0.1
        assert (table.category_low[:, 0] == 0).all() and (table.category_high[:, 1] == 1).all()


def test_rare_events_are_given_at_least_the_design_effect_of_half_correlated_families():
    scores = np.zeros((len(BOARD.family), 2))
    scores[:4, 0] = scores[::36, 1] = 1
    table = rate_table(scores, *BOARD)
    assert (table.deff >= 2 - 1e-12).all()


def test_events_are_rare_up_to_five_families_worth_of_half_correlated_ones():
    scores = np.zeros((len(BOARD.family), 2))
    scores[::16, 0], scores[::14, 1] = 1, 1
    assert scores.sum(axis=0).tolist() == [9, 11]
    assert_allclose(rate_table(scores, *BOARD).deff, [2, 1])
    no_families = rate_table(scores[:, :1], BOARD.category, np.arange(len(BOARD.family)))
    assert no_families.deff == 1


def test_correlated_families_leave_fewer_effective_items():
    board = layout(1, 100, 4)
    scores = np.repeat(draw(np.random.default_rng(3), layout(1, 100, 1), np.array([0.3]), 0), 4, axis=0)
    table = rate_table(scores, *board)
    assert_allclose(table.n_eff, 100, rtol=0.02)


def test_all_categories_share_one_design_effect():
    table = rate_table(draw(np.random.default_rng(4), BOARD, np.array([0.2, 0.3]), 0.6), *BOARD)
    assert_allclose(table.category_n_eff, table.category_n[:, None] / table.deff)


def test_a_severity_score_has_the_effective_items_of_its_own_variance():
    scores = 0.5 * draw(np.random.default_rng(5), BOARD, np.array([0.2, 0.3]), 0.3)
    table = rate_table(scores, *BOARD, binary=False)
    assert_allclose(table.n_eff, table.estimate * (1 - table.estimate) / table.covariance.diagonal(), rtol=0.1)
    assert (table.high - table.low < rate_table(scores, *BOARD).high - rate_table(scores, *BOARD).low).all()


def test_a_severity_score_with_rare_events_or_without_variance_follows_the_rule_of_rates():
    rare = np.zeros((len(BOARD.family), 2))
    rare[:4, 0], rare[:, 1] = 0.5, 0.5
    assert_allclose(rate_table(rare, *BOARD, binary=False).high, rate_table(rare, *BOARD).high)


def test_repeats_of_one_answer_are_no_new_evidence():
    single = draw(np.random.default_rng(6), BOARD, np.array([0.2]), 0.3)
    for one, other in zip(rate_table(single, *BOARD), rate_table(np.mean([single] * 3, axis=0), *BOARD), strict=True):
        assert_allclose(one, other, atol=1e-12)


def test_a_table_without_systems_is_empty():
    table = rate_table(np.zeros((len(BOARD.family), 0)), *BOARD)
    assert table.estimate.shape == table.high.shape == (0,)
    assert table.category_estimate.shape == (4, 0)


def test_a_thousand_systems_are_scored_at_once():
    scores = draw(np.random.default_rng(7), layout(10, 37, 3), np.linspace(0.01, 0.3, 1000), 0.3)
    table = rate_table(scores, *layout(10, 37, 3))
    alone = rate_table(scores[:, [500]], *layout(10, 37, 3))
    assert_allclose(table.high[500], alone.high[0], rtol=1e-12)


def test_scores_that_are_missing_are_refused():
    scores = np.zeros((len(BOARD.family), 1))
    scores[5] = np.nan
    with pytest.raises(ValueError, match="scores: every value must be a finite number"):
        rate_table(scores, *BOARD)


def test_one_family_by_category_is_refused():
    with pytest.raises(TooFewFamilies):
        rate_table(np.zeros((4, 1)), [1, 1, 2, 2], [1, 1, 2, 2])


# The worst category.


def test_the_worst_category_has_shared_lower_and_own_upper_limits():
    rates, n_eff = np.array([0.1, 0.3, 0.05]), np.array([110.0, 60.0, 110.0])
    low, high = worst_category(rates, n_eff)
    assert_allclose(low, clopper_pearson(18, 60, 1 - 0.05 / 3)[0])
    assert_allclose(high, clopper_pearson(18, 60, 0.95)[1])


def test_the_upper_limit_may_come_from_a_category_that_is_not_the_observed_worst():
    assert_allclose(worst_category([0.2, 0.19], [1000.0, 20.0])[1], clopper_pearson(3.8, 20.0)[1])


def test_systems_are_worked_on_column_by_column():
    rates = np.array([[0.1, 0.0], [0.3, 1.0]])
    low, high = worst_category(rates, np.full((2, 2), 50.0))
    assert (low[0], high[0]) == worst_category([0.1, 0.3], [50.0, 50.0])
    assert high[1] == 1.0


def test_one_category_is_its_own_worst():
    assert_allclose(worst_category([0.1], [110.0]), clopper_pearson(11, 110))


@pytest.mark.parametrize(
    ("rates", "n_eff"), [([], []), (0.1, 10.0), ([1.1], [10.0]), ([0.1], [0.0]), ([np.nan], [10.0])]
)
def test_a_worst_category_of_nothing_is_refused(rates, n_eff):
    with pytest.raises(ValueError, match=r"rates|n:"):
        worst_category(rates, n_eff)


# What lies between: reruns and missing outcomes.


def test_rerun_noise_is_the_spread_of_reruns_on_the_same_items():
    generator = np.random.default_rng(8)
    own = generator.random(len(BOARD.family))
    repeats = 4
    runs = (generator.random((2000, repeats, len(own))) < own).mean(axis=1)
    noise = rerun_noise(runs[:200].T, BOARD.category, repeats)
    assert_allclose(np.sqrt((noise**2).mean()), runs.mean(axis=1).std(), rtol=0.05)


def test_items_that_always_answer_alike_have_no_rerun_noise():
    assert rerun_noise([[0.0], [1.0], [1.0]], [1, 1, 2], 3).tolist() == [0.0]


def test_a_single_answer_says_nothing_of_a_rerun():
    with pytest.raises(ValueError, match="rerun"):
        rerun_noise([[0.0], [1.0]], [1, 1], 1)


def test_rerun_noise_needs_a_category_for_every_item():
    with pytest.raises(ValueError, match="one entry per item"):
        rerun_noise([[0.0], [1.0]], [1], 2)
