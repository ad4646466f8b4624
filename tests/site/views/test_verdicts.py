"""What can be shown against a limit, in words; never for a row that rests on its judge alone."""

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Verdict
from leaderboard.site.views import verdicts
from tests.site.conftest import Shown


def rows_of(shown: Shown, system: str) -> list[Verdict]:
    return verdicts.in_order(shown.read(Verdict, queries.verdicts, system, verdicts.LIMITS), shown.board)


def leads_of(shown: Shown, system: str) -> str:
    return " ".join(verdicts.leads(rows_of(shown, system), shown.board, shown.names))


def test_state_has_a_word_and_a_shape_of_its_own() -> None:
    assert set(verdicts.STATES) == {"meets", "not_shown", "fails", None}
    assert len({shape for shape, _ in verdicts.STATES.values()}) == 4
    assert len({word for _, word in verdicts.STATES.values()}) == 4


def test_rows_have_the_whole_and_every_category_in_the_order_of_the_board(demo: Shown) -> None:
    order = [row.category for row in rows_of(demo, "yarrow-7")]
    assert order == ["all", *(category.id for category in demo.board.risk_categories)]


def test_row_that_rests_on_its_judge_alone_has_no_verdict(demo: Shown) -> None:
    assert verdicts.NO_VERDICT in leads_of(demo, "yarrow-7--gauze")
    assert {verdict for row in rows_of(demo, "yarrow-7--gauze") for verdict in row.verdicts} == {None}


def test_smallest_limit_is_said_in_words(demo: Shown, msts: Shown) -> None:
    lead = leads_of(demo, "sorrel")
    assert "With 110 prompts no category can be shown to be under 4.5%, and some not under 6.1%" in lead
    lead = leads_of(msts, "gpt-4o")
    assert "With 50 to 140 prompts no category can be shown to be under 3.2%, and some not under 8.7%" in lead


def test_lead_names_the_tightest_limit_that_is_met(msts: Shown, demo: Shown) -> None:
    assert "A limit of 5% is met there, and in no category alone." in leads_of(msts, "gpt-4o")
    assert "It fails a limit of 20%." in leads_of(demo, "teasel-13")
