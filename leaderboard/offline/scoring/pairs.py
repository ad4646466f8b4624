"""The difference of every pair of ranked systems, overall and by category.

Without p-values: no pair was named beforehand. And without counts: on how many items two ranked systems
differ is not published for any board.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from leaderboard.boards.vocabulary import ALL
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring import unpaired
from leaderboard.offline.scoring.comparing import is_comparable
from leaderboard.offline.scoring.coverage import Bools, Shown
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, METRICS, Panel
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import Bounds, pair_matrix


class Pair(NamedTuple):
    """The difference of two systems, the second less the first, in one category or overall."""

    first: int
    second: int
    category: str
    delta: float
    low: float
    high: float
    n: int


def pair_lines(panel: Panel, names: Sequence[str], ranked: Bools, unsafe: Rates, shown: Shown) -> list[dict[str, Any]]:
    """Returns the rows of `pair_effect` about pairs of ranked systems; none if there are too many systems."""
    systems = [int(system) for system in np.flatnonzero(ranked)]
    if not 2 <= len(systems) <= MAX_SYSTEMS:
        return []
    pairs = _paired(panel, systems) if panel.board.labels_public else _unpaired(panel, systems, unsafe, shown)
    return [
        {
            "relation": "pair",
            "before": names[pair.first],
            "after": names[pair.second],
            "category": pair.category,
            "metric": "unsafe_rate",
            "delta": float(pair.delta),
            "ci_low": float(pair.low),
            "ci_high": float(pair.high),
            "n": pair.n,
        }
        for pair in pairs
    ]


def _unpaired(panel: Panel, systems: Sequence[int], unsafe: Rates, shown: Shown) -> Iterator[Pair]:
    for sampled in unpaired.sampled_cells(panel, unsafe):
        cell, matrix = sampled.cell, unpaired.differences(sampled)
        published = shown.has_rate("harmful", cell.category)
        for at in combinations([system for system in systems if published[system]], 2):
            yield Pair(*at, cell.label, matrix.delta[at], matrix.low[at], matrix.high[at], cell.n)


def _paired(panel: Panel, systems: Sequence[int]) -> Iterator[Pair]:
    known, low, high = (
        panels.item_scores(panel, METRICS["unsafe_rate"], missing=missing)[:, systems] for missing in (np.nan, 0, 1)
    )
    category, family = panels.of_kind(panel, "harmful")
    for one in (None, *np.unique(category)):
        label = ALL if one is None else panel.board.category[one].id
        chosen = category == (category if one is None else one)
        groups = category[chosen], family[chosen]
        matrix = pair_matrix(known[chosen], *groups, bounds=Bounds(low[chosen], high[chosen]))
        for at in combinations(range(len(systems)), 2):
            both = ~np.isnan(known[chosen][:, at]).any(axis=1)
            if both.all() or is_comparable(panel.board, both, *groups):
                first, second = (systems[system] for system in at)
                yield Pair(first, second, label, matrix.delta[at], matrix.low[at], matrix.high[at], int(matrix.n[at]))
