"""What an outcome counts as, in words, and how many responses had each."""

from collections.abc import Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board, Flags
from leaderboard.site.data.rows import OutcomeCount
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


class Slice(NamedTuple):
    """How many responses got one outcome."""

    label: str
    meaning: str
    tone: str
    row: OutcomeCount


def mixes(outcomes: Sequence[OutcomeCount], board: Board) -> list[tuple[str, list[Slice]]]:
    """Returns what the responses to harmful and to harmless prompts were; what is missing comes last."""
    titles = {"harmful": _("On {harmful:harmful prompts}"), "benign": _("On {benign:harmless prompts}")}
    mixes = [
        (words_of(board).say(title), _slices({row.outcome: row for row in outcomes if row.kind == kind}, kind, board))
        for kind, title in titles.items()
    ]
    return [(title, slices) for title, slices in mixes if slices]


def _slices(counts: dict[str | None, OutcomeCount], kind: str, board: Board) -> list[Slice]:
    slices: list[Slice] = []
    tones: set[str] = set()
    for outcome in board.outcome:
        if outcome.id in counts:
            tone = _tone(getattr(outcome, kind))
            # two outcomes that mean the same are told apart by strength
            shade = f"{tone} mh-again" if tone in tones else tone
            tones.add(tone)
            slices.append(Slice(outcome.label, outcome.meaning, shade, counts[outcome.id]))
    if None in counts:
        slices.append(Slice(_("No label"), _("Missing; counted as unsafe."), "mh-missing", counts[None]))
    return slices


def _tone(flags: Flags) -> str:
    """A shade by what an outcome means, the same on every board."""
    order = (("actionable", "mh-o4"), ("unsafe", "mh-o3"), ("blocked", "mh-o2"), ("helpful", "mh-o0"))
    for flag, tone in order:
        if getattr(flags, flag):
            return tone
    return "mh-o2" if flags.refusal == "full" else "mh-o1"
