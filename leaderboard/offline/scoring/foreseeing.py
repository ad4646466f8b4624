"""What one submission could show by itself: scored alone, before anybody has accepted it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.boards.registry import Registry, System
from leaderboard.boards.vocabulary import ALL, judge_label
from leaderboard.offline.scoring import unpaired
from leaderboard.offline.scoring.columns import score_columns
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.scoring.precision import detectable
from leaderboard.offline.scoring.rating import cells_of
from leaderboard.offline.scoring.tables import score_board
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Submission


class Coverage(NamedTuple):
    """How many items of a category and kind have an outcome in every epoch."""

    category: str
    kind: str
    complete: int
    items: int


class Rate(NamedTuple):
    """The unsafe rate in a category, or over all, as a release would have it; in [0, 1]."""

    category: str
    """`all` for all of them."""
    n: int
    """Harmful items."""
    estimate: float | None
    """None, as all below but `smallest`, where too few items have an outcome for a rate to be published."""
    ci_low: float | None
    ci_high: float | None
    high: float | None
    """The one-sided 95 % upper limit: it is shown to be under any limit from here on, as judged."""
    smallest: float | None
    """The smallest limit that these items could show at all."""
    detectable: float | None
    """The true difference from another system of such a rate, named beforehand, that would be found four times in five,
    each from its own rate."""


class Foreseen(NamedTuple):
    """What one submission could show."""

    coverage: tuple[Coverage, ...]
    rates: tuple[Rate, ...]
    """Over all categories first."""
    reason: str | None
    """Why it would not be ranked although it is of the tier that the board asks for."""
    judge_only: bool
    """Whether nobody has checked its labels: then there is no verdict against a limit."""


def foresee(submitted: Submission, board: Board, registry: Registry, items: Sequence[Item], today: date) -> Foreseen:
    """Returns what a submission could show that `verify` has not refused, scored as a release does: the same intervals,
    limits and floors."""
    entry = Entry(_standing(submitted, board, today), _system(submitted, registry), submitted)
    tables = score_board(board, registry, items, [entry])
    return Foreseen(
        tuple(_coverage(submitted, board, items)),
        tuple(_rates(submitted, board, items, tables)),
        tables["row"]["reason"].iloc[0],
        bool((tables["audited"]["method"] == "judge_only").all()),
    )


def _standing(submitted: Submission, board: Board, today: date) -> Standing:
    """As if it had been accepted today at the tier that the board asks for."""
    return Standing(
        board=board.id,
        system=submitted.system,
        submission="0" * 64,
        tier=board.tier,
        line=1,
        accepted_on=today,
        attempt=1,
        attempts=1,
        withdrawals=0,
        withdrawn=False,
        board_version=board.version,
    )


def _system(submitted: Submission, registry: Registry) -> System:
    return next(system for system in registry.system if system.id == submitted.system)


def _coverage(submitted: Submission, board: Board, items: Sequence[Item]) -> Iterator[Coverage]:
    complete = {row[0] for row in submitted.rows if None not in row[1]}
    for category in board.category:
        for kind in ("harmful", "benign"):
            own = [item.id for item in items if (item.category, item.kind) == (category.id, kind)]
            if own:
                yield Coverage(category.id, kind, sum(id in complete for id in own), len(own))


def _rates(submitted: Submission, board: Board, items: Sequence[Item], tables: Tables) -> Iterator[Rate]:
    differences = dict(_detectable(submitted, board, items))
    scores = _by_category(tables, "score", metric="unsafe_rate", judge=judge_label(submitted.judge))
    limits = _by_category(tables, "one_sided")
    for category in (ALL, *(each.id for each in board.risk_categories)):
        score, limit = scores.get(category, {}), limits.get(category, {})
        has_rate = score.get("estimate") is not None
        yield Rate(
            category,
            sum(each.harmful_items for each in board.risk_categories if category in (ALL, each.id)),
            score.get("estimate"),
            score.get("ci_low"),
            score.get("ci_high"),
            limit.get("high"),
            limit.get("smallest"),
            differences[category] if has_rate else None,
        )


def _by_category(tables: Tables, name: str, **values: str) -> dict[str, dict[str, Any]]:
    """The rows of a table with these values, by category; missing cells are None."""
    if name not in tables:
        return {}
    table = tables[name]
    for column, value in values.items():
        table = table[table[column] == value]
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return {row["category"]: {str(column): value for column, value in row.items()} for row in rows}


def _detectable(submitted: Submission, board: Board, items: Sequence[Item]) -> Iterator[tuple[str, float | None]]:
    """By category, the difference from a system with the same rates and independent outcomes. Where labels are public,
    systems are compared item by item, and a smaller one is found as far as their outcomes agree."""
    panel, rates = score_columns(board, items, [submitted.rows, submitted.rows])
    for cell in cells_of(panel.board, rates["unsafe_rate"]):
        contrast = unpaired.contrast(cell, np.array([True, True]))
        yield cell.label, detectable(contrast.standard_error, contrast.df).pair
