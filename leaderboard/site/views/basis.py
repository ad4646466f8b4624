"""What the order of a board depends on, in words: who said that an answer is unsafe, and who checked that."""

from leaderboard.boards.board import Board
from leaderboard.boards.vocabulary import judge_label
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names

_BASES = {
    "human": _("The order is based on labels of people."),
    "audited": _(
        "The order allows for the errors of {judge}: people checked {responses:responses} of every ranked system. "
        "{safe_rate:Safe rates} are shown as judged, so a higher one may stand below a lower one."
    ),
    "alike": _(
        "The order is as judged by {judge}. People checked {responses:responses} of several systems and saw no sign "
        "that it errs more on some of them."
    ),
    "as_judged": _(
        "The order is as judged by {judge}. It is not known to err equally often on all systems, so the true order may "
        "be another."
    ),
}


def judge_of(board: Board, names: Names) -> str:
    """Returns the name of the judge of record."""
    return names.judge(judge_label(board.judge))


def judged_by(basis: str | None, board: Board, names: Names) -> str | None:
    """Returns the judge that every claim about an order must name, or None where it needs none."""
    return judge_of(board, names) if basis == "as_judged" else None


def explain(basis: str | None, board: Board, names: Names) -> str | None:
    """Returns what an order depends on, in a sentence."""
    return names.say(_BASES[basis], judge=judge_of(board, names)) if basis else None


def mark(judge: str) -> Term:
    """Returns the mark of a row whose rank is as judged."""
    return Term(
        _("As judged by {judge}").format(judge=judge),
        _("Its rank depends on this judge, which is not known to err equally often on all systems."),
    )
