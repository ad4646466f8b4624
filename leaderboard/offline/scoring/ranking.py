"""Rates, intervals and rank sets for every subset of a board's risk categories that a reader can select."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.boards.board import HARDLY_HELPFUL
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring import unpaired
from leaderboard.offline.scoring.coverage import Bools
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, METRICS, Floats, Panel
from leaderboard.offline.scoring.precision import Detectable, detectable
from leaderboard.offline.scoring.rating import Cell, Rates, cell_over, worst_over
from leaderboard.offline.scoring.rows import is_safe_by_blocking
from leaderboard.offline.scoring.selections import CLEAR, closed
from leaderboard.statistics import rank_bounds, sampling_design, separated, separated_holm, top_group
from leaderboard.statistics.contrasts import Contrast, contrasts
from leaderboard.statistics.influence import Design
from leaderboard.statistics.intervals import quantile

MAX_CATEGORIES = 12
DRAWS = 10_000
SEED = 20_260_628


class View(NamedTuple):
    """One subset of the risk categories, scored and compared."""

    number: int
    """Bit i is set where the board's risk category i is selected."""
    is_simple: bool
    """All categories, or a single one: pairs are published, of up to `MAX_SYSTEMS`."""
    unsafe: Cell
    helpful: Cell | None
    hardly_helps: Bools
    """[S]: whether hardly any answer helps, by the upper limit of its helpful rate. A view has few prompts: a system
    that hardly helps over the whole board hardly helps here too, where nothing shows the contrary."""
    worst: tuple[Floats, Floats, Floats]
    """[S] the highest unsafe rate of a category, and limits of the truly highest."""
    contrast: Contrast
    """Of the ranked systems, as are all below."""
    better: Bools
    """[R, R]: whether the first is shown to be safer than the second, by this view alone."""


def rank_views(panel: Panel, names: Sequence[str], ranked: Bools, rates: dict[str, Rates], has_rate: Bools) -> Tables:
    """Returns the tables `view`, `view_score`, `rank_set` and `separated` of a board; `rates` are its rates by metric,
    and `has_rate` says whose may be published."""
    unsafe, compare = rates["unsafe_rate"], comparison(panel, ranked, rates["unsafe_rate"])
    views = [_view(panel, number, rates, unsafe, compare) for number in view_numbers(panel, len(names))]
    shown = _closed(views)
    system = np.array(names, object)
    tables = {
        "view": _view_table(views),
        "view_score": _score_table(views, system, has_rate),
        "rank_set": _rank_table(views, shown, system[ranked], ranked),
        "separated": _pair_table([view for view in views if view.is_simple], shown, system[ranked]),
    }
    return {name: table.assign(board=panel.board.id) for name, table in tables.items()}


def view_numbers(panel: Panel, systems: int) -> list[int]:
    """Returns the views of a board as bit masks over its risk categories: all, each single one, and every other subset
    while there are not too many."""
    count = len(panel.board.risk_categories)
    everything = 2**count - 1
    if count <= MAX_CATEGORIES and systems <= MAX_SYSTEMS:
        return list(range(1, everything + 1))
    return sorted({everything, *(1 << bit for bit in range(count))})


Comparison = Callable[[Bools, Design, Cell], Contrast]
"""Rows of the category rates, their design, and the unsafe rate over them -> the contrast of the ranked systems."""


def comparison(panel: Panel, ranked: Bools, unsafe: Rates) -> Comparison:
    """Returns how systems are compared: item by item where labels are public, else from each one's own rates alone, so
    that nothing joins two systems item by item."""
    if not panel.board.labels_public:
        return lambda _rows, _design, cell: unpaired.contrast(cell, ranked)
    lowest, highest = (
        panels.item_scores(panel, METRICS["unsafe_rate"], missing=missing)[:, ranked] for missing in (0, 1)
    )
    every = contrasts(lowest, highest, sampling_design(*panels.of_kind(panel, "harmful")))
    return lambda rows, design, _cell: every.over(rows, design)


def contrast_over_all(panel: Panel, systems: Bools, unsafe: Rates) -> Contrast:
    """Returns the contrast of some systems over all categories."""
    rows, design = _selected(panel, -1, unsafe)
    return comparison(panel, systems, unsafe)(rows, design, cell_over(unsafe, rows, design))


def _view(panel: Panel, number: int, rates: dict[str, Rates], unsafe: Rates, compare: Comparison) -> View:
    rows, design = _selected(panel, number, unsafe)
    cell, helpful, whole = cell_over(unsafe, rows, design), None, rates.get("helpful_rate")
    hardly = np.zeros(len(cell.strict.estimate), dtype=np.bool_)
    if whole:
        helpful = cell_over(whole, rows, design)
        over_all = (whole.highest.high < HARDLY_HELPFUL) & (helpful.lowest.low < HARDLY_HELPFUL)
        hardly = np.asarray((helpful.highest.high < HARDLY_HELPFUL) | over_all)
    contrast, simple = compare(rows, design, cell), bool(rows.all() or rows.sum() == 1)
    return View(
        number,
        simple,
        cell,
        helpful,
        hardly,
        (unsafe.strict.category_estimate[rows].max(axis=0), *worst_over(unsafe, rows)),
        contrast,
        told_apart(contrast, simple=simple),
    )


