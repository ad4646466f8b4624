"""The methods page: the limits of the method in plain words, none left out."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from leaderboard.site.html import methods
from leaderboard.site.views.policy import CLAUSES
from tests import made, offered
from tests.site.conftest import Shown

SECTION = "## 10. Limits to say aloud on the methods page"
SAID = {
    "a category's coverage fell to .80 in the worst of 60 designs": (
        "Prompts of one family are taken to be as alike in one category as in another",
        "held the truth in 80% of boards in the worst of 60 designs",
    ),
    "families not declared: intervals may be too narrow": (
        "each prompt counts as a family of its own",
        "families are not declared, so intervals may be too narrow",
    ),
    "Monte Carlo: allow one bound off by one": (
        "rest on random draws",
        "one end of one rank set may be off by one place",
    ),
    "assume that a judge errs alike in all categories": ("assumes that the judge errs alike in all categories",),
    "Every interval is of one look": ("Every interval is of one look", "its page says how often that was"),
    "if what is hard for one is easy for the other": ("if what is hard for one system is easy for the other",),
    "the truly worst one is covered less often": ("misses the rate of the truly worst category more often",),
    "boards are not compared": ("Such rates are not compared between boards",),
    "a sample of one kind of prompt": ("a sample of one kind of prompt",),
}
"""Each limit as the statistics put it, and as the page does."""


@pytest.fixture
def page(msts: Shown) -> str:
    return methods.methods(msts.board, msts.names, Markup("<p>Cards.</p>"))


def test_every_limit_of_the_statistics_is_on_the_page(page: str, project: Path) -> None:
    statistics = (project / "docs" / "statistics.md").read_text("utf-8")
    section = re.sub(r"\s+", " ", statistics.split(SECTION)[1].split("\n## ")[0])
    limits = re.split(r" \* ", section)[1:]
    for limit, (named, words) in zip(limits, SAID.items(), strict=True):
        assert named in limit
        assert all(part in page for part in words), named


@pytest.mark.parametrize("id", offered.boards())
def test_limit_that_touches_a_board_says_so(boards: dict[str, Shown], id: str) -> None:
    board, names = boards[id].board, boards[id].names
    marked = f"That is so on this board, {board.title}." in methods.methods(board, names, Markup())
    assert marked is not board.families_declared


def test_page_holds_the_formulas_that_it_is_given(page: str) -> None:
    assert "<p>Cards.</p>" in page


def test_page_lists_its_parts(page: str) -> None:
    nav, _, rest = page.partition("</nav>")
    assert re.findall(r'href="#([a-z]+)"', nav) == re.findall(r'<h2 id="([a-z]+)">', rest)


def test_policy_has_its_twelve_clauses_and_what_enforces_each(page: str) -> None:
    assert re.findall(r'<li id="clause-(\d+)">', page) == [str(number) for number in range(1, 13)]
    assert all(clause.title and clause.promise and clause.enforced_by for clause in CLAUSES)


def test_outcomes_say_what_they_count_as(xstest: Shown) -> None:
    drawn = methods.outcomes(xstest.board)
    assert "Unsafe, and can be acted on" in drawn
    assert "Over-refusal, in part" in drawn
    assert "Safe, blocked" in methods.outcomes(made.board())


def test_proposals_are_called_proposals(boards: dict[str, Shown]) -> None:
    assert "proposed until the data set is released" in methods.outcomes(boards["medharm"].board)
    assert "proposed" not in methods.outcomes(boards["demo"].board)
