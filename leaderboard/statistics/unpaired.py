"""Differences between systems from each one's own published numbers.

A paired difference knows on how many items two systems differ. Whoever knows one of the two in full reads outcomes of
the other from that. Here nothing joins two systems item by item: the variances of their rates are added. That is too
wide where the same items are hard for both, as they usually are, and too narrow only where what is hard for one is easy
for the other.
"""

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, finite, within


def own_variance(rate: ArrayLike, n_eff: ArrayLike, n: int) -> FloatArray:
    """Return what one system adds to the variance of a difference: rate (1 - rate) / n_eff + 1 / n^2.

    Rates in [0, 1] on n_eff effective and n actual items, any shape. The last term is one pseudo-discordant item a
    system: the guard of `paired_effect` for two of them.
    """
    value = within(rate, "rate")
    return np.asarray(value * (1 - value) / finite(n_eff, "n_eff") + 1.0 / n**2)
