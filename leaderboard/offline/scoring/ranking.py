"""Rates, intervals and rank sets for every subset of a board's risk categories that a reader can select."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.coverage import Bools
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, METRICS, Floats, Panel
from leaderboard.offline.scoring.precision import detectable
from leaderboard.offline.scoring.rating import Rates
from leaderboard.offline.scoring.unpaired import covariance_of
from leaderboard.statistics import (
    rank_bounds,
    rate_limits,
    rate_table,
    sampling_design,
    separated,
    separated_holm,
    top_group,
)
from leaderboard.statistics.arrays import column_sums

MAX_CATEGORIES = 12
DRAWS = 10_000
SEED = 20_260_628


class View(NamedTuple):
    """One subset of the risk categories, scored and compared."""

    number: int
    """Bit i is set where the board's risk category i is selected."""
    estimate: Floats
    """[S] macro unsafe rate, missing outcomes counted as unsafe."""
    low: Floats
    high: Floats
    n: int
    detectable: tuple[float | None, float | None]
    """The difference that one named pair, and all pairs at once, would show four times in five."""
    better: Bools
    """[R, R]: whether the first of the ranked systems is shown to be safer than the second."""
    has_pairs: bool
    """Whether `better` is published: for all categories and for each single one, up to `MAX_SYSTEMS`."""


def rank_views(panel: Panel, names: Sequence[str], ranked: Bools, unsafe: Rates, has_rate: Bools) -> Tables:
    """Returns the tables `view`, `view_score`, `rank_set` and `separated` of a board; `unsafe` are its rates, and
    `has_rate` says whose may be published."""
    numbers = view_numbers(panel, len(names))
    if panel.board.labels_public:
        worst = panels.item_scores(panel, METRICS["unsafe_rate"], missing=1)
        missing = panels.has_missing(panel, "harmful")
        best = panels.item_scores(panel, METRICS["unsafe_rate"], missing=0) if missing else worst
        views = [_paired_view(panel, number, worst, best, ranked, unsafe) for number in numbers]
    else:
        views = [_unpaired_view(panel, number, ranked, unsafe) for number in numbers]
    system = np.array(names, object)
    tables = {
        "view": _view_table(views),
        "view_score": _score_table(views, system, has_rate),
        "rank_set": _rank_table(views, system[ranked], ranked),
        "separated": _pair_table([view for view in views if view.has_pairs], system[ranked]),
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


def _paired_view(panel: Panel, number: int, worst: Floats, best: Floats, ranked: Bools, unsafe: Rates) -> View:
    """A view from the scores[items, S] with what is missing counted as unsafe and as safe."""
    rows, chosen, category, family = _selected(panel, number, unsafe)
    strict, lenient = unsafe.strict, unsafe.lowest
    if not rows.all():
        strict = rate_table(worst[chosen], category, family)
        lenient = strict if worst is best else rate_table(best[chosen], category, family)
    low, high = _scored_limits(unsafe, rows) or (lenient.low, strict.high)
    influence = strict.influence[:, ranked]
    limits = strict.estimate, low, high, strict.n
    return _view(number, rows, limits, strict.estimate[ranked], influence.T @ influence, strict.df)


def _unpaired_view(panel: Panel, number: int, ranked: Bools, unsafe: Rates) -> View:
    """A view from each system's category rates and one design effect, as the table `score` has them: nothing in it
    joins two systems item by item, and no subset of categories tells more of families than all of them do."""
    rows, _, category, family = _selected(panel, number, unsafe)
    df, size = sampling_design(category, family).df, unsafe.strict.category_n[rows]
    weighted_n = len(size) ** 2 / (1 / size).sum()
    (estimate, n_eff), (least, of_least), (most, of_most) = (
        (column_sums(table.category_estimate[rows]) / len(size), weighted_n / table.deff) for table in unsafe
    )
    own = rate_limits(least, of_least, df)[0], rate_limits(most, of_most, df)[1]
    limits = estimate, *(_scored_limits(unsafe, rows) or own), int(size.sum())
    covariance = covariance_of(estimate[ranked], n_eff[ranked], int(size.sum()))
    return _view(number, rows, limits, estimate[ranked], covariance, df)


def _selected(panel: Panel, number: int, unsafe: Rates) -> tuple[Bools, Bools, NDArray[np.int64], NDArray[np.int64]]:
    """Which rows of the category rates and which harmful items are in a view; category and family of these items."""
    risk = [index for index, category in enumerate(panel.board.category) if category.harmful_items]
    categories = [index for bit, index in enumerate(risk) if number >> bit & 1]
    category, family = panels.of_kind(panel, "harmful")
    chosen = np.isin(category, categories)
    return np.isin(unsafe.strict.categories, categories), chosen, category[chosen], family[chosen]


def _scored_limits(unsafe: Rates, rows: Bools) -> tuple[Floats, Floats] | None:
    """The limits that the table `score` has of all categories and of single ones; None for another subset."""
    if rows.all():
        return unsafe.lowest.low, unsafe.highest.high
    if rows.sum() == 1:
        [row] = np.flatnonzero(rows)
        return unsafe.lowest.category_low[row], unsafe.highest.category_high[row]
    return None


def _view(
    number: int,
    rows: Bools,
    limits: tuple[Floats, Floats, Floats, int],
    estimate: Floats,
    covariance: Floats,
    df: float,
) -> View:
    """A view with its comparisons: max-T of all categories and of single ones, Holm's method of other subsets."""
    simple = len(estimate) <= MAX_SYSTEMS and bool(rows.all() or rows.sum() == 1)
    if simple:
        better = separated(estimate, covariance, higher_is_better=False, df=df, draws=DRAWS, seed=SEED)
    else:
        better = separated_holm(estimate, covariance, higher_is_better=False, df=df)
    return View(number, *limits, detectable(covariance, df), better, simple)


def _view_table(views: Sequence[View]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "view": [view.number for view in views],
            "items": [view.n for view in views],
            "detectable_pair": [view.detectable[0] for view in views],
            "detectable_all": [view.detectable[1] for view in views],
        }
    )


