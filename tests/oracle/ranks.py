"""Rank sets (docs/statistics.md section 3): which systems can be told apart in each view, by Holm and by max-T."""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import sqrt
from statistics import median
from typing import Any

import numpy as np
from scipy.special import fdtrc

from tests.oracle.formulas import Whole, degrees, filled, influences, macro, normal, student, variance
from tests.oracle.labels import Item, Labels
from tests.oracle.rates import Row, views

Pair = tuple[str, str]
"""A system that is shown to be better, and the one that it is better than."""
Systems = Mapping[str, Whole]
"""The scores of the systems that are compared, none missing."""
LADDER = (10_000, 100_000, 400_000)
"""How many directions are drawn until a decision is clear."""
CLEAR = 3
"""A decision is clear when the estimated chance is so many of its standard errors away from 5 %."""


class Directions:
    """Directions drawn evenly from the unit sphere: the only randomness of a rank set."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.drawn: dict[tuple[int, int], Any] = {}

    def first(self, count: int, dimensions: int) -> Any:
        """[count, dimensions]: the same ones at the beginning, however many are asked for."""
        if (count, dimensions) not in self.drawn:
            normals = np.random.default_rng(self.seed).standard_normal((count, dimensions))
            self.drawn[count, dimensions] = normals / np.linalg.norm(normals, axis=1)[:, None]
        return self.drawn[count, dimensions]


def less(after: Whole, before: Whole) -> dict[str, int]:
    return {item: after[item] - before[item] for item in after}


def standard_error(items: list[Item], one: Whole, other: Whole) -> float:
    """The paired standard error of two macro rates: from the items' differences, where shared difficulty cancels."""
    return sqrt(variance(items, less(one, other)))


def advantages(items: list[Item], systems: Systems) -> dict[Pair, float]:
    """t of "the first is better than the second", for every ordered pair; 0 where the difference has no variance."""
    rates = {name: macro(items, scores) for name, scores in systems.items()}
    found = {}
    for one, other in combinations(systems, 2):
        error = standard_error(items, systems[one], systems[other])
        found[one, other] = float(rates[other] - rates[one]) / error if error > 0 else 0.0
        found[other, one] = -found[one, other]
    return found


def shown_by_holm(items: list[Item], systems: Systems) -> set[Pair]:
    """Two-sided t tests over all unordered pairs: the k-th largest of m must pass 1 - .05 / (m - k + 1)."""
    df, statistic = degrees(items), advantages(items, systems)
    hypotheses = sorted(combinations(systems, 2), key=lambda pair: -abs(statistic[pair]))
    shown: set[Pair] = set()
    for place, (one, other) in enumerate(hypotheses):
        if abs(statistic[one, other]) < student(1 - 0.025 / (len(hypotheses) - place), df):
            break
        shown.add((one, other) if statistic[one, other] > 0 else (other, one))
    return shown


def shown_by_max_t(items: list[Item], systems: Systems, directions: Directions) -> set[Pair]:
    """Mogstad et al. 2024: reject every ordered pair whose statistic is exceeded with a chance under 5 % by the largest
    random one over the pairs that are left, and repeat with what is left until nothing more is rejected."""
    statistic, contrasts = advantages(items, systems), _contrasts(items, systems)
    left, shown = set(statistic), set[Pair]()
    while True:
        largest = _Largest([contrasts[pair] for pair in sorted(left)], degrees(items), directions)
        ordered = sorted((statistic[pair] for pair in left if statistic[pair] > 0), reverse=True)
        exceptional = ordered[: bisect_left(ordered, True, key=lambda t: not largest.is_under(t))]
        rejected = {pair for pair in left if statistic[pair] in exceptional}
        if not rejected:
            return shown
        shown |= rejected
        left -= rejected


