"""The public tables of a release, and of them the long one of pairs."""

import pandas as pd

from leaderboard.site import exports
from leaderboard.site.exports import TABLES, Column
from leaderboard.site.server.api.answer import Answer, Question, part
from leaderboard.site.server.api.parameter import unknown_value
from leaderboard.site.server.api.problem import Refusal

COLUMNS = (
    Column("table", "string", "Name of the table."),
    Column("meaning", "string", "What it holds."),
    Column("columns", "string", "Names of its columns, separated by spaces."),
)
PAIRS = "pair_effect"


def tables(question: Question) -> Answer:
    """Returns which tables a board has."""
    lines = [
        {
            "table": name,
            "meaning": meaning,
            "columns": " ".join(column.name for column in exports.columns_of(name)),
        }
        for name, meaning in TABLES.items()
    ]
    return Answer(part("tables", pd.DataFrame(lines), COLUMNS, question))


def table(question: Question) -> Answer:
    """Returns every row that a table has of a board."""
    if question.place["table"] not in TABLES:
        raise Refusal(404, "no_such_table", "There is no table of this name.", allowed=tuple(TABLES))
    return Answer(_whole(question, question.place["table"]))


def pairs(question: Question) -> Answer:
    """Returns the differences between two systems each, of those that are asked for."""
    whole = _whole(question, PAIRS)
    filters = {name: question.values(name) for name in ("relation", "metric", "category") if question.values(name)}
    frame = whole.frame
    for name, values in filters.items():
        frame = frame[frame[name].isin(_known(question, name, values))]
    if system := question.value("system"):
        _known_system(question, system)
        frame = frame[(frame["before"] == system) | (frame["after"] == system)]
        filters["system"] = (system,)
    said = {name: list(values) for name, values in filters.items()}
    about = whole.about | {"filters": {"board": question.board.id, **said}, "rows": len(frame)}
    return Answer(whole._replace(frame=frame.reset_index(drop=True), about=about))


def _whole(question: Question, name: str) -> exports.Exported:
    return exports.table(question.snapshot, question.board, question.names, name)


def _known(question: Question, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if name == "category" and set(values) - {"all", *question.names.by_category}:
        raise unknown_value("category", ["all", *question.names.by_category])
    return values


def _known_system(question: Question, system: str) -> None:
    if system not in question.names.by_system:
        raise unknown_value("system", tuple(question.names.by_system))
