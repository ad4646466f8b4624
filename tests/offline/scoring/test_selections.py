"""Whether no system is called safer than its equal, whatever categories a reader selects, on boards nobody chose."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from leaderboard.offline.scoring.ranking import clear_statistic, told_apart
from leaderboard.offline.scoring.selections import closed
from leaderboard.statistics import sampling_design
from leaderboard.statistics.contrasts import Contrast, contrasts
from tests.statistics.designs import random_layout, random_rates

Bools = NDArray[np.bool_]


def test_a_claim_over_some_categories_needs_the_claim_over_all_that_contain_them() -> None:
    yes, no = np.full((1, 1), True), np.full((1, 1), False)
    nothing = dict.fromkeys(range(1, 8), no)
    shown = {1: yes, 2: yes, 3: yes, 4: yes, 5: no, 6: yes, 7: yes}
    assert {view for view, found in closed(shown, nothing).items() if found} == {2, 3, 6, 7}
    assert {view for view, found in closed(shown | {7: no}, nothing).items() if found} == set()
    assert {view for view, found in closed(shown, nothing | {4: yes}).items() if found} == {2, 3, 4, 6, 7}


def test_where_few_sets_are_views_a_category_needs_the_claim_over_all() -> None:
    yes, no = np.full((1, 1), True), np.full((1, 1), False)
    shown, nothing = {1: yes, 2: no, 4: yes, 7: yes}, dict.fromkeys((1, 2, 4, 7), no)
    assert {view for view, found in closed(shown, nothing).items() if found} == {1, 4, 7}
    assert not any(closed(shown | {7: no}, nothing).values())


class Claims(NamedTuple):
    """What was claimed on one board, and what is true; [views][S, S], row safer than column."""

    alone: dict[int, Bools]
    """Over each view by itself."""
    closed: dict[int, Bools]
    truth: dict[int, Bools]

    def errs(self, claims: dict[int, Bools]) -> bool:
        return any((claims[view] & ~self.truth[view]).any() for view in claims)


def boards(seed: int, count: int, most_categories: int, most_systems: int) -> Iterator[Claims]:
    """Systems that are equal in all categories, or in some of them, on items that are hard for all alike."""
    for number in range(count):
        generator = np.random.default_rng([seed, number])
        layout = random_layout(generator)
        while not 2 <= layout.category.max() + 1 <= most_categories:
            layout = random_layout(generator)
        categories, systems = int(layout.category.max()) + 1, int(generator.integers(2, most_systems + 1))
        rates = np.tile(random_rates(generator, np.bincount(layout.category), 1), systems)
        if number % 2:  # half of the systems are worse in half of the categories
            worse = np.ix_(np.arange(categories) < categories // 2, np.arange(systems) < systems // 2)
            rates[worse] = np.minimum(rates[worse] + 0.3, 0.9)
        rate, shape = rates[layout.category], (len(layout.category), systems)
        family, item = generator.random((layout.family.max() + 1, 1))[layout.family], generator.random((shape[0], 1))
        own, source = generator.random(shape), generator.random(shape)
        scores = np.where(source < 0.4, family, np.where(source < 0.7, item, own)) < rate
        yield _claims(scores.astype(float), layout.category, layout.family, rates)


def _claims(scores: NDArray[np.float64], category: NDArray[np.int64], family: NDArray[np.int64], rates) -> Claims:
    every = contrasts(scores, scores, sampling_design(category, family))
    found: dict[int, Contrast] = {}
    truth: dict[int, Bools] = {}
    for view in range(1, 1 << len(rates)):
        rows = np.array([view >> bit & 1 for bit in range(len(rates))], dtype=np.bool_)
        chosen = rows[category]
        found[view] = every.over(rows, sampling_design(category[chosen], family[chosen]))
        macro = rates[rows].mean(axis=0)
        truth[view] = macro[:, None] < macro - 1e-12
    simple = {view: view + 1 == 1 << len(rates) or view.bit_count() == 1 for view in found}
    alone = {view: told_apart(contrast, simple=simple[view]) for view, contrast in found.items()}
    clear = clear_statistic(scores.shape[1], len(found))
    return Claims(alone, closed(alone, {view: c.statistic > clear for view, c in found.items()}), truth)


def familywise(seed: int, count: int, most_categories: int, most_systems: int) -> dict[str, float]:
    """Shares of boards with a false claim: over all categories, over some selection without and with the closing."""
    every = list(boards(seed, count, most_categories, most_systems))
    claims = (
        [sum(int(c.sum()) for c in each.alone.values()) for each in every],
        [sum(int(c.sum()) for c in each.closed.values()) for each in every],
    )
    whole = [{max(each.alone): each.alone[max(each.alone)]} for each in every]
    return {
        "ranks": float(np.mean([each.errs(claim) for each, claim in zip(every, whole, strict=True)])),
        "selections alone": float(np.mean([each.errs(each.alone) for each in every])),
        "selections": float(np.mean([each.errs(each.closed) for each in every])),
        "claims left": float(np.sum(claims[1]) / max(np.sum(claims[0]), 1)),
    }


def test_no_selection_of_categories_tells_equal_systems_apart() -> None:
    found = familywise(seed=0, count=60, most_categories=4, most_systems=6)
    error = 4 * np.sqrt(0.06 * 0.94 / 60)
    assert found["ranks"] <= 0.06 + error and found["selections"] <= 0.06 + error
    assert found["selections alone"] > found["selections"]


@pytest.mark.soak
@pytest.mark.parametrize(("categories", "systems"), [(5, 20), (8, 10)])
def test_no_selection_of_categories_tells_equal_systems_apart_on_500_boards(categories: int, systems: int) -> None:
    found = familywise(seed=1, count=500, most_categories=categories, most_systems=systems)
    print(f"\nup to {categories} categories, {systems} systems: {found}")
    assert found["ranks"] <= 0.06 + 4 * np.sqrt(0.06 * 0.94 / 500)
    assert found["selections"] <= 0.06 + 4 * np.sqrt(0.06 * 0.94 / 500)
