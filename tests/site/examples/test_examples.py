"""What is computed again is what was published, on every board of every embedded release; a wrong number is found."""

import math
from collections.abc import Callable

import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.examples import published, worked
from leaderboard.site.examples.published import Check
from tests import offered
from tests.site.examples.conftest import RELEASES, Altered

Formula = Callable[[Database, Board], worked.Example | None]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("formula", worked.EXAMPLES.values(), ids=worked.EXAMPLES)
def test_formula_gives_what_the_release_publishes(
    databases: dict[int, Database], boards: dict[str, Board], release: int, formula: Formula
) -> None:
    database = databases[release]
    for id in offered.ranking():
        if not queries.has_rows(database, boards[id]):
            continue  # it came with a later release
        example = formula(database, boards[id])
        assert example is not None and example.checks, id
        assert [check for check in example.checks if not check.same] == [], id
    assert formula(database, boards["medharm"]) is None


WRONG: list[tuple[Formula, str, str]] = [
    (worked.macro_rate, "xstest", "update score set estimate = estimate + 0.001 where metric = 'unsafe_rate'"),
    (worked.wilson_interval, "demo", "update score set ci_low = ci_low * 0.999"),
    (worked.rank_set, "msts", "update rank_set set high = high + 1 where system = 'gpt-4o'"),
    (worked.difference, "demo", "update pair_effect set delta = delta + 0.001 where category = 'all'"),
    (worked.one_sided_limits, "demo", "update one_sided set low = low * 0.99"),
]


@pytest.mark.parametrize(("formula", "board", "sql"), WRONG, ids=lambda value: getattr(value, "__name__", None))
def test_wrong_number_in_a_release_is_noticed(
    altered: Altered, boards: dict[str, Board], formula: Formula, board: str, sql: str
) -> None:
    example = formula(altered(sql), boards[board])
    assert example is not None and not all(check.same for check in example.checks)


def test_every_formula_is_tried_with_a_wrong_number() -> None:
    assert {formula for formula, _, _ in WRONG} == set(worked.EXAMPLES.values())


def test_numbers_are_the_same_to_rounding_and_no_further() -> None:
    assert Check(0.1 + 0.2, 0.3).same
    assert Check(0.0, 1e-12).same
    assert not Check(0.3001, 0.3).same


def test_example_is_of_the_middle_of_the_ranking(databases: dict[int, Database], boards: dict[str, Board]) -> None:
    database, board = databases[RELEASES[-1]], boards["msts"]
    order, headline = published.complete_ranking(database, board), published.headline(database, board)
    assert headline is not None and order.index(headline["system"]) == 4
    assert len(order) == 10
    assert published.neighbours(database, board) == (order[4], order[5])


def test_system_with_a_missing_outcome_is_no_example(databases: dict[int, Database], boards: dict[str, Board]) -> None:
    ranking = published.ranking(databases[RELEASES[-1]], boards["demo"])
    incomplete = {line["system"] for line in ranking if line["missing"]}
    assert incomplete
    assert not incomplete & set(published.complete_ranking(databases[RELEASES[-1]], boards["demo"]))


def test_degrees_of_freedom_are_those_of_the_row_and_infinite_where_it_has_none() -> None:
    assert published.degrees_of_freedom({"df": 12.5}) == 12.5
    assert published.degrees_of_freedom({"df": math.nan}) == math.inf
