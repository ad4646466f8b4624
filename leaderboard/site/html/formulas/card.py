"""One formula as a card: what it is for, how it is written, and an example worked from published numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from leaderboard.boards.board import Board
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.examples.published import Check
from leaderboard.site.html.marks import badge
from leaderboard.site.html.markup import Html, element, join, paragraph
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.names import Names

SAME = "The release says the same."
DIFFERS = "The release says something else. This should not happen; please tell us."
OUT_OF_REACH = "Out of reach here:"
"""How the example of a formula begins its last line where it rests on single prompts."""


class Working(Protocol):
    """An example in numbers. Each kind has fields of its own."""

    @property
    def checks(self) -> tuple[Check, ...]: ...


W = TypeVar("W", bound=Working)


class Card(NamedTuple, Generic[W]):
    """A formula and how its example is made."""

    id: str
    """Its place in the page's address."""
    title: str
    says: str
    """One plain sentence, shown while the card is closed."""
    formula: Html
    where: str
    """What the letters mean."""
    work: Callable[[Database, Board], W | None]
    tell: Callable[[W, Names], Sequence[str]]
    """The example in sentences; the last says what comes out, or why it cannot be repeated."""


class Library(NamedTuple):
    """The boards of a release, in the order in which an example is looked for."""

    database: Database
    boards: Mapping[str, Board]
    names: Mapping[str, Names]
    method: int
    """The method that the release was made by."""

    @property
    def is_computable(self) -> bool:
        """Whether the release was made by the formulas of this code: with others nothing is computed again."""
        return self.method == METHOD_VERSION

    def beginning_with(self, board: Board) -> list[Board]:
        """Returns a board, then the others: real ones, and last what is invented."""
        others = [other for other in self.boards.values() if other.id != board.id]
        return [board, *sorted(others, key=lambda other: other.synthetic)]


def card(made: Card[W], library: Library, board: Board, is_open: bool = False) -> Html:
    """Returns the card, with its example from this board or from the first other one that measures it."""
    summary = element("summary", element("h4", made.title), element("span", made.says))
    worked = example(made, library, board) if library.is_computable else None
    parts = (made.formula, paragraph(made.where, class_="mh-where"), worked)
    anchor = paragraph(element("a", "Link to this formula", href=f"#{made.id}"), class_="mh-where")
    # The address leads to the inside: a browser then opens the card.
    inside = element("div", *parts, anchor, id=made.id, class_="mh-inside")
    return element("details", summary, inside, class_="mh-formula-card", open=is_open)


def example(made: Card[W], library: Library, board: Board) -> Html:
    """Returns the worked example, and which board it is of."""
    for other in library.beginning_with(board):
        worked = made.work(library.database, other)
        if worked is not None:
            names = library.names[other.id]
            sentences = [paragraph(sentence) for sentence in made.tell(worked, names)]
            return element(
                "div", _source(library.database, other, board), *sentences, _verdict(worked), class_="mh-worked"
            )
    return element("div", paragraph("No board of this release measures it."), class_="mh-worked")


def _source(database: Database, other: Board, board: Board) -> Html:
    """Whose numbers these are. Invented ones are called so beside themselves, not only elsewhere on the page."""
    words = f"Worked on {other.title}"
    if other.id != board.id:
        why = "Not measured on {}" if queries.has_rows(database, board) else "{} has no results yet"
        words = f"{why.format(board.title)}. {words}"
    mark = badge(SYNTHETIC.split(":")[0], SYNTHETIC, "synthetic") if other.synthetic else None
    return element("p", element("b", f"{words}."), " " if mark else None, mark, class_="mh-source")


def _verdict(worked: Working) -> Html | None:
    if not worked.checks:
        return None
    same = all(check.same for check in worked.checks)
    sign = element("span", "✓ " if same else "✗ ", aria_hidden="true")
    return paragraph(join(sign, SAME if same else DIFFERS), class_="mh-same" if same else "mh-differs")