class _Largest:
    """The largest of several t statistics were there no difference at all.

    The statistics are contrasts of a multivariate normal Z, times sqrt(df / chi-squared). Z is a direction times a
    length, and the two are independent: so the largest one is that direction's largest contrast times a length whose
    square over the M dimensions has the F distribution with M and df degrees of freedom. Directions are drawn, lengths
    are not, and the chance to exceed t is the mean over directions of an exact F tail. That is a tenth of the variance
    of counting draws.
    """

    def __init__(self, contrasts: list[Any], df: int, directions: Directions) -> None:
        self.contrasts, self.df, self.directions = np.array(contrasts).T, df, directions
        self.drawn: dict[int, Any] = {}

    def is_under(self, t: float) -> bool:
        """Whether the chance to exceed t is under 5 %, from as many directions as it takes to tell. What not even the
        most of them can tell from 5 % is not: so the answer does not hang on the seed."""
        for count in LADDER:
            chance, error = self.chance(t, count)
            if abs(chance - 0.05) > CLEAR * error:
                return chance < 0.05
        return False

    def chance(self, t: float, count: int) -> tuple[float, float]:
        """The estimated chance that the largest statistic exceeds t, and its standard error."""
        dimensions = len(self.contrasts)
        if count not in self.drawn:
            parts = np.array_split(self.directions.first(count, dimensions), count // 10_000)
            self.drawn[count] = np.concatenate([(part @ self.contrasts).max(axis=1) for part in parts])
        lengths = t / np.maximum(self.drawn[count], 1e-300)
        tails = fdtrc(dimensions, self.df, np.minimum(lengths, 1e100) ** 2 / dimensions)
        return float(tails.mean()), float(tails.std() / sqrt(count))


def _contrasts(items: list[Item], systems: Systems) -> dict[Pair, Any]:
    """What turns a standard normal vector into every ordered pair's statistic (Z_i - Z_j) / s_ij, with Cov(Z) = E'E
    (section 2): E = QR has the same covariance as R, which has a row for each system only."""
    families = sorted({item.family for item in items})
    added = [influences(items, scores) for scores in systems.values()]
    matrix = np.array([[one[family] for one in added] for family in families])
    columns = np.transpose(np.linalg.qr(matrix, mode="r"))
    found = {}
    for (one, first), (other, second) in combinations(zip(systems, columns, strict=True), 2):
        error = standard_error(items, systems[one], systems[other])
        found[one, other] = (first - second) / error if error > 0 else np.zeros_like(first)
        found[other, one] = -found[one, other]
    return found


def ranks(rates: dict[str, Fraction], shown: set[Pair]) -> dict[str, Row]:
    """Each system's rank by its exact rate, ties sharing the smallest, and the ranks that it may have."""
    found = {}
    for name, own in rates.items():
        low = 1 + sum(worse == name for _, worse in shown)
        found[name] = {
            "rank": 1 + sum(other < own for other in rates.values()),
            "low": low,
            "high": len(rates) - sum(better == name for better, _ in shown),
            "top_group": low == 1,
        }
    return found


def is_simple(labels: Labels, items: list[Item]) -> bool:
    """Section 3: all risk categories or a single one have max-T sets, every other view has Holm's."""
    return len({item.category for item in items}) in (1, len(labels.risk_categories))


def ranked_scores(labels: Labels) -> Systems:
    return {system: filled(labels.unsafe(system), 1) for system in labels.ranked}


def holm_table(labels: Labels) -> list[Row]:
    """`rank_set` of the views of several categories but not all; their pairs are not published."""
    rows, systems = [], ranked_scores(labels)
    for view, items in views(labels).items():
        if not is_simple(labels, items):
            rows += _rank_rows(labels, view, items, shown_by_holm(items, systems))
    return rows


def max_t_tables(labels: Labels, directions: Directions) -> dict[str, list[Row]]:
    """`rank_set` and `separated` of the views of all risk categories and of single ones."""
    sets, separated, systems = [], [], ranked_scores(labels)
    for view, items in views(labels).items():
        if is_simple(labels, items):
            shown = shown_by_max_t(items, systems, directions)
            sets += _rank_rows(labels, view, items, shown)
            place = {"board": labels.board, "view": view}
            separated += [place | {"better": better, "worse": worse} for better, worse in sorted(shown)]
    return {"rank_set": sets, "separated": separated}


def _rank_rows(labels: Labels, view: int, items: list[Item], shown: set[Pair]) -> list[Row]:
    rates = {name: macro(items, scores) for name, scores in ranked_scores(labels).items()}
    place = {"board": labels.board, "view": view}
    return [place | {"system": name} | found for name, found in ranks(rates, shown).items()]


def view_table(labels: Labels) -> list[Row]:
    """Section 3, resolution: (t + z_.80) times the median standard error of the ranked systems' paired differences, t
    at .975 for one pair named beforehand and Bonferroni's for all of them."""
    rows, systems = [], ranked_scores(labels)
    for view, items in views(labels).items():
        pairs = list(combinations(systems.values(), 2))
        error, df = median(standard_error(items, *pair) for pair in pairs), degrees(items)
        rows.append(
            {
                "board": labels.board,
                "view": view,
                "items": len(items),
                "detectable_pair": (student(0.975, df) + normal(0.8)) * error,
                "detectable_all": (student(1 - 0.025 / len(pairs), df) + normal(0.8)) * error,
                "basis": "human",
            }
        )
    return rows
