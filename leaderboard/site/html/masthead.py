"""The words and marks of the frame: brand, headings, release line, notices, footer."""

import re
from datetime import date

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.release.trust.states import State
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.marks import badge, folded
from leaderboard.site.html.markup import Html, Part, away, element, join, link, paragraph
from leaderboard.site.views import glossary
from leaderboard.site.views.numbers import records
from leaderboard.site.views.sentences import plural

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


def release_line(snapshot: Snapshot, state: State, older: bool) -> Html:
    """Returns which release is shown, of when, and by whom it was signed; or, of one that is shown in the place of what
    the source offers, that it is the last good one. `older` is true where a reader asked for an older release."""
    day = element("time", long_date(snapshot.released_on), datetime=snapshot.released_on.isoformat())
    good = older or state == "fresh"
    mark = element(
        "span",
        signed_by(snapshot) if good else "last good release",
        class_=f"mh-state {'fresh' if good else state}",
    )
    return element("p", element("span", f"Release {snapshot.number}"), day, mark, class_="mh-release")


def signed_by(snapshot: Snapshot) -> str:
    """Returns whose signatures were verified. A build's own keys are no person's."""
    threshold, reviewers = snapshot.signature.threshold, snapshot.signature.reviewers
    if snapshot.build_keys:
        return f"signature verified: {threshold} of {reviewers} build keys, no human reviewer"
    return f"signature verified: {threshold} of {reviewers} reviewers"


def notice(words: str, tone: str = "", link: tuple[str, str] | None = None) -> Html:
    """Returns a notice across the page."""
    way = element("a", link[0], href=link[1], target="_self") if link else None
    return element(
        "div", element("p", words, " " if way else None, way), class_=f"mh-notice {tone}".rstrip(), role="status"
    )


def citation(words: Part) -> Html:
    """Returns how to cite a view. One click selects all of it."""
    how = paragraph("Its address keeps showing the release that you cite. A click selects it all.", class_="mh-soft")
    return folded("Cite this view", element("blockquote", words, class_="mh-cite", tabindex=0), how)


def empty(title: str, words: str, ways: list[tuple[str, str]] | None = None) -> Html:
    """Returns what stands in the place of a page that cannot be drawn: a reason, and where to go from here."""
    items = [element("li", link(text, address, class_="mh-go")) for text, address in ways or []]
    parts = element("h1", title), paragraph(words), element("ul", *items) if items else None
    return element("section", *parts, class_="mh-empty", role="status")


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
    """Returns the heading of a part of a page, which an address can lead to: `#how-ranks-are-made`."""
    heading = element("h2", title, id=place(title))
    return element("div", heading, paragraph(words) if words else None, class_="mh-section")


def place(title: str) -> str:
    """Returns the name that a part of a page has in an address."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")


def on_this_page(titles: list[str]) -> Html:
    """Returns the parts of a long page as links to them."""
    items = [element("li", link(title, f"#{place(title)}")) for title in titles]
    head = paragraph("On this page", class_="mh-contents-title")
    return element("nav", head, element("ul", *items), class_="mh-contents", aria_label="On this page")


def figure_title(takeaway: str, remarks: list[str]) -> Html:
    """Returns the title of a figure, which says what is to be seen in it, and what must be known to read it."""
    return element("div", element("h3", takeaway), paragraph(" ".join(remarks), class_="mh-soft"), class_="mh-figure")


def note(words: str) -> Html:
    """Returns a remark below a table."""
    return paragraph(words, class_="mh-note")


def nothing(words: str) -> Html:
    """Returns what stands in the place of a table without rows."""
    return paragraph(words, class_="mh-nothing")


METHODS = (
    "Results are aggregates with their uncertainty. Every one is computed before publication and looked up here; this "
    "page works examples out again."
)
