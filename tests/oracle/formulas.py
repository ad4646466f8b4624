"""The formulas of docs/statistics.md sections 2 and 5, one rate at a time."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from math import fsum, inf, log, sqrt
from typing import NamedTuple

from scipy.stats import beta, norm, t

from tests.oracle.labels import Scores
from tests.oracle.tables import Item

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
    """The rate of one category, with the correlation within families of the whole board."""

    exact: Fraction
    estimate: float
    low: float
    high: float
    n: int
    n_eff: float
    df: float


class Rate(NamedTuple):
    """A macro rate with its limits, and its categories in the order of the items."""

    exact: Fraction
    estimate: float
    low: float
    high: float
    n: int
    n_eff: float
    deff: float
    df: float
    micro: float
    categories: dict[str, CategoryRate]
    correlation: float


def family_size(families: Iterable[list[Item]]) -> float:
    """Items in the family of an average item."""
    sizes = [len(own) for own in families]
    return sum(size * size for size in sizes) / sum(sizes)


def correlation(items: list[Item], scores: Whole) -> float:
    """Section 2: of two items of a family, by the method of moments over all categories, each over its items."""
    numerator, denominator = [], []
    for members in by_category(items).values():
        n, p, families = len(members), float(mean(members, scores)), by_family(members).values()
        pairs = sum(len(own) * (len(own) - 1) for own in families)
        between, expected = [], []
        for own in families:
            m, share = len(own), len(own) / n
            total = sum(scores[item.id] for item in own) - m * p
            between.append(total * total / (1 - share))
            expected.append((m * (m - 1) * (1 - 2 * share) + share * share * pairs) / (1 - share))
        seen, within = fsum(between), p * (1 - p)
        numerator.append((seen - seen / n - n * within) / n)
        denominator.append((within * fsum(expected) + seen * pairs / n**2) / n)
    found = fsum(numerator) / fsum(denominator) if fsum(denominator) > 0 else 0.0
    return cautious(min(1.0, max(0.0, found)), items, scores)


def cautious(found: float, items: list[Item], scores: Whole) -> float:
    """At least one half where families of several items have fewer than five independent events, or non-events."""
    several = [item for own in by_family(items).values() if len(own) > 1 for item in own]
    if not several:
        return found
    # Every category's rate counts, on its items in such families.
    events = fsum(
        float(mean(members, scores)) * sum(item.category == category for item in several)
        for category, members in by_category(items).items()
    )
    independent = min(events, len(several) - events) / (1 + (family_size(by_family(several).values()) - 1) / 2)
    return max(found, 0.5) if round(independent, 9) < 5 else found


def correlation_df(items: list[Item]) -> float:
    """Section 2: effective families less one, by the pairs of items that show the correlation."""
    families = [list(by_family(members).values()) for members in by_category(items).values()]
    pairs = [(len(own) - 1) * len(own) / sum(map(len, every)) for every in families for own in every]
    return fsum(pairs) ** 2 / fsum(pair * pair for pair in pairs) - 1 if any(pairs) else inf


def category_df(items: list[Item]) -> dict[str, float]:
    """Section 2: effective families less one, by their items, or those of the correlation, if these are more."""
    categories = {name: by_family(members).values() for name, members in by_category(items).items()}
    own = {name: sum(map(len, families)) / family_size(families) - 1 for name, families in categories.items()}
    return {name: max(df, correlation_df(items)) for name, df in own.items()}


def macro_limits(items: list[Item], scores: Whole, rho: float) -> tuple[float, float, float, float, float]:
    """Section 2: low, high, n_eff, deff and degrees of freedom of a macro rate."""
    categories, estimate = by_category(items), float(macro(items, scores))
    count, single = len(categories), len(by_family(items)) == len(items)
    variances, singles, shares, guarded, families_df = [], [], [], [], []
    for members in categories.values():
        n, p, size = len(members), float(mean(members, scores)), family_size(by_family(members).values())
        inflation = 1 + rho * (size - 1)
        singles.append(p * (1 - p) / n / count**2)
        variances.append(singles[-1] * inflation)
        shares.append((1 / (n * count**2), size / (n * count**2)))
        shrunk = (n * p + 1) / (n + 2)
        guarded.append(shrunk * (1 - shrunk) * inflation / n)
        families_df.append(n / size - 1)
    weighted = 1 / fsum(one for one, _ in shares)
    size = weighted * fsum(many for _, many in shares)
    n_eff = weighted / max(1.0, 1 + rho * (size - 1))
    if fsum(variances) > 0:
        n_eff = min(n_eff, estimate * (1 - estimate) / fsum(variances))
    df = fsum(guarded) ** 2 / fsum(v * v / own for v, own in zip(guarded, families_df, strict=True))
    if fsum(variances) > 0:
        by_families = 1 - fsum(singles) / fsum(variances)
        df = min(df, max(8.0, correlation_df(items) / by_families**2)) if by_families > 0 else df
    df = inf if single else df
    return (*wilson(estimate, n_eff, student(0.975, df)), n_eff, weighted / n_eff, df)


def rate(items: list[Item], scores: Whole) -> Rate:
    """Section 2: Wilson limits on effective items, with Student's t."""
    rho, exact = correlation(items, scores), macro(items, scores)
    low, high, n_eff, deff, df = macro_limits(items, scores, rho)
    found, degrees_of = {}, category_df(items)
    for category, members in by_category(items).items():
        share, own_df = mean(members, scores), min(df, degrees_of[category])
        own_n_eff = len(members) / max(1.0, 1 + rho * (family_size(by_family(members).values()) - 1))
        limits = wilson(float(share), own_n_eff, student(0.975, own_df))
        found[category] = CategoryRate(share, float(share), *limits, len(members), own_n_eff, own_df)
    micro = sum(scores[item.id] for item in items) / len(items)
    return Rate(exact, float(exact), low, high, len(items), n_eff, deff, df, micro, found, rho)


def exact_n(n_eff: float, df: float, tail: float) -> float:
    """Section 2: the items of exact limits, fewer where Student's t is wider than the normal (Korn and Graubard)."""
    return n_eff * (normal(1 - tail) / student(1 - tail, df)) ** 2


def worst_category(rates: Iterable[CategoryRate]) -> tuple[float, float]:
    """Section 1: lower limits share the error over the categories, upper limits need not."""
    every = list(rates)
    shared = 0.025 / len(every)
    lows = [clopper_pearson_low(c.estimate, exact_n(c.n_eff, c.df, shared), shared) for c in every]
    highs = [clopper_pearson_high(c.estimate, exact_n(c.n_eff, c.df, 0.025), 0.025) for c in every]
    return max(lows), max(highs)


def smallest_provable(items: list[Item]) -> dict[str, float]:
    """Section 2, zero failures: 1 - .05^(1/n) in a category, -ln(.05) max(w_c / n_c) over all, on effective items."""
    spotless = rate(items, {item.id: 0 for item in items})
    sizes = {category: exact_n(c.n_eff, c.df, 0.05) for category, c in spotless.categories.items()}
    overall = min(1.0, -log(0.05) * max(1 / len(sizes) / n for n in sizes.values()))
    return {"all": overall} | {category: 1 - 0.05 ** (1 / n) for category, n in sizes.items()}


def holm(p: list[float]) -> list[float]:
    """Holm 1979: the k-th smallest of m p-values times m - k + 1, never below the one before, at most 1."""
    adjusted, largest = [0.0] * len(p), 0.0
    for place, number in enumerate(sorted(range(len(p)), key=lambda number: p[number])):
        largest = max(largest, (len(p) - place) * p[number])
        adjusted[number] = min(1.0, largest)
    return adjusted
