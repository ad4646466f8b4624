"""The methods page: the limits of the method in plain words, none left out."""

import re
from pathlib import Path

import pytest

from leaderboard.site.html import methods
from leaderboard.site.html.markup import element
from tests.site.conftest import Shown

SECTION = "## 10. Limits to say aloud on the methods page"
SAID = {
    "families of size 3 with exchangeable correlation": ("families of three prompts that are all equally alike",),
    "few, very unequal families (fewer than 10 in a category)": ("few or very unequal families, fewer than 10",),
    "degrees of freedom and deff are weak": ("the degrees of freedom and the design effect are weak",),
    'mark "low reliability" and show Clopper-Pearson on families': (
        "“low reliability”",
        "(Clopper-Pearson) on its fam",
    ),
    "family = item": ("each prompt counts as a family of its own",),
    "families not declared: intervals may be too narrow": (
        "families are not declared, so intervals may be too narrow",
    ),
    "Monte Carlo: allow one bound off by one": (
        "rest on random draws",
        "one end of one rank set may be off by one place",
    ),
}
"""Each limit as the statistics put it, and as the page does."""


def test_every_limit_of_the_statistics_is_on_the_page(project: Path) -> None:
    statistics = (project / "docs" / "statistics.md").read_text("utf-8")
    section = re.sub(r"\s+", " ", statistics.split(SECTION)[1].split("\n## ")[0])
    assert section.count("* ") == 3
    said = " ".join(methods.LIMITS)
    for limit, words in SAID.items():
        assert limit in section
        assert all(part in said for part in words), limit


@pytest.mark.parametrize("id", ["medharm", "xstest", "msts", "demo"])
def test_limit_that_touches_a_board_says_so(boards: dict[str, Shown], id: str) -> None:
    board = boards[id].board
    marked = f"That is so on this board, {board.title}." in " ".join(methods.limits(board))
    assert marked is not board.families_declared


def test_page_holds_the_formulas_that_it_is_given(msts: Shown) -> None:
    cards = element("p", "Cards.")
    assert cards in methods.methods(msts.board, cards)
