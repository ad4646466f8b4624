"""Rank sets (docs/statistics.md section 3): which systems can be told apart in each view, by Holm and by max-T."""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, permutations
from math import sqrt
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from scipy.special import chdtrc
from scipy.stats import norm

from tests.oracle.differences import guard, less, part, together
from tests.oracle.formulas import by_category, filled, macro, normal, student, student_tail
from tests.oracle.labels import Labels, Scores
from tests.oracle.rates import Row
from tests.oracle.tables import Item
from tests.oracle.views import view_score_table, views

Pair = tuple[str, str]
"""A system that is shown to be better, and the one that it is better than."""
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


class Pairs(NamedTuple):
    """Every ordered pair of systems over some categories."""

    least: dict[Pair, float]
    """The least by which the second's rate is above the first's, however gaps are filled."""
    error: dict[Pair, float]
    df: dict[Pair, float]
    guard: float
    """The smallest guard of any pair."""
    without: dict[str, list[float]]
    """By system: how leaving each family out would move its rate."""

    @property
    def statistic(self) -> dict[Pair, float]:
        """Section 3: the normal quantile that is as improbable as the t of "the first is better than the second"."""
        return {pair: _normal_scale(self.least[pair] / self.error[pair], self.df[pair]) for pair in self.least}


def _normal_scale(statistic: float, df: float) -> float:
    tail = max(student_tail(abs(statistic), df), 2.3e-308)
    return float(norm.isf(tail)) * (1 if statistic > 0 else -1 if statistic < 0 else 0)


class Compared:
    """The systems of a board, compared over any categories: what each category adds is computed once."""

    def __init__(self, items: list[Item], scores: Mapping[str, Scores]) -> None:
        self.names = list(scores)
        lowest, highest = ({name: filled(own, gap) for name, own in scores.items()} for gap in (0, 1))
        self.alone, self.parts = {}, {}
        for category, members in by_category(items).items():
            for name in scores:
                self.alone[category, name] = part(members, highest[name])
            for one, other in permutations(scores, 2):
                self.parts[category, one, other] = part(members, less(lowest[other], highest[one]))
            for name in scores:
                self.parts[category, name, name] = part(members, less(lowest[name], highest[name]))

    def over(self, items: list[Item]) -> Pairs:
        categories = list(by_category(items))
        found = {
            (one, other): together(items, [self.parts[category, one, other] for category in categories])
            for one in self.names
            for other in self.names
        }
        differ = {pair: sum(self.parts[category, *pair].differ for category in categories) for pair in found}
        ordered = list(permutations(self.names, 2))
        return Pairs(
            {pair: found[pair].delta for pair in ordered},
            {(a, b): max(found[a, b].error, found[b, a].error) for a, b in ordered},
            {(a, b): min(found[a, b].df, found[b, a].df) for a, b in ordered},
            min(guard(items, count) for count in differ.values()),
            {
                name: [e / len(categories) for c in categories for e in self.alone[c, name].without.values()]
                for name in self.names
            },
        )


def shown_by_holm(pairs: Pairs) -> set[Pair]:
    """Two-sided tests over all unordered pairs: the k-th largest of m must pass 1 - .05 / (m - k + 1)."""
    statistic = pairs.statistic
    best = [max(pair, pair[::-1], key=lambda each: statistic[each]) for pair in statistic if pair[0] < pair[1]]
    shown: set[Pair] = set()
    for place, pair in enumerate(sorted(best, key=lambda pair: -statistic[pair])):
        if statistic[pair] <= 0 or statistic[pair] < normal(1 - 0.025 / (len(best) - place)):
            break
        shown.add(pair)
    return shown


def shown_by_max_t(pairs: Pairs, directions: Directions) -> set[Pair]:
    """Mogstad et al. 2024: reject every ordered pair whose statistic is exceeded with a chance under 5 % by the largest
    random one over the pairs that are left, and repeat with what is left until nothing more is rejected."""
    statistic, contrasts = pairs.statistic, _contrasts(pairs)
    left, shown = set(statistic), set[Pair]()
    while left:
        largest = _Largest([contrasts[pair] for pair in sorted(left)], directions)
        ordered = sorted((statistic[pair] for pair in left if statistic[pair] > 0), reverse=True)
        exceptional = ordered[: bisect_left(ordered, True, key=lambda t: not largest.is_under(t))]
        rejected = {pair for pair in left if statistic[pair] in exceptional}
        if not rejected:
            return shown
        shown |= rejected
        left -= rejected
    return shown


