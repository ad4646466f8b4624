"""What an audit of a judge's labels by people says of one system: its rate, and that of each of its categories.

People look at some of the responses judged unsafe and at some of those judged safe. The shares that they call unsafe,
PPV and FOR, turn the judged rate of the whole board into an audited one. They depend on how frequent unsafe responses
are, so that no single category has them; sensitivity and specificity carry over, as far as the judge errs alike there.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, IntArray, finite, open_unit, within
from leaderboard.statistics.clustering import RARE_CORRELATION, RARE_EVENTS
from leaderboard.statistics.judges import USABLE, AuditTooSmall, JudgeNotUsable

DRAWS = 10_000
ADDED = 2
"""Agresti and Coull 1998, American Statistician 52:119."""


class Share(NamedTuple):
    """How much of what a judge called safe, or unsafe, is unsafe, from the responses that people looked at."""

    share: float
    n: float
    """Independent responses that would be as informative; 0 where nobody looked at any."""
    influence: FloatArray
    """[families of the board] what each adds to the share."""


class Confusion(NamedTuple):
    """What people concluded about responses of both judgements."""

    unsafe: Share
    """Among the responses judged unsafe: PPV."""
    safe: Share
    """Among those judged safe: FOR, the false omission rate."""


def audited_share(
    unsafe: ArrayLike, weight: ArrayLike, family: IntArray, families: int, step: float | None = None
) -> Share:
    """Return the weighted share of unsafe responses among audited ones, and how many responses it is worth.

    unsafe[responses] of 0 or 1, weight[responses] > 0 and family[responses] < families. The design effect of families
    is at least 1 and, under five events or non-events, that of responses correlated by one half within a family; it is
    rounded up to a multiple of `step` where one is given. Source: linearised variance of a ratio, Cochran 1977, 6.13.
    """
    outcome, weights = within(unsafe, "unsafe"), finite(weight, "weight")
    if not len(outcome):
        return Share(0.0, 0.0, np.zeros(families))
    total = weights.sum()
    share = min(1.0, float(weights @ outcome / total))
    size = np.bincount(family, minlength=families)
    looked = int((size > 0).sum())
    deviation = np.bincount(family, weights * (outcome - share) / total, minlength=families)
    deviation *= np.sqrt(looked / max(looked - 1, 1))
    equal, independent = total**2 / (weights**2).sum(), share * (1 - share)
    deff = max(1.0, float(deviation @ deviation) * equal / independent) if 0 < share < 1 else 1.0
    if min(outcome.sum(), (1 - outcome).sum()) < RARE_EVENTS:
        deff = max(deff, 1 + ((size**2).sum() / size.sum() - 1) * RARE_CORRELATION)
    if step:
        deff = math.ceil(deff / step - 1e-9) * step
    return Share(share, float(equal / deff), np.asarray(deviation))


def audited_limits(
    apparent: float,
    n: float,
    audit: Confusion,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the lower and the upper limit of one system's rate over the whole board, each of which holds alone.

    Apparent rate in [0, 1] on n > 0 (effective) items. Exact limits of the judged rate, PPV and FOR at all levels,
    melded. AuditTooSmall where a judgement that occurs has no audit. Source: Fay, Proschan and Brittain 2015,
    Biometrics 71:146 (melded confidence intervals); q * PPV + (1 - q) * FOR as in `audited_rate`.
    """
    rate = float(within(apparent, "apparent"))
    _require(rate, audit)
    tail = 1 - open_unit(confidence, "confidence")
    right, missed = audit
    # A rate rises with PPV and FOR; with the judged share only where PPV is the larger.
    rises = right.n == 0 or missed.n == 0 or right.share >= missed.share
    ends = []
    for upper in (False, True):
        generator = np.random.default_rng(seed)
        judged = _exact(generator, rate, n, upper is rises, draws)
        positive, negative = (_exact(generator, each.share, each.n, upper, draws) for each in audit)
        drawn = judged * positive + (1 - judged) * negative
        ends.append(float(np.quantile(drawn, 1 - tail if upper else tail)))
    estimate = rate * right.share + (1 - rate) * missed.share
    return min(ends[0], estimate), max(ends[1], estimate)


