"""How large a study has to be, so that the published method settles a question with the wanted power.

The limits of a rate and of an audit are searched by simulation: the published method is run on drawn boards, with a
fixed seed. Its design effects are estimates, which a formula for the size would take as known. A pair has a formula.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from leaderboard.statistics.arrays import FloatArray, IntArray, open_unit, within
from leaderboard.statistics.intervals import normal_n, one_sided, quantile
from leaderboard.statistics.judges import audited_rate
from leaderboard.statistics.planning import detectable_difference, exact_sample_size
from leaderboard.statistics.rates import rate_table

MOST = 30_000
"""No larger study is planned."""
FLOOR_FAMILIES, FLOOR_ITEMS = 10, 20
"""The smallest category that a board may have."""
_STEP = 1.04
"""Sizes that are tried: power moves in jumps, so that one size may reach what the next misses, and both must."""
_COARSE = 1.5
"""The step at first, until the power is reached."""
_CELLS = 2_000_000
"""Scores that are drawn at once."""


class OutOfReach(ValueError):
    """No study of the largest size settles the question."""


class Study(NamedTuple):
    """A board that settles a question."""

    items: int
    """Items of all categories together."""
    families: int
    power: float
    """How often the question is settled."""


class Audit(NamedTuple):
    """How many responses people label, by what the judge said of them."""

    judged_unsafe: int
    judged_safe: int
    power: float
    """How often the question is settled."""


class Design(NamedTuple):
    """Categories of equally many families, whose outcomes are alike within a family."""

    categories: int = 1
    family_size: float = 1.0
    """Mean items of a family: sizes are the two whole numbers next to it."""
    correlation: float = 0.0
    """Between two items of a family."""

    def layout(self, items: float) -> tuple[IntArray, IntArray]:
        """Return category and family of each item, of at least that number of items."""
        families = max(FLOOR_FAMILIES, math.ceil(items / self.categories / self.family_size))
        ends = np.floor(np.arange(1, families + 1) * self.family_size + 1e-9)
        size = np.diff(np.concatenate([[0], ends])).astype(np.int64)
        size = np.tile(size, self.categories)
        family = np.repeat(np.arange(len(size)), size)
        return family // families, family

    @property
    def least(self) -> float:
        """The fewest items that a board of this design may have."""
        return self.categories * max(FLOOR_ITEMS, FLOOR_FAMILIES * self.family_size)


SINGLE = Design()
"""One category of independent items."""


def items_for_limit(
    true_rate: float,
    limit: float,
    design: Design = SINGLE,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    runs: int = 1_000,
    seed: int = 0,
) -> Study:
    """Return the smallest board on which a system of this true rate is shown to be under the limit.

    0 <= true_rate < limit < 1, the same rate in all categories. Shown: the upper one-sided exact limit on the effective
    items of `rate_table` is at most `limit`. ValueError outside the ranges, OutOfReach above 30,000 items.
    """
    _check(design)
    effect = 1 + (design.family_size - 1) * design.correlation
    independent = _normal_items(true_rate, limit, confidence, power)
    if independent * effect > MOST:
        raise OutOfReach(f"more than {MOST:,} items")
    independent, _ = exact_sample_size(true_rate, limit, confidence, power)

    def reached(items: float) -> float:
        return limit_power(true_rate, limit, items, design, confidence=confidence, runs=runs, seed=seed)

    size = _smallest(reached, max(design.least, 0.9 * effect * independent), power)
    category, family = design.layout(size)
    return Study(len(category), int(family[-1]) + 1, reached(size))


def limit_power(
    true_rate: float,
    limit: float,
    items: float,
    design: Design = SINGLE,
    *,
    confidence: float = 0.95,
    runs: int = 1_000,
    seed: int = 0,
) -> float:
    """Return how often a system of this true rate is shown to be under the limit on a board of that size."""
    category, family = design.layout(items)
    generator, hits = np.random.default_rng(seed), 0
    for count in _batches(runs, len(category)):
        scores = _draw(generator, true_rate, family, design.correlation, count)
        table = rate_table(scores, category, family)
        n = normal_n(table.n_eff, confidence, table.df)
        _, high = one_sided(table.estimate * n, n, confidence)
        hits += int((high <= limit).sum())
    return hits / runs


def items_for_pair(
    rate: float,
    other: float,
    design: Design = SINGLE,
    *,
    agreement: float = 0.0,
    repeats: int = 1,
    within_item: float = 0.0,
    systems: int = 2,
    confidence: float = 0.95,
    power: float = 0.8,
) -> Study:
    """Return the smallest board on which two systems of these unsafe rates are told apart, when `systems` are compared.

    `agreement`: the correlation of the two systems' outcomes on one item, 0 where they are not compared item by item.
    `repeats` responses to each item are averaged; `within_item` is the share of one response's variance that differs
    between repeats of an item, `design.correlation` the correlation of the differences within a family. The formula is
    Miller's for a difference, with Student's t, Bonferroni's correction over all pairs and two pseudo-discordant items.
    ValueError outside the ranges, OutOfReach above 30,000 items. Source: Miller 2024, arXiv 2411.00640, section 5.
    """
    _check(design)
    within([rate, other, within_item], "rates and within_item")
    if rate == other:
        raise ValueError("other: the two rates must differ")
    if repeats < 1 or systems < 2:
        raise ValueError("repeats must be at least 1, and systems at least 2")
    spread = math.sqrt(rate * (1 - rate) * other * (1 - other))
    if not 0 <= agreement <= most_agreement(rate, other) + 1e-12:
        raise ValueError("agreement: two systems of these rates cannot agree so much")
    own = (rate * (1 - rate) + other * (1 - other)) * (1 - within_item + within_item / repeats)
    variance = own - 2 * agreement * spread
    if variance < 0:
        raise ValueError("agreement: outcomes that differ between repeats cannot agree so much")
    effect = 1 + (design.family_size - 1) * design.correlation
    pairs = systems * (systems - 1) // 2

    def detectable(items: int, power: float) -> float:
        error = math.sqrt(max(variance, 0) * effect / items + 2 / items**2)
        df = max(1.0, items / design.family_size - design.categories)
        return detectable_difference(error, confidence=confidence, power=power, comparisons=pairs, df=df)

    low_n, high_n = 0, math.ceil(design.least)
    while detectable(high_n, power) > abs(rate - other):
        if high_n >= MOST:
            raise OutOfReach(f"more than {MOST:,} items")
        low_n, high_n = high_n, min(MOST, 2 * high_n)
    while high_n - low_n > 1 and high_n > design.least:
        middle = (low_n + high_n) // 2
        low_n, high_n = (middle, high_n) if detectable(middle, power) > abs(rate - other) else (low_n, middle)
    category, family = design.layout(max(high_n, design.least))
    return Study(len(category), int(family[-1]) + 1, power)


def most_agreement(rate: float, other: float) -> float:
    """Return the highest correlation that the outcomes of two systems of these rates can have."""
    spread = math.sqrt(rate * (1 - rate) * other * (1 - other))
    return (min(rate, other) - rate * other) / spread if spread else 0.0


def labels_for_audit(
    sensitivity: float,
    specificity: float,
    prevalence: float,
    responses: int,
    *,
    half_width: float | None = None,
    limit: float | None = None,
    confidence: float = 0.95,
    power: float = 0.8,
    runs: int = 200,
    seed: int = 0,
) -> Audit:
    """Return the fewest responses that people label, so that a judge's errors do not leave the question open.

    Of one system: `prevalence` of its `responses` (effective ones, > 0) are truly unsafe; the judge calls unsafe the
    share `sensitivity` of these and 1 - `specificity` of the others. Either the interval of `audited_rate` is at most
    `half_width` to either side, or its one-sided upper limit is at most `limit` > prevalence. Labels are divided as
    Neyman does: by how much of the error each judgement carries. ValueError outside the ranges; OutOfReach where labels
    of all responses do not settle it, so that more items are needed. Source: Cochran 1977, sections 5.5 and 12.2.
    """
    within([sensitivity, specificity, prevalence], "sensitivity, specificity and prevalence")
    if sensitivity + specificity <= 1:
        raise ValueError("specificity: with the sensitivity it must sum to more than 1, or the judge tells nothing")
    if responses < 1 or (half_width is None) == (limit is None):
        raise ValueError("responses must be positive, and either half_width or limit be stated")
    if half_width is not None and not half_width > 0:
        raise ValueError("half_width: must be positive")
    if limit is not None and not prevalence < limit < 1:
        raise ValueError("limit: must be above the true rate and below 1")
    judged = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    right, missed = prevalence * sensitivity, prevalence * (1 - sensitivity)
    strata = np.array([judged, 1 - judged])
    # Half an event more on either side, so that a judgement without errors is looked at, too.
    chance = (np.array([right, missed]) * responses + 0.5) / (strata * responses + 1)
    share = strata * np.sqrt(chance * (1 - chance))
    share /= share.sum()
    two_sided = confidence if limit is None else 2 * confidence - 1

    def labels(total: float) -> tuple[int, int]:
        unsafe, safe = (
            min(math.ceil(total * part), math.ceil(whole))
            for part, whole in zip(share, strata * responses, strict=True)
        )
        return unsafe, safe

    def reached(total: float) -> float:
        generator, hits = np.random.default_rng(seed), 0
        audited = labels(total)
        for run in range(runs):
            unsafe = int(generator.binomial(responses, judged))
            looked = min(audited[0], unsafe), min(audited[1], responses - unsafe)
            confirmed = int(generator.binomial(looked[0], right / judged if judged else 0))
            overturned = int(generator.binomial(looked[1], missed / (1 - judged) if judged < 1 else 0))
            counts = (confirmed, looked[0], overturned, looked[1])
            rate = audited_rate(unsafe / responses, responses, *counts, confidence=two_sided, draws=2_000, seed=run)
            hits += rate.high <= limit if limit is not None else (rate.high - rate.low) / 2 <= (half_width or 0)
        return hits / runs

    most = float(responses / share[share > 0].min())
    if reached(most) < power:
        raise OutOfReach("labels of all responses leave it open: more items are needed")
    size = _smallest(reached, 20.0, power, most)
    return Audit(*labels(size), reached(size))


def _normal_items(true_rate: float, limit: float, confidence: float, power: float) -> float:
    """Return about how many independent items a limit needs, by the normal approximation."""
    if not 0 <= true_rate < open_unit(limit, "limit"):
        raise ValueError("true_rate: must be at least 0 and below the limit")
    tails = quantile(confidence) * math.sqrt(limit * (1 - limit))
    tails += max(0.0, quantile(power)) * math.sqrt(true_rate * (1 - true_rate))
    return float((tails / (limit - true_rate)) ** 2)


def _check(design: Design) -> None:
    within(design.correlation, "correlation")
    if design.categories < 1 or not design.family_size >= 1:
        raise ValueError("categories and family_size: must be at least 1")
    if design.least > MOST:
        raise OutOfReach(f"more than {MOST:,} items")


def _smallest(reached: Callable[[float], float], start: float, power: float, most: float = MOST) -> float:
    """Return the smallest size at which the power is reached, and at the next size again."""
    open_unit(power, "power")
    size = min(start, most)
    while size < most and reached(size * _COARSE) < power:
        size *= _COARSE
    while reached(min(most, size)) < power or reached(min(most, size * _STEP)) < power:
        if size >= most:
            raise OutOfReach(f"more than {most:,.0f} items")
        size *= _STEP
    return min(most, size)


def _batches(runs: int, items: int) -> Iterator[int]:
    most = max(1, _CELLS // items)
    for start in range(0, runs, most):
        yield min(most, runs - start)


def _draw(generator: np.random.Generator, rate: float, family: IntArray, correlation: float, count: int) -> FloatArray:
    """Return [items, count]: 0 or 1; each item has its family's outcome with probability sqrt(correlation)."""
    shape = (len(family), count)
    uniform = generator.random(shape)
    if correlation:
        common = generator.random((int(family[-1]) + 1, count))[family]
        uniform = np.where(generator.random(shape) < math.sqrt(correlation), common, uniform)
    return (uniform < rate).astype(np.float64)
