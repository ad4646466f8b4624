"""Every question against a slow and obvious reading of the raw tables."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from leaderboard import queries
from leaderboard.board import Board
from leaderboard.database import Database
from leaderboard.updater import Snapshot
from tests import offered

BOARDS = ("xstest", "msts", "demo")
Line = dict[str, Any]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return offered.current(offered.EMBEDDED)


@pytest.fixture(scope="module")
def database(snapshot: Snapshot) -> Database:
    return snapshot.database


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Line]]:
    """The tables of the file as lists of dicts."""
    tables: dict[str, list[Line]] = defaultdict(list)
    with duckdb.connect(str(offered.target(offered.EMBEDDED, 3)), read_only=True) as source:
        for (name,) in source.execute("show tables").fetchall():
            found = source.execute(f'select * from "{name}"')
            columns = [column[0] for column in found.description]
            tables[name] = [dict(zip(columns, line, strict=True)) for line in found.fetchall()]
    return tables


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest, snapshot: Snapshot) -> Board:
    return snapshot.catalogue.boards[request.param]


def lines(frame: pd.DataFrame) -> list[Line]:
    return [
        {str(k): None if pd.api.types.is_scalar(v) and pd.isna(v) else v for k, v in line.items()}
        for line in frame.to_dict("records")
    ]


def of(table: list[Line], **values: object) -> list[Line]:
    return [line for line in table if all(line[name] == value for name, value in values.items())]


def test_view_has_one_bit_per_risk_category(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    names = [category.id for category in board.risk_categories]
    assert queries.view_of(board) == queries.view_of(board, names) == 0b11111
    assert [queries.view_of(board, [name]) for name in names] == [1, 2, 4, 8, 16]
    assert queries.view_of(board, [names[3], names[0]]) == 0b1001


def test_benign_types_have_no_bit(snapshot: Snapshot) -> None:
    assert queries.view_of(snapshot.catalogue.boards["xstest"]) == 2**8 - 1


@pytest.mark.parametrize("size", [0, 1, 2])
def test_standings_are_every_row_safest_first(
    database: Database, raw: dict[str, list[Line]], board: Board, size: int
) -> None:
    chosen = [category.id for category in board.risk_categories][:size]
    view = {"board": board.id, "view": queries.view_of(board, chosen)}
    scores = {line["system"]: line for line in of(raw["view_score"], **view)}
    rank_sets = {line["system"]: line for line in of(raw["rank_set"], **view)}
    rows = {line["system"]: line for line in of(raw["row"], board=board.id)}
    found = lines(queries.standings(database, board, chosen))
    ranks = [line["rank"] for line in found if line["rank"] is not None]
    assert (ranks, {line["system"] for line in found}) == (sorted(ranks), set(rows))
    for line in found:
        row, score, rank_set = (table.get(line["system"]) for table in (rows, scores, rank_sets))
        assert row
        assert [line[name] for name in ("tier", "ranked", "reason")] == [row[n] for n in ("tier", "ranked", "reason")]
        assert line["safe"] == (pytest.approx(1 - score["estimate"]) if score else None)
        assert line["safe_low"] == (pytest.approx(1 - score["ci_high"]) if score else None)
        expected = (
            [rank_set[name] for name in ("rank", "low", "high", "top_group")] if rank_set else [None] * 3 + [False]
        )
        assert [line[name] for name in ("rank", "low", "high", "top_group")] == expected


def test_further_metrics_stand_beside_the_headline(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    judges = {row["system"]: row["judge"] for row in of(raw["row"], board=board.id)}
    overall = of(raw["score"], board=board.id, category="all")
    found = {line["system"]: line for line in lines(queries.standings(database, board))}
    for metric, column in (("helpful_rate", "helpful"), ("over_refusal_rate", "over_refusal")):
        scores = {s["system"]: s["estimate"] for s in of(overall, metric=metric) if s["judge"] == judges[s["system"]]}
        assert {system: line[column] for system, line in found.items() if line[column] is not None} == scores


def test_macro_and_item_weighted_rates_are_the_published_ones(database: Database, snapshot: Snapshot) -> None:
    found = queries.standings(database, snapshot.catalogue.boards["msts"])
    xgen = next(line for line in lines(found) if line["system"] == "xgen-mm-phi3-mini")
    assert f"{1 - xgen['safe']:.1%}" == "12.3%"
    assert f"{1 - xgen['item_weighted']:.1%}" == "14.0%"


def test_item_weighted_rate_belongs_to_the_whole_board_only(database: Database, snapshot: Snapshot) -> None:
    found = queries.standings(database, snapshot.catalogue.boards["msts"], ["other"])
    assert found["item_weighted"].isna().all()


def test_one_of_nine_neighbours_on_msts_is_told_apart(database: Database, snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    ranked = queries.standings(database, board).query("ranked")["system"].tolist()
    pairs = queries.separated(database, board)
    assert pairs is not None
    apart = set(zip(pairs["better"], pairs["worse"], strict=True))
    assert len(ranked) == 10
    assert sum(step in apart for step in pairwise(ranked)) == 1


def test_pairs_are_kept_for_all_categories_and_for_single_ones(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    names = [category.id for category in board.risk_categories]
    for chosen in ([], names[:1]):
        pairs = queries.separated(database, board, chosen)
        assert pairs is not None
        expected = of(raw["separated"], board=board.id, view=queries.view_of(board, chosen))
        assert {(p["better"], p["worse"]) for p in lines(pairs)} == {(p["better"], p["worse"]) for p in expected}
    assert queries.separated(database, board, names[:2]) is None


def test_detectable_difference_is_that_of_the_view(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    first = board.risk_categories[0].id
    for chosen in ([], [first]):
        [view] = of(raw["view"], board=board.id, view=queries.view_of(board, chosen))
        assert queries.detectable(database, board, chosen) == view["detectable_all"]


def test_view_that_a_release_does_not_hold_is_known(snapshot: Snapshot, tmp_path: Path) -> None:
    board = snapshot.catalogue.boards["msts"]
    database = Database(offered.target(offered.EMBEDDED, 3))
    pair = ["violent_crimes", "other"]
    assert queries.has_view(database, board, pair)
    with database.cursor() as cursor:
        cursor.execute('delete from view_score where bit_count("view") = 2')
    trimmed = database
    assert queries.has_view(trimmed, board)
    assert not queries.has_view(trimmed, board, ["violent_crimes", "suicide_self_harm"])


def test_awaiting_board_has_no_rows(database: Database, snapshot: Snapshot) -> None:
    medharm = snapshot.catalogue.boards["medharm"]
    assert queries.standings(database, medharm).empty
    assert not queries.has_rows(database, medharm)
    assert queries.has_rows(database, snapshot.catalogue.boards["demo"])
    assert queries.detectable(database, medharm) is None


def test_cells_are_one_metric_by_category(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    simulated = {s["system"] for s in of(raw["system"], board=board.id) if s["evidence"] == "simulated"}
    judges = {row["system"]: row["judge"] for row in of(raw["row"], board=board.id)}
    expected = {
        (score["system"], score["category"]): score["estimate"]
        for score in of(raw["score"], board=board.id, metric="safe_rate")
        if score["system"] not in simulated and score["judge"] == judges[score["system"]]
    }
    found = lines(queries.cells(database, board, "safe_rate"))
    assert {(line["system"], line["category"]): line["estimate"] for line in found} == expected


def test_category_line_has_range_and_pairs(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    ranked = {row["system"] for row in of(raw["row"], board=board.id, ranked=True)}
    for category in board.risk_categories:
        [line] = lines(queries.category_spread(database, board, category.id))
        scores = of(raw["score"], board=board.id, metric="safe_rate", category=category.id)
        points = sorted(score["estimate"] for score in scores if score["system"] in ranked)
        assert queries.category_points(database, board, category.id) == points
        assert (line["lowest"], line["highest"], line["systems"]) == (points[0], points[-1], len(ranked))
        view = queries.view_of(board, [category.id])
        assert line["told_apart"] == len(of(raw["separated"], board=board.id, view=view))


def test_profile_has_the_group_beside_the_system(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    system = lines(queries.standings(database, board))[0]["system"]
    [own] = of(raw["system"], board=board.id, system=system)
    ranked = {row["system"] for row in of(raw["row"], board=board.id, ranked=True)}
    group = {s["system"] for s in of(raw["system"], board=board.id, group=own["group"])} & ranked - {system}
    for line in lines(queries.profile(database, board, system)):
        scores = of(raw["score"], board=board.id, metric="safe_rate", category=line["category"])
        assert sorted(line["peers"]) == sorted(score["estimate"] for score in scores if score["system"] in group)


def test_outcome_shares_make_a_whole(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    system = lines(queries.standings(database, board))[0]["system"]
    found = lines(queries.outcomes(database, board, system))
    for kind in {line["kind"] for line in found}:
        of_kind = [line for line in found if line["kind"] == kind]
        assert sum(line["share"] for line in of_kind) == pytest.approx(1)
        counted = of(raw["outcome_count"], board=board.id, system=system, kind=kind)
        assert sum(line["responses"] for line in of_kind) == sum(count["responses"] for count in counted)


def test_neighbours_are_every_other_ranked_system_once(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    everything = queries.view_of(board)
    pairs = {(p["better"], p["worse"]) for p in of(raw["separated"], board=board.id, view=everything)}
    ranked = {row["system"] for row in of(raw["row"], board=board.id, ranked=True)}
    for system in sorted(ranked)[:4]:
        found = {line["system"]: line["relation"] for line in lines(queries.neighbours(database, board, system))}
        assert set(found) == ranked - {system}
        for other, relation in found.items():
            expected = "safer" if (other, system) in pairs else "less_safe" if (system, other) in pairs else "level"
            assert relation == expected


def test_system_that_is_not_ranked_has_no_neighbours(database: Database, snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    assert queries.neighbours(database, board, "gpt-4o--llavaguard-1.2").empty


def test_history_is_oldest_first(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    system = lines(queries.standings(database, board))[0]["system"]
    found = lines(queries.history(database, board, system))
    published = sorted(of(raw["history"], board=board.id, system=system), key=lambda line: line["release"])
    assert [line["release"] for line in found] == [line["release"] for line in published]
    assert [line["safe"] for line in found] == [pytest.approx(1 - line["estimate"]) for line in published]


def test_ledger_and_changes_are_of_the_board(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    ledger = lines(queries.ledger(database, board))
    assert [line["line"] for line in ledger] == sorted(
        (e["line"] for e in of(raw["ledger"], board=board.id)), reverse=True
    )
    changes = lines(queries.changes(database, board))
    assert {line["system"] for line in changes} == {change["system"] for change in of(raw["change"], board=board.id)}


def test_boards_and_release_are_counted(database: Database, raw: dict[str, list[Line]]) -> None:
    for line in lines(queries.boards(database)):
        assert line["rows"] == len(of(raw["row"], board=line["board"]))
    assert lines(queries.release(database))[0]["number"] == raw["release"][0]["number"]


def test_releases_are_latest_first(database: Database, snapshot: Snapshot) -> None:
    found = queries.releases(database, snapshot.catalogue.boards["demo"])
    assert found["release"].tolist() == [3, 2, 1]