def _score_table(views: Sequence[View], system: NDArray[np.object_], has_rate: Bools) -> pd.DataFrame:
    some = int(has_rate.sum())
    return pd.DataFrame(
        {
            "view": np.repeat([view.number for view in views], some),
            "system": np.tile(system[has_rate], len(views)),
            "estimate": np.concatenate([view.estimate[has_rate] for view in views]),
            "ci_low": np.concatenate([view.low[has_rate] for view in views]),
            "ci_high": np.concatenate([view.high[has_rate] for view in views]),
            "n": np.repeat([view.n for view in views], some),
        }
    )


def _rank_table(views: Sequence[View], system: NDArray[np.object_], ranked: Bools) -> pd.DataFrame:
    low, high = zip(*(rank_bounds(view.better) for view in views), strict=True)
    return pd.DataFrame(
        {
            "view": np.repeat([view.number for view in views], len(system)),
            "system": np.tile(system, len(views)),
            "rank": np.concatenate([rank_estimates(view.estimate[ranked]) for view in views]),
            "low": np.concatenate(low),
            "high": np.concatenate(high),
            "top_group": top_group(np.concatenate(low)),
        }
    )


def rank_estimates(estimate: Floats) -> NDArray[np.int64]:
    """Returns [S] ranks from 1, equal rates sharing the smallest: equal to within the rounding of their sums."""
    rounded = np.round(estimate, 12)
    return np.asarray(1 + np.searchsorted(np.sort(rounded), rounded))


def _pair_table(views: Sequence[View], system: NDArray[np.object_]) -> pd.DataFrame:
    lines = [
        (view.number, system[better], system[worse])
        for view in views
        for better, worse in zip(*np.nonzero(view.better), strict=True)
    ]
    return pd.DataFrame(lines, columns=["view", "better", "worse"])
