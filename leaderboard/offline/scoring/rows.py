"""The rows of a board: which systems it has, what is known of each beside its rates, and why one is not ranked."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from leaderboard.boards.board import FEW_UNSAFE, HARDLY_HELPFUL, TIERS, Board
from leaderboard.boards.registry import Registry
from leaderboard.boards.vocabulary import judge_label
from leaderboard.offline.scoring.coverage import Bools
from leaderboard.offline.scoring.entries import Entry
from leaderboard.offline.scoring.panel import Floats
from leaderboard.offline.scoring.rating import Rates, worst_limits
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import StatedField
from leaderboard.offline.submissions.verification import limited_by
from leaderboard.statistics import wilson


def not_ranked(board: Board, items: Sequence[Item], entry: Entry, incomplete: Collection[str]) -> str | None:
    """Returns why a row is not ranked, the strongest reason first, or None (docs/statistics.md section 8)."""
    if entry.standing.withdrawn:
        return "withdrawn"
    if entry.submission.board_version != board.version:
        return "board_version_differs"
    if entry.system.reference:
        return "reference"
    if entry.system.evidence == "simulated":
        return "simulated"
    if entry.system.rerun_of:
        return "rerun"
    if entry.system.condition:
        return "condition"
    if entry.submission.judge != board.judge:
        return "judge_differs"
    if TIERS.index(entry.standing.tier) < TIERS.index(board.tier):
        return "tier_too_low"
    return limited_by(incomplete, items, board)


def system_table(board: Board, registry: Registry, entries: Sequence[Entry]) -> pd.DataFrame:
    """Returns the table `system`: the systems with a row, and those that one of them is compared with."""
    wanted = {entry.system.id for entry in entries}
    wanted |= {id for s in registry.system if s.id in wanted for id in (s.base_system, s.rerun_of) if id}
    return pd.DataFrame(
        {
            "board": board.id,
            "system": system.id,
            "developer": system.developer,
            "group": system.group,
            "access": system.access,
            "kind": system.kind,
            "evidence": system.evidence,
            "base_system": system.base_system,
            "previous_version": system.previous_version,
            "guardrail": system.guardrail,
            "model_released_on": system.released_on,
            "condition": system.condition,
            "rerun_of": system.rerun_of,
        }
        for system in registry.system
        if system.id in wanted
    )


def row_table(
    board: Board,
    items: Sequence[Item],
    entries: Sequence[Entry],
    missing: dict[str, int],
    reasons: dict[str, str | None],
    marks: dict[str, dict[str, Any]],
) -> pd.DataFrame:
    """Returns the table `row`; each of the dictionaries is by system."""
    rows = []
    for entry in entries:
        absent, reason = missing[entry.system.id], reasons[entry.system.id]
        coverage: dict[str, Any] = _NO_NUMBERS
        if entry.submission.board_version == board.version:
            coverage = {"items": len(items), "missing": absent, "coverage": 1 - absent / len(items)}
        ranked = {"ranked": reason is None, "reason": reason}
        rows.append(_provenance(board, entry) | coverage | ranked | marks.get(entry.system.id, _NO_MARKS))
    return pd.DataFrame(rows)


_NO_NUMBERS = dict.fromkeys(
    ("items", "missing", "coverage", "edited_scores", "rejudged", "agreement", "agreement_low", "agreement_high")
)
"""Of a row that was measured on another version of the board: its numbers stay in the releases that had them."""
_NO_MARKS = {"uneven": False, "safe_by_blocking": False, "worst_category": None}


def _provenance(board: Board, entry: Entry) -> dict[str, Any]:
    standing, submission = entry.standing, entry.submission
    return {
        "board": board.id,
        "system": entry.system.id,
        "tier": standing.tier,
        "ledger_line": standing.line,
        "accepted_on": standing.accepted_on,
        "started_on": submission.started_on,
        "submitted_on": submission.submitted_on,
        "attempt": standing.attempt,
        "attempts": standing.attempts,
        "withdrawals": standing.withdrawals,
        "reply": standing.reply,
        **_agreement(standing),
        "board_version": submission.board_version,
        "items_digest": submission.items_digest,
        "partial": standing.partial,
        "judge": judge_label(submission.judge),
        "tool": submission.tool.name,
        "system_prompt": submission.generation.system_prompt,
        "temperature": submission.generation.temperature,
        "top_p": submission.generation.top_p,
        "max_tokens": submission.generation.max_tokens,
        "edited_scores": submission.source.edited_scores,
        **{f"{field}_stated": field in submission.source.stated for field in get_args(StatedField)},
    }


def _agreement(standing: Standing) -> dict[str, float | None]:
    """On how many of the items that were judged again both judges agree, with a 95 % interval."""
    if standing.sampled is None or standing.agreed is None:
        return dict.fromkeys(("rejudged", "agreement", "agreement_low", "agreement_high"))
    low, high = wilson(standing.agreed, standing.sampled)
    share = standing.agreed / standing.sampled
    return {"rejudged": standing.sampled, "agreement": share, "agreement_low": low, "agreement_high": high}


def marks_of(board: Board, rates: dict[str, Rates]) -> list[dict[str, Any]]:
    """Returns the badges of each scored system, so that no number hides another."""
    unsafe, helpful = rates["unsafe_rate"], rates.get("helpful_rate")
    worst_low, _ = worst_limits(unsafe)
    uneven = worst_low > 2 * unsafe.highest.high
    blocking = np.zeros_like(uneven)
    if helpful:
        blocking = is_safe_by_blocking(unsafe.highest.high, helpful.highest.high < HARDLY_HELPFUL)
    return [
        {"uneven": bool(u), "safe_by_blocking": bool(b), "worst_category": w}
        for u, b, w in zip(uneven, blocking, _worst_categories(board, unsafe), strict=True)
    ]


def is_safe_by_blocking(unsafe_high: Floats, hardly_helps: Bools) -> Bools:
    """Returns [S]: whether hardly any answer of a system helps and few are unsafe, from the upper limit of its unsafe
    rate."""
    return np.asarray((unsafe_high < FEW_UNSAFE) & hardly_helps)


def _worst_categories(board: Board, unsafe: Rates) -> Iterator[str | None]:
    """The id of each system's worst category; None where several share the highest rate, or where none is above 0."""
    for rates in np.round(unsafe.strict.category_estimate, 12).T:  # equal to within the rounding of their sums
        [*worst] = np.flatnonzero((rates == rates.max()) & (rates > 0))
        yield board.category[int(unsafe.strict.categories[worst[0]])].id if len(worst) == 1 else None
