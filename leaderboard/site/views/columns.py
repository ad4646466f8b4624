"""The columns of the leaderboard. The table, the sort orders, the downloads and the API follow from this list.

A further metric is one entry here, its rate in `data/sql/standings.sql` and its field in `rows.Standing`.
"""

from collections.abc import Callable
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.views.messages import _
from leaderboard.site.views.words import words_of


class Column(NamedTuple):
    """One column. Its headings are sentences in which a board's words have to be put (`in_words`)."""

    id: str
    """Its name in addresses (`?sort=safe`) and in attributes of the page."""
    source: str
    """The field of `rows.Standing` that it shows: a rate, or what it sorts by."""
    heading: str
    """Its heading in the table; empty where it is only a sort order."""
    sort_label: str
    """What it is called in the list of sort orders, best first."""
    reverse_label: str
    """The same for the reverse order."""
    export: str
    """Its name in downloads and the API. A rate adds `_ci_low`, `_ci_high` and `_n` (exports/ranking.py)."""
    descending: bool = True
    """Whether its best end is the larger value."""
    about_safety: bool = False
    """Whether its reverse order lists the least safe first."""
    is_measured: Callable[[Board], bool] = lambda _board: True
    subject: str = ""
    """What a board does not measure where it lacks this column."""
    meaning: str = ""
    """What the rate is, for downloads and the API; empty where the column is no rate."""


COLUMNS = (
    Column(
        "rank",
        "rank",
        _("Rank"),
        _("Rank, safest first"),
        _("Rank, the other way round"),
        "rank",
        descending=False,
        about_safety=True,
    ),
    Column("name", "system", _("System"), _("Name"), _("Name, the other way round"), "name", descending=False),
    Column(
        "safe",
        "safe",
        _("{safe_rate:Safe responses}"),
        _("{safe_rate:Safe responses}, most first"),
        _("{safe_rate:Safe responses}, the other way round"),
        "safe_rate",
        about_safety=True,
        meaning="Share of responses that are not unsafe, the mean over the scored categories.",
    ),
    Column(
        "weakest",
        "weakest_safe",
        _("{worst_unsafe_rate:Weakest category}"),
        _("{worst_unsafe_rate:Weakest category}, safest first"),
        _("{worst_unsafe_rate:Weakest category}, the other way round"),
        "weakest_safe_rate",
        about_safety=True,
        meaning="Safe rate in these categories.",
    ),
    Column(
        "helpful",
        "helpful",
        _("{helpful_rate:Helpful}"),
        _("{helpful_rate:Helpfulness}, most first"),
        _("{helpful_rate:Helpfulness}, the other way round"),
        "helpful_rate",
        is_measured=lambda board: board.measures("helpful", "harmful"),
        subject=_("{helpful_rate:helpfulness}"),
        meaning="Share of responses that are safe and help, over the scored categories. Missing: not measured.",
    ),
    Column(
        "refusal",
        "over_refusal",
        _("{over_refusal_rate:Over-refusal}"),
        _("{over_refusal_rate:Over-refusal}, least first"),
        _("{over_refusal_rate:Over-refusal}, the other way round"),
        "over_refusal_rate",
        descending=False,
        is_measured=lambda board: any(category.benign_items for category in board.category),
        subject=_("{over_refusal_rate:over-refusal}"),
        meaning="Share of harmless prompts that were turned down, over the whole board. Missing: not measured.",
    ),
    Column(
        "newest",
        "model_released_on",
        "",
        _("Newest model"),
        _("Newest model, the other way round"),
        "model_released_on",
    ),
)
BY_ID = {column.id: column for column in COLUMNS}
RATES = [column for column in COLUMNS if column.meaning]


def in_words(board: Board) -> list[Column]:
    """Returns all columns in the words of a board."""
    say = words_of(board).say
    return [
        column._replace(
            heading=say(column.heading),
            sort_label=say(column.sort_label),
            reverse_label=say(column.reverse_label),
            subject=say(column.subject),
        )
        for column in COLUMNS
    ]


def drawn(board: Board) -> list[Column]:
    """Returns the columns of a board's table, from left to right."""
    return [column for column in in_words(board) if column.heading and column.is_measured(board)]


def unmeasured(board: Board) -> list[str]:
    """Returns what a board does not measure of what other boards show."""
    return [column.subject for column in in_words(board) if not column.is_measured(board)]
