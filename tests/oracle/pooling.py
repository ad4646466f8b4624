"""Partially pooled category rates (docs/statistics.md section 1)."""

from math import exp, lgamma, pi, sin

from scipy.stats import beta

from tests.oracle.formulas import CategoryRate

SPREADS = [(step + 0.5) / 24 for step in range(24)]
MEANS = [sin(pi * (step + 0.5) / 80) ** 2 for step in range(40)]


def shrunk(categories: list[CategoryRate]) -> list[tuple[float, float, float]]:
    """Estimate and limits of each category: a mean over all pairs of a mean and a spread, each weighed by how likely it
    makes what was seen; then a beta distribution of the same mean and variance, cut off at 2 % on either side."""
    chances, moments = [], []
    for mean in MEANS:
        for spread in SPREADS:
            a, b = mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1)
            chance, of_categories = 0.0, []
            for category in categories:
                after_a = a + category.estimate * category.n_eff
                after_b = b + (1 - category.estimate) * category.n_eff
                chance += _log_beta(after_a, after_b) - _log_beta(a, b)
                size = after_a + after_b
                of_categories.append((after_a / size, after_a * (after_a + 1) / (size * (size + 1))))
            chances.append(chance)
            moments.append(of_categories)
    weights = [exp(chance - max(chances)) for chance in chances]
    found = []
    for n in range(len(categories)):
        first, second = (
            sum(w * of[n][k] for w, of in zip(weights, moments, strict=True)) / sum(weights) for k in range(2)
        )
        size = first * (1 - first) / (second - first * first) - 1
        low, high = (float(beta.ppf(tail, first * size, (1 - first) * size)) for tail in (0.02, 0.98))
        found.append((first, min(low, first), max(high, first)))
    return found


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
