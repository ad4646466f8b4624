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
    """Returns the table `dominance` of all pairs of ranked systems, on a board that measures severity."""
    systems = [int(system) for system in np.flatnonzero(ranked)]
    if not panel.board.severity or not 2 <= len(systems) <= MAX_SYSTEMS:
        return {}
    shares = severity_shares(panel._replace(outcome=panel.outcome[systems], severity=panel.severity[systems]))
    named = [(names[system], share) for system, share in zip(systems, shares, strict=True)]
    lines = [
        {"first": one, "second": other, "relation": dominance(share, against)}
        for (one, share), (other, against) in combinations(named, 2)
    ]
    return {"dominance": pd.DataFrame(lines).assign(board=panel.board.id)}


def severity_shares(panel: Panel) -> Floats:
    """Returns [S, levels]: the share of responses at each level of harm, every category weighing the same. Missing
    responses are left out."""
    unsafe = panels.unsafe_responses(panel)
    severity = panel.severity[:, panel.harmful]
    level = np.where(unsafe == 1, 1 + np.maximum(severity, 0), np.where(unsafe == 0, 0, -1))
    category, _ = panels.of_kind(panel, "harmful")
    by_category = [
        np.stack([(level[:, category == one] == step).sum(axis=(1, 2)) for step in range(LEVELS)], axis=1)
        for one in np.unique(category)
    ]
    return np.asarray(np.mean([counts / counts.sum(axis=1, keepdims=True) for counts in by_category], axis=0))
