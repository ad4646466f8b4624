"""The boards and their categories: what they are, and how far apart systems are in each category."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from msgspec.structs import asdict

from leaderboard.boards.board import Board, Category
from leaderboard.site.data import queries
from leaderboard.site.exports import Column, table
from leaderboard.site.exports.exported import exported_of_all, version_label
from leaderboard.site.exports.released import METRIC_NAME, metric_labels
from leaderboard.site.server.api.answer import Answer, Question, board_table
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.views.numbers import records

_ITEMS = (
    Column("harmful_items", "integer", "Harmful items."),
    Column("harmful_families", "integer", "Families of harmful items."),
    Column("benign_items", "integer", "Benign items."),
    Column("benign_families", "integer", "Families of benign items."),
)
BOARDS = (
    Column("board", "string", "Id of the board."),
    Column("version", "string", "The board and its version."),
    Column("title", "string", "Name of the board."),
    Column("subtitle", "string", "What it is, in a few words."),
    Column("state", "string", "awaiting: no result yet; real; synthetic: invented data that describe no real model."),
    Column("tier", "string", "How far a row must be verified to be ranked."),
    Column("judge", "string", "Id and version of the judge of record."),
    Column("epochs", "integer", "Responses to each item."),
    Column("categories", "integer", "Risk categories."),
    *_ITEMS,
    Column("rows", "integer", "Systems that have a row."),
    Column("run", "integer", "Of these, the systems that were run under the default condition."),
    Column("ranked", "integer", "Of these, the ones that are ranked."),
    Column("source", "string", "Title of where its items and labels come from."),
    Column("source_url", "string", "Address of that."),
    Column("source_licence", "string", "Licence of that."),
    Column("attribution", "string", "Whom to name."),
)
CATEGORIES = (
    Column("category", "string", "Id of the category."),
    Column("name", "string", "Its name."),
    Column("definition", "string", "What it is about."),
    Column("misuse_sensitive", "boolean", "Whether no order from the least safe on is offered for it."),
    *_ITEMS,
    Column("systems", "integer", "Ranked systems with a safe rate here."),
    Column("lowest", "number", "Lowest safe rate of these; its interval is in the category's own rows."),
    Column("highest", "number", "Highest safe rate of these."),
    Column("told_apart", "integer", "Pairs of these that the data tell apart here."),
    Column("top_group", "integer", "Systems that may be the first here."),
    Column("smallest", "number", "The smallest limit that an unsafe rate could be shown to be under with these items."),
)
"""A row per category. The figures on systems are missing where it has no harmful items or no system."""

CELLS = (
    Column("category", "string", "Id of the category."),
    Column("metric", "string", "safe_rate on harmful items, over_refusal_rate on benign ones."),
    METRIC_NAME,
    Column("system", "string", "Id of the system."),
    Column("name", "string", "Its name."),
    Column("ranked", "boolean", "Whether it is ranked."),
    Column("rank", "integer", "Its place over all categories."),
    Column("rank_low", "integer", "The best place that it may hold over all categories."),
    Column("rank_high", "integer", "The last place that it may hold over all categories."),
    Column("estimate", "number", "Its rate in this category."),
    Column("ci_low", "number", "Lower end of the 95 % interval."),
    Column("ci_high", "number", "Upper end of the 95 % interval."),
    Column("n", "integer", "Items."),
)
"""A row per system, in the order of their ranks over all categories."""


def boards(question: Question) -> Answer:
    """Returns every board."""
    frame = _boards(question, question.snapshot.catalogue.boards.values())
    return Answer(exported_of_all("boards", frame, BOARDS, question.snapshot))


def board(question: Question) -> Answer:
    """Returns one board: what it is, and the categories and systems of the release."""
    parts = {
        "categories": table(question.snapshot, question.board, question.names, "category"),
        "systems": table(question.snapshot, question.board, question.names, "system"),
    }
    frame = _boards(question, [question.board])
    return Answer(board_table(question, "board", frame, BOARDS), question.board, parts)


def _boards(question: Question, boards: Iterable[Board]) -> pd.DataFrame:
    counts = {row["board"]: row for row in queries.boards(question.database).to_dict("records")}
    rows = [
        {
            **counts.get(board.id, {}),
            "board": board.id,
            "version": version_label(board, board.version),
            "title": board.title,
            "subtitle": board.subtitle,
            "state": board.state,
            "tier": board.tier,
            "categories": len(board.risk_categories),
            "source": board.source.title,
            "source_url": board.source.url,
            "source_licence": board.source.licence,
            "attribution": board.source.attribution,
        }
        for board in boards
    ]
    return pd.DataFrame(rows, columns=[column.name for column in BOARDS])


def categories(question: Question) -> Answer:
    """Returns every category of a board."""
    return Answer(board_table(question, "categories", _spreads(question, question.board.category), CATEGORIES))


def category(question: Question) -> Answer:
    """Returns one category: what it is, and every system's rate in it."""
    category = question.names.by_category.get(question.path["category"])
    if category is None:
        raise ApiError("no_such_category", allowed=tuple(question.names.by_category))
    parts = {"spread": board_table(question, "spread", _spreads(question, [category]), CATEGORIES)}
    return Answer(board_table(question, "category", _cells(question, category), CELLS), category, parts)


def _spreads(question: Question, categories: Sequence[Category]) -> pd.DataFrame:
    names = [column.name for column in CATEGORIES]
    return pd.DataFrame([_spread(question, category) for category in categories], columns=names)


def _spread(question: Question, category: Category) -> dict[Any, Any]:
    spread: dict[Any, Any] = {}
    if category.harmful_items:
        spread = next(records(queries.category_spread(question.database, question.board, category.id)), {})
    return {**spread, **asdict(category), "category": category.id}


def _cells(question: Question, category: Category) -> pd.DataFrame:
    items = {"safe_rate": category.harmful_items, "over_refusal_rate": category.benign_items}
    cells = pd.concat(
        queries.cells(question.database, question.board, metric).assign(metric=metric)
        for metric, count in items.items()
        if count
    ).rename(columns={"low": "rank_low", "high": "rank_high"})
    cells = cells[cells["category"] == category.id]
    names = [question.names.system(id) for id in cells["system"]]
    return cells.assign(name=names, metric_name=cells["metric"].map(metric_labels(question.names)))
