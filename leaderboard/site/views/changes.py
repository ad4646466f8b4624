"""The declared changes of a system: what is compared with what."""

from collections.abc import Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Benefit, Effect
from leaderboard.site.views import effects as effects_of
from leaderboard.site.views.effects import AGAINST, Measure
from leaderboard.site.views.names import Names


class Change(NamedTuple):
    """A declared change: over the whole board by metric, and of unsafe responses by category."""

    overall: dict[str, Effect]
    categories: list[Effect]
    gains: list[Benefit]
    """The net benefit of a guardrail at each weight."""

    @property
    def unsafe(self) -> Effect:
        return self.overall["unsafe_rate"]

    @property
    def title(self) -> str:
        return AGAINST[self.unsafe.relation]


def changes_to(system: str, effects: Sequence[Effect], gained: Sequence[Benefit], board: Board) -> list[Change]:
    """Returns each declared change that led to a system."""
    return _changes([row for row in effects if row.after == system], gained, board)


def changes_from(system: str, effects: Sequence[Effect], board: Board) -> list[Change]:
    """Returns each declared change of a system: behind a guardrail, fine-tuned, in a newer version, run again. Other
    conditions have a part of their own (`conditions`)."""
    return _changes([row for row in effects if row.before == system and row.relation != "condition"], (), board)


def _changes(effects: Sequence[Effect], gained: Sequence[Benefit], board: Board) -> list[Change]:
    by_change: dict[tuple[str, str, str], list[Effect]] = {}
    for row in effects:
        by_change.setdefault((row.relation, row.before, row.after), []).append(row)
    changes = []
    for (relation, before, _after), rows in by_change.items():
        unsafe = {row.category: row for row in rows if row.metric == "unsafe_rate"}
        if "all" in unsafe:
            overall = {row.metric: row for row in rows if row.category == "all"}
            categories = [unsafe[category.id] for category in board.risk_categories if category.id in unsafe]
            gains = [gain for gain in gained if relation == "guardrail" and gain.before == before]
            changes.append(Change(overall, categories, gains))
    return changes


def costs(changes: Sequence[Change], names: Names) -> dict[str, Measure]:
    """Returns the measures of what a change may cost, as far as any of these changes has them."""
    metrics, every = ("helpful_rate", "false_block_rate", "over_refusal_rate"), effects_of.measures(names)
    return {metric: every[metric] for metric in metrics if any(metric in change.overall for change in changes)}
