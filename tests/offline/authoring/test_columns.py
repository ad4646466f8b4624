"""Columns get their role by name and shape; where two answers are possible, the maintainer is asked."""

import random
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.authoring import columns, reading
from leaderboard.offline.authoring.columns import Roles
from leaderboard.offline.authoring.reading import Options
from tests import labelled
from tests.canary import MARK

Rows = list[dict[str, Any]]


def choose(rows: Rows, *ignored: str, **stated: tuple[str, ...]) -> Roles:
    table = [columns.column(name, [row[name] or None for row in rows]) for name in rows[0]]
    return columns.choose(table, stated, ignored)


def refused(rows: Rows, **stated: tuple[str, ...]) -> list[str]:
    with pytest.raises(Refused) as raised:
        choose(rows, **stated)
    assert MARK not in str(raised.value)
    return [finding.place for finding in raised.value.findings]


def renamed(rows: Rows, **names: str) -> Rows:
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def test_generated_table_is_understood() -> None:
    assert choose(labelled.rows()) == {
        "item": ("item",),
        "system": ("model",),
        "family": ("scenario",),
        "category": ("topic",),
        "kind": ("kind",),
        "outcome": ("label",),
        "further": ("first",),
    }


@pytest.mark.parametrize("spelled", ["Item ID", "item-id", "PROMPT_ID", "Case"])
def test_names_are_compared_without_case_and_signs(spelled: str) -> None:
    assert choose(renamed(labelled.rows(), item=spelled))["item"] == (spelled,)


def test_items_and_systems_are_told_by_their_crossing() -> None:
    rows = renamed(labelled.rows(), item="x", model="y")
    assert (choose(rows)["item"], choose(rows)["system"]) == (("x",), ("y",))


def test_column_that_numbers_the_rows_is_no_item() -> None:
    rows = [{"id": str(number), **row} for number, row in enumerate(renamed(labelled.rows(), item="x"))]
    assert choose(rows)["item"] == ("x",)


@pytest.mark.parametrize(
    ("of", "option"), [("item", "--item"), ("model", "--system"), ("label", "--outcome"), ("topic", "--category")]
)
def test_role_that_nothing_shows_is_asked_for(of: str, option: str) -> None:
    rows = [
        {name: value for name, value in row.items() if name not in (of, "kind", "first")} for row in labelled.rows()
    ]
    assert option in refused(rows)


def test_everything_that_no_name_shows_is_asked_for_at_once() -> None:
    rows = renamed(labelled.rows()[1:], item="x", model="y", topic="z", label="w", kind="v")
    assert refused(rows) == ["--item", "--system", "--category", "--outcome"]


def test_stated_columns_are_taken_and_must_exist() -> None:
    assert choose(labelled.rows(), outcome=("first",))["outcome"] == ("first",)
    assert refused(labelled.rows(), outcome=(MARK,), kind=("nothing",)) == ["--outcome", "--kind"]


def test_ignored_columns_get_no_role() -> None:
    assert "family" not in choose(labelled.rows(), "scenario") and "further" not in choose(labelled.rows(), "first")


def test_kind_serves_as_category_where_there_is_no_other() -> None:
    rows = [{name: value for name, value in row.items() if name != "topic"} for row in labelled.rows()]
    assert choose(rows)["category"] == choose(rows)["kind"] == ("kind",)


def test_table_of_one_system_is_understood() -> None:
    rows = labelled.rows(models=["Lab/calm-1"])
    assert choose(rows) == choose(labelled.rows())


def test_category_may_have_one_value() -> None:
    rows = [{**row, "topic": "herbs"} for row in labelled.rows()]
    assert choose(rows)["category"] == ("topic",)


def test_text_is_never_a_label() -> None:
    texts = [{"outcome": f"{MARK} {number}", "category": f"{MARK} of {number % 72}"} for number in range(216)]
    rows = [{**row, **text} for row, text in zip(labelled.rows(), texts, strict=True)]
    assert choose(rows)["outcome"] == ("label",) and choose(rows)["category"] == ("topic",)


