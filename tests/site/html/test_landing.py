"""The page of a board without results: nothing on it is a figure of a model."""

import re

from leaderboard.site.data import queries
from leaderboard.site.html import landing, masthead
from leaderboard.site.views.numbers import records
from tests.site.conftest import Shown


def test_nothing_about_an_awaiting_board_is_a_rate(boards: dict[str, Shown]) -> None:
    board = boards["medharm"].board
    drawn = landing.hero(board) + landing.known(board) + landing.categories(board) + landing.steps("./methods")
    assert "%" not in drawn
    assert "mh-scale" not in drawn


def test_what_will_appear_is_said_in_words(boards: dict[str, Shown]) -> None:
    drawn = landing.known(boards["medharm"].board)
    assert "What will appear here" in drawn
    for name, words in landing.AWAITED:
        assert name in drawn and words in drawn


def test_box_of_the_state_leads_to_the_parts_of_the_page(boards: dict[str, Shown]) -> None:
    ways = re.findall('href="#([^"]+)"', landing.hero(boards["medharm"].board))
    assert ways == [masthead.place(landing.STEPS_TITLE), masthead.place(landing.RESULTS_TITLE)]


def test_unnamed_categories_share_a_card(boards: dict[str, Shown]) -> None:
    board = boards["medharm"].board
    named = sum(category.announced for category in board.category)
    assert landing.categories(board).count("<li") == named + 1


def test_first_places_carry_their_intervals(xstest: Shown) -> None:
    lines = [line for line in records(queries.standings(xstest.database, xstest.board)) if line["ranked"]]
    drawn = landing.first_places([(line, xstest.names.system(line["system"]), "./") for line in lines[:2]], 3)
    assert drawn.count("95% interval ") == drawn.count("mh-line") == 2
    assert "Three more are in the ranking." in drawn


def test_one_system_stands_alone(xstest: Shown) -> None:
    line = next(records(queries.standings(xstest.database, xstest.board)))
    assert "in the ranking" not in landing.first_places([(line, "One", "./")], 0)
    assert "One more is in the ranking." in landing.first_places([(line, "One", "./")], 1)


def test_door_to_invented_results_is_marked(boards: dict[str, Shown]) -> None:
    drawn = landing.door(boards["demo"].board, "", None, "./?board=demo", "Open")
    assert "mh-badge synthetic" in drawn
    assert "mh-badge" not in landing.door(boards["msts"].board, "", None, "./?board=msts", "Open")
