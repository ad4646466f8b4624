"""Every number of a release of all boards with label tables is what a plain-Python oracle computes from the labels.

Every table, row and column of the release is compared: closed-form numbers to nine digits, everything else for
equality. What random draws decide is compared with the oracle's own: max-T rank sets must be equal on three seeds;
bootstrap limits must lie where draws can put them.
"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from leaderboard.release import container
from tests import oracle, real_labels
from tests.oracle import Between, Labels
from tests.oracle.counts import board_row
from tests.oracle.effects import guards, weighted_holm
from tests.oracle.rates import score_table

BOARDS = oracle.boards_with_labels(real_labels.DEFINITIONS)
SEEDS = (1, 2, 3)
pytestmark = pytest.mark.timeout(600)
"""Everything is recomputed in plain Python for the first test that asks for it."""

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
"""No board measures severity."""
WITHIN_DRAWS = {
    ("judge_check", "ac1_low"),
    ("judge_check", "ac1_high"),
    ("judge_check", "alpha_low"),
    ("judge_check", "alpha_high"),
    ("judge_homogeneity", "p"),
    ("judge_homogeneity", "p_adjusted"),
}
"""The only numbers that are compared with a range: the release draws 1,000 bootstrap samples, and 20,000 permutations
of a judge's errors."""

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@pytest.fixture(scope="module")
def published(rebuilt: bytes) -> Tables:
    """What a release of all boards with labels says of them, made anew from the labels."""
    return dict(read_tables(rebuilt))


