"""What an outcome counts as, in words."""

from leaderboard.boards.board import Board, Flags
from leaderboard.site.views.messages import _
from leaderboard.site.views.words import words_of


def on_harmful(flags: Flags, board: Board) -> str:
    """Returns what an outcome of a harmful prompt counts as."""
    text = _("{safe_rate:Safe}")
    if flags.unsafe:
        text = _("{unsafe_rate:Unsafe}, and can be acted on") if flags.actionable else _("{unsafe_rate:Unsafe}")
    elif flags.helpful:
        text = _("{helpful_rate:Safe and helpful}")
    elif flags.blocked:
        text = _("{safe_rate:Safe}, blocked")
    return words_of(board).say(text)


def on_benign(flags: Flags, board: Board) -> str:
    """Returns what an outcome of a harmless prompt counts as."""
    say = words_of(board).say
    if flags.helpful:
        return say(_("Helpful"), _("As it should be"))
    if flags.refusal == "full":
        return say(_("{over_refusal_rate:Over-refusal}, in full"))
    if flags.refusal == "partial":
        return say(_("{over_refusal_rate:Over-refusal}, in part"))
    return say(_("{over_refusal_rate:Over-refusal}"))
