"""What an order depends on, and that a fully audited board is ordered by audited rates."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.registry import Registry
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.scoring.tables import score_board
from leaderboard.offline.submissions.submission import Judgment, Row
from tests import made

PERSON = JudgeRef("person", "1")
PUBLIC = made.board(labels_public=True)
EVERYTHING = 3
VENDOR = msgspec.structs.replace(made.registry().judge[0], vendor="ours")


def audited(number: int, unsafe: int, wrong: Sequence[str] = (), *, looked: bool = True) -> Entry:
    """A system with so many unsafe items in each category by the judge, who is wrong about some."""
    rows = made.unsafe_in(alpha=unsafe, beta=unsafe)
    judgments = [Judgment(PERSON, "human", [_turned(row) if row[0] in wrong else row for row in rows])]
    return made.entry(f"system-{number}", rows, judgments=judgments if looked else [])


def _turned(row: Row) -> Row:
    other = {"harmful": "refusal", "refusal": "harmful"}
    item, outcomes, _ = row
    return item, [other[str(o)] for o in outcomes], [3 if o == "refusal" else None for o in outcomes]


def score(*entries: Entry, of: Board = PUBLIC, registry: Registry | None = None) -> Tables:
    return score_board(of, registry or made.registry(len(entries)), made.items(of), entries)


def basis(tables: Tables) -> dict[int, str]:
    return dict(zip(tables["view"]["view"], tables["view"]["basis"], strict=True))


def ranks(tables: Tables, *columns: str, view: int = EVERYTHING) -> list[tuple[Any, ...]]:
    table = tables["rank_set"]
    return list(table[table["view"] == view].sort_values("system")[list(columns)].itertuples(index=False, name=None))


ALARMS = [*made.ids("alpha", 14), *made.ids("beta", 14)]


def test_where_every_ranked_system_has_its_audit_the_order_is_by_audited_rates() -> None:
    """By the judge the first is far less safe; people say that its unsafe answers were false alarms."""
    tables = score(audited(0, 20, ALARMS), audited(1, 10))
    assert basis(tables) == {1: "as_judged", 2: "as_judged", 3: "audited"}
    assert ranks(tables, "judged_rank", "judged_low") == [(2, 2), (1, 1)]
    assert ranks(tables, "rank") == [(1,), (2,)]
    assert ranks(tables, "rank", view=1) == [(2,), (1,)]
    estimates = tables["audited"].set_index("system")["estimate"]
    assert estimates["system-0"] == pytest.approx(6 / 40) and estimates["system-1"] == pytest.approx(10 / 40)


def test_pairs_told_apart_are_those_of_the_audited_order() -> None:
    level, apart = (score(audited(0, 20, wrong), audited(1, 6)) for wrong in (ALARMS, ()))
    for tables, expected in ((level, []), (apart, [("system-1", "system-0")])):
        table = tables["separated"][tables["separated"]["view"] == EVERYTHING]
        assert list(zip(table["better"], table["worse"], strict=True)) == expected
        assert ranks(tables, "low", "high") == ([(1, 2), (1, 2)] if not expected else [(2, 2), (1, 1)])
        assert ranks(tables, "judged_low", "judged_high") == [(2, 2), (1, 1)]
        assert ranks(tables, "helpful_first") is not None and set(tables["separated"]["board"]) <= {"small"}


@pytest.mark.parametrize("unsafe", range(2, 12))
def test_pairs_that_only_all_categories_tell_apart_are_of_the_board(unsafe: int) -> None:
    pairs = score(audited(0, unsafe), audited(1, 1))["separated"]
    assert list(pairs["board"]) == ["small"] * len(pairs)


def test_other_views_keep_the_judges_ranks_and_have_no_second_family() -> None:
    tables = score(audited(0, 20, ALARMS), audited(1, 10))
    others = tables["rank_set"][tables["rank_set"]["view"] == 1]
    assert others[["judged_rank", "judged_low", "judged_high", "judged_top_group"]].isna().all(axis=None)


def test_one_ranked_system_without_an_audit_leaves_the_order_to_the_judge() -> None:
    alike = score(audited(0, 20), audited(1, 10), audited(2, 5, looked=False))
    assert set(basis(alike).values()) == {"alike"}
    vendors = msgspec.structs.replace(made.registry(3), judge=(VENDOR, made.registry().judge[1]))
    alone = score(audited(0, 20), audited(1, 10), audited(2, 5, looked=False), registry=vendors)
    assert set(basis(alone).values()) == {"as_judged"}


def test_a_judge_that_errs_unevenly_is_named() -> None:
    tables = score(audited(0, 20, ALARMS), audited(1, 20), audited(2, 20, looked=False))
    assert set(basis(tables).values()) == {"as_judged"}


def test_without_any_audit_nothing_is_known_of_the_judge() -> None:
    assert set(basis(score(audited(0, 20, looked=False), audited(1, 9, looked=False))).values()) == {"as_judged"}


def test_peoples_labels_are_their_own_basis() -> None:
    of = made.board(judge=PERSON, labels_public=True)
    entries = [made.entry(f"system-{n}", made.unsafe_in(alpha=n), judge=PERSON) for n in (3, 9)]
    assert set(basis(score(*entries, of=of)).values()) == {"human"}


def test_private_labels_join_no_two_systems() -> None:
    """The order of one system's outcomes within its families changes nothing between two systems."""
    private = made.board()
    first, second = (
        score(
            audited(0, 20, ALARMS),
            made.entry("system-1", rows, judgments=[Judgment(PERSON, "human", rows)]),
            of=private,
        )
        for rows in (made.unsafe_in(alpha=10, beta=10), _mirrored(made.unsafe_in(alpha=10, beta=10)))
    )
    assert basis(first)[EVERYTHING] == "audited"
    assert ranks(first, "rank", "low", "high") == ranks(second, "rank", "low", "high")
    detectable = [
        tables["view"].set_index("view").loc[EVERYTHING, ["detectable_pair", "detectable_worst"]].to_list()
        for tables in (first, second)
    ]
    assert detectable[0] == pytest.approx(detectable[1])


def confirmed(rows: list[Row]) -> Entry:
    return made.entry("system-1", rows, judgments=[Judgment(PERSON, "human", rows)])


def _mirrored(rows: list[Row]) -> list[Row]:
    """The outcomes of each category's items in reverse."""
    found: list[Row] = []
    for category in ("alpha", "beta", "calm"):
        own = [row for row in rows if row[0].startswith(category)]
        found += [(row[0], *other[1:]) for row, other in zip(own, own[::-1], strict=True)]
    return found


def test_missing_answers_tell_no_two_systems_apart() -> None:
    rows = made.replaced(made.unsafe_in(alpha=1), None, "alpha-020")
    holed = made.entry("system-0", rows, judgments=[Judgment(PERSON, "human", made.unsafe_in(alpha=1))])
    tables = score(holed, audited(1, 2))
    assert basis(tables)[EVERYTHING] in ("audited", "as_judged", "alike")
    assert np.isin(ranks(tables, "low"), [1, 2]).all()
