"""The page of a board without results: what it measures, why there are none, and which boards have some."""

from collections.abc import Sequence

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.html.templates import render
from leaderboard.site.views import landing as view
from leaderboard.site.views.landing import Door
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import number, opening


def landing(
    board: Board,
    names: Names,
    doors: Sequence[Door],
    methods: str,
    left_out: str = "",
    last_release: str | None = None,
) -> Markup:
    """Returns the page. `methods` is the address of the methods page, `left_out` the reason why the release has no rows
    of the board, and `last_release` the address of the last release that had some."""
    unnamed = sum(not category.announced for category in board.category)
    return render(
        "landing",
        board=board,
        names=names,
        groups=view.grouped(doors),
        synthetic=[door for door in doors if door.board.synthetic],
        methods=methods,
        left_out=left_out,
        last_release=last_release,
        status=view.status(board, left_out),
        awaited=view.awaited(board, names),
        steps=view.steps(board, names),
        unnamed=opening(number(unnamed)) if unnamed else None,
    )
