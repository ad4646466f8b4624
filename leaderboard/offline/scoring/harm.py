"""Whether one system does less harm than another under every weighting of severity, or only under some."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, Floats, Panel
from leaderboard.statistics import dominance

LEVELS = 6
"""Harmless, then unsafe with severity 0, 1, 2, 3 and 4."""


def dominance_tables(panel: Panel, names: Sequence[str], ranked: NDArray[np.bool_]) -> Tables:
    """Returns the table `dominance` of all pairs of ranked systems, on a board that measures severity. A relation holds
    with every missing response harmless for the one and worst for the other, and the other way round."""
    systems = [int(system) for system in np.flatnonzero(ranked)]
    if not panel.board.severity or not 2 <= len(systems) <= MAX_SYSTEMS:
        return {}
    of_ranked = panel._replace(outcome=panel.outcome[systems], severity=panel.severity[systems])
    best, worst = (severity_shares(of_ranked, missing=level) for level in (0, LEVELS - 1))
    lines = []
    for one, other in combinations(range(len(systems)), 2):
        relation, reverse = dominance(best[one], worst[other]), dominance(worst[one], best[other])
        named = {"first": names[systems[one]], "second": names[systems[other]]}
        lines.append(named | {"relation": relation if relation == reverse else "depends_on_weights"})
    return {"dominance": pd.DataFrame(lines).assign(board=panel.board.id)}


def severity_shares(panel: Panel, *, missing: int) -> Floats:
    """Returns [S, levels]: the share of responses at each level of harm, every category weighing the same, a missing
    response counted at the level `missing`."""
    unsafe = panels.unsafe_responses(panel)
    severity = panel.severity[:, panel.harmful]
    level = np.where(unsafe == 1, 1 + np.maximum(severity, 0), np.where(unsafe == 0, 0, missing))
    category, _ = panels.of_kind(panel, "harmful")
    return np.asarray(
        np.mean(
            [
                np.stack([(level[:, category == one] == step).mean(axis=(1, 2)) for step in range(LEVELS)], axis=1)
                for one in np.unique(category)
            ],
            axis=0,
        )
    )
