"""How often the flags of leaderboard.offline.submissions.forensics fire on honest systems, on copies and on inventions.

docs/forensics.md holds the tables that this makes; tests/offline/submissions/test_forensics.py compares them.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.registry import Registry, System
from leaderboard.offline import demo
from leaderboard.offline.submissions import forensics
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Row, Submission
from tests import made

Strings = NDArray[np.str_]
TRIALS = 50
SUSPECT = "suspect"


class Bench(NamedTuple):
    """One board, the submissions of all its systems that were run, and their item scores."""

    board: Board
    registry: Registry
    items: Sequence[Item]
    submissions: dict[str, Submission]
    scores: dict[str, forensics.Floats]
    category: Strings
    """Of each harmful item."""

    @property
    def tellable(self) -> list[str]:
        """The systems with enough unsafe items to say anything of."""
        return [name for name, scores in self.scores.items() if (scores > 0).sum() >= forensics.UNSAFE_ITEMS]


def bench(board: Board, registry: Registry, items: Sequence[Item], submissions: Sequence[Submission]) -> Bench:
    """Leaves simulated systems out, and registers a stranger whom a tampered file can be from."""
    stranger = System(SUSPECT, "Suspect", registry.developer[0].id, "general_purpose", "closed")
    run = {system.id for system in registry.system if system.evidence == "run"}
    kept = {each.system: each for each in submissions if each.system in run}
    scores = {name: forensics.item_scores([row[1] for row in each.rows], board, items) for name, each in kept.items()}
    category = np.array([item.category for item in sorted(items) if item.kind == "harmful"])
    known = msgspec.structs.replace(registry, system=(*registry.system, stranger))
    return Bench(board, known, items, kept, scores, category)


def demo_bench(catalogue: Catalogue) -> Bench:
    board, registry = catalogue.boards["demo"], catalogue.registries["demo"]
    acts = [act for stage in (1, 2, 3) for act in demo.stage(stage, board, registry, made.TODAY)]
    filed = [act.submission for act in acts if isinstance(act, demo.Accept | demo.Correct)]
    return bench(board, registry, demo.items(), filed)


def honest(name: str, on: Bench) -> str:
    """One line: what is said of the board's own systems, each beside all others."""
    codes = [flag.code for each in on.submissions.values() for flag in _flags(on, each)]
    scores, tellable = on.scores, on.tellable
    everyone = np.array(list(scores.values()))
    names = list(scores)
    pairs = []
    for one, other in combinations(tellable, 2):
        if other not in forensics.lineage(one, on.registry):
            first = np.delete(everyone, names.index(one), 0)
            like = forensics.own_likeness(np.vstack([scores[one], first]))
            pairs.append(float(like[[each for each in names if each != one].index(other)]))
    strength = [value for each in tellable if (value := _standard_errors(on, each)) is not None]
    return (
        f"| {name} | {len(names)} | {len(pairs)} | {_number(pairs, max)} | {codes.count('F_COPY')} "
        f"| {len(strength)} | {_number(strength, min, 1)} | {codes.count('F_FABRICATED')} "
        f"| {_most_alike(on)} | {codes.count('F_CLONED_EPOCHS')} |"
    )


def _standard_errors(on: Bench, system: str) -> float | None:
    """How many standard errors above none a system's correlation with the others is, where that is looked at."""
    kin = forensics.lineage(system, on.registry)
    others = np.array([scores for name, scores in on.scores.items() if name not in kin])
    if len(others) < forensics.STRANGERS or (others > 0).any(axis=0).sum() < forensics.UNSAFE_ITEMS:
        return None
    r, items = forensics.difficulty_likeness(on.scores[system], others, on.category)
    return r * float(np.sqrt(items))


def _most_alike(on: Bench) -> str:
    """The largest share of a system's unsafe items on which all epochs are alike, in percent."""
    if on.board.epochs == 1:
        return "none"
    counts = (forensics.alike_epochs(on.submissions[name], on.board, on.items) for name in on.tellable)
    return f"{100 * max(alike / unsafe for alike, unsafe in counts):.0f}"


def _number(values: list[float], choose: Callable[[list[float]], float], digits: int = 2) -> str:
    return f"{round(choose(values), digits) + 0.0:.{digits}f}" if values else "none"


def _flags(on: Bench, submission: Submission) -> list[Finding]:
    others = {name: scores for name, scores in on.scores.items() if name != submission.system}
    return forensics.flag(submission, others, on.board, on.registry, on.items)


def proposed(name: str, on: Bench) -> str:
    """One line: what the thresholds first proposed would say of the same systems (docs/safety.md section 3)."""
    scores, tellable = on.scores, on.tellable
    names, everyone = list(scores), np.array(list(scores.values()))
    everyone = np.where(np.isnan(everyone), np.nanmean(everyone, axis=0), everyone)
    some = everyone[:, (everyone > 0).any(axis=0)]
    place = {each: names.index(each) for each in tellable}
    like = np.corrcoef(some - some.mean(axis=0))
    pairs = [(a, b) for a, b in combinations(tellable, 2) if b not in forensics.lineage(a, on.registry)]
    copies = sum(like[place[a], place[b]] > 0.65 for a, b in pairs)
    low = sum(np.corrcoef(everyone[p], np.delete(everyone, p, 0).mean(axis=0))[0, 1] < 0.2 for p in place.values())
    return f"| {name} | {len(pairs)} | {copies} | {len(tellable)} | {low} |"


