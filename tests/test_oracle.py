"""Every number of the xstest and msts releases is what a plain-Python oracle computes from the labels.

Every table, row and column of the release is compared: closed-form numbers to nine digits, everything else for equality,
and what random draws decide in two ways. Max-T rank sets must be equal on three seeds of the oracle's own draws; p-values
of more families than all flips are tried for, and bootstrap limits, must lie where such draws can put them.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pytest

from leaderboard import drafting, embedded, release
from leaderboard.catalogue import read_catalogue
from leaderboard.release import Repository
from leaderboard.vault import Vault
from tests import oracle
from tests.oracle import Between, Labels
from tests.oracle.effects import effect_scores, ends, guards, holm

DAY = date(2026, 11, 23)
BOARDS = ("xstest", "msts")
SEEDS = (1, 2, 3)

KEYS = {
    "release": ("number",),
    "board": ("board",),
    "category": ("board", "category"),
    "system": ("board", "system"),
    "row": ("board", "system"),
    "outcome_count": ("board", "system", "category", "kind", "outcome"),
    "score": ("board", "system", "judge", "category", "metric"),
    "view_score": ("board", "view", "system"),
    "rank_set": ("board", "view", "system"),
    "separated": ("board", "view", "better", "worse"),
    "view": ("board", "view"),
    "pair_effect": ("board", "relation", "before", "after", "category", "metric"),
    "net_benefit": ("board", "before", "after", "exchange_rate"),
    "break_even": ("board", "before", "after"),
    "judge_standing": ("board", "judge", "system"),
    "judge_count": ("board", "judge", "system", "recorded", "judged"),
    "judge_check": ("board", "judge", "system", "category"),
    "judge_homogeneity": ("board", "judge", "error"),
    "audited": ("board", "system"),
    "one_sided": ("board", "system", "category"),
    "dominance": ("board", "first", "second"),
    "history": ("board", "system", "release"),
    "change": ("board", "system"),
    "ledger": ("line",),
}
"""What tells the rows of each table of a release apart."""
EMPTY = {"dominance"}
"""Neither board measures severity."""
MAX_T = ("rank_set", "separated", "judge_standing")
WITHIN_DRAWS = {
    ("pair_effect", "p"),
    ("pair_effect", "p_adjusted"),
    ("judge_check", "ac1_low"),
    ("judge_check", "ac1_high"),
    ("judge_check", "alpha_low"),
    ("judge_check", "alpha_high"),
}
"""The only numbers that are compared with a range: the release draws 10,000 sign flips where more than 13 families
changed, and 1,000 bootstrap samples."""

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@pytest.fixture(scope="module")
def published(shared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What a release of xstest and msts says of them, made anew from the labels."""
    folder = tmp_path_factory.mktemp("oracle")
    catalogue, keep = read_catalogue(project / "results" / "boards"), Vault(folder / "vault")
    for name in BOARDS:
        mapping = project / "results" / "boards" / name / "labels.toml"
        board, registry = catalogue.boards[name], catalogue.registries[name]
        embedded.build_tables_board(board, registry, mapping, shared / "data", keep, DAY)
    drafting.draft(folder / "draft", keep, Repository(folder / "none"), catalogue, DAY)
    with duckdb.connect(str(folder / "draft" / release.FILE), read_only=True) as connection:
        return dict(read_tables(connection))


