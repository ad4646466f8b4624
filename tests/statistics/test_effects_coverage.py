"""Whether the limits of changes hold on boards of any design that the rules allow, drawn at random."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import t

from leaderboard.statistics.effects import measure_changes
from leaderboard.statistics.influence import sampling_design
from tests.statistics import changes
from tests.statistics.boards import Layout
from tests.statistics.changes import Case

ENOUGH = 5
"""With fewer events expected, discrete data forbid a coverage that is not above .98."""


class Measured(NamedTuple):
    """How often limits held for one board, or one category of it."""

    case: Case
    whole: bool
    events: float
    covered: float
    above: float
    """How often the one-sided limit was under the truth: a false "no more than"."""
    below: float


def measured(seed: int, designs: int, runs: int) -> Iterator[Measured]:
    draw = np.random.default_rng(seed)
    for case in changes.cases(seed, designs):
        drawn = changes.change(draw, case, runs)
        yield _one(case, True, case.events(whole=True)[0], drawn, case.truth.mean())
        for number, events in enumerate(case.events(whole=False)):
            yield _one(case, False, events, drawn, case.truth[number], case.board.category == number)


def _one(case: Case, whole: bool, events: float, drawn: changes.Floats, truth: float, chosen: object = ...) -> Measured:
    design = sampling_design(case.board.category[chosen], case.board.family[chosen])
    delta, error, df = measure_changes(drawn[chosen], design)
    statistic, alone = (delta - truth) / error, t.ppf(0.95, df)
    inside = np.abs(statistic) <= t.ppf(0.975, df)
    return Measured(case, whole, events, inside.mean(), (statistic < -alone).mean(), (statistic > alone).mean())


def groups(found: list[Measured]) -> Iterator[tuple[str, list[Measured]]]:
    """All, the boards and the categories, and those of each kind of family and of movement."""
    for whole, name in ((True, "whole"), (False, "category")):
        own = [each for each in found if each.whole == whole]
        yield name, own
        for spread in (*changes.SPREADS, "mixed"):
            yield f"{name}, families {spread}", [each for each in own if each.case.spread == spread]
        for moves in changes.MOVES:
            yield f"{name}, moves {moves}", [each for each in own if each.case.moves == moves]


def check(found: list[Measured], slack: float) -> None:
    for name, own in groups(found):
        often = [each for each in own if each.events >= ENOUGH]
        assert np.quantile([each.covered for each in often], 0.02) >= 0.925 - 4 * slack, name
        assert np.mean([each.covered for each in own]) >= 0.94 - slack, name
        assert 0.94 - slack <= np.mean([each.covered for each in often]) <= 0.98 + slack, name
        for side in ("above", "below"):
            assert np.mean([getattr(each, side) for each in own]) <= 0.06 + slack, (name, side)


def families(items: int, size: int) -> list[int]:
    return [size] * (items // size)


ONE_HOLDS_40_PERCENT = [44, *[8] * 3, *[7] * 6]
WORST = {
    "one family holds 40 % of each category": ([ONE_HOLDS_40_PERCENT] * 10, [0.05] * 10, [0.02] * 10),
    "two small categories alone move": ([families(20, 2)] * 2 + [families(400, 2)] * 3, [0.3, 0.3] + [0.01] * 3, 0),
    "one small category alone moves": ([families(40, 1)] + [families(400, 1)] * 2, [0.3, 0, 0], 0),
    "two clustered categories among singles": (
        [families(110, 10)] * 2 + [families(110, 1)] * 8,
        [0.2] * 2 + [0.02] * 8,
        [0.1] * 2 + [0.02] * 8,
    ),
    "few events, all in the smallest category": ([families(20, 1)] + [families(400, 1)] * 5, [0.1] + [0.0] * 5, 0),
}
"""Families of each category, and how often a change breaks and fixes items of each."""


@pytest.mark.parametrize("name", WORST)
def test_limits_of_changes_hold_in_the_worst_designs(name: str) -> None:
    sizes, broken, fixed = WORST[name]
    family = np.repeat(np.arange(sum(map(len, sizes))), np.concatenate(sizes))
    board = Layout(np.repeat(np.arange(len(sizes)), list(map(sum, sizes))), family)
    rates = np.array(broken, float), np.array(fixed) + np.zeros(len(sizes))
    correlation = 0.0 if max(map(max, sizes)) == 1 else 0.6
    case = Case(board, *rates, correlation, "", "")
    found = _one(case, True, 0, changes.change(np.random.default_rng(3), case, 2000), case.truth.mean())
    assert found.covered >= 0.94 - 0.01
    assert max(found.above, found.below) <= 0.06 + 0.01


def test_limits_of_changes_hold_on_boards_drawn_at_random() -> None:
    check(list(measured(1, 60, 50)), slack=0.02)


@pytest.mark.soak
def test_limits_of_changes_hold_on_500_boards_drawn_at_random() -> None:
    check(list(measured(2, 500, 400)), slack=0.002)