def repeated(rows: Rows, column: str, values: tuple[str, ...]) -> Rows:
    return [{**row, column: value} for row in rows for value in values]


@pytest.mark.parametrize(("column", "role"), [("run", "epoch"), ("annotator", "rater")])
def test_repeats_are_told_by_what_makes_rows_unique(column: str, role: str) -> None:
    rows = repeated(labelled.rows(), column, ("1", "2", "3"))
    random.Random(1).shuffle(rows)
    assert choose(rows)[role] == (column,)
    assert role not in choose(labelled.rows())
    assert refused(renamed(rows, **{column: "x"})) == ["--table"]


def test_epochs_of_several_raters_are_both_told() -> None:
    rows = repeated(repeated(labelled.rows(), "rater", ("a", "b")), "epoch", ("1", "2"))
    assert (choose(rows)["rater"], choose(rows)["epoch"]) == (("rater",), ("epoch",))


def test_column_that_only_looks_like_an_epoch_is_none() -> None:
    rows = [{**row, "sample": str(number % 2)} for number, row in enumerate(labelled.rows())]
    assert "epoch" not in choose(rows)


@pytest.mark.parametrize(
    ("name", "values", "harmful"),
    [
        ("kind", ["harmful", "benign"], {"harmful"}),
        ("kind", ["Unsafe", "Safe"], {"Unsafe"}),
        ("is_harmful", ["1", "0"], {"1"}),
        ("Unsafe", ["true", "false"], {"true"}),
        ("kind", ["1", "0"], None),
        ("kind", ["urgent", "routine"], None),
        ("kind", ["harmful", "odd"], None),
    ],
)
def test_kind_says_what_is_harmful_only_in_known_words(name: str, values: list[str], harmful: set[str] | None) -> None:
    assert columns.harmful_values(columns.column(name, [*values])) == harmful


REAL: list[tuple[str, Options, Roles]] = [
    (
        "medsafedx/scores.csv",
        Options(harmful=("urgent",)),
        {
            "item": ("item",),
            "system": ("model",),
            "kind": ("kind",),
            "category": ("category",),
            "outcome": ("decision",),
        },
    ),
    (
        "xstest/scores.parquet",
        Options(),
        {"item": ("item_id",), "system": ("model",), "kind": ("prompt_label",), "outcome": ("final_label",)},
    ),
    (
        "msts/scores.parquet",
        Options(
            where={"set": ("english_multimodal",)}, roles={"outcome": ("final_taxonomy",)}, ignored=("prompt_type",)
        ),
        {"item": ("item_id",), "system": ("model",), "family": ("case_id",), "category": ("category",)},
    ),
    (
        "multiturn_psb/scores.csv",
        Options(roles={"system": ("model", "setting", "guard", "run", "turn")}),
        {"item": ("item",), "category": ("category",), "outcome": ("score",)},
    ),
]


@pytest.mark.parametrize(("name", "options", "roles"), REAL)
def test_published_tables_are_read_as_their_mappings_read_them(
    shared: Path, name: str, options: Options, roles: Roles
) -> None:
    found = reading.read(shared / "data" / name, options).roles
    assert roles.items() <= found.items()
    if name.startswith("xstest"):
        assert found["further"] == ("human1", "human2", "gpt4_label", "strmatch_label")


def test_column_that_may_tell_harmful_items_from_benign_ones_is_asked_for() -> None:
    rows = renamed(labelled.rows(), kind="sort")
    assert refused(rows) == ["--kind"]
    assert choose(rows, kind=("sort",))["kind"] == ("sort",)
    assert "kind" not in choose(rows, "sort")


def test_one_column_has_one_role() -> None:
    assert "--outcome" in refused(labelled.rows(), outcome=("model",), system=("model",))
