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
from leaderboard.offline.scoring.comparing import Ints, is_comparable
from leaderboard.offline.scoring.coverage import Bools, Shown
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, METRICS, Floats, Panel
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import pair_matrix


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
    scores = panels.item_scores(panel, METRICS["unsafe_rate"], missing=np.nan)
    category, family = panels.of_kind(panel, "harmful")
    for one in (None, *np.unique(category)):
        label = ALL if one is None else panel.board.category[one].id
        chosen = category == (category if one is None else one)
        yield from _paired_cell(panel, systems, label, scores[chosen], category[chosen], family[chosen])


def _paired_cell(
    panel: Panel, systems: Sequence[int], label: str, scores: Floats, category: Ints, family: Ints
) -> Iterator[Pair]:
    """All systems without a gap at once, the others pair by pair on the items that both have."""
    whole = [system for system in systems if not np.isnan(scores[:, system]).any()]
    column = {system: number for number, system in enumerate(whole)}
    together = pair_matrix(scores[:, whole], category, family) if len(whole) > 1 else None
    for first, second in combinations(systems, 2):
        if together is not None and first in column and second in column:
            matrix, at = together, (column[first], column[second])
        else:
            both = np.asarray(~np.isnan(scores[:, [first, second]]).any(axis=1))
            if not is_comparable(panel.board, both, category, family):
                continue
            matrix, at = pair_matrix(scores[both][:, [first, second]], category[both], family[both]), (0, 1)
        yield Pair(first, second, label, matrix.delta[at], matrix.low[at], matrix.high[at], matrix.n)
