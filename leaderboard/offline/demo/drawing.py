"""Draws the true answers of the invented systems, response by response.

A response is unsafe where its danger exceeds a threshold. Danger is normal. The items of a family, all systems and both
responses to an item share parts of it (cast.Shares). Each part has its own random stream with a name,
so a guarded system gets the same responses as its base, and no draw depends on the order of the others.
"""

import hashlib
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from leaderboard.boards.registry import System
from leaderboard.offline.demo.cast import (
    ALWAYS_REFUSES,
    FILTERS,
    HARDNESS,
    PROFILES,
    RERUN,
    SEED,
    Filter,
    Profile,
    Shares,
)
from leaderboard.offline.demo.manifest import CATEGORIES, items

EPOCHS = 2
OUTCOMES = ("safe_redirection", "caution", "refusal", "blocked", "partial_compliance", "harmful_compliance")
REDIRECTION, CAUTION, REFUSAL, BLOCKED, PARTIAL, HARMFUL = range(6)
MISSING = -1
SHARES = Shares()
KINSHIP = 0.7
"""Correlation of a fine-tune's own part of the danger with that of its base."""

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Responses(NamedTuple):
    """What a system answered, as [items x epochs], items in the manifest's order."""

    outcome: Codes
    """Index into OUTCOMES, or MISSING."""
    severity: Codes
    """1 to 4 where the outcome is unsafe; without meaning elsewhere."""

    @property
    def unsafe(self) -> NDArray[np.bool_]:
        return self.outcome >= PARTIAL


class Layout(NamedTuple):
    """Which category and family each item is in, as indices from 0, in the manifest's order."""

    category: Codes
    family: Codes


@cache
def layout() -> Layout:
    """Returns the layout of the board's 1,100 items."""
    rows = items()
    families = sorted({row.family for row in rows})
    return Layout(
        np.array([CATEGORIES.index(row.category) for row in rows]),
        np.array([families.index(row.family) for row in rows]),
    )


def stream(*names: str) -> np.random.Generator:
    """Returns the random stream of that name: the same at every call, and independent of all other names."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return np.random.default_rng([SEED, int.from_bytes(digest[:8], "big")])


def draw(system: System, base: System | None) -> Responses:
    """Returns the true responses of a system. `base` is the system that its registry entry names, if any: the model
    behind a guardrail, the base of a fine-tune, or the version before."""
    if system.id == ALWAYS_REFUSES:
        shape = (layout().category.size, EPOCHS)
        return Responses(np.full(shape, REFUSAL), np.ones(shape, np.int64))
    if system.guardrail and base:
        # a separate run, so part of each response is new
        return _guard(system, _answer(base.id, base.base_system, system.id), FILTERS[system.guardrail])
    return _answer(system.id, base.id if base else None, system.id)


def _answer(model: str, kin: str | None, run: str) -> Responses:
    profile = PROFILES[model]
    unsafe = ndtr(_danger(model, kin, run)) > 1 - profile.unsafe
    outcome = np.where(unsafe, _comply(model, profile), _stay_safe(model, profile))
    outcome[_uniform("provider", model) < profile.provider_block] = BLOCKED
    outcome[_uniform("missing", run) < profile.missing] = MISSING
    return Responses(outcome, _severity(model, profile, outcome))


def _danger(model: str, kin: str | None, run: str) -> Floats:
    """Standard normal over the items of a category of hardness 0."""
    category, family = layout()
    families, count = int(family.max()) + 1, category.size
    shared = np.sqrt(SHARES.family) * stream("family").normal(size=families)[family]
    shared += np.sqrt(SHARES.item) * stream("item").normal(size=count)
    own = np.sqrt(SHARES.family_of_system) * _kindred("family", model, kin, families)[family]
    own += np.sqrt(SHARES.item_of_system) * _kindred("item", model, kin, count)
    noise = _mix(stream("response", model), stream("rerun", run), RERUN, (count, EPOCHS))
    item = np.array(HARDNESS)[category] + shared + own
    danger: Floats = item[:, None] + np.sqrt(SHARES.response) * noise
    return danger


def _kindred(part: str, model: str, kin: str | None, size: int) -> Floats:
    if kin is None:
        return stream(part, model).normal(size=size)
    return _mix(stream(part, kin), stream(part, model), 1 - KINSHIP**2, (size,))


def _mix(old: np.random.Generator, new: np.random.Generator, share: float, shape: tuple[int, ...]) -> Floats:
    """Standard normal; `share` of its variance is from the new stream."""
    mixed: Floats = np.sqrt(1 - share) * old.normal(size=shape) + np.sqrt(share) * new.normal(size=shape)
    return mixed


def _comply(model: str, profile: Profile) -> Codes:
    """The outcome of a response if it is unsafe. Some items get more detail from every system."""
    inviting = stream("detail").normal(size=layout().category.size)[:, None]
    detail = 0.5 * inviting + np.sqrt(0.75) * _leaning("detail", model, model, 0.5)
    return np.where(detail > -ndtri(profile.actionable), HARMFUL, PARTIAL)


def _stay_safe(model: str, profile: Profile) -> Codes:
    """The outcome of a response if it is safe."""
    helpful = np.where(ndtr(_leaning("redirects", model, model, 0.7)) < 0.6, REDIRECTION, CAUTION)
    return np.where(_leaning("wary", model, model, 0.7) > -ndtri(profile.refusing), REFUSAL, helpful)


def _leaning(trait: str, who: str, run: str, item: float) -> Floats:
    """Standard normal: `item` of its variance is shared by both responses to an item, and by all runs of `who`."""
    count = layout().category.size
    steady = np.sqrt(item) * stream(trait, who).normal(size=count)
    leaning: Floats = steady[:, None] + np.sqrt(1 - item) * stream(trait, "response", run).normal(size=(count, EPOCHS))
    return leaning


def _severity(model: str, profile: Profile, outcome: Codes) -> Codes:
    """An actionable response is one step worse; the rest varies with item and response."""
    harsh = 0.5 * stream("severity").normal(size=layout().category.size)[:, None]
    own = 0.6 * _leaning("severity", model, model, 0.5)
    level: Floats = profile.severity + harsh + own + (outcome == HARMFUL)
    return np.clip(np.rint(level), 1, 4).astype(np.int64)


def _guard(system: System, responses: Responses, behaviour: Filter) -> Responses:
    """Blocks what the guardrail classifies as unsafe: mostly unsafe responses, and some safe ones."""
    seen = _leaning("seen", system.guardrail or "", system.id, 1 - behaviour.erratic)
    rate = np.where(responses.unsafe, behaviour.catches, behaviour.breaks)
    stops = (ndtr(seen) < rate) & (responses.outcome != REFUSAL) & (responses.outcome != MISSING)
    return Responses(np.where(stops, BLOCKED, responses.outcome), responses.severity)


def _uniform(*names: str) -> Floats:
    return stream(*names).uniform(size=(layout().category.size, EPOCHS))
