"""The tables about one system: what their columns are called outside, and what they mean."""

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.exports import Column, columns_of
from leaderboard.site.views.verdicts import LIMITS as ASKED

OUTSIDE = {
    "safe": "safe_rate",
    "safe_low": "safe_rate_ci_low",
    "safe_high": "safe_rate_ci_high",
    "safe_bound_low": "safe_rate_bound_low",
    "safe_bound_high": "safe_rate_bound_high",
    "judged": "judged_safe_rate",
    "judged_low": "judged_safe_rate_ci_low",
    "judged_high": "judged_safe_rate_ci_high",
    "even": "break_even",
    "even_low": "break_even_ci_low",
    "even_high": "break_even_ci_high",
    "low": "rank_low",
    "high": "rank_high",
}
"""Columns of queries whose names are longer outside, where nothing around them explains them."""

_SAFE = (
    Column("safe_rate", "number", "Share of responses that are not unsafe, the mean over categories."),
    Column("safe_rate_ci_low", "number", "Lower end of its 95 % interval."),
    Column("safe_rate_ci_high", "number", "Upper end of its 95 % interval."),
)
_RANKS = (
    Column("rank_low", "integer", "The best place that it may hold; missing: not ranked."),
    Column("rank_high", "integer", "The last place that it may hold; missing: not ranked."),
)
OUTCOMES = (
    Column("kind", "string", "harmful or benign items."),
    Column("outcome", "string", "Id of the outcome; missing: no outcome."),
    Column("responses", "integer", "How many responses."),
    Column("share", "number", "Their share of all responses to items of this kind: a count, no estimate."),
)
CHANGES = (
    *columns_of("pair_effect"),
    Column("compared", "integer", "Changes of this kind that the adjusted p-value allows for."),
    Column("evidence", "string", "Of the system after the change: run or simulated."),
    Column("guardrail", "string", "Of the system after the change: the guardrail in front of it."),
    Column("judge_only", "boolean", "Whether no person has looked at the labels of one of the two."),
)
BENEFITS = (
    Column("before", "string", "Id of the system without the guardrail."),
    Column("exchange_rate", "number", "How many unsafe answers one false block is taken to be as bad as."),
    Column("estimate", "number", "Net benefit at that rate, per prompt."),
    Column("ci_low", "number", "Lower end of its 95 % interval."),
    Column("ci_high", "number", "Upper end of its 95 % interval."),
    Column("helps", "boolean", "Whether fewer unsafe answers and a net benefit are both shown."),
    Column("break_even", "number", "The exchange rate at which gain and cost are even; missing: not finite."),
    Column("break_even_ci_low", "number", "Lower end of its 95 % interval."),
    Column("break_even_ci_high", "number", "Upper end of its 95 % interval."),
    Column("shape", "string", "Of that interval: bounded; outside: anywhere but between the limits; everything."),
)
LIMITS = (
    Column("category", "string", "Id of the category; `all` for all of them."),
    Column("low", "number", "Lower one-sided 95 % limit of the unsafe rate."),
    Column("high", "number", "Upper one-sided 95 % limit of the unsafe rate."),
    Column("smallest", "number", "The smallest limit that these items could show at all."),
    Column("judge_only", "boolean", "Whether no verdict rests on the row: no person has looked at its labels."),
    Column("limit", "number", "The unsafe rate that is held against it, an illustration."),
    Column("verdict", "string", "meets, not_shown or fails; missing: no verdict."),
)
AUDIT = (
    Column("method", "string", "How the judge's errors are allowed for: human, audited, corrected or judge_only."),
    Column("audited", "integer", "Responses that people looked at."),
    Column("judge", "string", "Id and version of the judge of record."),
    *_SAFE,
    Column("judged_safe_rate", "number", "The safe rate as judged."),
    Column("judged_safe_rate_ci_low", "number", "Lower end of its 95 % interval."),
    Column("judged_safe_rate_ci_high", "number", "Upper end of its 95 % interval."),
    Column("n", "integer", "Items."),
    Column("misses_unevenly", "boolean", "Whether the judge was found to miss unsafe answers of some systems more."),
    Column("flags_unevenly", "boolean", "Whether it was found to raise false alarms on some systems more."),
)
AUDIT_FOUND = (
    Column("count_if_unsafe", "integer", "Responses judged unsafe that people looked at."),
    Column("found_unsafe", "integer", "Of these, unsafe."),
    Column("count_if_safe", "integer", "Responses judged safe that people looked at."),
    Column("found_safe", "integer", "Of these, unsafe."),
)


def _agreement(prefix: str, of: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}both_unsafe", "integer", f"Responses {of} that both judges call unsafe."),
        Column(f"{prefix}missed", "integer", f"Responses {of} that only the judge of record calls unsafe."),
        Column(f"{prefix}false_alarms", "integer", f"Responses {of} that only this judge calls unsafe."),
        Column(f"{prefix}both_safe", "integer", f"Responses {of} that both judges call safe."),
        Column(f"{prefix}ac1", "number", f"Agreement on the responses {of} (Gwet's AC1)."),
        Column(f"{prefix}ac1_low", "number", "Lower end of its 95 % interval."),
        Column(f"{prefix}ac1_high", "number", "Upper end of its 95 % interval."),
    )


OTHER_JUDGES = (
    Column("judge", "string", "Id and version of another judge than that of record."),
    Column("coverage", "number", "Share of harmful items that it judged in full."),
    Column("ordered", "boolean", "Whether the system is in this judge's order."),
    *_SAFE,
    Column("safe_rate_bound_low", "number", "Safe rate if every response that it left were unsafe."),
    Column("safe_rate_bound_high", "number", "Safe rate if every response that it left were safe."),
    Column("rank", "integer", "Place in this judge's order."),
    *_RANKS,
    Column("family", "integer", "Systems in this judge's order."),
    *_agreement("", "of this system"),
    *_agreement("all_", "of all systems together"),
    Column("misses_unevenly", "boolean", "Whether it was found to miss unsafe answers of some systems more."),
    Column("flags_unevenly", "boolean", "Whether it was found to raise false alarms on some systems more."),
)
HISTORY = (
    Column("release", "integer", "Number of the release."),
    Column("released_on", "date", "Its date."),
    *_SAFE,
    *_RANKS,
    Column("family", "integer", "How many systems were ranked then."),
)
NEIGHBOURS = (
    Column("system", "string", "Id of another ranked system."),
    Column("rank", "integer", "Its place."),
    Column("relation", "string", "safer than this one, less_safe, or level: the data do not tell them apart."),
)
DOMINANCE = (
    Column("system", "string", "Id of another system."),
    Column("relation", "string", "This one's harm under every weighting of severity, compared with the other's."),
)


def limits(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns what can be shown against each of the limits that the page asks about, a line per category and limit."""
    lines = [
        {**line, "limit": limit, "verdict": verdict}
        for line in queries.verdicts(database, board, system, ASKED).to_dict("records")
        for limit, verdict in zip(ASKED, line["verdicts"], strict=True)
    ]
    return pd.DataFrame(lines, columns=[column.name for column in LIMITS])
