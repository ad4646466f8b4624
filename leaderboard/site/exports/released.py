"""The tables of a release, each restricted to one board. Types and meanings of columns are those of `schema.sql`."""

from functools import cache

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.release import schema
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import Column, Exported, Type, exported
from leaderboard.site.views.names import Names

TABLES = {
    "audited": "Each system's unsafe rate with the errors of its judge allowed for.",
    "board": "The board itself: its size, its judge of record, how many systems are ranked.",
    "break_even": "From which exchange rate on a guardrail's gain outweighs its cost.",
    "category": "The board's categories and how many items each has.",
    "change": "What differs from the release before, and why.",
    "dominance": "Which of two systems does less harm under every weighting of severity.",
    "history": "Each system's unsafe rate and rank set as every release published them.",
    "judge_check": "How another judge's labels agree with those of record.",
    "judge_count": "How often another judge gave which label where the judge of record gave which.",
    "judge_homogeneity": "Whether the judge of record errs alike on all systems.",
    "judge_standing": "Each system's unsafe rate and rank set by another judge.",
    "ledger": "The fate of every submission.",
    "net_benefit": "What a guardrail gains against what it costs, at declared exchange rates.",
    "one_sided": "The limits that each system's unsafe rate can be shown to be under or over.",
    "outcome_count": "How many responses had which outcome.",
    "pair_effect": "By how much two systems differ on the same items.",
    "rank_set": "The ranks that each system may have, in every view.",
    "release": "The release itself.",
    "row": "Where each system's row comes from: tier, dates, attempt, judge, settings, coverage.",
    "score": "Every metric of every system, by judge and category.",
    "separated": "The pairs of systems that the data tell apart.",
    "system": "The systems: who made them, of which group and kind.",
    "view": "The sets of categories that are scored together, and the difference that each could show.",
    "view_score": "Each system's unsafe rate in every view.",
}
"""Every public table, by name."""

_COMMON = {
    "ac1_high": "Upper end of the 95 % interval of ac1.",
    "ac1_low": "Lower end of the 95 % interval of ac1.",
    "accepted_on": "When the submission behind this row was accepted.",
    "access": "open_weights or closed.",
    "after": "Id of the system after the change.",
    "agreement_high": "Upper end of the 95 % interval of agreement.",
    "agreement_low": "Lower end of the 95 % interval of agreement.",
    "alpha_high": "Upper end of the 95 % interval of alpha.",
    "alpha_low": "Lower end of the 95 % interval of alpha.",
    "aware_high": "Upper limit that allows for the judge's errors.",
    "base_system": "Id of the system that it is built on.",
    "before": "Id of the system before the change.",
    "benign_families": "Families of benign items.",
    "benign_items": "Benign items.",
    "better": "Id of the system that is shown to be safer.",
    "board": "Id of the board.",
    "both_safe": "Responses that both judges call safe.",
    "both_unsafe": "Responses that both judges call unsafe.",
    "bound_high": "Upper bound, whatever the missing outcomes were.",
    "bound_low": "Lower bound, whatever the missing outcomes were.",
    "category": "Id of the category; `all` for all of them.",
    "cause": "Why it differs.",
    "chi_squared": "Test statistic.",
    "ci_high": "Upper end of the 95 % interval.",
    "ci_low": "Lower end of the 95 % interval.",
    "developer": "Id of who made it.",
    "developer_name": "Name of who made it.",
    "df": "Degrees of freedom.",
    "equivalent": "Whether the difference is shown to lie within the margin on both sides.",
    "error": "Which error of the judge: missed or false_alarm.",
    "estimate": "The estimate.",
    "estimate_after": "Macro unsafe rate now.",
    "estimate_before": "Macro unsafe rate in the release before.",
    "event": "What happened.",
    "families": "Families of items that both judges judged.",
    "first": "Id of one system.",
    "group": "general_purpose, medical_purpose, closed_source or downstream_sft.",
    "guardrail": "Id of the guardrail in front of it.",
    "harmful_families": "Families of harmful items.",
    "harmful_items": "Harmful items.",
    "high": "Upper end: the last rank that it may have, or the upper limit of a rate.",
    "high_after": "Last rank that it may have now.",
    "high_before": "Last rank that it might have had in the release before.",
    "items": "Items.",
    "judge": "Id and version of the judge.",
    "kappa": "Cohen's kappa.",
    "kind": "Kind of the items or of the system.",
    "line": "Line of the ledger.",
    "low": "Lower end: the best rank that it may have, or the lower limit of a rate.",
    "low_after": "Best rank that it may have now.",
    "low_before": "Best rank that it might have had in the release before.",
    "max_tokens": "Most tokens of a response; missing: unknown.",
    "metric": "Which rate.",
    "misuse_sensitive": "Whether no order from least to most safe is offered for it.",
    "model_released_on": "When the model was released.",
    "n": "Items.",
    "name": "Its name.",
    "ordered": "Whether it is in this judge's order.",
    "p": "Two-sided p-value.",
    "previous_version": "Id of the version before this one.",
    "rank": "Place by the estimate.",
    "ranked": "Whether the system is ranked.",
    "reason": "The reason, as a code.",
    "release": "Number of the release.",
    "released_on": "Date of the release.",
    "responses": "How many responses.",
    "second": "Id of the other system.",
    "started_on": "When its responses were begun.",
    "state": "awaiting, real or synthetic.",
    "submitted_on": "When it was submitted.",
    "system": "Id of the system.",
    "systems": "How many systems.",
    "temperature": "Sampling temperature; missing: unknown.",
    "tier": "How far it was verified.",
    "tool": "The tool that ran the evaluation.",
    "top_p": "Nucleus of sampling; missing: unknown.",
    "verdict": "What the difference shows.",
    "view": "Set of risk categories: bit i is set where category i of the board is in it.",
    "withdrawals": "How many of its submissions were withdrawn.",
    "worse": "Id of the system that is shown to be less safe.",
}
"""What the columns mean that `schema.sql` leaves without a comment."""

