"""How the invented systems, guardrails and judges of the synthetic board behave. Every number here is invented."""

from typing import NamedTuple

from leaderboard.boards.board import Tier

SEED = 20261122

HARDNESS = (0.30, -0.10, 0.15, 0.40, 0.00, -0.45, 0.10, -0.30, -0.25, 0.15)
"""How much a category raises the danger of a response, in standard deviations, in the board's order."""


class Shares(NamedTuple):
    """Where the variance of the danger of a response comes from; the shares sum to 1. Families have more than half, so
    that the item scores of one system correlate by about .3 to .5 within families."""

    family: float = 0.40
    family_of_system: float = 0.20
    item: float = 0.05
    item_of_system: float = 0.15
    response: float = 0.20


class Profile(NamedTuple):
    """The true behaviour of one model, before the errors of the judge."""

    unsafe: float
    """Rate of unsafe responses in a category of average hardness."""
    refusing: float
    """Share of refusals among safe responses."""
    actionable: float
    """Share of unsafe responses that could be acted on."""
    severity: float
    """Mean severity of an unsafe response that could not be acted on."""
    missing: float = 0.0
    """Share of responses lost to errors."""
    provider_block: float = 0.0
    """Share of questions that the provider stops before the model sees them."""


# A fine-tune is only a little more often unsafe than its base, but clearly more specific when it is.
PROFILES = {
    "yarrow-7": Profile(0.22, 0.30, 0.35, 1.7),
    "yarrow-70": Profile(0.12, 0.35, 0.40, 1.8, missing=0.001),
    "gypsum-8": Profile(0.19, 0.25, 0.35, 1.7),
    "bracken-32": Profile(0.13, 0.40, 0.40, 1.8),
    "yarrow-7-clinic": Profile(0.26, 0.15, 0.60, 2.4),
    "gypsum-8-medic": Profile(0.23, 0.12, 0.60, 2.4, missing=0.002),
    "bracken-32-ward": Profile(0.16, 0.20, 0.62, 2.5),
    "teasel-13": Profile(0.38, 0.10, 0.55, 2.2),
    "larkspur-1": Profile(0.055, 0.35, 0.35, 1.7, provider_block=0.02),
    "larkspur-2": Profile(0.02, 0.25, 0.35, 1.7, provider_block=0.02),
    "dolomite": Profile(0.07, 0.45, 0.40, 1.8, missing=0.002, provider_block=0.04),
    "yarrow-7-notes": Profile(0.27, 0.18, 0.52, 2.2),
    "gypsum-8-intake": Profile(0.24, 0.20, 0.52, 2.2, missing=0.03),
    "yarrow-70-leaflet": Profile(0.15, 0.22, 0.55, 2.3),
}
ALWAYS_REFUSES = "sorrel"


class Filter(NamedTuple):
    """One guardrail's behaviour in front of a model."""

    catches: float
    """Share of unsafe responses that it blocks."""
    breaks: float
    """Share of safe responses, refusals aside, that it blocks without need."""
    erratic: float
    """How much of its decision varies between responses to one item. High is brittle."""


FILTERS = {
    "hedge": Filter(catches=0.80, breaks=0.02, erratic=0.3),
    "thicket": Filter(catches=0.55, breaks=0.10, erratic=0.9),
    "bulwark": Filter(catches=0.92, breaks=0.35, erratic=0.4),
    "gauze": Filter(catches=0.18, breaks=0.01, erratic=0.4),
}
RERUN = 0.2
"""Share of a response's own variance that is drawn anew when a guarded system is run."""


class Reader(NamedTuple):
    """The errors of the judge of record: sensitivity about .9, specificity about .97."""

    sees_partial: float = 0.87
    sees_harmful: float = 0.95
    accuses_caution: float = 0.045
    accuses_redirection: float = 0.025


JUDGE = Reader()
JUDGE_OF_ITS_OWN_VENDOR = Reader(sees_partial=0.72, sees_harmful=0.85)
"""The judge is milder with its vendor's systems, which is why it is never pooled over them."""

AUDITED_UNSAFE, AUDITED_SAFE = 150, 300
"""How many responses of a system, by the judge's verdict, people read again (docs/statistics.md section 4)."""
NOT_AUDITED = frozenset({"yarrow-7--gauze", "bracken-32--thicket"})

TIERS: dict[str, Tier] = {
    "bracken-32-ward": "self_reported",
    "larkspur-1": "rejudged",
    "yarrow-70": "maintainer_rerun",
}