def audited_categories(
    apparent: ArrayLike,
    n: ArrayLike,
    weight: ArrayLike,
    audit: Confusion,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (estimate, low, high) of one system's rate in each category, from its own sensitivity and specificity.

    apparent[C] rates on n[C] > 0 (effective) items; weight[C] the share of all responses in each category, from which
    `audit` was drawn. Rogan and Gladen's estimate; two-sided limits from independent Jeffreys posteriors of the judged
    rates, PPV and FOR, from which every draw has its own sensitivity and specificity. Assumes that the judge errs alike
    in all categories. AuditTooSmall where a judgement has no audit; JudgeNotUsable below sensitivity + specificity - 1
    = .5. Source: the posterior simulation of Gelman et al. 2013, section 3.7, on the model of Rogan and Gladen 1978.
    """
    rate, trials, part = within(apparent, "apparent"), finite(n, "n"), finite(weight, "weight")
    if not rate.shape == trials.shape == part.shape or rate.ndim != 1 or not (trials > 0).all():
        raise ValueError("apparent, n and weight: need one value per category each, n positive")
    if not (audit.unsafe.n and audit.safe.n):
        raise AuditTooSmall("responses of each judgement must be audited")
    tail = (1 - open_unit(confidence, "confidence")) / 2
    caught, alarmed = map(float, _errors(*map(np.asarray, (rate @ part, audit.unsafe.share, audit.safe.share))))
    if caught - alarmed < USABLE - 1e-12:
        raise JudgeNotUsable(f"sensitivity + specificity - 1 is {caught - alarmed:.2f}: must be at least {USABLE}")
    generator = np.random.default_rng(seed)
    judged = generator.beta(rate * trials + 0.5, (1 - rate) * trials + 0.5, (draws, len(rate)))
    right, missed = (generator.beta(a.share * a.n + 0.5, (1 - a.share) * a.n + 0.5, draws) for a in audit)
    sensitivity, alarms = _errors(judged @ part, right, missed)
    power = np.maximum(sensitivity - alarms, np.finfo(float).tiny)
    drawn = np.clip((judged - alarms[:, None]) / power[:, None], 0.0, 1.0)
    estimate = np.clip((rate - alarmed) / (caught - alarmed), 0.0, 1.0)
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return estimate, np.minimum(low, estimate), np.maximum(high, estimate)


def audited_covariance(
    apparent: ArrayLike, influence: ArrayLike, audits: Sequence[Confusion]
) -> tuple[FloatArray, FloatArray]:
    """Return (estimate[S], covariance[S, S]) of the audited rates of S systems.

    apparent[S] judged rates and influence[families, S] of families on them. Each family moves a system's judged rate,
    PPV and FOR together, and systems that answer the same items together; so the covariance is that of the sums. To
    the variance is added what an audit with few errors hides: two of them on either side. AuditTooSmall where a
    judgement that occurs has no audit. Source: two-phase sampling, Saerndal, Swensson and Wretman 1992, section 9.3.
    """
    rates, moved = within(apparent, "apparent"), finite(influence, "influence")
    if moved.ndim != 2 or not moved.shape[1] == len(rates) == len(audits):
        raise ValueError("apparent, influence and audits: need one system each")
    estimate, hidden = np.empty_like(rates), np.empty_like(rates)
    combined = np.empty_like(moved)
    for system, (rate, audit) in enumerate(zip(rates, audits, strict=True)):
        _require(rate, audit)
        right, missed = audit
        estimate[system] = rate * right.share + (1 - rate) * missed.share
        parts = rate * right.influence, (1 - rate) * missed.influence
        combined[:, system] = moved[:, system] * (right.share - missed.share) + parts[0] + parts[1]
        least = rate**2 * _variance(right) + (1 - rate) ** 2 * _variance(missed)
        hidden[system] = max(0.0, least - sum(float(part @ part) for part in parts))
    return estimate, combined.T @ combined + np.diag(hidden)


def _variance(share: Share) -> float:
    """The variance of a share with `ADDED` events on either side; 0 where the judgement does not occur."""
    if not share.n:
        return 0.0
    moved = (share.share * share.n + ADDED) / (share.n + 2 * ADDED)
    return moved * (1 - moved) / share.n


def _require(apparent: float, audit: Confusion) -> None:
    if (apparent > 0 and not audit.unsafe.n) or (apparent < 1 and not audit.safe.n):
        raise AuditTooSmall("responses of each judgement that occurs must be audited")


def _exact(generator: np.random.Generator, rate: float, n: float, upper: bool, draws: int) -> FloatArray:
    """[draws] of the exact upper, or lower, limits of a rate at all levels: quantiles of a beta distribution."""
    events, others = rate * n, (1 - rate) * n
    if upper:
        return np.ones(draws) if others <= 0 else generator.beta(events + 1, others, draws)
    return np.zeros(draws) if events <= 0 else generator.beta(events, others + 1, draws)


def _errors(judged: FloatArray, right: FloatArray, missed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The sensitivity, and one less the specificity, of a judge that calls the share `judged` unsafe."""
    caught, overlooked = judged * right, (1 - judged) * missed
    unsafe = caught + overlooked
    sensitivity = np.divide(caught, unsafe, out=np.ones_like(unsafe), where=unsafe > 0)
    return sensitivity, np.divide(judged - caught, 1 - unsafe, out=np.zeros_like(unsafe), where=unsafe < 1)
