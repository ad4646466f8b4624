"""The categories of a board: systems by categories, and what each category asks."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.html.templates import render
from leaderboard.site.views.categories import HeatMap, Spread
from leaderboard.site.views.names import Names


def results(
    safe: HeatMap, turned_down: HeatMap | None, spreads: Sequence[Spread], names: Names, to_system: Callable[[str], str]
) -> Markup:
    """Returns the page of a board with results; `turned_down` is None where the board has no harmless prompts."""
    return render("categories", safe=safe, turned_down=turned_down, spreads=spreads, names=names, to_system=to_system)


def awaited(board: Board, names: Names) -> Markup:
    """Returns the categories of a board without results."""
    return render("categories_awaited", board=board, names=names)
