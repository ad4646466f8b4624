"""The leaderboard of a view, as the page shows it."""

from leaderboard.boards.board import Board
from leaderboard.site import exports
from leaderboard.site.data import queries
from leaderboard.site.server.api.answer import Answer, Question
from leaderboard.site.server.api.parameter import unknown_value
from leaderboard.site.server.api.problem import Refusal
from leaderboard.site.views.filters import FILTERS, Chosen
from leaderboard.site.views.sorting import SORTS, is_offered


def leaderboard(question: Question) -> Answer:
    """Returns exactly the rows and the order of the leaderboard page with these choices."""
    filters = {name: question.values(name) for name in FILTERS}
    sort = _sort(question)
    chosen = Chosen(_categories(question), filters, (question.value("q") or "").strip(), sort)
    return Answer(exports.leaderboard(question.snapshot, question.board, question.names, chosen))


def _categories(question: Question) -> tuple[str, ...]:
    """In the order of the board; all of them is the same as none."""
    board, asked = question.board, question.values("category")
    options = risk(board)
    if set(asked) - set(options):
        raise unknown_value("category", options)
    chosen = tuple(option for option in options if option in asked)
    categories = () if len(chosen) == len(options) else chosen
    if categories and not queries.has_view(question.database, board, categories):
        detail = "These categories are not scored together in this release; each alone and all of them are."
        raise Refusal(400, "not_scored_together", detail, parameter="category")
    return categories


def _sort(question: Question) -> str:
    sort, categories = question.value("sort") or "rank", question.values("category")
    if not is_offered(sort, question.board, categories):
        raise unknown_value("sort", [each for each in SORTS if is_offered(each, question.board, categories)])
    return sort


def risk(board: Board) -> tuple[str, ...]:
    """Returns the ids of the categories that systems are ranked on."""
    return tuple(category.id for category in board.risk_categories)
