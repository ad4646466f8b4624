"""The ranking of a view as an export: the rows that the page shows, in the order in which it shows them."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import Column, Exported, exported, version_label
from leaderboard.site.views import columns
from leaderboard.site.views.basis import explain, judged_by, mark
from leaderboard.site.views.filters import NOT_SCORED_TOGETHER, Chosen, narrow
from leaderboard.site.views.names import Names

NAME = "leaderboard"
_ENDS = {"": "", "_low": "_ci_low", "_high": "_ci_high", "_n": "_n"}
"""What the four parts of a rate are called: in `queries.standings`, and outside."""
_RENAMED = {
    "low": "rank_low",
    "high": "rank_high",
    "reason": "reason_not_ranked",
    "reply": "developer_reply",
    "item_weighted": "safe_rate_item_weighted",
    "safe_bound_low": "safe_rate_bound_low",
    "safe_bound_high": "safe_rate_bound_high",
    "helpful_first": "may_be_first",
    "of_all": "of_all_categories",
    **{
        f"{column.source}{inside}": f"{column.export}{outside}"
        for column in columns.RATES
        for inside, outside in _ENDS.items()
    },
}
"""The columns of `queries.standings` whose names are longer outside, where nothing around them explains them."""


def _rate(column: columns.Column) -> tuple[Column, ...]:
    name = column.export
    return (
        Column(name, "number", column.meaning),
        Column(f"{name}_ci_low", "number", f"Lower end of the 95 % interval of {name}."),
        Column(f"{name}_ci_high", "number", f"Upper end of the 95 % interval of {name}."),
        Column(f"{name}_n", "integer", f"Items behind {name}."),
    )


COLUMNS = (
    Column("board", "string", "The board and its version."),
    Column("release", "integer", "The release that the row is of."),
    Column("categories", "string", "The risk categories that are scored, joined by +; `all` for all of them."),
    Column("rank", "integer", "Place by the observed safe rate; ties share the smallest. Missing: not ranked."),
    Column("rank_low", "integer", "The best place that the system may hold, with 95 % confidence for all at once."),
    Column("rank_high", "integer", "The last place that the system may hold, with 95 % confidence for all at once."),
    Column(
        "basis",
        "string",
        "What the ranks depend on: human labels; audited rates; alike: as judged, by a judge that shows no sign of "
        "erring more on some systems; as_judged: by a judge of which that is not known.",
    ),
    Column("rank_remark", "string", "What has to be said with every rank: as judged by whom. Missing: nothing."),
    Column("system", "string", "Id of the system."),
    Column("name", "string", "Name of the system."),
    Column("developer", "string", "Id of who made it."),
    Column("developer_name", "string", "Name of who made it."),
    Column("group", "string", "general_purpose, medical_purpose, closed_source or downstream_sft."),
    Column("access", "string", "open_weights or closed."),
    Column("kind", "string", "bare; guarded: behind a guardrail; or reference: people or a fixed rule, never ranked."),
    Column(
        "evidence",
        "string",
        "run; simulated, from a guardrail's verdict on recorded answers; arithmetic, what a rule gives without any "
        "response. Only the first is ever ranked.",
    ),
    Column("base_system", "string", "Id of the system that this one is built on."),
    Column("guardrail", "string", "Id of the guardrail in front of it."),
    Column("condition", "string", "How the items were put, as an id of the board. Missing: its default."),
    Column("rerun_of", "string", "Id of the system that this one repeats with nothing changed; never ranked."),
    Column("model_released_on", "date", "When the model was released."),
    Column("tier", "string", "How far the row was verified."),
    Column("accepted_on", "date", "When the submission behind the row was accepted."),
    Column("coverage", "number", "Share of items with every outcome."),
    Column("items", "integer", "Items of the board."),
    Column("observed", "integer", "Items with every outcome."),
    Column("ranked", "boolean", "Whether the system is ranked."),
    Column("reason_not_ranked", "string", "Why it is not ranked."),
    Column("developer_reply", "string", "none: not informed; notified, disputed, or settled: no dispute is open."),
    Column("withdrawn_on", "date", "When the row was withdrawn."),
    Column("withdrawn_for", "string", "Why it was withdrawn, as a reason of the ledger."),
    Column("board_version", "string", "The board and its version that the row was measured on. Missing: not recorded."),
    Column("top_group", "boolean", "Whether its rank may be the first."),
    Column(
        "may_be_first",
        "boolean",
        "Whether it may be the safest of those that are not safe by blocking. Missing: not recorded.",
    ),
    Column(
        "of_all_categories",
        "boolean",
        "Whether helpful_rate, the weakest category and the three marks that follow are of all categories: so they are "
        "in a view of all, and where the release has none of the selected ones.",
    ),
    Column("safe_by_blocking", "boolean", "Whether hardly any of its answers helps, and few are unsafe."),
    Column("hardly_helpful", "boolean", "Whether hardly any of its answers helps, be they safe or not."),
    Column("uneven", "boolean", "Whether its weakest category is far less safe than it is over all of them."),
    Column("judge_only", "boolean", "Whether no person has looked at its labels."),
    *_rate(columns.BY_ID["safe"]),
    Column("safe_rate_item_weighted", "number", "The same responses, every item counting the same; all categories."),
    Column(
        "safe_rate_bound_low",
        "number",
        "Safe rate if every missing response were unsafe; missing for a selection.",
    ),
    Column(
        "safe_rate_bound_high",
        "number",
        "Safe rate if every missing response were safe; missing for a selection.",
    ),
    Column(
        "weakest_category",
        "string",
        "Ids of the scored categories that share the lowest observed safe rate, joined by +. Missing: none is below 1.",
    ),
    Column("weakest_category_name", "string", "Names of these categories, joined by +."),
    *_rate(columns.BY_ID["weakest"]),
    *(part for column in columns.RATES if column.id not in ("safe", "weakest") for part in _rate(column)),
)


def leaderboard(snapshot: Snapshot, board: Board, names: Names, chosen: Chosen | None = None) -> Exported:
    """Returns exactly the rows and the order of the leaderboard page. `names` is `names_of` the board. Categories that
    are not scored together fall back to all of them, as on the page; `about` then says so."""
    view = chosen or Chosen()
    categories = view.category if queries.has_view(snapshot.database, board, view.category) else ()
    every = queries.standings(snapshot.database, board, categories)
    shown = [row.system for row in narrow(rows.read(rows.Standing, every), view, names)]
    table = every.set_index("system", drop=False).loc[shown]
    scored = "+".join(categories) or "all"
    about: dict[str, object] = {
        "categories": list(categories) or [category.id for category in board.risk_categories],
        "filters": _filters(view),
        "view": _address(snapshot, board, view),
        "rows": len(table),
    }
    if remark := explain(queries.basis(snapshot.database, board, categories), board, names):
        about["order"] = remark
    if categories:  # what is of the whole board would contradict the rates of some categories
        table = table.assign(safe_bound_low=None, safe_bound_high=None)
    else:
        [agreement] = queries.top_group(snapshot.database, board).to_dict("records")
        about["other_judges"] = {
            "ordering_the_top_group": agreement["judges"],
            "with_the_same_top_group": agreement["same"],
        }
    if list(categories) != list(view.category):
        about["remark"] = NOT_SCORED_TOGETHER
    return exported(NAME, _named(table, snapshot, board, names, scored), COLUMNS, snapshot, board, about)


def _named(table: pd.DataFrame, snapshot: Snapshot, board: Board, names: Names, scored: str) -> pd.DataFrame:
    return table.rename(columns=_RENAMED).assign(
        board=version_label(board, board.version),
        board_version=table["board_version"].map(lambda version: version_label(board, version), "ignore"),
        release=snapshot.number,
        categories=scored,
        name=table["system"].map(names.system),
        developer_name=table["developer"].map(names.developer),
        weakest_category=table["weakest"].map(lambda weakest: "+".join(weakest) or None),
        weakest_category_name=table["weakest"].map(lambda weakest: "+".join(map(names.category, weakest)) or None),
        rank_remark=[_remark(*pair, board, names) for pair in zip(table["basis"], table["rank"], strict=True)],
    )


def _remark(basis: str | None, rank: int | None, board: Board, names: Names) -> Any:
    judge = None if pd.isna(rank) else judged_by(basis, board, names)
    return judge and mark(judge).label


def _filters(chosen: Chosen) -> dict[str, object]:
    """What a reader chose, without what was left as it is."""
    lists = {"category": chosen.category, **chosen.filters}
    plain = {"q": chosen.q, "sort": "" if chosen.sort == Chosen().sort else chosen.sort}
    return {name: list(values) for name, values in lists.items() if values} | {k: v for k, v in plain.items() if v}


def _address(snapshot: Snapshot, board: Board, chosen: Chosen) -> str:
    """The view's address on any site that shows the release."""
    return "?" + urlencode({"board": board.id, "release": snapshot.number, **_filters(chosen)}, doseq=True)
