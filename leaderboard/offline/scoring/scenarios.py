"""Which rates of whole items and families may be published, and the pooled rates of categories.

Where labels are not public, a rate of families must not tell what a few items did. Next to the number of unsafe items
it tells which families were unsafe if these have sizes of their own: one unsafe family and five unsafe items are the
only family of five. So there every size of family must be over the floor, and no outcome may be missing: the families
with gaps would be such a size. Whether that is so depends on the items, never on outcomes.
"""

from collections.abc import Iterator

import numpy as np

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.coverage import Bools, is_enough
from leaderboard.offline.scoring.panel import Floats, Metric, Panel
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import LEAST_CATEGORIES, pooled_rates

FEWEST_UNITS = 20


def shown_units(panel: Panel, metric: Metric, category: int | None) -> Bools:
    """Returns [S]: whether a metric's rate may be published of a category, or of all (None), as far as that depends on
    what the metric counts. All categories together only where each may be: the others would be subtracted."""
    counted = np.full(len(panel.outcome), True)
    if metric.unit == "response":
        return counted
    cells = [panels.cell(panel, metric.kind, int(each)) for each in panels.categories_of(panel, metric.kind)]
    if category is not None:
        cells = [panels.cell(panel, metric.kind, category)]
    units = [len(np.unique(panel.family[cell])) if metric.unit == "family" else int(cell.sum()) for cell in cells]
    if panel.board.labels_public:
        return counted & (sum(units) >= FEWEST_UNITS)
    fit = min(units) >= FEWEST_UNITS and (metric.unit == "item" or all(_sizes_are_enough(panel, c) for c in cells))
    return np.asarray(fit & panels.complete(panel)[:, np.logical_or.reduce(cells)].all(axis=1))


def _sizes_are_enough(panel: Panel, cell: Bools) -> bool:
    """Whether the families of each size are over the floor, and no release has had them at another size."""
    _, family, size = np.unique(panel.family[cell], return_inverse=True, return_counts=True)
    of_size = [np.flatnonzero(cell)[size[family] == each] for each in np.unique(size)]
    enough = (is_enough(panel.board, panel.family, np.isin(np.arange(len(cell)), items)) for items in of_size)
    return not panel.board.previous_versions and all(enough)


def pooled(unsafe: Rates) -> Iterator[tuple[int, dict[str, Floats]]]:
    """Returns the partially pooled rate of each category, by its index on the board: columns of `score`, [S] each. They
    follow from the published rates and effective items of the categories. Nothing on a board of few categories."""
    if len(unsafe.strict.categories) < LEAST_CATEGORIES:
        return
    strict, lowest, highest = (pooled_rates(each.category_estimate, each.category_n_eff) for each in unsafe)
    for row, category in enumerate(unsafe.strict.categories):
        yield (
            int(category),
            {
                "estimate": strict.estimate[row],
                "ci_low": lowest.low[row],
                "ci_high": highest.high[row],
                "n": np.full(strict.estimate.shape[1], unsafe.strict.category_n[row]),
                "bound_low": lowest.estimate[row],
                "bound_high": highest.estimate[row],
            },
        )
