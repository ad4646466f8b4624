"""Rates under a judge that errs: how often it does, and what the truth may then be."""

from typing import NamedTuple

import numpy as np

from leaderboard.statistics.arrays import open_unit, plain, within
from leaderboard.statistics.intervals import Real, critical_value

USABLE = 0.5
"""The least sensitivity + specificity - 1 with which a judge's rates are corrected."""


class JudgeNotUsable(ValueError):
    """The judge tells unsafe from safe too poorly for its rates to be corrected."""


class AuditTooSmall(ValueError):
    """The human audit has too few labels for this estimate."""


class Estimate(NamedTuple):
    """A rate in [0, 1] with its limits."""

    estimate: float
    low: float
    high: float


def rogan_gladen(apparent: Real, sensitivity: float, specificity: float) -> Real:
    """Return the true rate behind a judge's apparent rate, cut to [0, 1].

    Rates in [0, 1]; `apparent` may be an array, such as the two ends of an interval. Assumes that the judge errs
    equally often on all systems. JudgeNotUsable below sensitivity + specificity - 1 = .5, ValueError outside [0, 1].
    Source: Rogan and Gladen 1978, American Journal of Epidemiology 107:71.
    """
    power = _youden(sensitivity, specificity)
    corrected = np.clip((within(apparent, "apparent") + specificity - 1) / power, 0.0, 1.0)
    result: Real = plain(corrected)
    return result


def lang_reiczigel(
    apparent: float,
    n: float,
    sensitivity: float,
    unsafe_n: float,
    specificity: float,
    safe_n: float,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Return the limits of the true rate behind an apparent rate, with the audit's own uncertainty.

    Apparent rate on n (effective) items; sensitivity from `unsafe_n` truly unsafe responses, specificity from `safe_n`
    truly safe ones, all sizes > 0. The limits are in [0, 1] and contain the Rogan-Gladen estimate. Errors as there.
    Source: Lang and Reiczigel 2014, Preventive Veterinary Medicine 113:13.
    """
    point = rogan_gladen(float(apparent), sensitivity, specificity)
    if not min(n, unsafe_n, safe_n) > 0:
        raise ValueError("n, unsafe_n and safe_n: must be positive")
    z = critical_value(confidence)
    rate, rate_variance = _added(apparent, n, z**2)
    caught, caught_variance = _added(sensitivity, unsafe_n, 2.0)
    cleared, cleared_variance = _added(specificity, safe_n, 2.0)
    power = caught + cleared - 1
    centre = (rate + cleared - 1) / power
    shift = 2 * z**2 * (centre * caught_variance - (1 - centre) * cleared_variance)
    variance = rate_variance + centre**2 * caught_variance + (1 - centre) ** 2 * cleared_variance
    reach = z * float(np.sqrt(variance)) / power
    return max(0.0, min(point, centre + shift - reach)), min(1.0, max(point, centre + shift + reach))


def audited_rate(
    apparent: float,
    n: float,
    confirmed: float,
    unsafe_audited: float,
    overturned: float,
    safe_audited: float,
    *,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> Estimate:
    """Return the true rate of one system whose judged responses were audited by humans, apart by judgement.

    Apparent rate in [0, 1] on n > 0 (effective) items. Of `unsafe_audited` responses judged unsafe humans confirmed
    `confirmed`; of `safe_audited` judged safe they found `overturned` unsafe; fractions where these are effective
    numbers. Estimate q * PPV + (1 - q) * FOR, limits from independent Jeffreys posteriors of the three rates.
    AuditTooSmall where a judgement that occurs has no audit; ValueError outside the ranges. Source: judge-stratified
    sampling, Cochran 1977, section 12.2.
    """
    within(apparent, "apparent")
    counts = ((confirmed, unsafe_audited), (overturned, safe_audited))
    if not n > 0 or any(not 0 <= part <= whole for part, whole in counts):
        raise ValueError("n must be positive, and each part within its whole")
    if (apparent > 0 and unsafe_audited == 0) or (apparent < 1 and safe_audited == 0):
        raise AuditTooSmall("responses of each judgement that occurs must be audited")
    generator = np.random.default_rng(seed)
    judged, right, missed = (
        generator.beta(part + 0.5, whole - part + 0.5, draws) for part, whole in ((apparent * n, n), *counts)
    )
    drawn = judged * right + (1 - judged) * missed
    tail = (1 - open_unit(confidence, "confidence")) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    estimate = apparent * confirmed / max(unsafe_audited, 1) + (1 - apparent) * overturned / max(safe_audited, 1)
    return Estimate(estimate, min(float(low), estimate), max(float(high), estimate))


def _youden(sensitivity: float, specificity: float) -> float:
    within([sensitivity, specificity], "sensitivity and specificity")
    power = sensitivity + specificity - 1
    if power < USABLE - 1e-12:
        raise JudgeNotUsable(f"sensitivity + specificity - 1 is {power:.2f}: must be at least {USABLE}")
    return power


def _added(rate: float, n: float, extra: float) -> tuple[float, float]:
    """Return a rate and its variance after `extra` pseudo-responses, half of them events."""
    moved = (rate * n + extra / 2) / (n + extra)
    return moved, moved * (1 - moved) / (n + extra)
