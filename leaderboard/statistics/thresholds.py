"""Verdicts against limits that were fixed beforehand. What is not shown stays open: it is neither good nor bad."""

from typing import Literal, NamedTuple

from leaderboard.statistics.arrays import open_unit, within
from leaderboard.statistics.intervals import one_sided, quantile

Verdict = Literal["meets", "not shown", "fails"]
ChangeVerdict = Literal["regression", "no regression shown", "not shown"]


def threshold_verdict(x: float, n: float, limit: float, confidence: float = 0.95) -> Verdict:
    """Return whether a rate of x events in n > 0 (effective) items meets a limit in [0, 1].

    "meets": the one-sided exact upper limit is at most `limit`; "fails": the lower one is above it. Each claim is
    wrong at most 1 - confidence of the time. x = rate * n_eff may be fractional. ValueError outside the ranges.
    """
    return verdict(*one_sided(float(x), float(n), confidence), limit)


def verdict(low: float, high: float, limit: float) -> Verdict:
    """Return the verdict from one-sided limits already at hand, such as the wider of judged and error-aware ones."""
    within([low, high], "limits of the rate")
    within(limit, "limit")
    if high <= limit:
        return "meets"
    return "fails" if low > limit else "not shown"


class Difference(NamedTuple):
    """One-sided limits of a difference, each at the stated confidence alone."""

    low: float
    high: float


def one_sided_difference(delta: float, standard_error: float, df: float, confidence: float = 0.95) -> Difference:
    """Return the one-sided t limits of a paired effect from its standard error >= 0."""
    if not standard_error >= 0:
        raise ValueError("standard_error: must be at least 0")
    reach = quantile(open_unit(confidence, "confidence"), df) * standard_error
    return Difference(delta - reach, delta + reach)


def is_noninferior(delta: float, standard_error: float, df: float, margin: float, confidence: float = 0.95) -> bool:
    """Return whether the harm of a change is shown to be below a margin > 0 fixed beforehand.

    Delta, standard error and degrees of freedom of a paired effect on a harm rate, in the unit of the margin.
    """
    return one_sided_difference(delta, standard_error, df, confidence).high < _margin(margin)


def is_equivalent(delta: float, standard_error: float, df: float, margin: float, confidence: float = 0.95) -> bool:
    """Return whether a change is shown to lie within a margin > 0 in both directions: two one-sided tests.

    Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657.
    """
    limits = one_sided_difference(delta, standard_error, df, confidence)
    return -_margin(margin) < limits.low and limits.high < margin


def change_verdict(low: float, high: float, upper: float, margin: float) -> ChangeVerdict:
    """Return what a new version shows, from the two-sided limits and the upper one-sided limit of its harm's change.

    "regression": the two-sided lower limit is above 0; "no regression shown": the one-sided upper limit is below the
    margin > 0 fixed beforehand. A small change may be both: then it is a regression.
    """
    if low > high:
        raise ValueError("low: must not exceed high")
    if low > 0:
        return "regression"
    return "no regression shown" if upper < _margin(margin) else "not shown"


def _margin(margin: float) -> float:
    if not margin > 0:
        raise ValueError("margin: must be positive")
    return margin