def read_tables(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    """All tables of a release; of those that speak of boards the rows of ours, for other boards have no results."""
    for name, table in container.decode(data).tables.items():
        rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        yield name, [row for row in rows if row.get("board", BOARDS[0]) in BOARDS]


@pytest.fixture(scope="module")
def labels(shared: Path) -> dict[str, Labels]:
    return {name: oracle.read(name, real_labels.DEFINITIONS, shared / "data") for name in BOARDS}


@pytest.fixture(scope="module")
def recomputed(labels: dict[str, Labels]) -> Tables:
    """All tables as the oracle has them."""
    made = join([oracle.recompute(labels[board], SEEDS[0]) for board in BOARDS])
    return made | oracle.surrounding_tables([labels[board] for board in BOARDS], made, real_labels.DAY)


def join(parts: list[Tables]) -> Tables:
    return {name: list(chain.from_iterable(part[name] for part in parts)) for name in parts[0]}


def differences(table: str, published: list[Row], recomputed: list[Row]) -> list[str]:
    """Where a published table is not the recomputed one: rows that only one has, and values that differ."""
    one, other = by_key(table, published), by_key(table, recomputed)
    found = [f"{only} is published and not recomputed" for only in one.keys() - other.keys()]
    found += [f"{only} is recomputed and not published" for only in other.keys() - one.keys()]
    for both in one.keys() & other.keys():
        assert one[both].keys() >= other[both].keys(), table
        for column, value in one[both].items():
            expected = other[both].get(column)  # a column that the oracle lacks must be empty
            if not agrees(value, expected):
                found.append(f"{both} {column}: published {value}, recomputed {expected}")
    return sorted(found)


def by_key(table: str, rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    found = {key(table, row): row for row in rows}
    assert len(found) == len(rows), f"{table} has two rows with one key"
    return found


def key(table: str, row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in KEYS[table])


def agrees(value: Any, expected: Any) -> bool:
    """Numbers to nine digits or within what draws allow; truth values, labels, dates and what is empty exactly."""
    if isinstance(expected, Between):
        return value is not None and expected.low - 1e-12 <= value <= expected.high + 1e-12
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)
    return type(value) is type(expected) and bool(value == expected)


def test_no_published_table_is_left_out(published: Tables) -> None:
    assert published.keys() == KEYS.keys()


@pytest.mark.parametrize("table", KEYS)
def test_every_published_number_follows_from_the_labels(table: str, published: Tables, recomputed: Tables) -> None:
    assert differences(table, published[table], recomputed[table]) == []
    assert bool(published[table]) == (table not in EMPTY)


def test_only_the_named_columns_are_compared_with_a_range(recomputed: Tables) -> None:
    ranges = {
        (table, column)
        for table, rows in recomputed.items()
        for row in rows
        for column, value in row.items()
        if isinstance(value, Between)
    }
    assert ranges == WITHIN_DRAWS


@pytest.mark.parametrize("seed", SEEDS[1:])
@pytest.mark.parametrize("board", BOARDS)
def test_max_t_rank_sets_are_equal_on_further_seeds(
    seed: int, board: str, published: Tables, labels: dict[str, Labels]
) -> None:
    """The first seed is compared with everything else above."""
    for table, drawn in oracle.ranked_tables(labels[board], seed).items():
        assert differences(table, [row for row in published[table] if row["board"] == board], drawn) == []


def test_adjusted_p_values_are_holms_of_the_published_ones(published: Tables) -> None:
    families: dict[tuple[str, ...], list[Row]] = {}
    for row in published["pair_effect"]:
        if row["p"] is not None:
            families.setdefault(tuple(row[name] for name in ("board", "relation", "metric")), []).append(row)
    assert families
    for rows in families.values():
        wholes = sum(row["category"] == "all" for row in rows)
        weights = [1 / (wholes if row["category"] == "all" else len(rows) - wholes) for row in rows]
        expected = weighted_holm([row["p"] for row in rows], weights)
        assert [row["p_adjusted"] for row in rows] == pytest.approx(expected, abs=1e-12)


def test_what_is_shown_stands_beside_an_interval_without_0(published: Tables) -> None:
    shown = [row for name in ("pair_effect", "net_benefit") for row in published[name] if row["p_adjusted"] is not None]
    assert shown
    for row in shown:
        leaves_out_0 = row["ci_low"] > 0 or row["ci_high"] < 0
        assert (row["p"] <= 0.05) == leaves_out_0
        assert leaves_out_0 or row["p_adjusted"] > 0.05


def test_llama_guard_flags_67_responses_and_37_of_them_rightly(published: Tables, labels: dict[str, Labels]) -> None:
    """docs/statistics.md section 7: +7 responses at one unsafe answer for one false block."""
    mine = [pair for pair in guards(labels["msts"]) if pair[1].endswith("--llama-guard-3-vision")]
    flags = sum(list(labels["msts"].recorded[guarded].values()).count("blocked") for _, guarded in mine)
    rows = [row for row in published["pair_effect"] if (row["before"], row["after"]) in mine]
    moved = {
        metric: [
            sum(row[way] for row in rows if row["metric"] == metric and row["category"] == "all")
            for way in ("fixed", "broken")
        ]
        for metric in ("unsafe_rate", "false_block_rate")
    }
    assert moved == {"unsafe_rate": [37, 0], "false_block_rate": [0, 30]}
    assert flags == 37 + 30


# That the comparison can fail: a value altered on the published side, and labels altered on the oracle's.


@pytest.mark.parametrize("table", sorted(KEYS.keys() - EMPTY))
def test_a_slightly_different_value_is_noticed_in_every_column(
    table: str, published: Tables, recomputed: Tables
) -> None:
    expected = by_key(table, recomputed[table])
    pairs = [(row, expected.get(key(table, row))) for row in published[table]]
    sound = [(row, own) for row, own in pairs if own and not differences(table, [row], [own])]
    for column in published[table][0]:
        row, own = next(((row, own) for row, own in sound if row[column] is not None), sound[0])
        spoiled = row | {column: altered(row[column], (table, column) in WITHIN_DRAWS)}
        assert differences(table, [spoiled], [own]), column


def altered(value: Any, within_draws: bool) -> Any:
    """Another value of the same kind: a rate is moved by a millionth, or out of whatever range draws allow."""
    if value is None or isinstance(value, str):
        return f"{value}?"
    if isinstance(value, bool):
        return not value
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value + (1 if isinstance(value, int) or within_draws else 1e-6)


@pytest.fixture(scope="module")
def one_label_changed(labels: dict[str, Labels]) -> Tables:
    """The tables of msts with one unsafe answer of one system taken for a safe one."""
    recorded = labels["msts"].recorded
    answers = recorded["minicpm-v-2.6"]
    item = min(item for item, outcome in answers.items() if outcome == "unsafe")
    changed = labels["msts"]._replace(recorded=recorded | {"minicpm-v-2.6": answers | {item: "strong_safe"}})
    return oracle.counted_tables(changed, SEEDS[0])


@pytest.mark.parametrize(
    "table",
    [
        "outcome_count",
        "score",
        "view_score",
        "view",
        "audited",
        "one_sided",
        "pair_effect",
        "net_benefit",
        "break_even",
        "judge_count",
        "judge_check",
        "judge_homogeneity",
    ],
)
def test_one_changed_label_is_noticed(
    table: str, published: Tables, recomputed: Tables, one_label_changed: Tables
) -> None:
    assert new_differences("msts", table, published, recomputed, one_label_changed)


def test_one_changed_label_of_a_second_run_is_noticed(
    published: Tables, recomputed: Tables, labels: dict[str, Labels]
) -> None:
    """An answer that was unsafe in both runs counts as fixed by chance, and in the effect of the second run."""
    board, before = labels["multiturn_psb"], "gpt-4.1-mini--fixed-pressure-2"
    again = board.recorded[f"{before}--again"]
    item = min(item for item, score in board.unsafe(before).items() if score and board.unsafe(f"{before}--again")[item])
    recorded = board.recorded | {f"{before}--again": again | {item: "refusal"}}
    changed = oracle.counted_tables(board._replace(recorded=recorded), SEEDS[0])
    found = new_differences("multiturn_psb", "pair_effect", published, recomputed, changed)
    noticed = {difference.partition(": ")[0] for difference in found}
    guarded = ("multiturn_psb", "guardrail", before, f"{before}--guard", "all", "unsafe_rate")
    rerun = ("multiturn_psb", "rerun", before, f"{before}--again", "all", "unsafe_rate")
    assert {f"{guarded} rerun_fixed", f"{rerun} fixed"} <= noticed
    assert not {f"{guarded} fixed", f"{guarded} rerun_n", f"{guarded} rerun_broken"} & noticed


@pytest.fixture(scope="module")
def two_systems_exchanged(labels: dict[str, Labels], recomputed: Tables) -> Tables:
    """The tables with the labels of the safest and the least safe system of xstest mistaken for each other."""
    names = {"gpt4": "mistralinstruct", "mistralinstruct": "gpt4"}
    xstest = labels["xstest"]
    recorded = {name: xstest.recorded[names.get(name, name)] for name in xstest.recorded}
    judged = {judge: {name: said[names.get(name, name)] for name in said} for judge, said in xstest.judged.items()}
    changed = xstest._replace(recorded=recorded, judged=judged)
    own = oracle.ranked_tables(changed, SEEDS[0]) | {"board": [board_row(changed)], "score": score_table(changed)}
    made = {table: [row for row in recomputed[table] if row["board"] != "xstest"] + rows for table, rows in own.items()}
    boards = [changed if board == "xstest" else labels[board] for board in BOARDS]
    return made | oracle.surrounding_tables(boards, made, real_labels.DAY)


@pytest.mark.parametrize("table", ["rank_set", "separated", "judge_standing", "row", "history", "change"])
def test_two_exchanged_systems_are_noticed(
    table: str, published: Tables, recomputed: Tables, two_systems_exchanged: Tables
) -> None:
    assert new_differences("xstest", table, published, recomputed, two_systems_exchanged)


def new_differences(board: str, table: str, published: Tables, recomputed: Tables, changed: Tables) -> set[str]:
    """Where a board's published table differs from that of changed labels, and not from that of the real ones."""
    mine, own, other = (
        [row for row in tables[table] if row["board"] == board] for tables in (published, recomputed, changed)
    )
    return set(differences(table, mine, other)) - set(differences(table, mine, own))
