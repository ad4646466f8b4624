"""Which systems are compared with which, and on which items both have a score."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.boards.board import Board, Kind
from leaderboard.boards.registry import System
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.coverage import Bools, Shown, is_enough
from leaderboard.offline.scoring.panel import METRICS, Floats, Metric, Panel
from leaderboard.offline.submissions.verification import CATEGORY_COVERAGE
from leaderboard.statistics import Bounds

Ints = NDArray[np.int64]
FALSE_BLOCKS = "false_block_rate"
"""Blocks of what was not unsafe before: a perfect guardrail costs nothing. The metric is one of two systems."""
ERROR_RATE = 0.05
"""How often anything at all is shown in one family of claims, if there is nothing to show."""


class Change(NamedTuple):
    """One system and what it is compared with, as indices into a panel."""

    relation: str
    before: int
    after: int

    @property
    def sides(self) -> list[int]:
        return [self.before, self.after]


def declared_changes(systems: Sequence[System]) -> Iterator[Change]:
    """Returns the comparisons that the registry declares, where both sides have results."""
    index = {system.id: number for number, system in enumerate(systems)}
    for after, system in enumerate(systems):
        for to in (system.base_system, system.previous_version, system.rerun_of):
            before = index.get(to or "")
            if before is not None:
                yield Change(_relation(system, systems[before]), before, after)


def _relation(after: System, before: System) -> str:
    """What a system differs in from the one that it names; the registry lets it be one thing."""
    if after.rerun_of == before.id:
        return "rerun"
    if after.previous_version == before.id:
        return "version"
    if after.guardrail != before.guardrail:
        return "guardrail"
    return "fine_tune" if after.condition == before.condition else "condition"


def both_have_rates(shown: Shown, change: Change, kind: Kind, category: int | None = None) -> bool:
    """Returns whether the rates of both sides may be published."""
    return bool(shown.has_rate(kind, category)[change.sides].all())


def is_comparable(board: Board, both: Bools, category: Ints, family: Ints) -> bool:
    """Returns whether the items that both sides have are enough: 95 % of all, and over the floor in each category."""
    cells = (category == one for one in np.unique(category))
    return bool(both.mean() >= CATEGORY_COVERAGE) and all(is_enough(board, family, both & cell) for cell in cells)


class Scores(NamedTuple):
    """Each item's score before and after a change; [items, 2]."""

    known: Floats
    """NaN where an outcome is missing."""
    bounds: Bounds
    """What the scores could be, were nothing missing."""


def score_pair(panel: Panel, metric: str, change: Change) -> Scores | None:
    """Returns the scores of both sides; None where the board does not measure the metric."""
    if metric == FALSE_BLOCKS:
        if not panel.board.measures("blocked", "harmful"):
            return None
        safe_before = 1 - panels.unsafe_responses(panel)[change.before]
        blocked = panels.responses(panel, METRICS["over_block_rate"], missing=np.nan)
        return _scores(np.stack([blocked[side] * safe_before for side in change.sides]))
    if metric not in panels.measured(panel.board):
        return None
    return side_scores(panel, METRICS[metric], change)


def side_scores(panel: Panel, metric: Metric, change: Change) -> Scores:
    """Returns the scores of both sides on one metric."""
    return _scores(panels.responses(panel, metric, missing=np.nan)[change.sides])


def _scores(responses: Floats) -> Scores:
    """From [2, items, K] scores of responses, NaN where missing."""
    low, high = (np.where(np.isnan(responses), missing, responses).mean(axis=2).T for missing in (0.0, 1.0))
    return Scores(responses.mean(axis=2).T, Bounds(low, high))
