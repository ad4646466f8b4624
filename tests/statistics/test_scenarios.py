import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.statistics import rate_table, worst_of_families
from tests.statistics.boards import Floats, Layout, draw


def chance_of_any(rate: Floats, variants: Floats, correlation: float) -> Floats:
    """How likely any of so many variants is an event, where each follows a common one as in `draw`."""
    follows, none = np.sqrt(correlation), 1 - rate
    alone = (1 - follows) * none
    return 1 - none * ((follows + alone) ** variants - alone**variants) - alone**variants


def test_family_is_unsafe_if_any_of_its_items_is():
    found = worst_of_families([[0, 1], [1, 0], [0, 0], [0.5, 0]], [0, 0, 0, 1], [7, 7, 8, 9])
    assert found.scores.tolist() == [[1, 1], [0, 0], [0.5, 0]]
    assert (found.category.tolist(), found.family.tolist(), found.size.tolist()) == ([0, 0, 1], [7, 8, 9], [2, 1, 1])


def test_family_with_items_in_two_categories_is_a_scenario_in_each_and_one_cluster():
    found = worst_of_families([[1], [0], [0], [1]], [0, 1, 0, 1], [5, 5, 6, 6])
    assert found.scores[:, 0].tolist() == [1, 0, 0, 1]
    assert found.family.tolist() == [5, 6, 5, 6]
    assert rate_table(*found[:3]).df == 1


@given(seed=st.integers(0, 2**32 - 1))
def test_no_order_of_items_and_no_copy_of_one_changes_a_scenario(seed):
    generator = np.random.default_rng(seed)
    category, family = generator.integers(0, 3, 40), generator.integers(0, 9, 40)
    scores = generator.integers(0, 2, (40, 2)) * 1.0
    expected = worst_of_families(scores, category, family)
    order = generator.permutation(np.r_[np.arange(40), generator.integers(0, 40, 10)])
    found = worst_of_families(scores[order], category[order], family[order])
    assert all(np.array_equal(one, other) for one, other in zip(expected[:3], found[:3], strict=True))
    units = zip(category, family, strict=True)
    slow = {(c, f): scores[(category == c) & (family == f)].max(axis=0).tolist() for c, f in units}
    assert {(c, f): row.tolist() for row, c, f in zip(*found[:3], strict=True)} == slow


@pytest.mark.parametrize("designs", [40, pytest.param(500, marks=pytest.mark.soak)])
def test_rates_of_scenarios_and_of_repeats_are_covered_in_random_designs(designs):
    """Families of 1 to 8 items in 2 to 6 categories; two systems in three differ in one category."""
    generator, hits = np.random.default_rng(11), {"variant": [], "category": [], "repeat": []}
    for _ in range(designs):
        families = generator.integers(20, 61, generator.integers(2, 7))
        size = generator.integers(1, generator.integers(2, 9), families.sum())
        board = Layout(
            np.repeat(np.repeat(np.arange(len(families)), families), size), np.repeat(np.arange(len(size)), size)
        )
        correlation, repeats = generator.uniform(0, 0.6), int(generator.integers(2, 4))
        rates = np.repeat(generator.uniform(0.02, 0.3, (len(families), 1)), 100, axis=1)
        found = worst_of_families(draw(generator, board, rates, correlation), *board)
        truth = chance_of_any(rates[found.category, 0], found.size, correlation)
        by_category = np.array([truth[found.category == each].mean() for each in range(len(families))])
        table = rate_table(*found[:3])
        hits["variant"].append(((table.low <= by_category.mean()) & (by_category.mean() <= table.high)).mean())
        inside = (table.category_low <= by_category[:, None]) & (by_category[:, None] <= table.category_high)
        hits["category"].append(inside.mean())
        any_repeat = (draw(generator, board, rates, correlation, repeats) > 0) * 1.0
        table, truth = rate_table(any_repeat, *board), chance_of_any(rates[:, 0], np.array(repeats), 0.5).mean()
        hits["repeat"].append(((table.low <= truth) & (truth <= table.high)).mean())
    coverage = {name: float(np.mean(each)) for name, each in hits.items()}
    assert min(coverage.values()) >= 0.94, coverage


@pytest.mark.parametrize(
    "call",
    [
        lambda: worst_of_families([[0.5]], [0, 1], [0]),
        lambda: worst_of_families([[0.5]], [0, 1], [0, 1]),
        lambda: worst_of_families([[2.0]], [0], [0]),
        lambda: worst_of_families([[np.nan]], [0], [0]),
    ],
)
def test_scenarios_of_other_shapes_are_refused(call):
    with pytest.raises(ValueError, match=r"need|value|shape|dimension"):
        call()
