"""What may be published of a run, by how much of a board and of a cell it covers (docs/statistics.md sections 6, 8).

Only observed items count, not planned ones: a run that stopped early has few.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.boards.board import Board, Kind
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import Panel
from leaderboard.offline.submissions.verification import COVERAGE
from leaderboard.statistics import below_floor

FEWEST = 0.5
"""A run with outcomes for a smaller share of items has no rate, not even bounds."""
Bools = NDArray[np.bool_]


class Shown(NamedTuple):
    """What of each system may be published, by kind of item."""

    coverage: dict[Kind, NDArray[np.float64]]
    """[S] share of the items of that kind with every outcome, or of all items where that is larger."""
    cells: dict[tuple[int, Kind], Bools]
    """[S] whether a category's items of that kind with every outcome are over the floor; by its index on the board."""

    def has_rate(self, kind: Kind, category: int | None = None) -> Bools:
        """Returns [S]: whether the rate of a category may be published, or of all categories together."""
        return np.asarray((self.coverage[kind] >= COVERAGE) & self.enough(kind, category))

    def has_bounds(self, kind: Kind, category: int | None = None) -> Bools:
        """Returns [S]: whether the least and the most that the rate can be may be published."""
        return np.asarray((self.coverage[kind] >= FEWEST) & self.enough(kind, category))

    def enough(self, kind: Kind, category: int | None = None) -> Bools:
        """Returns [S]: whether a cell is over the floor. All categories together are only where each of them is: the
        others would be subtracted."""
        if category is not None:
            return self.cells[category, kind]
        return np.asarray(np.logical_and.reduce([cell for (_, of), cell in self.cells.items() if of == kind]))


def shown(panel: Panel) -> Shown:
    """Returns what may be published of each system of a panel."""
    complete = panels.complete(panel)
    coverage: dict[Kind, NDArray[np.float64]] = {}
    cells: dict[tuple[int, Kind], Bools] = {}
    kinds: tuple[tuple[Kind, Bools], ...] = (("harmful", panel.harmful), ("benign", ~panel.harmful))
    for kind, of_kind in kinds:
        if of_kind.any():
            coverage[kind] = np.maximum(complete[:, of_kind].mean(axis=1), complete.mean(axis=1))
        for category in panels.categories_of(panel, kind):
            observed = complete & panels.cell(panel, kind, category)
            cells[int(category), kind] = np.array([is_enough(panel.board, panel.family, items) for items in observed])
    return Shown(coverage, cells)


def is_enough(board: Board, family: NDArray[np.int64], items: Bools) -> bool:
    """Returns whether these items are over the floor: the board's own where that is higher than ours."""
    count, families = int(items.sum()), len(np.unique(family[items]))
    higher = count >= board.disclosure.items and families >= board.disclosure.families
    return higher and not below_floor(families, count)
