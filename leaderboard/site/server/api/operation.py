"""The paths of the API: what each answers, with which parameters, in which columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, get_args

from leaderboard.boards.board import TIERS, Board, Category
from leaderboard.boards.registry import GROUPS, Access, System
from leaderboard.boards.vocabulary import METRICS, RELATIONS
from leaderboard.site.exports import TABLES, Column, columns_of
from leaderboard.site.exports import ranking as exported_ranking
from leaderboard.site.server.api import boards, categories, ranking, releases, systems, tables
from leaderboard.site.server.api.answer import Answer, Question
from leaderboard.site.server.api.parameter import Parameter
from leaderboard.site.views.sorting import SORTS

ROOT = "/api/v1"
MOST = 5_000
"""The most rows of one answer in JSON."""
USUAL = 1_000
_ID = "[a-z0-9][a-z0-9_.-]{0,62}"
_WORDS = "[A-Za-z0-9\u00c0-\u017e .,()&/+_'-]{1,60}"

RELEASE = Parameter(
    "release", "An older release by its number, while it is kept.", "[1-9][0-9]{0,5}", 3, least=1, most=999_999
)
CATEGORY = Parameter("category", "Score over these risk categories only.", _ID, "toxicology", many=True)
RANKING = (
    CATEGORY,
    Parameter("group", "Systems of these groups.", "", GROUPS[0], GROUPS, many=True),
    Parameter("access", "Systems of this access.", "", get_args(Access)[0], get_args(Access), many=True),
    Parameter("tier", "Rows verified so far.", "", TIERS[2], TIERS, many=True),
    Parameter("kind", "Bare or guarded systems.", "", "bare", ("bare", "guarded"), many=True),
    Parameter("q", "Systems whose name or developer has these words in it.", _WORDS, "alpha"),
    Parameter(
        "sort",
        "The order: `rank` unless another is named; `-` turns one round. A category that could be misused has no "
        "order from the least safe on.",
        "",
        "name",
        SORTS,
    ),
)
PAIRS = (
    Parameter("system", "Pairs that this system is one of.", _ID, "yarrow-7"),
    Parameter("relation", "Pairs of these relations.", "", "guardrail", RELATIONS, many=True),
    Parameter("metric", "Differences of these metrics.", "", "unsafe_rate", METRICS, many=True),
    Parameter("category", "Differences in these categories; `all` for all of them.", _ID, "all", many=True),
)
PAGING = (
    Parameter("limit", f"Rows of one answer, {USUAL} unless named.", "[0-9]{1,4}", 2, least=1, most=MOST),
    Parameter("offset", "Rows to leave out before the first.", "[0-9]{1,8}", 0, least=0, most=99_999_999),
)
PLACES = {
    "board": Parameter("board", "Id of a board.", _ID, "demo"),
    "system": Parameter("system", "Id of a system.", _ID, "yarrow-7"),
    "category": Parameter("category", "Id of a category.", _ID, "toxicology"),
    "table": Parameter("table", "Name of a table.", "[a-z_]{1,40}", "score", tuple(TABLES)),
    "release": Parameter("release", "Number of a release.", "[1-9][0-9]{0,5}", 3, least=1, most=999_999),
}
"""The parameters of paths."""


class Operation(NamedTuple):
    """One path and what it answers."""

    id: str
    path: str
    """Below ROOT; a name in braces is one of PLACES."""
    summary: str
    answer: Callable[[Question], Answer]
    tables: Mapping[str, Sequence[Column]]
    """The columns of the table that it answers, by the table's name: one, or one of several."""
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    definition: type[Board] | type[System] | type[Category] | None = None
    parts: Mapping[str, Sequence[Column]] = {}
    """The columns of further tables in JSON."""
    pages: bool = False
    """Whether JSON comes in parts of at most `limit` rows."""

    @property
    def places(self) -> tuple[str, ...]:
        """The parameters of the path, in its order."""
        return tuple(name for name in PLACES if f"{{{name}}}" in self.path)

    def query(self, form: str) -> tuple[Parameter, ...]:
        """The parameters of the query in a format: CSV and Parquet are always whole."""
        pinned = () if "release" in self.places else (RELEASE,)
        return (*self.parameters, *(PAGING if self.pages and form == "json" else ()), *pinned)


_SYSTEM = {
    "standing": exported_ranking.COLUMNS,
    "origin": columns_of("row"),
    **{name: columns for name, (_, columns) in systems.PARTS.items()},
}
OPERATIONS = (
    Operation("boards", "/boards", "Every board", boards.boards, {"boards": boards.COLUMNS}),
    Operation(
        "board",
        "/boards/{board}",
        "One board",
        boards.board,
        {"board": boards.COLUMNS},
        "JSON also has the board's definition, its categories and its systems.",
        definition=Board,
        parts={"categories": columns_of("category"), "systems": columns_of("system")},
    ),
    Operation(
        "leaderboard",
        "/boards/{board}/leaderboard",
        "The ranking of a view",
        ranking.leaderboard,
        {"leaderboard": exported_ranking.COLUMNS},
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
        parts=_SYSTEM,
    ),
    Operation(
        "categories",
        "/boards/{board}/categories",
        "The categories of a board",
        categories.categories,
        {"categories": categories.COLUMNS},
    ),
    Operation(
        "category",
        "/boards/{board}/categories/{category}",
        "One category",
        categories.category,
        {"category": categories.CELLS},
        "Every system's rate in it, in the order of their ranks over all categories.",
        definition=Category,
        parts={"spread": categories.COLUMNS},
    ),
    Operation(
        "pairs",
        "/boards/{board}/pairs",
        "Differences between two systems",
        tables.pairs,
        {tables.PAIRS: columns_of(tables.PAIRS)},
        "On the items that both have; `delta` is after less before.",
        PAIRS,
        pages=True,
    ),
    Operation("tables", "/boards/{board}/tables", "The public tables", tables.tables, {"tables": tables.COLUMNS}),
    Operation(
        "table",
        "/boards/{board}/tables/{table}",
        "One public table",
        tables.table,
        {name: columns_of(name) for name in TABLES},
        "Every row that the release has of the board, in the order of the columns.",
        pages=True,
    ),
    Operation("releases", "/releases", "The releases", releases.releases, {"releases": releases.COLUMNS}),
    Operation(
        "changes",
        "/releases/{release}/changes",
        "What a release changed",
        releases.changes,
        {"changes": releases.CHANGES},
        "On every board, with the cause.",
    ),
)
