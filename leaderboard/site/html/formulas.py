"""The formulas of the methods page: five with an example from the release that is shown, the others in words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.release.methods import METHOD_VERSION, RATE_INTERVAL, code
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.examples.worked import EXAMPLES
from leaderboard.site.html.templates import render
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.formulas import OTHERS
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent, ranks, span
from leaderboard.site.views.sentences import MOST_NAMED, listing, number, opening
from leaderboard.site.views.verdicts import STATES

SAME = _("The release says the same.")
DIFFERS = _("The release says something else. This should not happen; please tell us.")
INTRODUCTION = _(
    "Each card has a formula and an example worked out while this page is drawn: it takes numbers that this release "
    "publishes, computes with the same functions as the release, and compares the result. What rests on single "
    "{items:prompts} cannot be repeated here, because they are never published; the card then says so."
)
OTHER_METHOD = _(
    "This release was made by method {theirs}. The formulas below are those of method {ours}, which this site computes "
    "with, so no example is worked out for this release. What has changed since:"
)
CHANGES = {
    2: _(
        "Where a board's labels are not public, two systems are compared by their published rates alone, no longer "
        "prompt by prompt. No counts of the prompts on which two ranked systems differ are published. A run with "
        "outcomes for 50 to 98% of its prompts has bounds in the place of a rate, and under 50% neither."
    ),
    3: _(
        "Intervals allow for families of unequal size, small categories with a high rate, and a correlation within "
        "families that is pooled over all categories. Pairs are told apart over a selection of categories only if "
        "they are over every larger one, or very clearly, and whatever missing outcomes were. One test decides every "
        "change, with all changes and categories in view. A category’s limits no longer take over the judge’s errors "
        "of the whole board, and the order says where it depends on the judge."
    ),
}
"""What each version of the method changed."""


MINUS = "−"  # typeset, as long as a plus


class Library(NamedTuple):
    """The boards of a release, which the examples are taken from."""

    database: Database
    boards: Mapping[str, Board]
    names: Mapping[str, Names]
    method: int
    """The version of the method that computed the release."""

    @property
    def is_computable(self) -> bool:
        """Whether the release was computed with the formulas of this code. If not, no example is computed."""
        return self.method == METHOD_VERSION


def formulas(library: Library, board: Board) -> Markup:
    """Returns the cards, the first one open, and the other formulas in words."""
    cards = [_card(library, board, id) for id in EXAMPLES]
    names = library.names[board.id]
    others = {
        id: Term(names.say(each.label), names.say(each.meaning, each.neutral, interval=RATE_INTERVAL))
        for id, each in OTHERS.items()
    }
    return render("formulas/all", cards=cards, introduction=_introduction(library, names), others=others)


def _introduction(library: Library, names: Names) -> list[str]:
    method = library.method
    if library.is_computable:
        return [_("This release was made by method {n}.").format(n=method), names.say(INTRODUCTION)]
    tag, commit = code(method)
    if commit:
        checkout = _("To compute as method {n} did, check out the git tag {tag} (commit {commit}) of the project.")
    else:
        checkout = _("To compute as method {n} did, check out the git tag {tag} of the project.")
    return [
        OTHER_METHOD.format(theirs=method, ours=METHOD_VERSION),
        *(_("Method {n}: {change}").format(n=n, change=change) for n, change in CHANGES.items() if n > method),
        checkout.format(n=method, tag=tag, commit=commit),
    ]


def _card(library: Library, board: Board, id: str) -> Markup:
    """One formula with an example from the board, else from the first other board that measures it, real boards
    first."""
    others = sorted((other for other in library.boards.values() if other.id != board.id), key=lambda b: b.synthetic)
    context: dict[str, Any] = {"example": None}
    for other in [board, *others] if library.is_computable else []:
        if example := EXAMPLES[id](library.database, other):
            context = {
                "example": example,
                "names": library.names[other.id],
                "source": _source(library.database, other, board),
                "synthetic": SYNTHETIC if other.synthetic else None,
            }
            break
    first = next(iter(EXAMPLES))
    say = library.names[board.id].say
    card = {"id": id, "is_open": id == first, "is_computable": library.is_computable, "say": say}
    return render(f"formulas/{id}", **card, **_CONTEXT, **context)


def _source(database: Database, other: Board, board: Board) -> str:
    """The board whose numbers an example takes, and why it is not this one."""
    worked = _("Worked on {board}.").format(board=other.title)
    if other.id == board.id:
        return worked
    if queries.has_rows(database, board):
        return _("Not measured on {board}. {worked}").format(board=board.title, worked=worked)
    return _("{board} has no results yet. {worked}").format(board=board.title, worked=worked)


def are(systems: Sequence[str], names: Names) -> str:
    """Returns systems and the verb, such as `A and B are`. More than MOST_NAMED are counted, not named."""
    if not systems:
        return _("no system is")
    if len(systems) > MOST_NAMED:
        return _("{n} systems are").format(n=number(len(systems)))
    text = ngettext("{systems} is", "{systems} are", len(systems))
    return text.format(systems=listing([names.system(system) for system in systems]))


def against(verdicts: Sequence[tuple[float, str]]) -> str:
    """Returns some limits, each with its verdict, as a sentence."""
    text = _("against a limit of {limit}: {verdict}")
    words = [(f"{limit:.0%}", STATES[verdict.replace(" ", "_")][1]) for limit, verdict in verdicts]
    return opening("; ".join(text.format(limit=limit, verdict=word) for limit, word in words)) + "."


def points(delta: float) -> str:
    """Returns a difference of two rates in percentage points, such as `+2.3` or `−64.0`."""
    text = f"{100 * delta:+.1f}"
    return "0.0" if not float(text) else text.replace("-", MINUS)


def term(delta: float) -> str:
    """Returns a difference as a further term of a sum, such as `+ 2.3` or `− 64.0`."""
    return f"{'+' if delta >= 0 else MINUS} {points(abs(delta)).lstrip('+')}"


_CONTEXT = {
    "percent": percent,
    "span": span,
    "ranks": ranks,
    "points": points,
    "term": term,
    "number": number,
    "are": are,
    "against": against,
    "interval": RATE_INTERVAL,
    "same": SAME,
    "differs": DIFFERS,
}
"""The names that every card can use."""
