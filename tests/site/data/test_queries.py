"""Every question against a slow and obvious reading of the raw tables."""

import random
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from leaderboard.boards.board import HARDLY_HELPFUL, Board
from leaderboard.release import container
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.statistics import verdict
from tests import offered

BOARDS = offered.ranking()
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
    for name, table in container.decode(offered.file(offered.latest())).tables.items():
        tables[name] = [dict(zip(table, line, strict=True)) for line in zip(*table.values(), strict=True)]
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
    overall = [s for s in of(raw["score"], board=board.id, category="all") if s["estimate"] is not None]
    found = {line["system"]: line for line in lines(queries.standings(database, board))}
    for metric, column in (("helpful_rate", "helpful"), ("over_refusal_rate", "over_refusal")):
        scores = {s["system"]: s["estimate"] for s in of(overall, metric=metric) if s["judge"] == judges[s["system"]]}
        assert {system: line[column] for system, line in found.items() if line[column] is not None} == scores


@pytest.mark.parametrize("seed", range(5))
def test_a_selection_has_its_own_help_marks_and_weakest_categories(snapshot: Snapshot, seed: int) -> None:
    """With rates drawn near the limits of the marks, so that selections differ from the whole board both ways."""
    board, draw = snapshot.catalogue.boards["demo"], random.Random(seed)
    names = [category.id for category in board.risk_categories]
    chosen = draw.sample(names, draw.randint(1, 3))
    view, everything = queries.view_of(board, chosen), queries.view_of(board)
    database = Database(container.decode(offered.file(offered.latest())))
    with database.cursor() as cursor:
        for system in draw.sample([str(line["system"]) for line in lines(queries.standings(database, board))], 12):
            low, at, high = sorted(draw.choice([0.0, 0.02, 0.04, 0.05, 0.06, 0.3]) for _ in range(3))
            cursor.execute(
                "update view_score set helpful = ?, helpful_low = ?, helpful_high = ?, safe_by_blocking = ? where "
                'board = ? and "view" = ? and system = ?',
                [at, low, high, draw.random() < 0.5, board.id, view, system],
            )
            cursor.execute(
                "update score set ci_high = ? where board = ? and system = ? and metric = 'helpful_rate' and "
                "category = 'all'",
                [draw.choice([0.04, 0.06]), board.id, system],
            )
        tables = {
            name: cursor.execute(f"select * from {name} where board = ?", [board.id]).df()
            for name in ("score", "view_score", "row")
        }
    views = {line["system"]: line for line in of(lines(tables["view_score"]), view=view)}
    judges = {line["system"]: line["judge"] for line in lines(tables["row"])}
    own = [line for line in lines(tables["score"]) if line["judge"] == judges[line["system"]]]
    assert view != everything and len(views) > 12
    for line in lines(queries.standings(database, board, chosen)):
        scored, scores = views.get(line["system"]), of(own, system=line["system"])
        if scored is None:
            continue
        assert [line[name] for name in ("helpful", "helpful_low", "helpful_high")] == [
            scored[name] for name in ("helpful", "helpful_low", "helpful_high")
        ]
        [whole] = of(scores, metric="helpful_rate", category="all")
        hardly = whole["ci_high"] < HARDLY_HELPFUL and scored["helpful_low"] < HARDLY_HELPFUL
        assert line["hardly_helpful"] == (scored["helpful_high"] < HARDLY_HELPFUL or hardly)
        assert line["safe_by_blocking"] == scored["safe_by_blocking"]
        rates = {s["category"]: s["estimate"] for s in of(scores, metric="unsafe_rate") if s["category"] in chosen}
        worst = max(rates.values())
        assert list(line["weakest"]) == [name for name in names if worst > 0 and rates.get(name) == worst]
        assert line["weakest_safe"] == pytest.approx(1 - scored["worst"]) == pytest.approx(1 - worst)


def test_macro_and_item_weighted_rates_are_the_published_ones(database: Database, snapshot: Snapshot) -> None:
    found = queries.standings(database, snapshot.catalogue.boards["msts"])
    xgen = next(line for line in lines(found) if line["system"] == "xgen-mm-phi3-mini")
    assert f"{1 - xgen['safe']:.1%}" == "12.3%"
    assert f"{1 - xgen['item_weighted']:.1%}" == "14.0%"


def test_item_weighted_rate_belongs_to_the_whole_board_only(database: Database, snapshot: Snapshot) -> None:
    found = queries.standings(database, snapshot.catalogue.boards["msts"], ["other"])
    assert found["item_weighted"].isna().all()


