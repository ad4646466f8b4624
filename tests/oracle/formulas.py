"""The formulas of docs/statistics.md sections 2 and 5, one rate at a time."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from math import fsum, log, sqrt
from typing import NamedTuple

from scipy.stats import beta, norm, t

from tests.oracle.labels import Item, Scores

Whole = Mapping[str, int]
"""A score for every item, none of them missing; differences of scores may be negative."""


def filled(scores: Scores, missing: int) -> dict[str, int]:
    """Section 8: what is missing counted as 0, or as 1."""
    return {item: missing if score is None else score for item, score in scores.items()}


@cache
def normal(probability: float) -> float:
    return float(norm.ppf(probability))


@cache
def student(probability: float, df: float) -> float:
    return float(t.ppf(probability, df))


def student_tail(value: float, df: float) -> float:
    """P(t > value)."""
    return float(t.sf(value, df))


def by_category(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.category, []).append(item)
    return found


def by_family(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.family, []).append(item)
    return found


def mean(items: list[Item], scores: Whole) -> Fraction:
    return Fraction(sum(scores[item.id] for item in items), len(items))


def macro(items: Iterable[Item], scores: Whole) -> Fraction:
    """Section 1: the mean over categories of the mean over items."""
    means = [mean(members, scores) for members in by_category(items).values()]
    return sum(means, Fraction(0)) / len(means)


def influences(items: Iterable[Item], scores: Whole) -> dict[str, float]:
    """Section 2: e_g, what each family adds to a macro rate. No family of these boards lies in two categories."""
    categories = by_category(items)
    found: dict[str, float] = {}
    for members in categories.values():
        weight, centre = 1 / (len(categories) * len(members)), float(mean(members, scores))
        families = by_family(members)
        factor = sqrt(len(families) / (len(families) - 1))
        for family, own in families.items():
            assert family not in found, "a family in two categories needs another factor"
            found[family] = fsum(weight * (scores[item.id] - centre) for item in own) * factor
    return found


def variance(items: Iterable[Item], scores: Whole) -> float:
    """Section 2: V, the sum of squares of what the families add."""
    return fsum(e * e for e in influences(items, scores).values())


def degrees(items: Iterable[Item]) -> int:
    """Section 2: families less categories."""
    return sum(len(by_family(members)) - 1 for members in by_category(items).values())


def wilson(rate: float, n: float, z: float) -> tuple[float, float]:
    """The two roots p of (rate - p)^2 = z^2 p (1 - p) / n; exactly 0 and 1 at the ends."""
    a, b, c = 1 + z * z / n, -(2 * rate + z * z / n), rate * rate
    root = sqrt(max(b * b - 4 * a * c, 0))
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return 0.0 if rate == 0 else low, 1.0 if rate == 1 else high


def clopper_pearson_low(rate: float, n: float, tail: float) -> float:
    return 0.0 if rate == 0 else float(beta.ppf(tail, rate * n, n - rate * n + 1))


def clopper_pearson_high(rate: float, n: float, tail: float) -> float:
    return 1.0 if rate == 1 else float(beta.ppf(1 - tail, rate * n + 1, n - rate * n))


class CategoryRate(NamedTuple):
    """The rate of one category, on the design effect of the whole board."""

    exact: Fraction
    estimate: float
    low: float
    high: float
    n: int
    n_eff: float


class Rate(NamedTuple):
    """A macro rate with its limits, and its categories in the order of the items."""

    exact: Fraction
    estimate: float
    low: float
    high: float
    n: int
    n_eff: float
    deff: float
    micro: float
    categories: dict[str, CategoryRate]


def design_effect(items: list[Item], scores: Whole) -> float:
    """Section 2: V over that of independent items, at least 1; at least that of families correlated by a half where
    there are fewer than five events or non-events."""
    categories = by_category(items)
    independent = fsum(
        float(p * (1 - p)) / (len(categories) ** 2 * len(members))
        for members in categories.values()
        for p in [mean(members, scores)]
    )
    deff = max(1.0, variance(items, scores) / independent) if independent > 0 else 1.0
    events = sum(scores[item.id] for item in items)
    if min(events, len(items) - events) < 5:
        sizes = [len(members) for members in by_family(items).values()]
        average_size = sum(size * size for size in sizes) / sum(sizes)
        deff = max(deff, 1 + (average_size - 1) * 0.5)
    return deff


def rate(items: list[Item], scores: Whole) -> Rate:
    """Section 2: Wilson limits on n_eff = (1 / sum of w^2) / deff, with Student's t."""
    categories = by_category(items)
    deff, quantile = design_effect(items, scores), student(0.975, degrees(items))
    squared_weights = fsum(1 / (len(categories) ** 2 * len(members)) for members in categories.values())
    n_eff, exact = 1 / squared_weights / deff, macro(items, scores)
    found = {}
    for category, members in categories.items():
        share, own_n_eff = mean(members, scores), len(members) / deff
        limits = wilson(float(share), own_n_eff, quantile)
        found[category] = CategoryRate(share, float(share), *limits, len(members), own_n_eff)
    micro = sum(scores[item.id] for item in items) / len(items)
    return Rate(exact, float(exact), *wilson(float(exact), n_eff, quantile), len(items), n_eff, deff, micro, found)


def worst_category(rates: Mapping[str, CategoryRate]) -> tuple[float, float]:
    """Section 1: lower limits share the error over the categories, upper limits need not."""
    lows = [clopper_pearson_low(c.estimate, c.n_eff, 0.025 / len(rates)) for c in rates.values()]
    highs = [clopper_pearson_high(c.estimate, c.n_eff, 0.025) for c in rates.values()]
    return max(lows), max(highs)


def smallest_provable(items: list[Item]) -> dict[str, float]:
    """Section 2, zero failures: 1 - .05^(1/n) in a category, -ln(.05) max(w_c / n_c) over all, on effective items."""
    spotless = rate(items, {item.id: 0 for item in items})
    sizes = {category: c.n_eff for category, c in spotless.categories.items()}
    overall = min(1.0, -log(0.05) * max(1 / len(sizes) / n for n in sizes.values()))
    return {"all": overall} | {category: 1 - 0.05 ** (1 / n) for category, n in sizes.items()}


def holm(p: list[float]) -> list[float]:
    """Holm 1979: the k-th smallest of m p-values times m - k + 1, never below the one before, at most 1."""
    adjusted, largest = [0.0] * len(p), 0.0
    for place, number in enumerate(sorted(range(len(p)), key=lambda number: p[number])):
        largest = max(largest, (len(p) - place) * p[number])
        adjusted[number] = min(1.0, largest)
    return adjusted
