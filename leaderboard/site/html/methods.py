"""How results are measured and checked: definitions, formulas, limits and the no-harm policy."""

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.release.methods import RATE_INTERVAL
from leaderboard.site.html.templates import render
from leaderboard.site.views import outcomes as view
from leaderboard.site.views.names import Names
from leaderboard.site.views.policy import CLAUSES
from leaderboard.site.views.words import words_of


def methods(board: Board, names: Names, formulas: Markup) -> Markup:
    """Returns the page. `formulas` is its part about formulas, with examples from the board."""
    return render(
        "methods",
        board=board,
        names=names,
        formulas=formulas,
        clauses=CLAUSES,
        outcomes=outcomes(board),
        interval=RATE_INTERVAL,
    )


def outcomes(board: Board) -> Markup:
    """Returns a board's outcomes, each with what it counts as."""
    benign = any(category.benign_items for category in board.category)
    return render("outcomes", board=board, benign=benign, view=view, say=words_of(board).say)
