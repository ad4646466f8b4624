"""Changes of scores on boards drawn at random within the board rules, with the truth known."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.statistics.boards import Floats, Layout

SPREADS = ("single", "equal", "uneven", "dominated")
"""How the items of a category fall into families; of `dominated` one family holds 20 to 40 %."""
MOVES = ("all", "small", "few", "nothing")
"""Which categories a change moves; `small` are the smallest ones alone, `nothing` as much up as down."""


class Case(NamedTuple):
    """A board, how often its items are broken and fixed by a change, and how strongly the items of a family agree."""

    board: Layout
    broken: Floats
    """[categories]"""
    fixed: Floats
    correlation: float
    spread: str
    moves: str

    @property
    def truth(self) -> Floats:
        """[categories] the true change."""
        return self.broken - self.fixed

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.board.category)

    def events(self, whole: bool) -> Floats:
        """Independent events expected, [categories] or [1]: items that differ, worth less where they weigh unequally
        and where families agree."""
        family_n = np.bincount(self.board.family)[self.board.family]
        family_size = np.bincount(self.board.category, family_n) / self.sizes
        differ, worth = (self.broken + self.fixed) * self.sizes, 1 + (family_size - 1) * self.correlation
        if not whole:
            return np.asarray(differ / worth)
        weight = 1 / self.sizes
        squared = max((differ * weight**2 * worth).sum(), np.finfo(float).tiny)
        return np.array([(differ * weight).sum() ** 2 / squared])


def cases(seed: int, count: int) -> Iterator[Case]:
    """1 to 12 categories of 20 to 400 items in 10 families or more, rates drawn by category."""
    for number in range(count):
        yield _case(np.random.default_rng([seed, number]))


def _case(draw: np.random.Generator) -> Case:
    count = int(draw.integers(1, 13))
    alike, spread = draw.random() < 0.4, str(draw.choice([*SPREADS, "mixed"]))
    sizes = np.exp(draw.uniform(np.log(20), np.log(400), count)).round().astype(int)
    sizes = np.full(count, sizes[0]) if alike else sizes
    families: list[int] = []
    family_counts = []
    for items in sizes:
        own = _families(draw, int(items), str(draw.choice(SPREADS)) if spread == "mixed" else spread)
        families += own
        family_counts.append(len(own))
    family = np.repeat(np.arange(len(families)), families)
    category = np.repeat(np.arange(count), family_counts)[family]
    moves = str(draw.choice(MOVES))
    broken, fixed = _rates(draw, sizes, moves)
    return Case(Layout(category, family), broken, fixed, float(draw.choice([0, draw.uniform(0, 0.6)])), spread, moves)


def _families(draw: np.random.Generator, items: int, spread: str) -> list[int]:
    count = items if spread == "single" else min(items, round(np.exp(draw.uniform(np.log(10), np.log(items)))))
    if spread == "uneven":
        share = draw.lognormal(0, 1, count)
        return [int(size) for size in 1 + draw.multinomial(items - count, share / share.sum())]
    if spread == "dominated":
        largest = min(int(draw.uniform(0.2, 0.4) * items), items - count + 1)
        return [largest, *np.bincount(np.arange(items - largest) % (count - 1)).tolist()]
    return [int(size) for size in np.bincount(np.arange(items) % count)]


def _rates(draw: np.random.Generator, sizes: NDArray[np.int64], moves: str) -> tuple[Floats, Floats]:
    count = len(sizes)
    differ = np.exp(draw.uniform(np.log(0.003), np.log(0.5), count))
    differ = np.full(count, differ[0]) if draw.random() < 0.4 else differ
    share = draw.choice([0.0, 0.5, 1.0, draw.random()], 1 if draw.random() < 0.7 else count)
    if moves == "nothing":
        share = np.array([0.5])
    if moves in ("small", "few") and count > 1:
        some = min(int(draw.integers(1, 3)), count - 1)
        chosen = np.argsort(sizes, kind="stable")[:some] if moves == "small" else draw.choice(count, some, False)
        differ = np.full(count, draw.choice([0, 0.003, 0.01]))
        differ[chosen] = np.exp(draw.uniform(np.log(0.03), np.log(0.5), some))
    return differ * share, differ * (1 - share)


def change(draw: np.random.Generator, case: Case, runs: int) -> Floats:
    """Changes[items, runs] of -1, 0 and 1. An item follows its family's own draw as in `boards.draw`."""
    shape = (len(case.board.category), runs)
    follows = draw.random(shape) < np.sqrt(case.correlation)
    common = draw.random((case.board.family.max() + 1, runs))[case.board.family]
    uniform = np.where(follows, common, draw.random(shape))
    up, down = (rate[case.board.category][:, None] for rate in (case.broken, case.fixed))
    return (uniform < up).astype(float) - (uniform > 1 - down)
