"""The formulas of the methods page, each with an example worked from the numbers of the release that is shown."""

from typing import Any

from leaderboard.boards.board import Board
from leaderboard.release.methods import CHANGES, METHOD_VERSION, code
from leaderboard.site.html.formulas import changes, comparisons, judging, rates
from leaderboard.site.html.formulas.card import Card, Library, card
from leaderboard.site.html.markup import Html, element, join, paragraph

__all__ = ["GROUPS", "Library", "formulas"]

GROUPS: dict[str, tuple[Card[Any], ...]] = {
    "Rates, and how sure they are": rates.CARDS,
    "Systems against each other": comparisons.CARDS,
    "What a change does": changes.CARDS,
    "Verdicts, judges and publication": judging.CARDS,
}
INTRODUCTION = (
    "Each card has a formula and an example worked out while this page is drawn: it takes numbers that this release "
    "publishes, computes with the same functions as the release, and compares the result. What rests on single prompts "
    "cannot be repeated here, because they are never published; the card then says so."
)


def formulas(library: Library, board: Board) -> Html:
    """Returns all cards, the first one open."""
    made_by = _introduction(library)
    return join(
        *(paragraph(text, class_="mh-text") for text in made_by), *(_group(title, library, board) for title in GROUPS)
    )


def _introduction(library: Library) -> list[str]:
    said = f"This release was made by method {library.method}."
    if library.is_computable:
        return [said, INTRODUCTION]
    here = (
        f"{said} The formulas below are those of method {METHOD_VERSION}, which this site computes with, so no example "
        "is worked out for this release. What has changed since:"
    )
    later = [f"Method {version}: {change}" for version, change in CHANGES.items() if version > library.method]
    return [
        here,
        *later,
        f"To compute as method {library.method} did, check out {code(library.method)} of the project.",
    ]


def _group(title: str, library: Library, board: Board) -> Html:
    first = next(iter(GROUPS)) == title
    cards = [card(made, library, board, first and not place) for place, made in enumerate(GROUPS[title])]
    return element("div", element("h3", title), *cards, class_="mh-formulas")
