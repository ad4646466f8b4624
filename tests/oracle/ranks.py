"""Rank sets (STATISTICS.md section 3): which systems can be told apart in each view, by Holm and by max-T."""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from math import ceil, sqrt
from statistics import median
from typing import Any

import numpy as np

from tests.oracle.formulas import Whole, degrees, filled, influences, macro, normal, student, variance
from tests.oracle.labels import Item, Labels
from tests.oracle.rates import Row, views

Pair = tuple[str, str]
"""A system that is shown to be better, and the one that it is better than."""
Systems = dict[str, Whole]
"""The scores of the systems that are compared, none missing."""
DRAWS = 10_000


class Draws:
    """Standard normal draws for each family of a board, and Student's factor: the only randomness of a rank set."""

    def __init__(self, families: list[str], seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.normal = {family: self.generator.standard_normal(DRAWS) for family in families}
        self.factors: dict[int, Any] = {}

    def factor(self, df: int) -> Any:
        """sqrt(df / chi-squared), one for all systems of a draw."""
        if df not in self.factors:
            self.factors[df] = np.sqrt(df / self.generator.chisquare(df, DRAWS))
        return self.factors[df]


def draws(labels: Labels, seed: int) -> Draws:
    return Draws(sorted({item.family for item in labels.of_kind("harmful")}), seed)


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


def shown_by_max_t(items: list[Item], systems: Systems, drawn: Draws) -> set[Pair]:
    """Mogstad et al. 2024: reject every ordered pair above the 95 % quantile of the largest drawn statistic over the
    pairs that are left, and repeat with what is left until nothing more is rejected."""
    statistic, noise = advantages(items, systems), _noise(items, systems, drawn)
    left, shown = set(statistic), set[Pair]()
    while left:
        largest = np.maximum.reduce([noise[pair] for pair in sorted(left)])
        critical = sorted(largest)[ceil(0.95 * DRAWS) - 1]
        rejected = {pair for pair in left if statistic[pair] > critical}
        if not rejected:
            break
        shown |= rejected
        left -= rejected
    return shown


def _noise(items: list[Item], systems: Systems, drawn: Draws) -> dict[Pair, Any]:
    """Draws of every ordered pair's statistic were there no difference: (Z_i - Z_j) / s_ij with Z = g E."""
    factor, found = drawn.factor(degrees(items)), {}
    added = {name: influences(items, scores) for name, scores in systems.items()}
    families = sorted({item.family for item in items})
    normals = np.column_stack([drawn.normal[family] for family in families])
    errors = {name: normals @ np.array([added[name][family] for family in families]) for name in systems}
    for one, other in combinations(systems, 2):
        error = standard_error(items, systems[one], systems[other])
        found[one, other] = (errors[one] - errors[other]) * factor / error if error > 0 else np.zeros(DRAWS)
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
    """All risk categories or a single one: such a view has max-T sets, and its pairs are published."""
    return len({item.category for item in items}) in (1, len(labels.risk_categories))


def ranked_scores(labels: Labels) -> Systems:
    return {system: filled(labels.unsafe(system), 1) for system in labels.ranked}


def rank_tables(labels: Labels, drawn: Draws, holm: Callable[..., set[Pair]] = shown_by_holm) -> dict[str, list[Row]]:
    """`rank_set` and `separated`."""
    sets, separated = [], []
    systems = ranked_scores(labels)
    for view, items in views(labels).items():
        simple = is_simple(labels, items)
        shown = shown_by_max_t(items, systems, drawn) if simple else holm(items, systems)
        place = {"board": labels.board, "view": view}
        rates = {name: macro(items, scores) for name, scores in systems.items()}
        sets += [place | {"system": name} | found for name, found in ranks(rates, shown).items()]
        separated += [place | {"better": better, "worse": worse} for better, worse in sorted(shown) if simple]
    return {"rank_set": sets, "separated": separated}


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
            }
        )
    return rows