_TYPES: dict[str, Type] = {
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    **dict.fromkeys(("rate", "difference", "amount", "number"), "number"),
}


@cache
def columns_of(name: str) -> tuple[Column, ...]:
    """Returns the columns of a public table; KeyError where there is no such table."""
    columns = [_column(column) for column in schema.described()[name]]
    added = [Column(extra, "string", _COMMON[extra]) for extra in _NAMED.get(name, {})]
    return (*columns, *added)


def _column(column: schema.Column) -> Column:
    meaning = column.meaning and f"{column.meaning[:1].upper()}{column.meaning[1:].removesuffix('.')}."
    return Column(column.name, _TYPES.get(column.type, "string"), meaning or _COMMON[column.name])


_NAMED = {"system": {"name": "system", "developer_name": "developer"}, "category": {"name": "category"}}
"""Columns of names: those of which ids."""


def table(snapshot: Snapshot, board: Board, names: Names, name: str, system: str | None = None) -> Exported:
    """Returns every row that a public table has of a board, or of one system on it. KeyError where there is no such
    table. Rows come in the order of their columns."""
    columns = columns_of(name)
    wanted = {"board": board.id} | ({"system": system} if system else {})
    bound = {key: value for key, value in wanted.items() if key in {column.name for column in columns}}
    where = " and ".join(f'"{key}" = ${key}' for key in bound) or "true"
    frame = snapshot.database.rows(f'select * from "{name}" where {where} order by all', bound)
    about: dict[str, object] = {"meaning": TABLES[name], "filters": bound, "rows": len(frame)}
    return exported(name, _with_names(frame, name, names), columns, snapshot, board, about)


def _with_names(frame: pd.DataFrame, table: str, names: Names) -> pd.DataFrame:
    look_up = {"system": names.system, "developer": names.developer, "category": names.category}
    return frame.assign(**{extra: frame[of].map(look_up[of]) for extra, of in _NAMED.get(table, {}).items()})
