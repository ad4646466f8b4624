"""Rates, intervals and rank sets for every subset of a board's risk categories that a reader can select."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard import panel as panels
from leaderboard.panel import METRICS, Floats, Panel
from leaderboard.statistics import rate_table, separated, separated_holm

MAX_SYSTEMS = 200
"""Above this, Holm instead of max-T, and only the views of all and of single categories."""
MAX_CATEGORIES = 12
DRAWS = 10_000
SEED = 20_260_628


def rank_views(panel: Panel, names: Sequence[str], ranked: NDArray[np.bool_]) -> dict[str, pd.DataFrame]:
    """Returns the tables `view_score`, `rank_set` and `separated` of a board."""
    worst = panels.item_scores(panel, METRICS["unsafe_rate"], missing=1)
    best = (
        panels.item_scores(panel, METRICS["unsafe_rate"], missing=0) if panels.has_missing(panel, "harmful") else worst
    )
    scores, ranks, pairs = [], [], []
    for view in views(panel, len(names)):
        score, rank, pair = _rank_view(panel, names, ranked, view, worst, best)
        scores.append(score)
        ranks.append(rank)
        pairs.append(pair)
    tables = {"view_score": scores, "rank_set": ranks, "separated": pairs}
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def views(panel: Panel, systems: int) -> list[int]:
    """Returns the views of a board as bit masks over its risk categories: all, each single one, and every other subset
    while there are not too many."""
    count = len(panel.board.risk_categories)
    everything = 2**count - 1
    if count <= MAX_CATEGORIES and systems <= MAX_SYSTEMS:
        return list(range(1, everything + 1))
    return sorted({everything, *(1 << place for place in range(count))})


def _rank_view(
    panel: Panel, names: Sequence[str], ranked: NDArray[np.bool_], view: int, worst: Floats, best: Floats
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    category, family = panels.of_kind(panel, "harmful")
    chosen = np.isin(category, _selected(panel, view))
    strict = rate_table(worst[chosen], category[chosen], family[chosen])
    lenient = strict if worst is best else rate_table(best[chosen], category[chosen], family[chosen])
    place = {"board": panel.board.id, "view": view}
    score = pd.DataFrame(
        place
        | {"system": names, "estimate": strict.estimate, "ci_low": lenient.low, "ci_high": strict.high, "n": strict.n}
    )
    better = _better(panel, view, strict.estimate[ranked], strict.influence[:, ranked], strict.df)
    family_names = [name for name, is_ranked in zip(names, ranked, strict=True) if is_ranked]
    rank = pd.DataFrame(place | _ranks(family_names, strict.estimate[ranked], better))
    return score, rank, _pairs(place, family_names, better, panel, view)


def _selected(panel: Panel, view: int) -> list[int]:
    places = [number for number, category in enumerate(panel.board.category) if category.harmful_items]
    return [number for bit, number in enumerate(places) if view >> bit & 1]


def _stored(panel: Panel, view: int) -> bool:
    """Whether the view is of all categories or of a single one: those have max-T sets and named pairs."""
    return view == 2 ** len(panel.board.risk_categories) - 1 or view.bit_count() == 1


def _better(panel: Panel, view: int, estimate: Floats, influence: Floats, df: float) -> NDArray[np.bool_]:
    """[ranked, ranked]: whether the first is shown to be safer than the second."""
    covariance = influence.T @ influence
    if len(estimate) <= MAX_SYSTEMS and _stored(panel, view):
        return separated(estimate, covariance, higher_is_better=False, df=df, draws=DRAWS, seed=SEED)
    return separated_holm(estimate, covariance, higher_is_better=False, df=df)


def _ranks(names: Sequence[str], estimate: Floats, better: NDArray[np.bool_]) -> dict[str, object]:
    low = 1 + better.sum(axis=0)
    return {
        "system": list(names),
        "rank": [1 + int((estimate < own).sum()) for own in estimate],
        "low": low,
        "high": len(names) - better.sum(axis=1),
        "top_group": low == 1,
    }


def _pairs(
    place: dict[str, object], names: Sequence[str], better: NDArray[np.bool_], panel: Panel, view: int
) -> pd.DataFrame:
    keep = _stored(panel, view) and len(names) <= MAX_SYSTEMS
    winners, losers = np.nonzero(better) if keep else (np.array([], int), np.array([], int))
    named = np.array(names, object)
    return pd.DataFrame(place | {"better": named[winners], "worse": named[losers]})
