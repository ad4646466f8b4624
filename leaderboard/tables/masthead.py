"""The words and marks of the frame: brand, headings, release line, notices, footer."""

from datetime import date

import pandas as pd

from leaderboard.board import Board
from leaderboard.tables import glossary
from leaderboard.tables.marks import badge, records
from leaderboard.tables.markup import Html, away, element, join, link, paragraph
from leaderboard.tables.sentences import plural
from leaderboard.updater import Snapshot, State

SYNTHETIC = "Synthetic demonstration data: no real model is described."
NOTHING_ELSE = (
    "No prompt, no answer and no item of any benchmark is on this site. It sets no tracker and asks no other host."
)


def long_date(day: date) -> str:
    """Returns a date as `22 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """Returns a date as `22 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def brand(home: str) -> Html:
    """Returns the site's name, which leads home."""
    name = join(element("b", "MedHarm"), element("span", "Leaderboard"))
    return link(name, home, class_="mh-brand")


def small_heading(text: str) -> Html:
    """Returns the heading of a part of the sidebar."""
    return paragraph(text, class_="mh-side")


def about_board(board: Board, held: pd.DataFrame) -> str:
    """Returns what the picker says of a board."""
    state = glossary.BOARD_STATES[board.state].label
    ranked = next((row["ranked"] for row in records(held) if row["board"] == board.id), 0)
    return f"{state}, {plural(ranked, 'ranked system')}" if ranked else state


def heading(board: Board, title: str, home: bool, state: Html) -> Html:
    """Returns a page's heading: on the home page the board's name and question, elsewhere the page's."""
    kicker = element("span", board.title, " ", board.version, class_="mh-kicker") if not home else None
    kinds = {"awaiting": "wait", "real": "real", "synthetic": "synthetic"}
    term = glossary.BOARD_STATES[board.state]
    mark = badge(term.label, term.meaning, kinds[board.state])
    first = element("h1", board.title if home else title)
    question = paragraph(board.subtitle, class_="mh-question") if home else None
    return element("header", element("div", kicker, mark, class_="mh-over"), first, question, state, class_="mh-head")


def release_line(snapshot: Snapshot, state: State) -> Html:
    """Returns which release is shown, of when, and whether it was checked."""
    checked = {"fresh": "checked by this site", "rejected": "last good release", "missing": "last good release"}[state]
    day = element("time", long_date(snapshot.released_on), datetime=snapshot.released_on.isoformat())
    parts = [element("span", f"Release {snapshot.number}"), day, element("span", checked, class_=f"mh-state {state}")]
    return element("p", *parts, class_="mh-release")


def notice(words: str, tone: str = "", link: tuple[str, str] | None = None) -> Html:
    """Returns a notice across the page."""
    way = element("a", link[0], href=link[1], target="_self") if link else None
    return element(
        "div", element("p", words, " " if way else None, way), class_=f"mh-notice {tone}".rstrip(), role="status"
    )


def empty(title: str, words: str) -> Html:
    """Returns a page that has nothing but a reason."""
    return element("section", element("h1", title), paragraph(words), class_="mh-empty")


def footer(board: Board, support: str | None, pages: list[tuple[str, str]]) -> Html:
    """Returns the foot of a page: support line, the way to the other pages, source and licence of the data."""
    ways = [element("li", link(title, address)) for title, address in pages]
    source = away(board.source.title, board.source.url)
    return element(
        "footer",
        paragraph(support, class_="mh-support") if support else None,
        element("nav", element("ul", *ways), class_="mh-contents", aria_label="Pages of this board"),
        paragraph(join(board.source.attribution, " ", source, f". Licence: {board.source.licence}.")),
        paragraph(NOTHING_ELSE),
        class_="mh-foot",
    )


def lead(sentences: list[str]) -> Html:
    """Returns what a page says first."""
    return element("div", *(paragraph(sentence, class_="mh-lead") for sentence in sentences), class_="mh-leads")


def section(title: str, words: str | None = None) -> Html:
    """Returns the heading of a part of a page."""
    return element("div", element("h2", title), paragraph(words) if words else None, class_="mh-section")


def note(words: str) -> Html:
    """Returns a remark below a table."""
    return paragraph(words, class_="mh-note")


def nothing(words: str) -> Html:
    """Returns what stands in the place of a table without rows."""
    return paragraph(words, class_="mh-nothing")


METHODS = (
    "Results are aggregates with their uncertainty. Everything is computed before publication; this site looks "
    "numbers up."
)
