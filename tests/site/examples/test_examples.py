"""What is computed again is what was published, on every board of every embedded release; a wrong number is found."""

from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.examples import changes, comparisons, guardrails, judging, publication, published, rates
from leaderboard.site.examples.published import Check
from tests.site.examples.conftest import RELEASES, Altered

REAL = {"xstest", "msts"}
ALL = {*REAL, "demo"}
MEASURED: dict[Callable[[Database, Board], Any], set[str]] = {
    rates.macro_rate: ALL,
    rates.effective_items: ALL,
    rates.wilson_interval: ALL,
    rates.category_interval: ALL,
    rates.severity_interval: {"demo"},
    rates.weakest_category: ALL,
    rates.missing_bounds: {"msts", "demo"},
    comparisons.rank_set: ALL,
    comparisons.detectable: ALL,
    comparisons.difference: ALL,
    changes.largest_change: ALL,
    changes.mcnemar: {"xstest"},
    changes.adjusted_p: ALL,
    changes.margins: ALL,
    guardrails.guardrail_worth: {"msts", "demo"},
    judging.smallest_provable: ALL,
    judging.one_sided_limits: ALL,
    judging.judge_agreement: REAL,
    judging.audited_estimate: {"demo"},
    publication.disclosure_floor: {*ALL, "medharm"},
}
"""On which boards each formula can be checked against the release."""
UNCHECKED: dict[Callable[[Database, Board], Any], set[str]] = {
    rates.rerun_noise: {"demo"},
    changes.mcnemar: {"msts", "demo"},
    judging.corrected_rate: REAL,
    publication.dominance: {"demo"},
}
"""On which boards a formula is shown with the release's numbers only."""


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("formula", MEASURED, ids=lambda formula: formula.__name__)
def test_formula_gives_what_the_release_publishes(
    databases: dict[int, Database], boards: dict[str, Board], release: int, formula: Callable[..., Any]
) -> None:
    for board in boards.values():
        found = formula(databases[release], board)
        if board.id in MEASURED[formula]:
            assert found.checks, board.id
            assert [check for check in found.checks if not check.same] == [], board.id
        else:
            assert found is None or board.id in UNCHECKED[formula]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("formula", UNCHECKED, ids=lambda formula: formula.__name__)
def test_formula_that_rests_on_single_prompts_claims_no_agreement(
    databases: dict[int, Database], boards: dict[str, Board], release: int, formula: Callable[..., Any]
) -> None:
    for board in boards.values():
        found = formula(databases[release], board)
        if board.id in UNCHECKED[formula]:
            assert found.checks == ()
        else:
            assert found is None or board.id in MEASURED[formula]


WRONG: list[tuple[Callable[[Database, Board], Any], str, str]] = [
    (rates.macro_rate, "xstest", "update score set estimate = estimate + 0.001 where metric = 'unsafe_rate'"),
    (rates.effective_items, "msts", "update score set n_eff = n_eff * 1.001"),
    (rates.wilson_interval, "demo", "update score set ci_low = ci_low * 0.999"),
    (rates.category_interval, "msts", "update score set ci_high = ci_high * 1.001 where category <> 'all'"),
    (rates.severity_interval, "demo", "update score set ci_high = ci_high + 0.001 where metric = 'severity_score'"),
    (rates.weakest_category, "xstest", "update row set uneven = not uneven"),
    (rates.missing_bounds, "msts", "update score set bound_low = bound_low + 0.001"),
    (comparisons.rank_set, "msts", "update rank_set set high = high + 1 where system = 'gpt-4o'"),
    (comparisons.detectable, "xstest", 'update "view" set detectable_all = detectable_all * 1.01'),
    (comparisons.difference, "demo", "update pair_effect set delta = delta + 0.001 where category = 'all'"),
    (changes.largest_change, "xstest", "update pair_effect set ci_low = ci_low - 0.001"),
    (changes.mcnemar, "xstest", "update pair_effect set p = p + 0.01"),
    (changes.adjusted_p, "msts", "update pair_effect set p_adjusted = p where relation <> 'pair'"),
    (changes.margins, "demo", "update pair_effect set noninferior = not noninferior"),
    (guardrails.guardrail_worth, "msts", "update break_even set estimate = estimate * 1.01"),
    (judging.smallest_provable, "msts", "update one_sided set smallest = smallest * 0.99"),
    (judging.one_sided_limits, "demo", "update one_sided set low = low * 0.99"),
    (judging.judge_agreement, "xstest", "update judge_check set ac1 = ac1 + 0.001"),
    (judging.audited_estimate, "demo", "update audited set ci_low = ci_low * 0.99"),
    (publication.disclosure_floor, "medharm", "update category set harmful_items = 19 where category = 'toxicology'"),
]


@pytest.mark.parametrize(("formula", "board", "sql"), WRONG, ids=lambda value: getattr(value, "__name__", None))
def test_wrong_number_in_a_release_is_noticed(
    altered: Altered, boards: dict[str, Board], formula: Callable[..., Any], board: str, sql: str
) -> None:
    found = formula(altered(sql), boards[board])
    assert not all(check.same for check in found.checks)


def test_every_formula_is_tried_with_a_wrong_number() -> None:
    assert {formula for formula, _, _ in WRONG} == set(MEASURED)


def test_numbers_are_the_same_to_rounding_and_no_further() -> None:
    assert Check(0.1 + 0.2, 0.3).same
    assert Check(0.0, 1e-12).same
    assert not Check(0.3001, 0.3).same


def test_example_is_of_the_middle_of_the_ranking(databases: dict[int, Database], boards: dict[str, Board]) -> None:
    database, board = databases[RELEASES[-1]], boards["msts"]
    order = published.whole_ranking(database, board)
    middle = published.middle(database, board)
    assert order.index(str(middle)) == 4
    assert len(order) == 10
    assert published.neighbours(database, board) == (order[4], order[5])


def test_system_with_a_missing_outcome_is_no_example(databases: dict[int, Database], boards: dict[str, Board]) -> None:
    ranking = published.ranking(databases[RELEASES[-1]], boards["demo"])
    incomplete = {line["system"] for line in ranking if line["missing"]}
    assert incomplete
    assert not incomplete & set(published.whole_ranking(databases[RELEASES[-1]], boards["demo"]))


def test_families_across_categories_leave_the_degrees_of_freedom_open(
    altered: Altered, boards: dict[str, Board]
) -> None:
    board = boards["msts"]
    database = altered("update board set harmful_families = 150 where board = 'msts'")
    assert published.degrees(database, board) is None
    assert rates.wilson_interval(database, board) is None
    assert comparisons.detectable(database, board) is None
