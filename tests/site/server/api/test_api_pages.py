"""Every number in a table of a page is in the API, in the rows about the same system or category."""

import json
from typing import Any

import pytest

from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names, names_of
from tests import offered
from tests.pages.conftest import Visit, visit
from tests.site.server.api.conftest import Ask
from tests.site.server.api.shown import Line, Row, Served, Tables

__all__ = ["visit"]
SYSTEMS = {
    "xstest": ("mistralguard", ["llama2new"]),
    "msts": ("gpt-4o", ["gemini-1.5-pro"]),
    "demo": ("gypsum-8", ["yarrow-70"]),
}
PATHS = {
    "leaderboard": ("leaderboard", "systems"),
    "categories": ("categories", "categories/{category}", "leaderboard"),
    "system": ("systems/{system}", "pairs?system={system}&limit=5000", "categories"),
    "releases": (
        "/releases",
        "/releases/{release}/changes",
        "tables/ledger?limit=5000",
        "tables/row",
        "tables/history?limit=5000",
    ),
}
"""Where the numbers of each page are."""
DRAWN = [
    *(("leaderboard", board) for board in SYSTEMS),
    *(("system", board) for board in SYSTEMS),
    ("categories", "xstest"),
    ("categories", "demo"),
    ("releases", "demo"),
]
"""Together they have every kind of table that the site draws."""


def rows_of(ask: Ask, path: str) -> list[Row]:
    """Returns all rows of an answer, those of its further tables too."""
    reply = ask(path)
    assert reply.status == 200, path
    whole: dict[str, Any] = json.loads(reply.body)
    return [*whole["rows"], *(row for part in whole.get("parts", {}).values() for row in part["rows"])]


def served(ask: Ask, page: str, board: str, system: str, release: int) -> list[Row]:
    """Returns what the API has for a page."""
    rows: list[Row] = []
    for path in PATHS[page]:
        api_path = path if path.startswith("/") else f"/boards/{board}/{path}"
        categories = names(board).by_category if "{category}" in path else [""]
        for category in categories:
            full = api_path.format(category=category, system=system, release=release)
            pinned = "" if "{release}" in path else f"{'&' if '?' in full else '?'}release={release}"
            rows += rows_of(ask, f"/api/v1{full}{pinned}")
    return rows


def names(board: str) -> Names:
    catalogue = offered.current(offered.EMBEDDED).catalogue
    return names_of(catalogue.boards[board], catalogue.registries[board])


def named(head: str, known: Names) -> set[str]:
    """Returns the ids of what heads a row: the system, category, outcome or judge with the longest name that it
    begins with."""
    things = [
        *((system.name, id) for id, system in known.by_system.items()),
        *((category.name, id) for id, category in known.by_category.items()),
        *((outcome.label, id) for id, outcome in known.by_outcome.items()),
        *((name, id) for id, name in known.judges.items()),
        ("All categories", "all"),
    ]
    matches = [(len(name), id) for name, id in things if head.startswith(name)]
    longest = max(matches, default=(0, ""))[0]
    return {id for length, id in matches if length == longest}


def missing(lines: list[Line], rows: list[Row], board: str) -> list[tuple[str, set[str]]]:
    """Returns the numbers that are on a page and not in the API, with what heads their rows."""
    known, have = names(board), Served(rows)
    lost_by_head = [(line.head, set(line.numbers - have.about(named(line.head, known)))) for line in lines]
    return [(head, lost) for head, lost in lost_by_head if lost]


def drawn(visit: Visit, page: str, board: str, release: int) -> tuple[list[Line], str]:
    """Returns the rows of a page's tables, and which system the page is about."""
    system, others = SYSTEMS[board]
    markup = visit(page, board=board, system=system, systems=others, release=str(release)).markup
    known = names(board)
    called = [each.name for each in (*known.by_system.values(), *known.by_category.values())]
    return Tables(markup, [*called, *map(known.say, glossary.NOT_RANKED.values())]).lines, system


@pytest.mark.parametrize(("page", "board"), DRAWN)
def test_every_number_in_a_table_of_a_page_is_in_the_api(page: str, board: str, visit: Visit, ask: Ask) -> None:
    lines, system = drawn(visit, page, board, offered.latest())
    assert sum(len(line.numbers) for line in lines) > 10
    assert missing(lines, served(ask, page, board, system, offered.latest()), board) == []


def test_numbers_of_another_release_would_be_missed(visit: Visit, ask: Ask) -> None:
    """The positive control: the same search finds what is not there."""
    lines, system = drawn(visit, "system", "demo", release=1)
    assert missing(lines, served(ask, "system", "demo", system, offered.latest()), "demo")
