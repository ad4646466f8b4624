"""What a board can tell apart at all: the true difference that each view would find four times in five."""

import numpy as np

from leaderboard.offline.scoring.panel import Floats
from leaderboard.statistics import detectable_difference


def detectable(covariance: Floats, df: float) -> tuple[float | None, float | None]:
    """Returns the detectable difference of one pair named beforehand and of all pairs at once, in rates, from the
    median standard error of the ranked systems' differences; None with fewer than two systems, or where most of
    them do not differ at all.

    covariance[systems, systems] of the view, with its degrees of freedom."""
    variance = np.add.outer(covariance.diagonal(), covariance.diagonal()) - 2 * covariance
    pairs = variance[np.triu_indices(len(variance), 1)]
    error = float(np.median(np.sqrt(np.maximum(pairs, 0)))) if pairs.size else 0.0
    if error == 0:
        return None, None
    return detectable_difference(error, df=df), detectable_difference(error, df=df, comparisons=pairs.size)
