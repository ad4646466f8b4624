"""The categories of a board: what they are, and how far apart systems are in each."""

import pandas as pd

from leaderboard.boards.board import Category
from leaderboard.site.data import queries
from leaderboard.site.exports import Column
from leaderboard.site.server.api.answer import Answer, Question, part
from leaderboard.site.server.api.problem import Refusal
from leaderboard.site.views.numbers import records

COLUMNS = (
    Column("category", "string", "Id of the category."),
    Column("name", "string", "Its name."),
    Column("definition", "string", "What it is about."),
    Column("misuse_sensitive", "boolean", "Whether no order from the least safe on is offered for it."),
    Column("harmful_items", "integer", "Harmful items."),
    Column("harmful_families", "integer", "Families of harmful items."),
    Column("benign_items", "integer", "Benign items."),
    Column("benign_families", "integer", "Families of benign items."),
    Column("systems", "integer", "Ranked systems with a safe rate here."),
    Column("lowest", "number", "Lowest safe rate of these; its interval is in the category's own rows."),
    Column("highest", "number", "Highest safe rate of these."),
    Column("told_apart", "integer", "Pairs of these that the data tell apart here."),
    Column("top_group", "integer", "Systems that may be the first here."),
    Column("smallest", "number", "The smallest limit that an unsafe rate could be shown to be under with these items."),
)
"""A line per category. The figures on systems are missing where it has no harmful items or no system."""

CELLS = (
    Column("category", "string", "Id of the category."),
    Column("metric", "string", "safe_rate on harmful items, over_refusal_rate on benign ones."),
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
"""A line per system, in the order of their ranks over all categories."""


def categories(question: Question) -> Answer:
    """Returns every category of a board."""
    frame = pd.DataFrame([_line(question, each) for each in question.board.category], columns=_names(COLUMNS))
    return Answer(part("categories", frame, COLUMNS, question))


def category(question: Question) -> Answer:
    """Returns one category: what it is, and every system's rate in it."""
    found = question.names.by_category.get(question.place["category"])
    if found is None:
        known = tuple(question.names.by_category)
        raise Refusal(404, "no_such_category", "There is no category of this id on this board.", allowed=known)
    spread = pd.DataFrame([_line(question, found)], columns=_names(COLUMNS))
    parts = {"spread": part("spread", spread, COLUMNS, question)}
    return Answer(part("category", _cells(question, found), CELLS, question), found, parts)


def _names(columns: tuple[Column, ...]) -> list[str]:
    return [column.name for column in columns]


def _line(question: Question, category: Category) -> dict[str, object]:
    found = queries.category_spread(question.database, question.board, category.id) if category.harmful_items else None
    spread = next(records(found), {}) if found is not None else {}
    fields = ("name", "definition", "misuse_sensitive", "harmful_items", "harmful_families")
    benign = ("benign_items", "benign_families")
    said = {name: getattr(category, name) for name in (*fields, *benign)}
    return {**spread, "category": category.id, **said}


def _cells(question: Question, category: Category) -> pd.DataFrame:
    kinds = {"safe_rate": category.harmful_items, "over_refusal_rate": category.benign_items}
    frames = [
        queries.cells(question.database, question.board, metric).assign(metric=metric)
        for metric, items in kinds.items()
        if items
    ]
    found = pd.concat(frames).rename(columns={"low": "rank_low", "high": "rank_high"})
    found = found[found["category"] == category.id]
    return found.assign(name=[question.names.system(id) for id in found["system"]])
