import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats import inter_rater

from leaderboard.statistics import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
)

NAN = float("nan")


def rating_counts(ratings):
    """Counts[items, classes] of ratings[items, judges]."""
    matrix = np.asarray(ratings, dtype=float)
    return (matrix[:, :, None] == np.unique(matrix[~np.isnan(matrix)])).sum(axis=1)


# Gwet 2014, Handbook of Inter-Rater Reliability, four raters; values from irrCAC 0.4.4 and krippendorff 0.9.0.
FOUR_RATERS = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, 3, None, None],
]


@st.composite
def two_judges(draw):
    size = draw(st.integers(2, 4))
    table = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).integers(0, 20, (size, size))
    return table + np.eye(size, dtype=int)


def as_ratings(table):
    first, second = np.indices(table.shape)
    return np.repeat(np.column_stack([first.ravel(), second.ravel()]), np.ravel(table), axis=0)


def test_gwets_four_raters_have_the_published_ac1():
    assert_allclose(gwet_ac1(FOUR_RATERS), 0.77544, atol=1e-5)


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107)])
def test_gwets_four_raters_have_the_published_alpha(level, alpha):
    assert_allclose(krippendorff_alpha(FOUR_RATERS, level), alpha, atol=1e-5)


def test_gwets_four_raters_have_the_published_generalised_fleiss_kappa():
    assert_allclose(fleiss_kappa(rating_counts(FOUR_RATERS)), 0.76117, atol=1e-5)


def test_the_textbook_table_has_a_kappa_of_two_fifths():
    assert_allclose(cohen_kappa([[20, 5], [10, 15]]), 0.4, atol=1e-12)


def test_a_rare_class_ruins_kappa_and_leaves_ac1():
    table = np.array([[1, 10], [9, 1080]])
    assert_allclose(cohen_kappa(table), 0.08653846153846156, atol=1e-9)
    assert_allclose(gwet_ac1(as_ratings(table)), 0.9823943736124514, atol=1e-9)


def test_the_annotators_of_msts_have_the_published_fleiss_kappa():
    # Roettger et al. 2025, MSTS: two annotators, 4,000 English multimodal responses; 97.35 % agreement, kappa .7250.
    counts = np.repeat([[2, 0], [1, 1], [0, 2]], [3744, 106, 150], axis=0)
    assert_allclose(fleiss_kappa(counts), 0.7250, atol=5e-5)


@settings(max_examples=30)
@given(two_judges(), st.sampled_from([None, "linear", "quadratic"]))
def test_cohens_kappa_equals_statsmodels(table, weights):
    expected = inter_rater.cohens_kappa(table, wt=weights, return_results=False)
    assert_allclose(cohen_kappa(table, weights), expected, atol=1e-10)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_fleiss_kappa_equals_statsmodels(seed):
    counts = np.random.default_rng(seed).multinomial(5, [0.5, 0.3, 0.2], size=20)
    assert_allclose(fleiss_kappa(counts), inter_rater.fleiss_kappa(counts), atol=1e-10)


@settings(max_examples=30)
@given(two_judges(), st.integers(0, 2**32 - 1))
def test_the_order_of_items_and_judges_does_not_matter(table, seed):
    ratings = as_ratings(table).astype(float)
    shuffled = np.random.default_rng(seed).permutation(ratings)[:, ::-1]
    assert_allclose(gwet_ac1(shuffled), gwet_ac1(ratings), atol=1e-12)
    assert_allclose(krippendorff_alpha(shuffled, "ordinal"), krippendorff_alpha(ratings, "ordinal"), atol=1e-12)
    assert_allclose(cohen_kappa(table.T), cohen_kappa(table), atol=1e-12)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_judges_who_always_agree_score_1(weights):
    ratings = np.array([[1, 1], [2, 2], [4, 4]])
    assert cohen_kappa(np.diag([3, 2, 1]), weights) == pytest.approx(1)
    assert gwet_ac1(ratings, weights=weights) == pytest.approx(1)
    assert fleiss_kappa(rating_counts(ratings)) == pytest.approx(1)
    assert krippendorff_alpha(ratings, "interval") == pytest.approx(1)


def test_near_misses_count_for_more_with_weights():
    ratings = [[1, 2], [2, 3], [3, 3], [1, 1], [2, 2]]
    assert gwet_ac1(ratings, weights="quadratic") > gwet_ac1(ratings, weights="linear") > gwet_ac1(ratings)


def test_classes_that_nobody_chose_may_be_declared():
    ratings = [[0, 0], [0, 1], [1, 1], [1, 1]]
    assert gwet_ac1(ratings, classes=5) > gwet_ac1(ratings, classes=2) == gwet_ac1(ratings)
    assert_allclose(gwet_ac1(ratings, classes=2), (0.75 - 0.46875) / (1 - 0.46875))


def test_a_single_class_is_agreement_for_ac1_and_undefined_for_the_others():
    ratings = np.zeros((5, 2))
    assert gwet_ac1(ratings) == gwet_ac1(ratings, classes=3) == 1.0
    assert np.isnan(krippendorff_alpha(ratings, "nominal"))
    assert np.isnan(fleiss_kappa(rating_counts(ratings)))
    assert np.isnan(cohen_kappa([[5, 0], [0, 0]]))


def test_alpha_of_numbers_depends_on_their_distance():
    near, far = [[1, 2], [1, 1], [9, 9]], [[1, 9], [1, 1], [9, 9]]
    assert krippendorff_alpha(near, "interval") > krippendorff_alpha(far, "interval")


@pytest.mark.parametrize(
    "call",
    [
        lambda: cohen_kappa([[1, 2, 3], [4, 5, 6]]),
        lambda: cohen_kappa([[0, 0], [0, 0]]),
        lambda: cohen_kappa([[1, -1], [0, 1]]),
        lambda: cohen_kappa([[NAN, 1], [0, 1]]),
        lambda: cohen_kappa([[1, 0], [0, 1]], "cubic"),
        lambda: fleiss_kappa([[1, 0], [0, 1]]),
        lambda: fleiss_kappa([[2, -1], [0, 2]]),
        lambda: fleiss_kappa([1, 2]),
        lambda: gwet_ac1([[NAN, 1], [1, NAN]]),
        lambda: gwet_ac1([1, 2]),
        lambda: gwet_ac1(np.zeros((0, 2))),
        lambda: gwet_ac1([[np.inf, 1]]),
        lambda: krippendorff_alpha([[1, 2]], "ratio"),
        lambda: krippendorff_alpha([[1, NAN]], "nominal"),
    ],
)
def test_ratings_that_are_none_are_refused(call):
    with pytest.raises(ValueError, match=r"need|must"):
        call()