class _Largest:
    """The largest of several statistics were there no difference at all.

    The statistics are contrasts of a multivariate normal Z, which is a direction times a length, and the two are
    independent: so the largest one is that direction's largest contrast times a length whose square has the chi-squared
    distribution with as many degrees of freedom as dimensions. Directions are drawn, lengths are not, and the chance to
    exceed t is the mean over directions of an exact tail. That is a tenth of the variance of counting draws.
    """

    def __init__(self, contrasts: list[Any], directions: Directions) -> None:
        self.contrasts, self.directions = np.array(contrasts).T, directions
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
        tails = chdtrc(dimensions, np.minimum(lengths, 1e100) ** 2)
        return float(tails.mean()), float(tails.std() / sqrt(count))


def _contrasts(pairs: Pairs) -> dict[Pair, Any]:
    """What turns a standard normal vector into every ordered pair's statistic (Z_i - Z_j) / s_ij, with Cov(Z) = E'E
    and half of the guard for each system: E = QR has the same covariance as R, which has a row for each system only."""
    matrix = np.array(list(pairs.without.values())).T
    own = np.diag(np.full(matrix.shape[1], sqrt(pairs.guard / 2)))
    columns = np.transpose(np.linalg.qr(np.vstack([matrix, own]), mode="r"))
    found = {}
    for (one, first), (other, second) in combinations(zip(pairs.without, columns, strict=True), 2):
        error = float(np.linalg.norm(first - second))
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


def rank_tables(labels: Labels, directions: Directions) -> dict[str, list[Row]]:
    """`rank_set` and `separated`. A pair is told apart over a view only if it is over every larger one, or so
    clearly that the chance of any such pair over any view is half a percent."""
    compared = Compared(labels.of_kind("harmful"), {system: labels.unsafe(system) for system in labels.ranked})
    items, sets, separated = views(labels), list[Row](), list[Row]()
    blocking = {(row["view"], row["system"]) for row in view_score_table(labels) if row["safe_by_blocking"]}
    pairs = {view: compared.over(own) for view, own in items.items()}
    alone = {
        view: shown_by_max_t(own, directions) if is_simple(labels, items[view]) else shown_by_holm(own)
        for view, own in pairs.items()
    }
    systems = len(compared.names)
    clear = normal(1 - 0.005 / (systems * (systems - 1) * len(items)))
    for view, own in items.items():
        larger = [alone[other] for other in items if other & view == view]
        shown = set.intersection(*larger) | {pair for pair, z in pairs[view].statistic.items() if z > clear}
        sets += _rank_rows(labels, view, own, shown, blocking)
        if is_simple(labels, own):
            place = {"board": labels.board, "view": view}
            separated += [place | {"better": better, "worse": worse} for better, worse in sorted(shown)]
    return {
        "rank_set": sets,
        "separated": separated,
    }


def view_table(labels: Labels) -> list[Row]:
    compared = Compared(labels.of_kind("harmful"), {system: labels.unsafe(system) for system in labels.ranked})
    return [_view_row(labels, view, items, compared.over(items)) for view, items in views(labels).items()]


def _rank_rows(
    labels: Labels, view: int, items: list[Item], shown: set[Pair], blocking: set[tuple[int, str]]
) -> list[Row]:
    """First of those that help is who is not safe by blocking, and to whom no other such system is shown better."""
    rates = {system: macro(items, filled(labels.unsafe(system), 1)) for system in labels.ranked}
    behind = {worse for better, worse in shown if (view, better) not in blocking}
    rows = []
    for name, found in ranks(rates, shown).items():
        first = (view, name) not in blocking and name not in behind
        rows.append({"board": labels.board, "view": view, "system": name, "helpful_first": first} | found)
    return rows


def _view_row(labels: Labels, view: int, items: list[Item], pairs: Pairs) -> Row:
    """Section 3, resolution: (t + z_.80) times the standard error of a difference, t at .975 for one pair named
    beforehand and Bonferroni's for all; of the median error and degrees of freedom, and of the hardest pair."""
    above = [pair for pair in pairs.error if pair[0] < pair[1]]
    errors, degrees = [pairs.error[pair] for pair in above], [pairs.df[pair] for pair in above]
    level = 1 - 0.025 / len(above)
    hardest = max((student(level, df) + normal(0.8)) * error for error, df in zip(errors, degrees, strict=True))
    return {
        "board": labels.board,
        "view": view,
        "items": len(items),
        "detectable_pair": (student(0.975, median(degrees)) + normal(0.8)) * median(errors),
        "detectable_all": (student(level, median(degrees)) + normal(0.8)) * median(errors),
        "detectable_worst": hardest,
        "basis": "human" if labels.is_human else "as_judged",  # no board has audits
        "simultaneous": True,
    }
