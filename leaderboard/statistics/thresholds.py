"""Verdicts against limits that were fixed beforehand. What is not shown stays open: it is neither good nor bad."""

from typing import Literal

from scipy.special import stdtr

from leaderboard.statistics.arrays import within
from leaderboard.statistics.intervals import one_sided

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


def noninferiority_p(most: float, standard_error: float, df: float, margin: float) -> float:
    """Return the p-value of "the change adds harm of the margin or more".

    `most` is the change of a harm rate, at its largest where outcomes are missing; margin > 0, fixed beforehand.
    """
    return _tail(most - _margin(margin), standard_error, df)


def equivalence_p(least: float, most: float, standard_error: float, df: float, margin: float) -> float:
    """Return the p-value of "the change is the margin or more, in one direction or the other": two one-sided tests.

    Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657.
    """
    return max(noninferiority_p(each, standard_error, df, margin) for each in (most, -least))


def change_verdict(delta: float, is_shown: bool, is_noninferior: bool) -> ChangeVerdict:
    """Return what a change of a harm rate shows, `is_shown` and `is_noninferior` among all changes of its kind.

    "regression": a rise is shown; "no regression shown": a rise of the margin is ruled out. A small change may be both:
    then it is a regression.
    """
    if is_shown and delta > 0:
        return "regression"
    return "no regression shown" if is_noninferior else "not shown"


def _tail(difference: float, standard_error: float, df: float) -> float:
    if not standard_error > 0:
        raise ValueError("standard_error: must be positive")
    if not df > 0:
        raise ValueError("df: must be positive")
    return float(stdtr(df, difference / standard_error))


def _margin(margin: float) -> float:
    if not margin > 0:
        raise ValueError("margin: must be positive")
    return margin