def test_no_neighbours_on_msts_are_told_apart_and_some_other_pairs_are(database: Database, snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    ranked = queries.standings(database, board).query("ranked")["system"].tolist()
    pairs = queries.separated(database, board)
    assert pairs is not None
    apart = set(zip(pairs["better"], pairs["worse"], strict=True))
    assert len(ranked) == 10
    assert sum(step in apart for step in pairwise(ranked)) == 0 and apart


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
        [line] = lines(queries.detectable(database, board, chosen))
        assert (line["typical"], line["worst"]) == (view["detectable_all"], view.get("detectable_worst"))
        assert line["simultaneous"] == bool(view.get("simultaneous"))


def test_view_that_a_release_does_not_hold_is_known(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    database = Database(container.decode(offered.file(offered.latest())))
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
    assert queries.detectable(database, medharm).empty


def test_cells_are_one_metric_by_category(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    own = {
        system["system"]
        for system in of(raw["system"], board=board.id, evidence="run", condition=None)
        if system["kind"] != "reference" and system["rerun_of"] is None
    }
    judges = {row["system"]: row["judge"] for row in of(raw["row"], board=board.id)}
    expected = {
        (score["system"], score["category"]): score["estimate"]
        for score in of(raw["score"], board=board.id, metric="safe_rate")
        if score["system"] in own and score["judge"] == judges[score["system"]]
        if score["estimate"] is not None
    }
    found = lines(queries.cells(database, board, "safe_rate"))
    assert {(line["system"], line["category"]): line["estimate"] for line in found} == expected


def test_category_line_has_range_and_pairs(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    ranked = {row["system"] for row in of(raw["row"], board=board.id, ranked=True)}
    for category in board.risk_categories:
        [line] = lines(queries.category_spread(database, board, category.id))
        scores = of(raw["score"], board=board.id, metric="safe_rate", category=category.id)
        points = sorted(score["estimate"] for score in scores if score["system"] in ranked)
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


def test_looks_count_attempts_releases_and_changed_numbers(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    for row in of(raw["row"], board=board.id):
        [found] = lines(queries.looks(database, board, row["system"]))
        published = sorted(of(raw["history"], board=board.id, system=row["system"]), key=lambda line: line["release"])
        moved = [one["estimate"] != other["estimate"] for one, other in pairwise(published)]
        assert found == {"attempts": row["attempts"], "releases": len(published), "changed": sum(moved)}


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
    assert found["release"].tolist() == list(reversed(offered.numbers()))


LIMITS = (0.05, 0.1, 0.2)


def rows_of(raw: dict[str, list[Line]], board: Board) -> list[str]:
    return [row["system"] for row in of(raw["row"], board=board.id)]


def test_effects_are_the_declared_ones_of_either_side(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    declared = [line for line in of(raw["pair_effect"], board=board.id) if line["relation"] != "pair"]
    for system in rows_of(raw, board):
        mine = [line for line in declared if system in (line["before"], line["after"])]
        found = lines(queries.effects(database, board, system))
        keys = ("relation", "before", "after", "category", "metric", "delta", "fixed", "broken", "n")
        assert sorted([line[key] for key in keys] for line in found) == sorted(
            [other[key] for key in keys] for other in mine
        )
        for line in found:
            same = of(declared, relation=line["relation"], metric=line["metric"], category=line["category"])
            assert line["compared"] == len(same)
            [after] = of(raw["system"], board=board.id, system=line["after"])
            assert line["evidence"] == after["evidence"]
            methods = {a["system"]: a["method"] for a in of(raw["audited"], board=board.id)}
            assert line["judge_only"] is ("judge_only" in (methods[line["before"]], methods[line["after"]]))


def test_benefits_are_those_of_the_guarded_system(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    for system in rows_of(raw, board):
        found = lines(queries.benefits(database, board, system))
        gains = of(raw["net_benefit"], board=board.id, after=system)
        assert [line["exchange_rate"] for line in found] == sorted((g["exchange_rate"] for g in gains), reverse=True)
        for line in found:
            [gain] = of(gains, exchange_rate=line["exchange_rate"])
            [even] = of(raw["break_even"], board=board.id, after=system)
            assert (line["estimate"], line["helps"], line["shape"]) == (gain["estimate"], gain["helps"], even["shape"])
            assert line["p_adjusted"] == gain.get("p_adjusted")  # an old release has none
            assert (line["even"], line["even_low"]) == (even["estimate"], even["ci_low"])


def test_differences_turn_round_with_the_pair(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    pairs = of(raw["pair_effect"], board=board.id, relation="pair", category="all")
    for pair in (pairs[0], pairs[-1]):
        there = lines(queries.differences(database, board, pair["after"], pair["before"]))
        back = lines(queries.differences(database, board, pair["before"], pair["after"]))
        assert (there[0]["delta"], there[0]["n"]) == (pair["delta"], pair["n"])
        assert pair["fixed"] is None and pair["broken"] is None
        assert [line["category"] for line in there] == ["all", *(c.id for c in board.risk_categories)]
        for one, other in zip(there, back, strict=True):
            assert one["delta"] == -other["delta"]
            assert (one["ci_low"], one["ci_high"]) == (-other["ci_high"], -other["ci_low"])
            assert (one["is_safer"], other["is_safer"]) in [(None, None), (True, False), (False, True)]


def test_differences_are_told_apart_where_the_ranking_does(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    for pair in of(raw["pair_effect"], board=board.id, relation="pair", category="all")[:12]:
        for line in lines(queries.differences(database, board, pair["before"], pair["after"])):
            view = queries.view_of(board, [] if line["category"] == "all" else [line["category"]])
            split = {(s["better"], s["worse"]) for s in of(raw["separated"], board=board.id, view=view)}
            there, back = ((pair["before"], pair["after"]) in split, (pair["after"], pair["before"]) in split)
            assert line["is_safer"] is (there if there or back else None)


def test_comparable_are_those_with_a_pair(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    ranked = {row["system"] for row in of(raw["row"], board=board.id, ranked=True)}
    for system in ranked:
        assert queries.comparable(database, board, system) >= ranked - {system}
        assert system not in queries.comparable(database, board, system)


def test_other_judges_say_what_is_in_their_tables(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    for system in rows_of(raw, board):
        found = {line["judge"]: line for line in lines(queries.other_judges(database, board, system))}
        standings = {s["judge"]: s for s in of(raw["judge_standing"], board=board.id, system=system)}
        assert set(found) == set(standings)
        for judge, line in found.items():
            stands = standings[judge]
            assert line["safe"] == (None if stands["estimate"] is None else pytest.approx(1 - stands["estimate"]))
            assert (line["rank"], line["low"], line["high"]) == (stands["rank"], stands["low"], stands["high"])
            assert line["safe_bound_low"] == pytest.approx(1 - stands["bound_high"])
            assert line["family"] == len(of(raw["judge_standing"], board=board.id, judge=judge, ordered=True))
            checks = of(raw["judge_check"], board=board.id, judge=judge, category="all")
            for prefix, of_system in (("", system), ("all_", None)):
                check = next(iter(of(checks, system=of_system)), {"missed": None, "ac1": None})
                assert (line[f"{prefix}missed"], line[f"{prefix}ac1"]) == (check["missed"], check["ac1"])
            tests = of(raw["judge_homogeneity"], board=board.id, judge=judge)
            uneven = {each["error"] for each in tests if each["p_adjusted"] < 0.05}
            assert (line["misses_unevenly"], line["flags_unevenly"]) == ("missed" in uneven, "false_alarm" in uneven)


def test_judge_of_record_errs_unevenly_where_a_test_says_so(
    database: Database, raw: dict[str, list[Line]], snapshot: Snapshot
) -> None:
    tests = [line for line in raw["judge_homogeneity"] if line["p_adjusted"] is None or line["p_adjusted"] < 0.05]
    for id in BOARDS:
        judges = {line["judge"] for line in of(raw["board"], board=id)}
        uneven = any(line["judge"] in judges for line in of(tests, board=id))
        assert queries.errs_unevenly(database, snapshot.catalogue.boards[id]) is uneven
    assert queries.errs_unevenly(database, snapshot.catalogue.boards["demo"])


def test_audit_puts_the_judged_rate_beside_the_audited_one(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    audited = {line["system"]: line for line in of(raw["audited"], board=board.id)}
    judged = {s["system"]: s for s in of(raw["score"], board=board.id, category="all", metric="safe_rate")}
    for system, expected in audited.items():
        found = lines(queries.audit(database, board, system))
        assert bool(found) is (system in judged and judged[system]["estimate"] is not None)
        if not found:
            continue
        [line] = found
        assert (line["method"], line["audited"]) == (expected["method"], expected["audited"])
        assert line["judged"] == judged[system]["estimate"]
        known = expected["estimate"] is not None
        assert line["safe"] == (pytest.approx(1 - expected["estimate"]) if known else None)
        assert line["safe_low"] == (pytest.approx(1 - expected["ci_high"]) if known else None)


def test_audit_counts_are_those_of_the_people_who_looked(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    standing = {s["judge"] for s in of(raw["judge_standing"], board=board.id)}
    unsafe = {outcome.id for outcome in board.outcome if outcome.harmful.unsafe}
    for system in rows_of(raw, board):
        counts = [
            c
            for c in of(raw["judge_count"], board=board.id, system=system)
            if c["recorded"] is not None and c["judge"] not in standing
        ]
        found = lines(queries.audit_found(database, board, system))
        assert bool(found) is bool(counts)
        for line in found:
            for column, is_unsafe in (("count_if_unsafe", True), ("count_if_safe", False)):
                side = [c for c in counts if (c["recorded"] in unsafe) is is_unsafe]
                assert line[column] == sum(c["responses"] for c in side)
            both = [c for c in counts if c["recorded"] in unsafe and c["judged"] in unsafe]
            missed = [c for c in counts if c["recorded"] not in unsafe and c["judged"] in unsafe]
            assert line["found_unsafe"] == sum(c["responses"] for c in both)
            assert line["found_safe"] == sum(c["responses"] for c in missed)


def test_verdicts_are_those_of_the_statistics_on_the_wider_limits(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    """docs/statistics.md section 5; a row that only its judge vouches for has none."""
    for system in rows_of(raw, board):
        limits = {line["category"]: line for line in of(raw["one_sided"], board=board.id, system=system)}
        found = {line["category"]: line for line in lines(queries.verdicts(database, board, system, LIMITS))}
        assert set(found) == set(limits)
        for category, line in found.items():
            ends, audited = (
                limits[category],
                of(raw["audited"], board=board.id, system=system)[0]["method"] == "audited",
            )
            # Releases before schema 4 took PPV and FOR of the whole board for those of a category.
            assumed = "whole_board" if audited and category != "all" else None
            if ends["aware_low"] is None or (ends.get("method") or assumed) == "whole_board":
                assert list(line["verdicts"]) == [None] * len(LIMITS)
                continue
            low, high = min(ends["low"], ends["aware_low"]), max(ends["high"], ends["aware_high"])
            assert (line["low"], line["high"]) == (low, high)
            assert list(line["verdicts"]) == [verdict(low, high, limit).replace(" ", "_") for limit in LIMITS]


def test_rerun_noise_is_that_of_the_safe_rate(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    for score in of(raw["score"], board=board.id, category="all", metric="safe_rate"):
        assert queries.rerun_error(database, board, score["system"]) == score["rerun_error"]


def test_dominance_is_seen_from_the_system(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    turned = {"safer": "less_safe", "less_safe": "safer"}
    for system in rows_of(raw, board)[:5]:
        found = {line["system"]: line["relation"] for line in lines(queries.dominance(database, board, system))}
        expected = {d["second"]: d["relation"] for d in of(raw["dominance"], board=board.id, first=system)}
        expected |= {
            d["first"]: turned.get(d["relation"], d["relation"])
            for d in of(raw["dominance"], board=board.id, second=system)
        }
        assert found == expected


def test_rank_set_is_as_wide_as_the_pairs_that_are_not_told_apart(
    database: Database, raw: dict[str, list[Line]], board: Board
) -> None:
    """So the leaderboard can say the number where a release keeps no pairs."""
    for chosen in ([], [board.risk_categories[0].id]):
        pairs = lines(queries.separated(database, board, chosen))
        ranked = [line for line in lines(queries.standings(database, board, chosen)) if line["ranked"]]
        for line in ranked:
            apart = sum(line["system"] in (pair["better"], pair["worse"]) for pair in pairs)
            assert line["high"] - line["low"] == len(ranked) - 1 - apart


def test_judge_only_rows_are_known(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    expected = {line["system"] for line in of(raw["audited"], board=board.id, method="judge_only")}
    found = lines(queries.standings(database, board))
    assert {line["system"] for line in found if line["judge_only"]} == expected
    for line in found:
        [own] = lines(queries.provenance(database, board, line["system"]))
        assert own["judge_only"] is line["judge_only"]


def test_category_line_has_its_smallest_limit(database: Database, raw: dict[str, list[Line]], board: Board) -> None:
    for category in board.risk_categories:
        [line] = lines(queries.category_spread(database, board, category.id))
        limits = {o["smallest"] for o in of(raw["one_sided"], board=board.id, category=category.id)}
        assert {line["smallest"]} == limits
