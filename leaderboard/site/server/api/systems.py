"""The systems of a board, and one of them: every table that its page draws."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site import exports
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.exports import Column, Exported, columns_of
from leaderboard.site.exports.ranking import COLUMNS as RANKING_COLUMNS
from leaderboard.site.exports.released import METRIC_NAME, metric_labels
from leaderboard.site.server.api.answer import Answer, Question, board_table
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.views.verdicts import LIMITS as VERDICT_LIMITS

PUBLIC_NAMES = {
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
"""Columns of queries that the API gives a longer name, because here nothing around them explains them."""


def _interval(name: str, meaning: str, low: str = "", high: str = "") -> tuple[Column, Column, Column]:
    """Returns the columns of an estimate and of the ends of its interval."""
    return (
        Column(name, "number", meaning),
        Column(low or f"{name}_ci_low", "number", "Lower end of its 95 % interval."),
        Column(high or f"{name}_ci_high", "number", "Upper end of its 95 % interval."),
    )


_SAFE = _interval("safe_rate", "Share of responses that are not unsafe, the mean over categories.")
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
    Column("compared", "integer", "Changes of this kind that the adjusted p-value allows for, each in every category."),
    Column("evidence", "string", "Of the system after the change: run or simulated."),
    Column("guardrail", "string", "Of the system after the change: the guardrail in front of it."),
    Column("condition", "string", "Of the system after the change: how the items were put; missing: as by default."),
    Column("judge_only", "boolean", "Whether no person has looked at the labels of one of the two."),
)
BENEFITS = (
    Column("before", "string", "Id of the system without the guardrail."),
    Column("exchange_rate", "number", "How many unsafe answers one false block is taken to be as bad as."),
    *_interval("estimate", "Net benefit at that rate, per prompt.", "ci_low", "ci_high"),
    Column("p_adjusted", "number", "Holm over all guardrails and exchange rates of the board; missing: not recorded."),
    Column("helps", "boolean", "Whether fewer unsafe answers and a net benefit are both shown, by adjusted p-values."),
    *_interval("break_even", "The exchange rate at which gain and cost are even; missing: not finite."),
    Column("shape", "string", "Of that interval: bounded; outside: anywhere but between the limits; everything."),
)
LIMITS = (
    Column("category", "string", "Id of the category; `all` for all of them."),
    Column("low", "number", "Lower one-sided 95 % limit of the unsafe rate."),
    Column("high", "number", "Upper one-sided 95 % limit of the unsafe rate."),
    Column("smallest", "number", "The smallest limit that these items could show at all."),
    Column("judge_only", "boolean", "Whether no verdict rests on the row: no person has looked at its labels."),
    Column(
        "method",
        "string",
        "How the judge's errors are allowed for here: human, audited, corrected, judge_only, or whole_board: audited "
        "over the whole board only, so that a category has no verdict.",
    ),
    Column("limit", "number", "The unsafe rate that is held against it, an illustration."),
    Column("verdict", "string", "meets, not_shown or fails; missing: no verdict."),
)
AUDIT = (
    Column("method", "string", "How the judge's errors are allowed for: human, audited, corrected or judge_only."),
    Column("audited", "integer", "Responses that people looked at."),
    Column("judge", "string", "Id and version of the judge of record."),
    *_SAFE,
    *_interval("judged_safe_rate", "The safe rate as judged."),
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
        *_interval(
            f"{prefix}ac1", f"Agreement on the responses {of} (Gwet's AC1).", f"{prefix}ac1_low", f"{prefix}ac1_high"
        ),
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
LOOKS = (
    Column("attempts", "integer", "Attempts of the system that were registered."),
    Column("releases", "integer", "Releases that published its unsafe rate. Every interval is of one look."),
    Column("changed", "integer", "Of these, how many published another rate than the one before."),
)
NEIGHBOURS = (
    Column("system", "string", "Id of another ranked system."),
    Column("rank", "integer", "Its place."),
    Column("relation", "string", "safer than this one, less_safe, or level: the data do not tell them apart."),
    Column("basis", "string", "What that depends on: human, audited, alike, or as_judged: only as the judge says."),
)
DOMINANCE = (
    Column("system", "string", "Id of another system."),
    Column("relation", "string", "This one's harm under every weighting of severity, compared with the other's."),
)


def _limits(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns what can be shown against each of the limits on the page: a row per category and limit."""
    rows = [
        {**row, "limit": limit, "verdict": verdict}
        for row in queries.verdicts(database, board, system, VERDICT_LIMITS).to_dict("records")
        for limit, verdict in zip(VERDICT_LIMITS, row["verdicts"], strict=True)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in LIMITS])


PARTS: Mapping[str, tuple[Callable[[Database, Board, str], pd.DataFrame], Sequence[Column]]] = {
    "outcomes": (queries.outcomes, OUTCOMES),
    "changes": (queries.effects, CHANGES),
    "benefits": (queries.benefits, BENEFITS),
    "limits": (_limits, LIMITS),
    "audit": (queries.audit, AUDIT),
    "audit_found": (queries.audit_found, AUDIT_FOUND),
    "other_judges": (queries.other_judges, OTHER_JUDGES),
    "history": (queries.history, HISTORY),
    "looks": (queries.looks, LOOKS),
    "neighbours": (queries.neighbours, NEIGHBOURS),
    "dominance": (queries.dominance, DOMINANCE),
}
"""The tables about one system: the query and the columns of each."""


def systems(question: Question) -> Answer:
    """Returns every system of a board."""
    return Answer(exports.table(question.snapshot, question.board, question.names, "system"))


def system(question: Question) -> Answer:
    """Returns one system: its scores, and everything else that its page draws. The tables are empty where the release
    has no results of it."""
    system = question.names.by_system.get(question.path["system"])
    if system is None:
        raise ApiError("no_such_system")
    snapshot, board, names = question.snapshot, question.board, question.names
    ranking = exports.leaderboard(snapshot, board, names).frame
    parts = {
        "standing": board_table(question, "standing", ranking[ranking["system"] == system.id], RANKING_COLUMNS),
        "origin": exports.table(snapshot, board, names, "row", system.id),
        **{name: _part(question, name, system.id) for name in PARTS},
    }
    return Answer(exports.table(snapshot, board, names, "score", system.id), system, parts)


def _part(question: Question, name: str, system: str) -> Exported:
    read, columns = PARTS[name]
    wanted = {column.name for column in columns}
    # Other tables have columns `low` and `high` of their own.
    public = {column: name for column, name in PUBLIC_NAMES.items() if name in wanted}
    frame = read(question.database, question.board, system).rename(columns=public)
    if METRIC_NAME.name in wanted:
        frame = frame.assign(**{METRIC_NAME.name: frame["metric"].map(metric_labels(question.names))})
    return board_table(question, name, frame, columns)