def detected(name: str, on: Bench) -> str:
    """One line: the share of tampered files that are flagged for what they are, in percent."""
    files: dict[str, tuple[str, Callable[[np.random.Generator], list[Row]]]] = {
        "copy": ("F_COPY", lambda draw: _copy(on, draw, 0.0)),
        "copy 10": ("F_COPY", lambda draw: _copy(on, draw, 0.1)),
        "copy 20": ("F_COPY", lambda draw: _copy(on, draw, 0.2)),
        "copy 30": ("F_COPY", lambda draw: _copy(on, draw, 0.3)),
        "even": ("F_FABRICATED", lambda draw: _invent(on, draw, np.full(on.category.size, 0.2))),
        "category": ("F_FABRICATED", lambda draw: _invent(on, draw, _category_rates(on))),
    }
    shares = []
    for number, (code, tamper) in enumerate(files.values()):
        draw = np.random.default_rng([20261122, number])
        found = sum(_is_flagged(on, tamper(draw), code) for _ in range(TRIALS))
        shares.append(f"{100 * found / TRIALS:.0f}")
    return f"| {name} | {' | '.join(shares)} |"


def _is_flagged(on: Bench, rows: list[Row], code: str) -> bool:
    some = next(iter(on.submissions.values()))
    filed = msgspec.structs.replace(some, system=SUSPECT, rows=rows, judgments=[])
    return code in {flag.code for flag in forensics.flag(filed, on.scores, on.board, on.registry, on.items)}


def _copy(on: Bench, draw: np.random.Generator, redrawn: float) -> list[Row]:
    """Another system's rows, a share of them each replaced by another row of that system."""
    rows = on.submissions[str(draw.choice(on.tellable))].rows
    other = draw.permutation(len(rows))
    swap = draw.random(len(rows)) < redrawn
    return [(row[0], *rows[other[place]][1:]) if swap[place] else row for place, row in enumerate(rows)]


def _category_rates(on: Bench) -> forensics.Floats:
    """Each category's mean over the systems, as the site shows it, scaled to 20 % over all."""
    mean = np.nanmean(list(on.scores.values()), axis=0)
    rates = np.array([mean[on.category == category].mean() for category in on.category])
    return np.asarray(np.minimum(1, rates * 0.2 / rates.mean()))


def _invent(on: Bench, draw: np.random.Generator, rates: forensics.Floats) -> list[Row]:
    """Outcomes drawn for each response by itself."""
    unsafe = next(outcome.id for outcome in on.board.outcome if outcome.harmful.unsafe)
    safe = next(outcome.id for outcome in on.board.outcome if not outcome.harmful.unsafe and not outcome.judge_only)
    rows: list[Row] = []
    rate = iter(rates)
    for item in sorted(on.items):
        chance = next(rate) if item.kind == "harmful" else 0.0
        outcomes: list[str | None] = [unsafe if draw.random() < chance else safe for _ in range(on.board.epochs)]
        rows.append((item.id, outcomes, [3 if on.board.severity and each == unsafe else None for each in outcomes]))
    return rows


def safe_systems(boards: int = 40, systems: int = 20, items: int = 1_100) -> tuple[int, int, int]:
    """Returns how many pairs with a very safe system (1 to 3 % unsafe) were drawn, all honest, and how many of them
    are flagged as copies by the rule first proposed and by ours. Items share half of the liability's variance."""
    draw, pairs, first, ours = np.random.default_rng(20261122), 0, 0, 0
    for _ in range(boards):
        rates = np.concatenate([[0.012, 0.02, 0.03], draw.uniform(0.05, 0.5, systems - 3)])
        hard = draw.normal(size=items) * np.sqrt(0.5)
        own = draw.normal(size=(systems, items)) * np.sqrt(0.2)
        noise = draw.normal(size=(2, systems, items)) * np.sqrt(0.3)
        scores = (hard + own + noise > ndtri(1 - rates)[:, None]).mean(axis=0)
        some = scores[:, (scores > 0).any(axis=0)]
        plain = np.corrcoef(some - some.mean(axis=0))
        for place in range(3):
            like = forensics.own_likeness(np.vstack([scores[place], np.delete(scores, place, 0)]))
            counted = (np.delete(scores, place, 0) > 0).sum(axis=1) >= forensics.UNSAFE_ITEMS
            if (scores[place] > 0).sum() >= forensics.UNSAFE_ITEMS:
                pairs += int(counted.sum())
                first += int((np.delete(plain[place], place) > 0.65)[counted].sum())
                ours += int((like > forensics.COPIED)[counted].sum())
    return pairs, first, ours