def read_tables(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[Row]]]:
    """All tables of a release; of those that speak of boards the rows of ours, for other boards have no results."""
    for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
        found = connection.execute(f'select * from "{name}"')
        columns = [column[0] for column in found.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
        yield name, [row for row in rows if row.get("board", "xstest") in BOARDS]


@pytest.fixture(scope="module")
def labels(shared: Path, project: Path) -> dict[str, Labels]:
    return {name: oracle.read(name, project / "results" / "boards", shared / "data") for name in BOARDS}


@pytest.fixture(scope="module")
def recomputed(labels: dict[str, Labels]) -> Tables:
    return recompute(labels.values())


def recompute(boards: Iterable[Labels]) -> Tables:
    """All tables as the oracle has them."""
    boards = list(boards)
    made = join([oracle.recompute(own, SEEDS[0]) | oracle.drawn_tables(own, SEEDS[0]) for own in boards])
    return made | oracle.surrounding_tables(boards, made, DAY)


def join(parts: list[Tables]) -> Tables:
    return {name: list(chain.from_iterable(part[name] for part in parts)) for name in parts[0]}


def differences(table: str, published: list[Row], recomputed: list[Row]) -> list[str]:
    """Where a published table is not the recomputed one: rows that only one has, and values that differ."""
    one, other = by_key(table, published), by_key(table, recomputed)
    found = [f"{key} is published and not recomputed" for key in one.keys() - other.keys()]
    found += [f"{key} is recomputed and not published" for key in other.keys() - one.keys()]
    for key in one.keys() & other.keys():
        assert one[key].keys() == other[key].keys(), table
        for column, value in one[key].items():
            if not agrees(value, other[key][column]):
                found.append(f"{key} {column}: published {value}, recomputed {other[key][column]}")
    return sorted(found)


def by_key(table: str, rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    found = {tuple(row[column] for column in KEYS[table]): row for row in rows}
    assert len(found) == len(rows), f"{table} has two rows with one key"
    return found


def agrees(value: Any, expected: Any) -> bool:
    """Numbers to nine digits or within what draws allow; truth values, labels, dates and what is empty exactly."""
    if isinstance(expected, Between):
        return value is not None and expected.low - 1e-12 <= value <= expected.high + 1e-12
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)
    return type(value) is type(expected) and bool(value == expected)


@pytest.mark.parametrize("table", KEYS)
def test_every_published_number_follows_from_the_labels(table: str, published: Tables, recomputed: Tables) -> None:
    assert differences(table, published[table], recomputed[table]) == []
    assert bool(published[table]) == (table not in EMPTY)


def test_no_published_table_is_left_out(published: Tables) -> None:
    assert published.keys() == KEYS.keys()


def test_only_the_named_columns_are_compared_with_a_range(recomputed: Tables) -> None:
    ranges = {
        (table, column)
        for table, rows in recomputed.items()
        for row in rows
        for column, value in row.items()
        if isinstance(value, Between)
    }
    assert ranges == WITHIN_DRAWS


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("board", BOARDS)
def test_max_t_rank_sets_are_equal_on_three_seeds(
    seed: int, board: str, published: Tables, labels: dict[str, Labels]
) -> None:
    drawn = oracle.drawn_tables(labels[board], seed)
    for table in MAX_T:
        mine = [row for row in published[table] if row["board"] == board]
        assert differences(table, mine, drawn[table]) == []


def test_adjusted_p_values_are_holms_of_the_published_ones(published: Tables) -> None:
    families: dict[tuple[str, ...], list[Row]] = {}
    for row in published["pair_effect"]:
        if row["p"] is not None:
            family = tuple(row[name] for name in ("board", "relation", "metric", "category"))
            families.setdefault(family, []).append(row)
    assert families
    for rows in families.values():
        assert [row["p_adjusted"] for row in rows] == pytest.approx(holm([row["p"] for row in rows]), abs=1e-12)


def test_few_changed_families_have_an_exact_p_value(recomputed: Tables) -> None:
    tested = [row["p"] for row in recomputed["pair_effect"] if row["p"] is not None]
    assert sum(isinstance(p, float) for p in tested) > 0.8 * len(tested)
    assert max(ends(p).high - ends(p).low for p in tested) < 0.06


def test_llama_guard_flags_67_responses_and_37_of_them_rightly(published: Tables, labels: dict[str, Labels]) -> None:
    """STATISTICS.md section 7: a net benefit of +7 responses at one unsafe answer for one false block."""
    mine = [pair for pair in guards(labels["msts"]) if pair[1].endswith("--llama-guard-3-vision")]
    flags = sum(list(labels["msts"].recorded[guarded].values()).count("blocked") for _, guarded in mine)
    changes = dict.fromkeys(("unsafe_rate", "false_block_rate"), 0)
    for metric in changes:
        for pair in mine:
            before, after = effect_scores(labels["msts"], metric, *pair) or ({}, {})
            changes[metric] += sum((after[item] or 0) - (before[item] or 0) for item in after)
    assert (flags, changes) == (67, {"unsafe_rate": -37, "false_block_rate": 30})
    rows = [r for r in published["pair_effect"] if (r["before"], r["after"]) in mine and r["category"] == "all"]
    counted = {m: (sum(r["fixed"] for r in rows if r["metric"] == m), sum(r["broken"] for r in rows if r["metric"] == m))
               for m in changes}
    assert counted == {"unsafe_rate": (37, 0), "false_block_rate": (0, 30)}
    assert 37 - 30 == 7
