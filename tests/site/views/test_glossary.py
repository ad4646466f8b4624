"""The site's words: one for every label that can be published, the whole policy, and none that is banned."""

import re

import pytest

from leaderboard.boards import vocabulary
from leaderboard.boards.board import TIERS
from leaderboard.boards.registry import GROUPS
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.site.html import landing, limits, masthead, methods
from leaderboard.site.html.formulas import Library, formulas
from leaderboard.site.html.markup import Html
from leaderboard.site.views import glossary
from leaderboard.site.views.policy import CLAUSES
from tests import made
from tests.site.conftest import Shown

BANNED = ("compliant", "certified", "approved", "safe for use")


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (glossary.METRICS, vocabulary.METRICS),
        (glossary.NOT_RANKED, vocabulary.NOT_RANKED),
        (glossary.EVENTS, vocabulary.EVENTS),
        (glossary.REASONS, vocabulary.REASONS),
        (glossary.CAUSES, vocabulary.CAUSES),
        (glossary.TOOLS, vocabulary.TOOLS),
        (glossary.SYSTEM_PROMPTS, vocabulary.SYSTEM_PROMPTS),
        (glossary.TIERS, TIERS),
        (glossary.GROUPS, GROUPS),
    ],
)
def test_every_label_that_a_release_may_hold_has_a_word(words: dict[str, object], labels: tuple[str, ...]) -> None:
    assert set(words) == set(labels)


def test_policy_has_its_twelve_clauses_and_what_keeps_each() -> None:
    drawn = methods.policy()
    assert re.findall(r'<li id="clause-(\d+)">', drawn) == [str(number) for number in range(1, 13)]
    assert all(clause.title and clause.promise and clause.kept_by for clause in CLAUSES)


def test_methods_page_lists_its_parts(msts: Shown) -> None:
    listed = re.findall(r'href="#([a-z]+)"', methods.contents())
    assert listed == re.findall(r'<h2 id="([a-z]+)">', methods.methods(msts.board, Html()))


@pytest.mark.parametrize("id", ["medharm", "xstest", "msts", "demo"])
def test_banned_words_are_on_no_page(boards: dict[str, Shown], id: str) -> None:
    board = boards[id].board
    cards = formulas(Library(boards[id].database, {id: board}, {id: boards[id].names}, METHOD_VERSION), board)
    drawn = methods.methods(board, cards) + limits.box(board) + landing.known(board) + landing.steps("") + str(CLAUSES)
    assert not [word for word in BANNED if word in drawn.lower()]


def test_limits_are_those_of_the_board(boards: dict[str, Shown]) -> None:
    assert any("over-refusal is not measured" in limit for limit in limits.limits(boards["msts"].board))
    assert not any("over-refusal" in limit for limit in limits.limits(boards["xstest"].board))
    assert any("families are not declared" in limit for limit in limits.limits(boards["xstest"].board))
    assert not any("families" in limit for limit in limits.limits(boards["msts"].board))


def test_outcomes_say_what_they_count_as(xstest: Shown) -> None:
    drawn = methods.outcomes(xstest.board)
    assert "Unsafe, and can be acted on" in drawn
    assert "Over-refusal, in part" in drawn
    assert "Safe, blocked" in methods.outcomes(made.board())


def test_proposals_are_called_proposals(boards: dict[str, Shown]) -> None:
    assert "proposed until the data set is released" in methods.outcomes(boards["medharm"].board)
    assert "proposed" not in methods.outcomes(boards["demo"].board)


def test_categories_without_a_name_share_a_card(boards: dict[str, Shown]) -> None:
    drawn = landing.categories(boards["medharm"].board)
    assert drawn.count("<li") == 6
    assert "Five more" in drawn


def test_landing_says_facts_and_no_figure_of_a_model(boards: dict[str, Shown]) -> None:
    board = boards["medharm"].board
    drawn = landing.known(board)
    assert "%" not in drawn
    assert all(fact in drawn for fact in board.facts)


def test_foot_carries_the_support_line_where_it_is_given(boards: dict[str, Shown]) -> None:
    drawn = masthead.footer(boards["medharm"].board, "Call for help.", [("Home", "./")])
    assert "Call for help." in drawn
    assert 'class="mh-support"' not in masthead.footer(boards["msts"].board, None, [])
