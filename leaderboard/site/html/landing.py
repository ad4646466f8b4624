"""The page of a board that awaits its first results: what it measures, and how results get here."""

from collections.abc import Sequence

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.html.templates import render
from leaderboard.site.views.landing import Door
from leaderboard.site.views.sentences import number, opening


def landing(
    board: Board, doors: Sequence[Door], methods: str, left_out: str | None = None, last_release: str | None = None
) -> Markup:
    """Returns the page. `methods` is the address of the methods page, `left_out` the reason why the release has no rows
    of the board, and `last_release` the address of the last release that had some."""
    unnamed = sum(not category.announced for category in board.category)
    return render(
        "landing",
        board=board,
        doors=doors,
        methods=methods,
        left_out=left_out,
        last_release=last_release,
        unnamed=opening(number(unnamed)) if unnamed else None,
    )
