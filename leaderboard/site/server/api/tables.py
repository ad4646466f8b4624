"""The ranking, the public tables of a release, and the releases."""

import pandas as pd

from leaderboard.site import exports
from leaderboard.site.data import queries
from leaderboard.site.exports import TABLES, Column
from leaderboard.site.exports.exported import exported_of_all, marked
from leaderboard.site.server.api.answer import Answer, Question, board_table
from leaderboard.site.server.api.parameter import unknown_value
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.views.filters import FILTERS, Chosen
from leaderboard.site.views.names import names_of
from leaderboard.site.views.sorting import SORTS, is_offered

PAIRS = "pair_effect"
TABLE_LIST = (
    Column("table", "string", "Name of the table."),
    Column("meaning", "string", "What it holds."),
    Column("columns", "string", "Names of its columns, separated by spaces."),
)
RELEASES = (
    Column("release", "integer", "Number of the release."),
    Column("board", "string", "Id of a board that it has rows of."),
    Column("released_on", "date", "Date of the release."),
    Column("systems", "integer", "Systems on the board then."),
    Column("ranked", "integer", "Systems ranked on the board then."),
    Column("kept", "boolean", "Whether it can still be opened with `release=`."),
    Column("current", "boolean", "Whether it is the release that is shown."),
)
CHANGES = exports.columns_of("change")


def leaderboard(question: Question) -> Answer:
    """Returns exactly the rows and the order of the leaderboard page with these choices."""
    filters = {name: question.values(name) for name in FILTERS}
    sort = _sort(question)
    chosen = Chosen(_categories(question), filters, (question.value("q") or "").strip(), sort)
    return Answer(exports.leaderboard(question.snapshot, question.board, question.names, chosen))


def _categories(question: Question) -> tuple[str, ...]:
    """In the order of the board; all of them is the same as none."""
    board, requested = question.board, question.values("category")
    options = tuple(category.id for category in board.risk_categories)
    if set(requested) - set(options):
        raise unknown_value("category", options)
    if set(requested) == set(options):
        return ()
    categories = tuple(option for option in options if option in requested)
    if categories and not queries.has_view(question.database, board, categories):
        raise ApiError("not_scored_together", parameter="category")
    return categories


def _sort(question: Question) -> str:
    sort, categories = question.value("sort") or "rank", question.values("category")
    if not is_offered(sort, question.board, categories):
        raise unknown_value("sort", [each for each in SORTS if is_offered(each, question.board, categories)])
    return sort


def tables(question: Question) -> Answer:
    """Returns which tables a board has."""
    note = question.board.synthetic
    columns = {name: marked(exports.columns_of(name), note=note) for name in TABLES}
    rows = [
        {"table": name, "meaning": meaning, "columns": " ".join(column.name for column in columns[name])}
        for name, meaning in TABLES.items()
    ]
    return Answer(board_table(question, "tables", pd.DataFrame(rows), TABLE_LIST))


def table(question: Question) -> Answer:
    """Returns every row that a table has of a board."""
    if question.path["table"] not in TABLES:
        raise ApiError("no_such_table", allowed=tuple(TABLES))
    return Answer(exports.table(question.snapshot, question.board, question.names, question.path["table"]))


def pairs(question: Question) -> Answer:
    """Returns the differences between two systems each that the query selects."""
    names = question.names
    every = exports.table(question.snapshot, question.board, names, PAIRS)
    filters = {name: question.values(name) for name in ("relation", "metric", "category") if question.values(name)}
    categories = ("all", *names.by_category)
    if set(filters.get("category", ())) - set(categories):
        raise unknown_value("category", categories)
    frame = every.frame
    for name, values in filters.items():
        frame = frame[frame[name].isin(values)]
    if system := question.value("system"):
        if system not in names.by_system:
            raise unknown_value("system", tuple(names.by_system))
        frame = frame[(frame["before"] == system) | (frame["after"] == system)]
        filters["system"] = (system,)
    described = {"board": question.board.id, **{name: list(values) for name, values in filters.items()}}
    about = every.about | {"filters": described, "rows": len(frame)}
    return Answer(every._replace(frame=frame.reset_index(drop=True), about=about))


def releases(question: Question) -> Answer:
    """Returns a row for each release and board, the latest release first."""
    snapshot = question.snapshot
    boards = snapshot.catalogue.boards.values()
    frame = pd.concat(queries.releases(snapshot.database, board).assign(board=board.id) for board in boards)
    frame = frame.sort_values("release", ascending=False, kind="stable")
    frame = frame.assign(kept=frame["release"].isin(snapshot.kept), current=frame["release"] == snapshot.number)
    return Answer(exported_of_all("releases", frame, RELEASES, snapshot))


def changes(question: Question) -> Answer:
    """Returns what a release changed, on every board."""
    snapshot, catalogue = question.snapshot, question.snapshot.catalogue
    frames = [
        exports.table(snapshot, board, names_of(board, catalogue.registries[id]), "change").frame
        for id, board in catalogue.boards.items()
    ]
    # Without the empty frames, whose types pandas would mix in.
    frame = pd.concat([each for each in frames if len(each)] or frames[:1])
    columns = [column.name for column in CHANGES]
    return Answer(exported_of_all("changes", frame[columns], CHANGES, snapshot))
