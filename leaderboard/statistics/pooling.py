"""Category rates of one system that borrow strength from each other: a second opinion beside the raw ones."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, betaln

from leaderboard.statistics.arrays import FloatArray, finite, open_unit, within

LEAST_CATEGORIES = 3
"""With two categories hardly anything says how far they differ, and pooled rates are no better than raw ones."""
_MEANS = np.sin(np.pi * (np.arange(40) + 0.5) / 80) ** 2
"""Equally likely means of the category rates: the middles of 40 shares of Jeffreys' prior, beta(1/2, 1/2)."""
_SPREADS = (np.arange(24) + 0.5) / 24
"""Equally likely spreads: the variance between categories over mean * (1 - mean), uniform on (0, 1)."""
_WIDER = 0.8
"""The tails of the posterior over those of the limits, so that these cover what they say on average over categories."""


class Pooled(NamedTuple):
    """Partially pooled rates in [0, 1] with their limits; each [categories, systems]."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


def pooled_rates(rates: ArrayLike, n_eff: ArrayLike, confidence: float = 0.95) -> Pooled:
    """Return each category's rate, drawn towards the system's other categories as far as these are alike.

    Rates in [0, 1] and effective items > 0, both [categories, systems], at least `LEAST_CATEGORIES`. Every system by
    itself: its category rates are draws from one beta distribution, whose mean and spread are integrated over, so that
    the limits allow for not knowing them. Limits are of the beta distribution with the mean and variance of the
    posterior. They cover over the categories together: that of the truly worst one may miss more often. ValueError
    outside the ranges. Source: beta-binomial hierarchical model, Gelman et al. 2013, Bayesian Data Analysis, section
    5.3; that benchmarks should report such rates, NIST AI 800-3 and Luettgau et al. 2025, arXiv 2505.05602.
    """
    rate, trials = np.broadcast_arrays(within(rates, "rates"), finite(n_eff, "n_eff"))
    if rate.ndim != 2 or len(rate) < LEAST_CATEGORIES or (trials <= 0).any():
        raise ValueError(f"rates and n_eff: need arrays[categories >= {LEAST_CATEGORIES}, systems], n_eff positive")
    tail = _WIDER * (1 - open_unit(confidence, "confidence")) / 2
    columns = [_posterior(rate[:, system], trials[:, system]) for system in range(rate.shape[1])]
    mean, variance = (np.array(part).reshape(rate.T.shape).T for part in zip(*columns, strict=True))
    size = mean * (1 - mean) / variance - 1
    low, high = (betaincinv(mean * size, (1 - mean) * size, end) for end in (tail, 1 - tail))
    return Pooled(mean, np.minimum(low, mean), np.maximum(high, mean))


def _posterior(rate: FloatArray, trials: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the posterior mean and variance of each category's rate, [categories] each."""
    mean, spread = (grid.ravel()[:, None] for grid in np.meshgrid(_MEANS, _SPREADS))
    size = 1 / spread - 1
    before = mean * size, (1 - mean) * size
    after = before[0] + rate * trials, before[1] + (1 - rate) * trials
    likelihood = (betaln(*after) - betaln(*before)).sum(axis=1)
    weight = np.exp(likelihood - likelihood.max())[:, None]
    weight /= weight.sum()
    total = after[0] + after[1]
    means = after[0] / total
    squares = means * (after[0] + 1) / (total + 1)
    first = (weight * means).sum(axis=0)
    return first, (weight * squares).sum(axis=0) - first**2
