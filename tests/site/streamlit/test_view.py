"""A view is made once for an address, and says the same wherever it is drawn."""

import re
from urllib.parse import parse_qs

import pytest

from leaderboard.site.data.updater import store
from leaderboard.site.streamlit.address import Parameters
from leaderboard.site.streamlit.view import View, view_of
from leaderboard.site.streamlit.visit import Visit, visit_of
from leaderboard.site.views.filters import narrow
from leaderboard.site.views.sorting import SORTS
from tests import offered

ADDRESSES = [
    "board=msts",
    "board=msts&category=other&group=closed_source",
    "board=demo&q=gypsum&sort=-helpful",
    "board=demo&tier=rejudged&sort=newest",
    "board=xstest&q=nobody+has+this+name",
]


def visit(query: str) -> Visit:
    found = visit_of(store(offered.EMBEDDED), parse_qs(query))
    assert found
    return found


def in_sight(view: View) -> list[str]:
    lines = re.findall(r'<tr( hidden)? role="row"[^>]*data-at="[^>]*data-system="([^"]+)"', view.markup)
    return [system for hidden, system in lines if not hidden]


def ranked_of(view: View) -> list[str]:
    return [row.system for row in view.rows if row.ranked]


@pytest.mark.parametrize("query", ADDRESSES)
def test_rows_in_sight_are_those_that_the_filters_leave(query: str) -> None:
    view = view_of(visit(query))
    assert sorted(in_sight(view)) == sorted(ranked_of(view))
    if "sort" in query:
        assert in_sight(view) == ranked_of(view)


@pytest.mark.parametrize("query", ADDRESSES)
def test_links_carry_the_whole_view(query: str) -> None:
    links = re.findall(r'href="\./system\?([^"]+)"', view_of(visit(query)).markup)
    assert links
    for link in links:
        found = parse_qs(link.replace("&amp;", "&"))
        found.pop("system")
        assert found == parse_qs(query)


def test_view_is_made_once() -> None:
    assert view_of(visit("board=msts&q=a")) is view_of(visit("q=a&board=msts"))
    assert view_of(visit("board=msts&q=a")) is not view_of(visit("board=msts&q=b"))


def test_older_release_is_another_view() -> None:
    assert view_of(visit("board=demo&release=1")).board != view_of(visit("board=demo")).board


def test_filters_keep_the_scores_and_categories_have_others() -> None:
    every, filtered = view_of(visit("board=msts")), view_of(visit("board=msts&group=closed_source&sort=name"))
    assert every.scores is filtered.scores
    assert every.scores is not view_of(visit("board=msts&category=other")).scores


def test_ranking_says_of_which_categories_it_is() -> None:
    assert 'data-categories="" data-scope="all five categories"' in view_of(visit("board=msts&q=a")).markup
    one = view_of(visit("board=msts&category=other")).markup
    assert 'data-categories="other" data-scope="Other hazards"' in one


def test_filter_that_fits_nothing_says_so() -> None:
    assert '<p class="mh-nothing">No ranked system fits these filters.</p>' in view_of(visit(ADDRESSES[-1])).markup
    assert '<p class="mh-nothing" hidden>' in view_of(visit(ADDRESSES[0])).markup


def test_simulated_systems_are_out_of_sight_beside_a_filtered_list() -> None:
    assert '<section class="mh-simulated">' in view_of(visit("board=msts&sort=name")).markup
    assert '<section class="mh-simulated" hidden>' in view_of(visit("board=msts&group=closed_source")).markup


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_has_the_rows_of_every_other(sort: str) -> None:
    view = view_of(visit(f"board=demo&sort={sort}"))
    seen = visit(f"board=demo&sort={sort}")
    assert set(in_sight(view)) == set(ranked_of(view_of(visit("board=demo"))))
    assert view.rows == narrow(view.rows, seen.address.chosen(), seen.names)


def test_search_is_in_the_control_alone() -> None:
    drawn = view_of(visit("board=msts&q=zzzqqq")).markup
    assert "zzzqqq" not in re.sub("<[^>]+>", "", drawn)


def test_unknown_parameters_are_the_view_without_them() -> None:
    asked: Parameters = {"board": ["msts"], "sort": ["least_safe"], "group": ["nobody"], "unheard": ["of"]}
    found = visit_of(store(offered.EMBEDDED), asked)
    assert found and view_of(found) is view_of(visit("board=msts"))
