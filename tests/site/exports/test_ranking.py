"""The leaderboard as an export holds what the page shows, and says where it comes from."""

from urllib.parse import parse_qs

import pandas as pd
import pytest

from leaderboard.boards import licences
from leaderboard.site import exports
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import LICENCE
from leaderboard.site.exports.ranking import COLUMNS
from leaderboard.site.streamlit.address import read_address
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.columns import RATES
from leaderboard.site.views.filters import NOT_SCORED_TOGETHER, Chosen
from tests.site.exports.conftest import Place, place_of

ADDRESSES = [
    "board=msts",
    "board=msts&category=other&group=closed_source",
    "board=msts&sort=-name",
    "board=xstest&category=physical&category=nobody",
    "board=demo&q=gypsum&sort=-helpful",
    "board=demo&tier=rejudged&kind=guarded&sort=newest",
    "board=xstest&q=nobody+has+this+name",
]


@pytest.mark.parametrize("query", ADDRESSES)
def test_rows_and_order_are_those_of_the_page(snapshot: Snapshot, query: str) -> None:
    address = read_address(parse_qs(query), snapshot.catalogue)
    place = place_of(snapshot, address.board)
    shown = view_of(Visit(place.snapshot, address, place.board, place.names, None, place.snapshot)).rows
    found = exports.leaderboard(*place, address.chosen())
    assert found.frame["system"].tolist() == [row.system for row in shown]
    for column in RATES:
        names = [column.export + end for end in ("", "_ci_low", "_ci_high", "_n")]
        for row, values in zip(shown, found.frame[names].itertuples(index=False), strict=True):
            rate = getattr(row, column.source)
            assert list(values) == list(rate) if rate else all(map(pd.isna, values))
    assert found.about["rows"] == len(shown)


@pytest.mark.parametrize("query", ADDRESSES)
def test_view_in_the_export_opens_the_same_view(snapshot: Snapshot, query: str) -> None:
    address = read_address(parse_qs(query), snapshot.catalogue)
    place = place_of(snapshot, address.board)
    view = str(exports.leaderboard(*place, address.chosen()).about["view"])
    found = read_address(parse_qs(view.removeprefix("?")), snapshot.catalogue)
    assert found == address._replace(release=snapshot.number)


def test_every_rate_has_its_interval_and_its_items(place: Place) -> None:
    found = exports.leaderboard(*place).frame
    rates = [name for name in found if name.endswith("_rate")]
    assert set(rates) == {column.export for column in RATES}
    for name in rates:
        known = found[found[name].notna()]
        assert (known[f"{name}_ci_low"] <= known[name]).all() and (known[name] <= known[f"{name}_ci_high"]).all()
        assert known[f"{name}_ci_low"].between(0, 1).all() and known[f"{name}_ci_high"].between(0, 1).all()
        assert (known[f"{name}_n"] > 0).all()


def test_about_names_release_digest_date_licence_filters_and_limits(msts: Place) -> None:
    about = exports.leaderboard(*msts, Chosen(("other",), {"access": ("closed",)}, "gpt", "name")).about
    assert (about["release"], about["digest"]) == (msts.snapshot.number, f"sha256:{msts.snapshot.digest}")
    assert about["released_on"] == msts.snapshot.released_on.isoformat()
    assert (about["licence"], about["licence_url"]) == (msts.board.licence, licences.url(msts.board.licence))
    assert msts.board.source.attribution in str(about["attribution"])
    assert about["filters"] == {"category": ["other"], "access": ["closed"], "q": "gpt", "sort": "name"}
    assert about["categories"] == ["other"]
    assert len(about["limits"]) > 3


def test_synthetic_board_says_so_in_every_row_and_a_real_one_has_no_such_column(place: Place) -> None:
    found = exports.leaderboard(*place)
    assert found.about["synthetic"] is place.board.synthetic
    if place.board.synthetic:
        assert found.about["note"] == SYNTHETIC
        assert set(found.frame["note"]) == {SYNTHETIC}
    else:
        assert "note" not in found.frame and "note" not in found.about


def test_columns_are_the_same_whatever_is_measured_or_left(place: Place) -> None:
    every, none = exports.leaderboard(*place), exports.leaderboard(*place, Chosen(q="nobody has this name"))
    assert list(every.frame) == list(none.frame) == [column.name for column in every.columns]
    usual = [column[:2] for column in (*COLUMNS, LICENCE)]  # what a column means is in the words of its board
    assert [column[:2] for column in every.columns if column.name != "note"] == usual
    assert every.frame.dtypes.equals(none.frame.dtypes)


def test_board_without_results_is_an_empty_table(snapshot: Snapshot) -> None:
    found = exports.leaderboard(*place_of(snapshot, "medharm"))
    assert found.frame.empty and found.about["rows"] == 0


def test_categories_that_are_not_scored_together_fall_back_to_all_and_say_so(
    msts: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Chosen(tuple(category.id for category in msts.board.risk_categories[:2]))
    monkeypatch.setattr("leaderboard.site.data.queries.has_view", lambda *_: False)
    found = exports.leaderboard(*msts, asked)
    assert found.about["remark"] == NOT_SCORED_TOGETHER
    assert set(found.frame["categories"]) == {"all"}
    assert found.frame["safe_rate"].equals(exports.leaderboard(*msts).frame["safe_rate"])
