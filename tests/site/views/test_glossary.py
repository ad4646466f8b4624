"""The site's words: one for every label that can be published, the whole policy, and none that is banned."""

import pytest

from leaderboard.boards import vocabulary
from leaderboard.boards.board import TIERS
from leaderboard.boards.registry import GROUPS
from leaderboard.boards.words import METRICS
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.site.html import landing, methods, page
from leaderboard.site.html.formulas import Library, formulas
from leaderboard.site.views import about, glossary
from leaderboard.site.views.policy import CLAUSES
from tests import offered
from tests.site.conftest import Shown

BANNED = ("compliant", "certified", "approved", "safe for use")


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (glossary.METRICS, METRICS),
        (glossary.NOT_RANKED, vocabulary.NOT_RANKED),
        (glossary.EVENTS, vocabulary.EVENTS),
        (glossary.REASONS, vocabulary.REASONS),
        (glossary.STATED_REASONS, vocabulary.STATED_REASONS),
        (glossary.CAUSES, vocabulary.CAUSES),
        (glossary.TOOLS, vocabulary.TOOLS),
        (glossary.SYSTEM_PROMPTS, vocabulary.SYSTEM_PROMPTS),
        (glossary.TIERS, TIERS),
        (glossary.GROUPS, GROUPS),
    ],
)
def test_every_label_that_a_release_may_hold_has_a_word(words: dict[str, object], labels: tuple[str, ...]) -> None:
    assert set(words) == set(labels)


@pytest.mark.parametrize("id", offered.boards())
def test_banned_words_are_on_no_page(boards: dict[str, Shown], id: str) -> None:
    board = boards[id].board
    cards = formulas(Library(boards[id].database, {id: board}, {id: boards[id].names}, METHOD_VERSION), board)
    parts = (
        methods.methods(board, boards[id].names, cards),
        about.limits(board),
        landing.landing(board, boards[id].names, [], ""),
        CLAUSES,
    )
    assert not [word for word in BANNED if word in "".join(map(str, parts)).lower()]


def test_limits_are_those_of_the_board(boards: dict[str, Shown]) -> None:
    assert any("over-refusal is not measured" in limit for limit in about.limits(boards["msts"].board))
    assert not any("over-refusal" in limit for limit in about.limits(boards["xstest"].board))
    assert any("families are not declared" in limit for limit in about.limits(boards["xstest"].board))
    assert not any("families" in limit for limit in about.limits(boards["msts"].board))


def test_foot_carries_the_support_line_where_it_is_given(boards: dict[str, Shown]) -> None:
    drawn = page.footer(boards["medharm"].board, "Call for help.", [("Home", "./")], "Nothing else.", "https://x.org/")
    assert "Call for help." in drawn
    assert 'class="mh-support"' not in page.footer(boards["msts"].board, None, [], "", "https://x.org/")
