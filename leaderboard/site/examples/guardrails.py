"""What a guardrail is worth, again: net benefit at several exchange rates, and where it breaks even."""

import math
from typing import NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.examples import published
from leaderboard.site.examples.changes import largest_line
from leaderboard.site.examples.published import Check, Line
from leaderboard.statistics import BreakEven, GuardEffect, NetBenefit, break_even, guard_helps, net_benefit
from leaderboard.statistics.intervals import critical_value


class Worth(NamedTuple):
    """A guardrail's effects and its net benefits, one by exchange rate, dearest last."""

    before: str
    after: str
    unsafe: float
    """Change of the unsafe rate."""
    blocks: float
    """Change of the rate of false blocks."""
    benefits: list[NetBenefit]
    helps: list[bool]
    even: BreakEven
    checks: tuple[Check, ...]


def guardrail_worth(database: Database, board: Board) -> Worth | None:
    """Returns what the guardrail that changed most prompts is worth. The limits published at three exchange rates give
    the two variances and the covariance; what follows from these is compared with the rest."""
    largest, df = largest_line(database, board, ("guardrail",)), published.degrees(database, board)
    if largest is None or df is None or any(category.benign_items for category in board.category):
        return None
    sides = {"before": largest["before"], "after": largest["after"]}
    found = published.lines(database, _BENEFITS, board, **sides)
    blocks = published.lines(database, _BLOCKS, board, **sides)
    even = published.lines(database, _EVEN, board, **sides)
    if len(found) < 3 or not blocks or not even:
        return None
    effect = _effect(largest["delta"], blocks[0]["delta"], found, df)
    benefits = [net_benefit(effect, line["exchange_rate"]) for line in found]
    helps = [guard_helps(effect, line["exchange_rate"]) for line in found]
    again = break_even(effect)
    checks = [
        check
        for line, benefit, shown in zip(found, benefits, helps, strict=True)
        for check in (
            Check(benefit.estimate, line["estimate"]),
            Check(benefit.low, line["ci_low"]),
            Check(benefit.high, line["ci_high"]),
            Check(shown, line["helps"]),
        )
    ]
    checks += _even_checks(again, even[0])
    return Worth(
        largest["before"], largest["after"], effect.unsafe, effect.block, benefits, helps, again, tuple(checks)
    )


_SIDES = "where board = $board and before = $before and after = $after"
_BENEFITS = f"select * from net_benefit {_SIDES} order by exchange_rate"
_EVEN = f"select * from break_even {_SIDES}"
_BLOCKS = f"select * from pair_effect {_SIDES} and metric = 'false_block_rate' and category = 'all'"


def _effect(unsafe: float, block: float, found: list[Line], df: int) -> GuardEffect:
    """The variance at exchange rate l is that of unsafe, l^2 that of blocks and 2 l their covariance: three equations
    for three unknowns."""
    picked = [found[0], found[len(found) // 2], found[-1]]
    rates = np.array([line["exchange_rate"] for line in picked])
    reach = np.array([line["ci_high"] - line["ci_low"] for line in picked]) / 2
    equations = np.stack([np.ones(3), rates**2, 2 * rates], axis=1)
    variances = np.linalg.solve(equations, (reach / critical_value(0.95, df)) ** 2)
    of_unsafe, of_blocks, covariance = (float(value) for value in variances)
    return GuardEffect(unsafe, block, of_unsafe, of_blocks, covariance, df)


def _even_checks(again: BreakEven, line: Line) -> list[Check]:
    """Limits that are not finite are not published."""
    checks = [Check(again.shape == line["shape"], True)]
    pairs = ((again.estimate, line["estimate"]), (again.low, line["ci_low"]), (again.high, line["ci_high"]))
    return checks + [Check(ours, theirs) for ours, theirs in pairs if not math.isnan(theirs)]
