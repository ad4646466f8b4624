"""The list of what the API answers. Routes, parameters, OpenAPI and docs/api.md follow from it.

A new path is one entry here and the function that answers it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import System
from leaderboard.site.exports import TABLES, Column, columns_of, csvw
from leaderboard.site.exports.ranking import COLUMNS as RANKING_COLUMNS
from leaderboard.site.server.api import boards, status, systems, tables
from leaderboard.site.server.api.answer import ROOT, Answer, Question
from leaderboard.site.server.api.parameter import COMMENTS, IN_PATH, PAGING, PAIRS, RANKING, RELEASE, Parameter

DOCUMENT = f"{ROOT}/openapi.json"


class Format(NamedTuple):
    """A format of answers."""

    name: str
    suffix: str
    """How its paths end."""
    media_type: str
    about: str
    body: str = ""


FORMATS = {
    "parquet": Format(
        "Parquet",
        ".parquet",
        "application/vnd.apache.parquet",
        "The same tables with real types, complete.",
        "A Parquet file.",
    ),
    "csv": Format(
        "CSV",
        ".csv",
        "text/csv; charset=utf-8; header=present",
        "The same tables for spreadsheets and data frames, complete: RFC 4180, read without an option.",
        "A header, then rows.",
    ),
    "csvw": Format(
        "CSV metadata",
        f".csv{csvw.SUFFIX}",
        csvw.MEDIA_TYPE,
        "What each column of a CSV file is, and where the table comes from, as CSV on the Web of the W3C.",
    ),
    # JSON comes last: the id of a system may have a dot in it, so `/systems/{system}` matches `a.csv` as well.
    "json": Format("JSON", "", "application/json", "Tables with all that must be known about them."),
}


class Operation(NamedTuple):
    """One path and what it answers."""

    id: str
    path: str
    """Below ROOT; a name in braces is one of IN_PATH."""
    summary: str
    answer: Callable[[Question], Answer]
    tables: Mapping[str, Sequence[Column]]
    """The columns of the table that it answers, by the table's name: one, or one of several."""
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    definition: type[Board] | type[System] | type[Category] | None = None
    parts: Mapping[str, Sequence[Column]] = {}
    """The columns of further tables in JSON."""
    paged: bool = False
    """Whether JSON has at most `limit` rows."""

    @property
    def in_path(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(name for name in IN_PATH if f"{{{name}}}" in self.path)

    def query(self, format_id: str) -> tuple[Parameter, ...]:
        """The parameters of the query in a format: CSV and Parquet are always complete."""
        release = () if "release" in self.in_path else (RELEASE,)
        paging = PAGING if self.paged and format_id == "json" else ()
        comments = (COMMENTS,) if format_id in ("csv", "csvw") else ()
        return (*self.parameters, *paging, *comments, *release)


OPERATIONS = (
    Operation("boards", "/boards", "Every board", boards.boards, {"boards": boards.BOARDS}),
    Operation(
        "board",
        "/boards/{board}",
        "One board",
        boards.board,
        {"board": boards.BOARDS},
        "JSON also has the board's definition, its categories and its systems.",
        definition=Board,
        parts={"categories": columns_of("category"), "systems": columns_of("system")},
    ),
    Operation(
        "leaderboard",
        "/boards/{board}/leaderboard",
        "The ranking of a view",
        tables.leaderboard,
        {"leaderboard": RANKING_COLUMNS},
        "Exactly the rows and the order of the leaderboard page. Ranks are among all ranked systems, whatever the "
        "filters leave. Between systems whose rank sets overlap the data may show no order.",
        RANKING,
    ),
    Operation(
        "systems",
        "/boards/{board}/systems",
        "The systems of a board",
        systems.systems,
        {"system": columns_of("system")},
    ),
    Operation(
        "system",
        "/boards/{board}/systems/{system}",
        "One system",
        systems.system,
        {"score": columns_of("score")},
        "Its scores; JSON also has everything else that its page draws. Comparisons with other systems are in `pairs`.",
        definition=System,
        parts={
            "standing": RANKING_COLUMNS,
            "origin": columns_of("row"),
            **{name: columns for name, (_, columns) in systems.PARTS.items()},
        },
    ),
    Operation(
        "categories",
        "/boards/{board}/categories",
        "The categories of a board",
        boards.categories,
        {"categories": boards.CATEGORIES},
    ),
    Operation(
        "category",
        "/boards/{board}/categories/{category}",
        "One category",
        boards.category,
        {"category": boards.CELLS},
        "Every system's rate in it, in the order of their ranks over all categories.",
        definition=Category,
        parts={"spread": boards.CATEGORIES},
    ),
    Operation(
        "pairs",
        "/boards/{board}/pairs",
        "Differences between two systems",
        tables.pairs,
        {tables.PAIRS: columns_of(tables.PAIRS)},
        "On the items that both have; `delta` is after less before.",
        PAIRS,
        paged=True,
    ),
    Operation("tables", "/boards/{board}/tables", "The public tables", tables.tables, {"tables": tables.TABLE_LIST}),
    Operation(
        "table",
        "/boards/{board}/tables/{table}",
        "One public table",
        tables.table,
        {name: columns_of(name) for name in TABLES},
        "Every row that the release has of the board, in the order of the columns.",
        paged=True,
    ),
    Operation("releases", "/releases", "The releases", tables.releases, {"releases": tables.RELEASES}),
    Operation(
        "changes",
        "/releases/{release}/changes",
        "What a release changed",
        tables.changes,
        {"changes": tables.CHANGES},
        "On every board, with the cause.",
    ),
)


class Resource(NamedTuple):
    """An operation in a format, and its path."""

    path: str
    operation: Operation
    format: str


PARQUET = "/download/{board}/{table}.parquet"
RESOURCES = (
    *(Resource(f"{ROOT}{each.path}{FORMATS[id].suffix}", each, id) for each in OPERATIONS for id in FORMATS),
    Resource(PARQUET, next(each for each in OPERATIONS if each.id == "table"), "parquet"),
)
"""A path is answered by the first of these that it matches."""
ALONE = (
    Resource(
        f"{ROOT}/status/{{nonce}}",
        Operation(
            "status",
            "/status/{nonce}",
            "What became of an attempt",
            status.status,
            {"status": status.STATUS},
            "What the ledger of the release says of the accepted submissions with this nonce, which only the lab and "
            "the maintainers know. Nothing of others. A nonce that was never registered, one without a submission and "
            "one whose submission was refused have the same answer, 404. The log of the site leaves the nonce out.",
        ),
        "json",
    ),
)
"""What is answered in JSON only: a file would be named after the nonce."""
