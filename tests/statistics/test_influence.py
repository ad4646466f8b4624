import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import TooFewFamilies, macro_estimate
from leaderboard.statistics.influence import influence, sampling_design
from tests.statistics.boards import draw, layout

# Category, family, A, B, H; R survey 4.2.2: svyby(~y, ~cat, svymean, covmat=TRUE) and svycontrast(rep(1/3, 3)).
ROWS = """
1 1 1 1 0|1 1 0 0 0|1 1 0 0 0|1 2 0 0 0|1 2 0 0 0|1 2 0 0 0|1 3 0 0 0|1 3 1 1 0|1 3 0 1 0|1 4 0 0 0|1 4 0 0 0|1 4 0 0 0
2 5 1 0 0|2 5 0 0 0|2 5 0 0 0|2 6 0 0 0|2 6 1 0 .5|2 6 0 0 0|2 7 1 0 .75|2 7 0 0 0|2 7 1 1 .75
3 8 0 0 0|3 8 1 1 .75|3 8 1 1 0|3 9 1 1 .25|3 9 0 0 0|3 9 0 1 0|3 10 0 0 0|3 10 1 1 .25|3 10 0 0 0
3 11 0 0 0|3 11 0 0 0|3 11 0 0 0|3 12 0 0 0|3 12 0 0 0|3 12 1 0 1
"""
TABLE = np.array(
    [[float(cell) for cell in row.split()] for line in ROWS.split("\n") if line for row in line.split("|")]
)
CATEGORY, FAMILY, SCORES = TABLE[:, 0].astype(int), TABLE[:, 1].astype(int), TABLE[:, 2:]


def standard_errors(scores, category, family):
    return np.sqrt(macro_estimate(scores, category, family)[1].diagonal())


def test_macro_rates_and_standard_errors_equal_r_survey():
    estimate, covariance, df = macro_estimate(SCORES, CATEGORY, FAMILY)
    assert_allclose(estimate, [0.31481481481, 0.23148148148, 0.12407407407], atol=1e-9)
    assert_allclose(np.sqrt(covariance.diagonal()), [0.060291928134, 0.081670655819, 0.053077446844], atol=1e-9)
    assert df == 9


def test_the_covariance_gives_the_paired_difference_of_r_survey():
    estimate, covariance, _ = macro_estimate(SCORES, CATEGORY, FAMILY)
    contrast = np.array([1.0, -1.0, 0.0])
    assert_allclose(contrast @ estimate, 0.083333333333, atol=1e-9)
    assert_allclose(np.sqrt(contrast @ covariance @ contrast), 0.044790320824, atol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_items_and_the_names_of_labels_do_not_matter(seed):
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(CATEGORY))
    renamed = np.array([f"family {generator.permutation(99)[0]}-{name}" for name in range(13)])
    expected = macro_estimate(SCORES, CATEGORY, FAMILY)
    shuffled = macro_estimate(SCORES[order], CATEGORY[order].astype(str), renamed[FAMILY[order]])
    for one, other in zip(expected, shuffled, strict=True):
        assert_allclose(one, other, atol=1e-12)


def test_the_order_of_systems_only_reorders_the_answer():
    estimate, covariance, _ = macro_estimate(SCORES, CATEGORY, FAMILY)
    turned, turned_covariance, _ = macro_estimate(SCORES[:, ::-1], CATEGORY, FAMILY)
    assert_allclose(turned, estimate[::-1])
    assert_allclose(turned_covariance, covariance[::-1, ::-1])


def test_every_item_twice_in_new_families_shrinks_the_standard_error_by_root_two():
    board = layout(3, 40, 3)
    scores = draw(np.random.default_rng(1), board, np.array([0.1, 0.3]), 0.3)
    twice = np.concatenate([board.family, board.family + 1000])
    error = standard_errors(scores, *board)
    shrunk = standard_errors(np.tile(scores, (2, 1)), np.tile(board.category, 2), twice)
    assert_allclose(shrunk, error / np.sqrt(2), rtol=0.01)


def test_every_item_twice_in_its_own_family_leaves_the_standard_error():
    board = layout(3, 40, 3)
    scores = draw(np.random.default_rng(1), board, np.array([0.1, 0.3]), 0.3)
    again = standard_errors(np.tile(scores, (2, 1)), np.tile(board.category, 2), np.tile(board.family, 2))
    assert_allclose(again, standard_errors(scores, *board), rtol=1e-12)


