"""What follows from each submission alone, a column each.

No column depends on the others, bit for bit. So columns may be cached (`store`), and a draft computes only what is
between systems again.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.boards.board import Board
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import Panel
from leaderboard.offline.scoring.rating import Rates, compute_rates
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Row
from leaderboard.statistics import RateTable

RANKED = "unsafe_rate"
BY_SYSTEM = tuple(name for name in RateTable._fields if name not in ("n", "categories", "category_n"))
"""The fields of a rate table with systems on their last axis; the others belong to the board."""

Array = NDArray[Any]
Work = Callable[[str, int, list[Array]], Array]
"""Name of an array, its axis of systems, and that array of each of the columns -> the new one."""


class Columns(NamedTuple):
    """S submissions: their outcomes as numbers, and their rates with intervals."""

    panel: Panel
    rates: dict[str, Rates]
    """By metric. `influence` is there where rank sets need it, in the strict unsafe rate, and is empty elsewhere."""


def score_columns(board: Board, items: Sequence[Item], systems: Sequence[Sequence[Row]]) -> Columns:
    """Returns the columns of some systems' rows; every system has a row for every item, in order of item id."""
    panel = panels.build_panel(board, items, systems)
    rates = {metric: compute_rates(panel, metric) for metric in panels.measured(board)}
    lean = {metric: Rates(*(t._replace(influence=t.influence[:0]) for t in rate)) for metric, rate in rates.items()}
    return Columns(panel, lean | {RANKED: lean[RANKED]._replace(strict=rates[RANKED].strict)})


def join_columns(first: Columns, second: Columns) -> Columns:
    """Returns the columns of both, the second's last."""
    return each_array(lambda _, axis, arrays: np.concatenate(arrays, axis), first, second)


def take_columns(columns: Columns, indices: Sequence[int]) -> Columns:
    """Returns the columns at these indices, in that order."""
    return each_array(lambda _, axis, arrays: np.take(arrays[0], indices, axis), columns)


def each_array(work: Work, *columns: Columns) -> Columns:
    """Returns columns whose arrays are the results of `work`."""

    def table(name: str, tables: Sequence[RateTable]) -> RateTable:
        arrays = {field: work(f"{name}.{field}", -1, [getattr(t, field) for t in tables]) for field in BY_SYSTEM}
        return tables[0]._replace(**arrays)  # type: ignore[arg-type]  # every name in it is an array's

    first = columns[0]
    outcome = work("outcome", 0, [each.panel.outcome for each in columns])
    severity = work("severity", 0, [each.panel.severity for each in columns])
    rates = {
        metric: Rates(*(table(f"{metric}.{n}", [each.rates[metric][n] for each in columns]) for n in range(len(rate))))
        for metric, rate in first.rates.items()
    }
    return Columns(first.panel._replace(outcome=outcome, severity=severity), rates)