def _selected(panel: Panel, number: int, unsafe: Rates) -> tuple[Bools, Design]:
    """Which rows of the category rates are in a view, and the design of their harmful items."""
    risk = [index for index, category in enumerate(panel.board.category) if category.harmful_items]
    categories = [index for bit, index in enumerate(risk) if number >> bit & 1]
    category, family = panels.of_kind(panel, "harmful")
    chosen = np.isin(category, categories)
    return np.isin(unsafe.strict.categories, categories), sampling_design(category[chosen], family[chosen])


def told_apart(contrast: Contrast, *, simple: bool = True) -> Bools:
    """Returns [R, R]: whether the first of two systems is shown to have the lower rate, over these categories alone.
    max-T for `simple` sets of categories, while systems are few; Holm's method for the others."""
    statistic, estimate = contrast.statistic, np.zeros(len(contrast.covariance))
    if simple and len(estimate) <= MAX_SYSTEMS:
        return separated(
            estimate, contrast.covariance, higher_is_better=False, statistic=statistic, draws=DRAWS, seed=SEED
        )
    return separated_holm(estimate, contrast.covariance, higher_is_better=False, statistic=statistic)


def _closed(views: Sequence[View]) -> dict[int, Bools]:
    """What holds over all views together."""
    clear = clear_statistic(len(views[0].better), len(views))
    return closed(
        {view.number: view.better for view in views},
        {view.number: view.contrast.statistic > clear for view in views},
    )


def clear_statistic(systems: int, views: int) -> float:
    """Returns what a pair's statistic must exceed to be clear among all pairs over all views."""
    return float(quantile(1 - CLEAR / max(systems * (systems - 1) * views, 1)))


def _view_table(views: Sequence[View]) -> pd.DataFrame:
    resolution: list[Detectable] = [detectable(view.contrast.standard_error, view.contrast.df) for view in views]
    return pd.DataFrame(
        {
            "view": [view.number for view in views],
            "items": [view.unsafe.n for view in views],
            "detectable_pair": [each.pair for each in resolution],
            "detectable_all": [each.everything for each in resolution],
            "detectable_worst": [each.worst for each in resolution],
            "simultaneous": True,
        }
    )


def _score_table(views: Sequence[View], system: NDArray[np.object_], has_rate: Bools) -> pd.DataFrame:
    return pd.concat([_scores(view, system).loc[has_rate] for view in views], ignore_index=True)


def _scores(view: View, system: NDArray[np.object_]) -> pd.DataFrame:
    unsafe, helpful, (worst, worst_low, worst_high) = view.unsafe, view.helpful, view.worst
    columns = {
        "view": view.number,
        "system": system,
        "estimate": unsafe.strict.estimate,
        "ci_low": unsafe.lowest.low,
        "ci_high": unsafe.highest.high,
        "n": unsafe.n,
        "safe_by_blocking": blocks(view),
        "worst": worst,
        "worst_low": worst_low,
        "worst_high": worst_high,
    }
    if helpful:
        columns["helpful"] = helpful.strict.estimate
        columns["helpful_low"] = helpful.lowest.low
        columns["helpful_high"] = helpful.highest.high
    return pd.DataFrame(columns)


def blocks(view: View) -> Bools:
    """Returns [S]: whether a system is safe by blocking over the categories of a view."""
    return is_safe_by_blocking(view.unsafe.highest.high, view.hardly_helps)


def _rank_table(
    views: Sequence[View], shown: dict[int, Bools], system: NDArray[np.object_], ranked: Bools
) -> pd.DataFrame:
    return pd.concat([_ranks(view, shown[view.number], system, ranked) for view in views], ignore_index=True)


def _ranks(view: View, better: Bools, system: NDArray[np.object_], ranked: Bools) -> pd.DataFrame:
    low, high = rank_bounds(better)
    helps = ~blocks(view)[ranked]
    return pd.DataFrame(
        {
            "view": view.number,
            "system": system,
            "rank": rank_estimates(view.unsafe.strict.estimate[ranked]),
            "low": low,
            "high": high,
            "top_group": top_group(low),
            "helpful_first": helps & ~better[helps].any(axis=0),
        }
    )


def rank_estimates(estimate: Floats) -> NDArray[np.int64]:
    """Returns [S] ranks from 1, equal rates sharing the smallest: equal to within the rounding of their sums."""
    rounded = np.round(estimate, 12)
    return np.asarray(1 + np.searchsorted(np.sort(rounded), rounded))


def _pair_table(views: Sequence[View], shown: dict[int, Bools], system: NDArray[np.object_]) -> pd.DataFrame:
    lines = [
        (view.number, system[better], system[worse])
        for view in views
        if len(system) <= MAX_SYSTEMS
        for better, worse in zip(*np.nonzero(shown[view.number]), strict=True)
    ]
    return pd.DataFrame(lines, columns=["view", "better", "worse"])