def test_one_category_without_families_gives_the_textbook_standard_error():
    scores = np.array([1.0, 0, 0, 1, 0, 0, 0, 0])[:, None]
    expected = scores.std(ddof=1) / np.sqrt(len(scores))
    assert_allclose(standard_errors(scores, np.zeros(8), np.arange(8)), expected)


def test_categories_that_share_all_families_are_one_stratum():
    category, family = np.repeat([0, 1, 2], 10), np.tile(np.arange(10), 3)
    scores = np.random.default_rng(2).random((30, 2))
    means = scores.reshape(3, 10, 2).mean(axis=0)
    _, covariance, df = macro_estimate(scores, category, family)
    assert df == 9
    assert_allclose(covariance, np.cov(means.T) / 10, atol=1e-15)


def test_only_the_categories_that_a_family_joins_are_one_stratum():
    category, family = np.repeat([0, 1, 2], 4), np.array([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10])
    design = sampling_design(category, family)
    assert design.df == (7 - 1) + (4 - 1)
    assert design.category_stratum.tolist() == [0, 0, 1]
    assert design.family_stratum.tolist() == [0] * 7 + [1] * 4


def test_the_standard_error_is_that_of_a_bootstrap_of_families():
    board = layout(4, 30, 3)
    generator = np.random.default_rng(5)
    scores = draw(generator, board, np.array([0.05, 0.2, 0.5]), 0.3)
    by_family = scores.reshape(4, 30, 3, 3).mean(axis=2)
    weight = generator.multinomial(30, np.full(30, 1 / 30), size=(2000, 4)) / 30
    resampled = np.einsum("bcf,cfs->bs", weight, by_family) / 4
    assert_allclose(resampled.std(axis=0), standard_errors(scores, *board), rtol=0.08)


def test_contributions_of_a_stratum_sum_to_nothing():
    category, family = np.repeat([0, 1, 2], 4), np.array([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10])
    scores = np.random.default_rng(3).random((12, 3))
    contributions = influence(scores, sampling_design(category, family))
    assert_allclose(contributions[7:].sum(axis=0), 0, atol=1e-15)
    equal = influence(scores, sampling_design(category, np.arange(12)))
    assert_allclose([equal[part : part + 4].sum(axis=0) for part in (0, 4, 8)], 0, atol=1e-15)


def test_weights_of_all_items_sum_to_one_and_are_equal_by_category():
    design = sampling_design(CATEGORY, FAMILY)
    assert_allclose(design.weight.sum(), 1)
    assert_allclose([design.weight[label == CATEGORY].sum() for label in (1, 2, 3)], 1 / 3)


def test_repeats_that_all_agree_count_as_one():
    single = draw(np.random.default_rng(4), layout(2, 20, 2), np.array([0.2, 0.4]), 0.3)
    averaged = np.mean([single, single, single], axis=0)
    for one, other in zip(
        macro_estimate(single, *layout(2, 20, 2)), macro_estimate(averaged, *layout(2, 20, 2)), strict=True
    ):
        assert_allclose(one, other, atol=1e-15)


def test_one_family_per_category_is_refused_and_the_categories_are_named():
    with pytest.raises(TooFewFamilies, match="one family only in north, south"):
        macro_estimate(np.zeros((4, 1)), ["north", "north", "south", "south"], [1, 1, 2, 2])


def test_a_single_lonely_category_is_refused_too():
    with pytest.raises(TooFewFamilies, match="one family only in 2:"):
        macro_estimate(np.zeros((4, 1)), [1, 1, 2, 2], [1, 2, 3, 3])


@pytest.mark.parametrize(
    ("scores", "category", "family", "reason"),
    [
        ([[np.nan], [0]], [1, 1], [1, 2], "finite"),
        ([[2], [0]], [1, 1], [1, 2], r"\[0, 1\]"),
        ([[-0.1], [0]], [1, 1], [1, 2], r"\[0, 1\]"),
        ([0, 1], [1, 1], [1, 2], "array"),
        (np.zeros((0, 3)), [], [], "at least one item"),
        (np.zeros((2, 1)), [1, 1, 1], [1, 2, 3], "one entry per item"),
        (np.zeros((2, 1)), [1, 1], [1, 2, 3], "one entry per item"),
        (np.zeros((2, 1)), [[1, 1]], [1, 2], "category"),
        (np.zeros((2, 1)), [1, 1], [], "family"),
        (np.zeros((2, 1)), [1.0, np.nan], [1, 2], "category: a label is missing"),
    ],
)
def test_input_that_is_no_board_is_refused_with_its_place(scores, category, family, reason):
    with pytest.raises(ValueError, match=reason):
        macro_estimate(scores, category, family)
