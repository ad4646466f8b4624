import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.special import betaln

from leaderboard.statistics import LEAST_CATEGORIES, pooled_rates, rate_table, wilson
from tests.statistics.boards import Layout, draw


def test_pooled_rates_are_means_over_every_mean_and_spread():
    """Against adaptive integration over the two, instead of a grid."""
    rate, n = np.array([0.05, 0.1, 0.4]), np.array([40.0, 110.0, 60.0])

    def likelihood(spread, angle):
        a, b = (np.sin(angle) ** 2 * (1 / spread - 1), np.cos(angle) ** 2 * (1 / spread - 1))
        return np.exp((betaln(a + rate * n, b + (1 - rate) * n) - betaln(a, b)).sum() + 145)

    def first(spread, angle, category):
        size = 1 / spread - 1
        return (np.sin(angle) ** 2 * size + rate[category] * n[category]) / (size + n[category])

    def integral(category=None):
        def weighed(spread, angle):
            return likelihood(spread, angle) * (1 if category is None else first(spread, angle, category))

        return dblquad(weighed, 1e-4, np.pi / 2 - 1e-4, 1e-4, 1 - 1e-4, epsrel=1e-5)[0]

    for category in range(3):
        exact = integral(category) / integral()
        assert pooled_rates(rate[:, None], n[:, None]).estimate[category, 0] == pytest.approx(exact, abs=1e-3)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(20, 400)), min_size=3, max_size=12),
)
def test_pooled_rates_are_rates_within_their_limits(categories):
    rate, n = np.array(categories).T
    found = pooled_rates(rate[:, None], n[:, None])
    assert ((found.low >= 0) & (found.low <= found.estimate) & (found.estimate <= found.high) & (found.high <= 1)).all()
    alike = pooled_rates(rate[:, None], np.full((len(rate), 1), n[0])).estimate[np.argsort(rate, kind="stable"), 0]
    assert (np.diff(alike) >= -1e-12).all()


def test_equal_categories_are_drawn_together_and_one_of_many_items_stays():
    found = pooled_rates([[0.0], [0.1], [0.0], [0.05]], [[40], [40], [40], [40]]).estimate[:, 0]
    assert 0 < found[0] == found[2] < found[3] < found[1] < 0.1
    [small, large] = (pooled_rates([[0.3], [0.02], [0.02]], [[n], [n], [n]]).estimate[0, 0] for n in (20, 2000))
    assert small < large and large == pytest.approx(0.3, abs=0.005)


def test_one_system_does_not_depend_on_the_others():
    rates, n = np.random.default_rng(0).random((4, 3)), np.full((4, 3), 50.0)
    together = pooled_rates(rates, n)
    for system in range(3):
        alone = pooled_rates(rates[:, [system]], n[:, [system]])
        assert all(np.array_equal(one[:, [system]], other) for one, other in zip(together, alone, strict=True))


def random_rates(generator, categories):
    """Rates of one system: the same, of one kind, spread, one bad one, or two kinds."""
    match int(generator.integers(5)):
        case 0:
            return np.full(categories, generator.choice([0.01, 0.05, 0.2, 0.5]))
        case 1:
            return np.minimum(1, generator.choice([0.02, 0.05, 0.2]) * np.exp(0.4 * generator.normal(size=categories)))
        case 2:
            return generator.uniform(0, 1, categories) ** generator.choice([1, 3])
        case 3:
            return np.where(np.arange(categories) == 0, generator.choice([0.2, 0.4]), generator.choice([0.01, 0.05]))
    return generator.choice([0.02, 0.3], categories)


@pytest.mark.parametrize("boards", [400, pytest.param(10_000, marks=pytest.mark.soak)])
def test_limits_hold_over_the_categories_of_random_boards_and_the_error_is_smaller_than_raw(boards):
    """3 to 12 categories of 20 to 400 items, one system each. Families of 1 to 3 items with the effective items of
    `rate_table` on one board in two."""
    generator, inside, raw, pooled = np.random.default_rng(12), [], [], []
    for number in range(boards):
        categories = int(generator.integers(LEAST_CATEGORIES, 13))
        truth = random_rates(generator, categories)
        n = np.exp(generator.uniform(np.log(20), np.log(400), categories)).astype(int)
        if number % 2:
            rate, trials = generator.binomial(n, truth)[:, None] / n[:, None], n[:, None] * 1.0
        else:
            item = np.arange(n.sum())
            board = Layout(np.repeat(np.arange(categories), n), item // int(generator.integers(1, 4)))
            table = rate_table(draw(generator, board, truth[:, None], generator.uniform(0, 0.6)), *board)
            rate, trials = table.category_estimate, table.category_n_eff
        found = pooled_rates(rate, trials)
        inside.append(((found.low[:, 0] <= truth) & (truth <= found.high[:, 0])).mean())
        pooled.append(((found.estimate[:, 0] - truth) ** 2).mean())
        raw.append(((rate[:, 0] - truth) ** 2).mean())
    assert np.mean(inside) >= 0.94
    assert np.mean(pooled) < 0.95 * np.mean(raw)


def test_it_helps_most_where_categories_are_alike_and_does_no_harm_where_they_are_not():
    generator = np.random.default_rng(13)
    for truth, most in ((np.full((8, 200), 0.05), 0.6), (np.tile(np.linspace(0.05, 0.9, 8)[:, None], 200), 1.03)):
        n = np.full(truth.shape, 60)
        rate = generator.binomial(n, truth) / n
        found, (low, high) = pooled_rates(rate, n), wilson(rate * n, n * 1.0)
        assert ((found.estimate - truth) ** 2).mean() <= most * ((rate - truth) ** 2).mean()
        assert (found.high - found.low).mean() <= 1.06 * (high - low).mean()


@pytest.mark.parametrize(
    "arguments", [([[0.1], [0.2]], [[9], [9]]), ([0.1, 0.2, 0.3], 9), ([[0.1]] * 3, 0), ([[1.1]] * 3, 9)]
)
def test_what_cannot_be_pooled_is_refused(arguments):
    with pytest.raises(ValueError, match=r"need|value"):
        pooled_rates(*arguments)
