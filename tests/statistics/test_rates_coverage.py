"""Whether intervals hold on boards that nobody chose: designs drawn within the rules, rates drawn anew for each board.

Bounds are those of the promise, .94 to .98 and .06, after four standard errors of the simulation, for thousands of
figures are compared. More than .98 is allowed where fewer than five independent events are to be expected: discrete
data forbid better.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from leaderboard.statistics import one_sided, rate_table, worst_category
from leaderboard.statistics.intervals import normal_n
from tests.statistics.boards import draw
from tests.statistics.designs import random_designs

Hits = NDArray[np.bool_]


class Figure(NamedTuple):
    """How often one promise held on the boards of one design."""

    name: str
    design: int
    hits: Hits
    common: Hits
    """Where at least five independent events were to be expected."""


def figures(seed: int, designs: int, boards: int) -> Iterator[Figure]:
    for number, (generator, drawn) in enumerate(random_designs(seed, designs, boards)):
        scores = draw(generator, drawn.layout, drawn.rates, drawn.correlation)
        table, common, truth = rate_table(scores, *drawn.layout), drawn.events >= 5, drawn.truth
        inside = (table.low <= truth) & (truth <= table.high)
        yield Figure("headline", number, inside, common)
        n = normal_n(table.n_eff, 0.95, table.df)
        low, high = one_sided(table.estimate * n, n)
        yield Figure("meets", number, high >= truth, common)
        yield Figure("fails", number, low <= truth, common)
        within = (table.category_low <= drawn.rates) & (drawn.rates <= table.category_high)
        for category, hits in enumerate(within):
            yield Figure("category", number, hits, common & (drawn.category_n[category] * drawn.rates[category] >= 5))
        n = normal_n(table.category_n_eff, 0.95, table.category_df)
        _, high = one_sided(table.category_estimate * n, n)
        for hits in high >= drawn.rates:
            yield Figure("category meets", number, hits, np.full(boards, True))
        low, high = worst_category(table.category_estimate, table.category_n_eff, df=table.category_df)
        worst = drawn.rates.max(axis=0)
        yield Figure("worst category", number, (low <= worst) & (worst <= high), np.full(boards, False))


BOUNDS = {
    "headline": (0.94, 0.98),
    "category": (0.94, 0.98),
    "worst category": (0.94, 1.0),
    "meets": (0.94, 1.0),
    "fails": (0.94, 1.0),
    "category meets": (0.94, 1.0),
}


def outside(figure: Figure) -> list[str]:
    """What a design breaks after the error of the simulation."""
    low, high = BOUNDS[figure.name]
    found = []
    for hits, end, sign in ((figure.hits, low, 1), (figure.hits[figure.common], high, -1)):
        error = np.sqrt(end * (1 - end) / max(len(hits), 1))
        if len(hits) and sign * (hits.mean() - end) < -4 * error:
            found.append(f"{figure.name} of design {figure.design}: {hits.mean():.3f}, not {'<>'[sign > 0]} {end}")
    return found


def summary(every: list[Figure]) -> str:
    lines = []
    for name in BOUNDS:
        means = np.array([figure.hits.mean() for figure in every if figure.name == name])
        lines.append(f"{name}: mean {means.mean():.4f}, {means.min():.3f} to {means.max():.3f} of {len(means)}")
    return "\n".join(lines)


def test_rates_are_covered_on_boards_drawn_at_random() -> None:
    every = list(figures(seed=0, designs=40, boards=500))
    assert [fault for figure in every for fault in outside(figure)] == [], summary(every)


@pytest.mark.soak
def test_rates_are_covered_on_500_boards_drawn_at_random() -> None:
    every = list(figures(seed=1, designs=500, boards=2_000))
    print("\n" + summary(every))
    assert [fault for figure in every for fault in outside(figure)] == [], summary(every)
