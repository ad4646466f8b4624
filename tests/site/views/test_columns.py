"""One list of columns, which the table, the sort orders and the downloads follow."""

import json
import subprocess
import sys
from typing import get_args, get_type_hints

import pandas as pd
import pytest
from msgspec.structs import fields

from leaderboard.site import exports
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.ranking import COLUMNS as EXPORTED
from leaderboard.site.views.columns import BY_ID, COLUMNS, RATES, Column, drawn, unmeasured
from leaderboard.site.views.sentences import listing, opening
from tests.conftest import PROJECT
from tests.site.conftest import Shown

HINTS = get_type_hints(Standing)


def test_every_column_shows_a_field_of_a_row() -> None:
    assert {column.source for column in COLUMNS} <= {field.name for field in fields(Standing)}


@pytest.mark.parametrize("name", ["id", "source", "sort_label", "reverse_label", "export"])
def test_no_two_columns_are_called_the_same(name: str) -> None:
    values = [getattr(column, name) for column in COLUMNS]
    assert all(values) and len(values) == len(set(values))
    assert list(BY_ID) == [column.id for column in COLUMNS]


def test_what_is_a_rate_is_explained_and_nothing_else_is() -> None:
    rates = [column for column in COLUMNS if Rate in get_args(HINTS[column.source])]
    assert rates == RATES
    assert {"safe", "weakest", "helpful", "refusal"} <= {column.id for column in RATES}


def test_what_some_board_does_not_measure_has_a_word_for_it(boards: dict[str, Shown]) -> None:
    for shown in boards.values():
        for column in COLUMNS:
            assert column.is_measured(shown.board) or column.subject
        assert len(unmeasured(shown.board)) == sum(not column.is_measured(shown.board) for column in COLUMNS)
    assert [column.id for column in drawn(boards["msts"].board)][:4] == ["rank", "name", "safe", "weakest"]
    assert unmeasured(boards["msts"].board)[:2] == ["helpfulness", "over-refusal"]


def test_what_a_board_measures_is_in_its_rows_and_what_it_does_not_is_not(boards: dict[str, Shown]) -> None:
    for shown in boards.values():
        for column in RATES:
            known = [row for row in shown.standings() if row.ranked and getattr(row, column.source)]
            assert bool(known) is (column.is_measured(shown.board) and bool(shown.standings()))


@pytest.mark.parametrize("column", RATES, ids=lambda column: column.id)
def test_every_rate_is_downloaded_with_its_interval_and_its_items(
    snapshot: Snapshot, boards: dict[str, Shown], column: Column
) -> None:
    names = [column.export + ending for ending in ("", "_ci_low", "_ci_high", "_n")]
    exported = [each.name for each in EXPORTED]
    at = exported.index(column.export)
    assert exported[at : at + 4] == names
    assert EXPORTED[at].meaning == column.meaning
    for shown in boards.values():
        frame = exports.leaderboard(snapshot, shown.board, shown.names).frame
        for row, values in zip(shown.standings(), frame[names].itertuples(index=False), strict=True):
            rate = getattr(row, column.source)
            assert list(values) == list(rate) if rate else all(map(pd.isna, values))


def test_every_column_is_downloaded_under_its_name() -> None:
    assert {column.export for column in COLUMNS} <= {each.name for each in EXPORTED}


ENTRY = """
    Column(
        "answered", "answered", "Answered", "Answered, most first", "Answered, least first", "answered_rate",
        is_measured=lambda board: any(category.benign_items for category in board.category),
        subject="answers", meaning="Share of harmless prompts that are answered.",
    ),
"""
DRAWN = """
import importlib.util, json, sys

spec = importlib.util.find_spec("leaderboard.site.views.columns")
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
text, end = spec.loader.get_source(spec.name), "\\n)\\nBY_ID = "
assert text.count(end) == 1
exec(compile(text.replace(end, sys.argv[1].rstrip() + end), spec.origin, "exec"), module.__dict__)

from leaderboard.site import exports
from leaderboard.site.data.updater import store
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import visit_of
from leaderboard.site.views.sorting import SORTS
from tests import offered

visit = visit_of(store(offered.EMBEDDED), {"board": ["xstest"], "sort": ["-answered"]})
unmeasured = visit_of(store(offered.EMBEDDED), {"board": ["msts"]})
exported = exports.leaderboard(visit.snapshot, visit.board, visit.names, visit.address.chosen())
print(json.dumps({
    "markup": view_of(visit).markup,
    "unmeasured": view_of(unmeasured).markup,
    "sort": visit.address.sort,
    "sorts": SORTS,
    "exported": [column.name for column in exported.columns],
    "rates": exported.frame["answered_rate"].dropna().tolist(),
}))
"""
"""In a process of its own the list has one entry more before anything reads it."""


def test_a_further_column_needs_only_its_entry(msts: Shown) -> None:
    run = subprocess.run([sys.executable, "-c", DRAWN, ENTRY], cwd=PROJECT, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    markup = found["markup"]
    assert '<span class="mh-by">Answered</span>' in markup
    assert markup.count('data-label="Answered"') == markup.count("data-at=") > 1
    assert '<option value="-answered" selected hidden>Answered, least first</option>' in markup
    assert 'aria-sort="ascending" data-sort="answered"' in markup
    assert 'data-sort="answered"' not in found["unmeasured"]
    subjects = opening(listing([*unmeasured(msts.board), "answers"]))
    assert f"{subjects}: not measured on this board." in found["unmeasured"]
    assert found["sort"] == "-answered" and {"answered", "-answered"} <= set(found["sorts"])
    ends = ("", "_ci_low", "_ci_high", "_n")
    assert found["exported"][-5:] == [*(f"answered_rate{end}" for end in ends), "licence"]
    assert found["rates"] == sorted(found["rates"]) and len(found["rates"]) > 1
