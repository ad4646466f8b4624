"""What a board can tell apart at all: the true difference that each view would find four times in five."""

from typing import NamedTuple

import numpy as np

from leaderboard.offline.scoring.panel import Floats
from leaderboard.statistics import detectable_difference
from leaderboard.statistics.intervals import quantile


class Detectable(NamedTuple):
    """Differences of rates; None with fewer than two systems."""

    pair: float | None
    """Of a typical pair that was named beforehand: of the median standard error and degrees of freedom."""
    everything: float | None
    """Of a typical pair among all pairs at once."""
    worst: float | None
    """Of the pair that is hardest to tell apart, among all pairs at once."""


def detectable(standard_error: Floats, df: Floats) -> Detectable:
    """Returns the detectable differences of a view from the standard errors[systems, systems] of its differences."""
    above = np.triu_indices(len(standard_error), 1)
    error, degrees = standard_error[above], df[above]
    if not error.size:
        return Detectable(None, None, None)
    typical, median_df = float(np.median(error)), float(np.median(degrees))
    hardest = int(np.argmax((quantile(1 - 0.025 / error.size, degrees) + quantile(0.8)) * error))
    return Detectable(
        detectable_difference(typical, df=median_df),
        detectable_difference(typical, df=median_df, comparisons=error.size),
        detectable_difference(float(error[hardest]), df=float(degrees[hardest]), comparisons=error.size),
    )
