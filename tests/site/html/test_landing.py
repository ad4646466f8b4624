"""The page of a board without results: nothing on it is a figure of a model."""

import re

import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Standing
from leaderboard.site.html.landing import landing
from leaderboard.site.views.landing import Door
from tests.site.conftest import Shown


@pytest.fixture
def awaiting(boards: dict[str, Shown]) -> str:
    return landing(boards["medharm"].board, boards["medharm"].names, [door_of(boards["msts"])], "./methods")


def door_of(shown: Shown, systems: int = 0, rest: int = 0) -> Door:
    first = rows.read(Standing, queries.standings(shown.database, shown.board))[:systems]
    state = "synthetic" if shown.board.synthetic else "real"
    return Door(shown.board, state, "", first, rest, shown.names, "./?board=it", lambda id: f"./system?system={id}")


def door(shown: Shown, systems: int = 0, rest: int = 0) -> str:
    return landing(shown.board, shown.names, [door_of(shown, systems, rest)], "./methods").partition("<article")[2]


def test_nothing_about_an_awaiting_board_is_a_rate(awaiting: str) -> None:
    assert "%" not in awaiting
    assert "mh-scale" not in awaiting


def test_facts_and_what_will_appear_are_said_in_words(awaiting: str, boards: dict[str, Shown]) -> None:
    assert "What will appear here" in awaiting
    assert awaiting.partition("What will appear here")[2].count("<dt>") == 6
    assert all(fact in awaiting for fact in boards["medharm"].board.facts)


def test_box_of_the_state_leads_to_the_parts_of_the_page(awaiting: str) -> None:
    links = re.findall('href="#([^"]+)"', awaiting)
    assert len(links) == 2
    assert set(links) < set(re.findall('<h2 id="([^"]+)"', awaiting))


def test_board_that_is_left_out_says_why_and_leads_to_the_last_release_that_has_it(boards: dict[str, Shown]) -> None:
    medharm = boards["medharm"]
    drawn = landing(medharm.board, medharm.names, [], "./methods", "A reason.", "./?release=2")
    assert "A reason." in drawn and "No verified submission yet." not in drawn
    assert '<a href="./?release=2" target="_self" class="mh-go">Open the last release that has it</a>' in drawn
    assert "How to submit the first" not in drawn


def test_unnamed_categories_share_a_card(awaiting: str, boards: dict[str, Shown]) -> None:
    cards = awaiting.partition('<ul class="mh-cards">')[2].partition("</ul>")[0]
    named = sum(category.announced for category in boards["medharm"].board.category)
    assert cards.count("<li") == named + 1 == 6
    assert "<b>Five more</b>" in cards


def test_first_rows_carry_their_intervals(xstest: Shown) -> None:
    drawn = door(xstest, systems=2, rest=3)
    assert drawn.count("95% interval ") == drawn.count("mh-line") == 2
    assert "Three more are in the ranking." in drawn


def test_one_system_stands_alone(xstest: Shown) -> None:
    assert "in the ranking" not in door(xstest, systems=1)
    assert "One more is in the ranking." in door(xstest, systems=1, rest=1)


def test_door_to_invented_results_is_marked(boards: dict[str, Shown]) -> None:
    assert "mh-badge synthetic" in door(boards["demo"])
    assert "mh-badge" not in door(boards["msts"])
