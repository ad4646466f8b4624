"""What can be shown against a limit: in words and shapes, and never for a row that only its judge vouches for."""

import re

import pytest

from leaderboard.site.data import queries
from leaderboard.site.html import verdicts
from tests.site.conftest import Shown


def drawn(shown: Shown, system: str) -> tuple[str, str]:
    lines = queries.verdicts(shown.database, shown.board, system, verdicts.LIMITS)
    return verdicts.leads(lines, shown.board), verdicts.against_limits(lines, shown.board, shown.names)


@pytest.mark.parametrize(("state", "word"), [("meets", "meets"), ("not_shown", "not shown"), ("fails", "fails")])
def test_state_has_a_word_and_a_shape_of_its_own(state: str, word: str) -> None:
    shapes = {
        each: re.findall(r"<i[^>]*>(.)</i>", verdicts.state(each)) for each in ("meets", "not_shown", "fails", None)
    }
    assert len({shape for [shape] in shapes.values()}) == 4
    assert f" {word}</span>" in verdicts.state(state)


def test_table_has_the_whole_and_every_category_in_the_order_of_the_board(demo: Shown) -> None:
    _, table = drawn(demo, "yarrow-7")
    heads = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', table)
    assert heads == ["All categories", *(category.name for category in demo.board.risk_categories)]


def test_row_that_only_its_judge_vouches_for_has_no_verdict(demo: Shown) -> None:
    lead, table = drawn(demo, "yarrow-7--gauze")
    assert verdicts.NO_VERDICT.replace("'", "&#39;") in lead
    assert "mh-unaudited" in table
    assert table.count("no verdict") == 3 * (1 + len(demo.board.risk_categories))
    for word in ("meets", "fails", "not shown"):
        assert word not in table


def test_smallest_limit_is_said_in_words(demo: Shown, msts: Shown) -> None:
    assert "With 110 prompts no category can be shown to be under 5.4%, whatever the system" in drawn(demo, "sorrel")[0]
    lead, _ = drawn(msts, "gpt-4o")
    assert "With 50 to 140 prompts no category can be shown to be under 3.2%, and some not under 8.6%" in lead


def test_lead_names_the_tightest_limit_that_is_met(msts: Shown, demo: Shown) -> None:
    assert "A limit of 5% is met there, and in none of five categories alone." in drawn(msts, "gpt-4o")[0]
    assert "It fails a limit of 20%." in drawn(demo, "teasel-13")[0]


def test_limits_are_called_illustrations(msts: Shown) -> None:
    assert "illustrations, not rules of any authority" in drawn(msts, "gpt-4o")[1]
