"""The controls above the ranking say what is chosen, and offer what the board has."""

import re

from leaderboard.site.data import queries
from leaderboard.site.html import toolbar
from leaderboard.site.html.toolbar import FILTERS, Chosen
from tests.site.conftest import Shown

NOTHING: dict[str, tuple[str, ...]] = dict.fromkeys(FILTERS, ())


def controls(shown: Shown, **changes: object) -> str:
    every = queries.standings(shown.database, shown.board)
    chosen = Chosen((), NOTHING, "", "rank")._replace(**changes)  # type: ignore[arg-type]
    return toolbar.toolbar(every, shown.board, shown.names, chosen, 60)


def checked(drawn: str) -> set[tuple[str, str]]:
    return set(re.findall(r'type="checkbox" name="(\w+)" value="([\w-]+)" checked', drawn))


def options(drawn: str) -> list[str]:
    """The orders that a reader can choose from the list."""
    return re.findall(r'<option value="([\w-]+)"(?: selected)? data-first="\w+">', drawn)


def test_what_is_chosen_is_marked(demo: Shown) -> None:
    drawn = controls(demo, category=("toxicology",), filters={**NOTHING, "group": ("closed_source",)}, sort="-helpful")
    assert checked(drawn) == {("category", "toxicology"), ("group", "closed_source")}
    assert re.findall(r'value="([\w-]+)" selected', drawn) == ["-helpful"]
    assert re.findall(r"<b>([^<]+)</b>", drawn) == ["Toxicology", "Closed-source"]


def test_only_what_divides_the_rows_is_offered_and_what_is_asked_for(msts: Shown) -> None:
    assert 'name="tier"' not in controls(msts)
    assert ("tier", "rejudged") in checked(controls(msts, filters={**NOTHING, "tier": ("rejudged",)}))


def test_list_of_orders_has_what_the_board_measures_and_never_the_worst_first(msts: Shown, demo: Shown) -> None:
    assert options(controls(msts)) == ["rank", "name", "safe", "weakest", "newest"]
    assert options(controls(demo)) == ["rank", "name", "safe", "weakest", "helpful", "newest"]
    assert all(" hidden" in option for option in re.findall(r'<option value="-[^>]+>', controls(demo)))


def test_sensitive_category_has_no_order_from_the_least_safe(msts: Shown) -> None:
    drawn = controls(msts, category=("violent_crimes",))
    assert set(re.findall(r'<option value="(-[\w-]+)"', drawn)) == {"-name", "-newest"}


def test_search_is_a_value_and_never_markup(msts: Shown) -> None:
    drawn = controls(msts, q='"><script>')
    assert "<script" not in drawn
    assert 'value="&quot;&gt;&lt;script&gt;"' in drawn


def test_count_is_said_where_something_is_chosen_and_names_it() -> None:
    chosen = Chosen(filters={"group": ["closed_source"], "tier": []}, q="zzz")
    said = re.sub("<[^>]+>", "", toolbar.count(2, 10, chosen))
    assert said.startswith("Showing 2 of 10 ranked systems. Ranks are among all 10.")
    assert "Filters: Closed-source, a search." in said
    assert "zzz" not in said
    assert " hidden>" not in toolbar.count(10, 10, chosen)
    assert " hidden>" in toolbar.count(10, 10, Chosen())
