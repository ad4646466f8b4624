"""A view's address: URL to view to URL is the identity, and what is unknown falls back quietly."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.site.streamlit.address import MOST_COMPARED, PARAMETERS, Address, read_address
from leaderboard.site.views.filters import FILTERS, LONGEST_SEARCH, Chosen
from leaderboard.site.views.sorting import SORTS, is_offered
from tests import offered

CATALOGUE: Catalogue = read_catalogue(offered.EMBEDDED / "boards")


def subsets(options: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of the options, never all of them: all is the same as none."""
    return st.sets(st.sampled_from(options), max_size=len(options) - 1).map(
        lambda chosen: tuple(option for option in options if option in chosen)
    )


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    board = CATALOGUE.boards[draw(st.sampled_from(list(CATALOGUE.boards)))]
    systems = [system.id for system in CATALOGUE.registries[board.id].system]
    filters = [(name, draw(subsets(list(terms)))) for name, (_, terms) in FILTERS.items()]
    categories = draw(subsets([category.id for category in board.risk_categories]))
    return Address(
        board=board.id,
        release=draw(st.none() | st.integers(1, 999_999)),
        category=categories,
        filters=tuple((name, chosen) for name, chosen in filters if chosen),
        q=draw(st.text(st.characters(codec="utf-8"), max_size=LONGEST_SEARCH).map(str.strip)),
        sort=draw(st.sampled_from([sort for sort in SORTS if is_offered(sort, board, categories)])),
        system=draw(st.none() | st.sampled_from(systems)) if systems else None,
        systems=tuple(draw(st.lists(st.sampled_from(systems), unique=True, max_size=MOST_COMPARED))) if systems else (),
    )


def read(link: str) -> Address:
    return read_address(parse_qs(urlsplit(link).query, keep_blank_values=True), CATALOGUE)


@given(addresses())
def test_address_survives_its_url(address: Address) -> None:
    assert read(address.link("system")) == address
    assert read(address.here()) == address


def test_default_view_has_a_clean_url() -> None:
    assert Address().link() == "./"
    assert Address().link("methods") == "./methods"
    assert Address().parameters() == {}


def test_every_field_is_a_parameter_and_every_filter_is_one_of_its_own() -> None:
    assert set(PARAMETERS) == (set(Address._fields) - {"filters"}) | set(FILTERS)
    assert list(Address(board="msts", filters=(("group", ("a",)), ("tier", ("b",))), q="c").parameters()) == [
        "board", "group", "tier", "q"
    ]  # fmt: skip


def test_what_is_chosen_has_every_filter_also_those_that_are_not_set() -> None:
    address = Address(category=("other",), filters=(("tier", ("rejudged",)),), q="a", sort="name")
    filters = dict.fromkeys(FILTERS, ()) | {"tier": ("rejudged",)}
    assert address.chosen() == Chosen(("other",), filters, "a", "name")


def test_link_changes_only_what_it_is_told_to() -> None:
    here = Address(board="msts", q="gpt", filters=(("group", ("closed_source",)),))
    assert read(here.link("system", system="gpt-4o")) == here._replace(system="gpt-4o")


@pytest.mark.parametrize(
    "parameters",
    [
        {"board": ["nowhere"]},
        {"category": ["toxicologyy"]},
        {"group": ["<script>"]},
        {"sort": ["least_safe"]},
        {"release": ["-1"]},
        {"release": ["0"]},
        {"release": ["1e9"]},
        {"release": ["٣"]},
        {"system": ["gpt-4o"]},
        {"systems": ["nobody", "gpt-4o"]},
        {"kind": []},
        {"unheard": ["of"]},
    ],
)
def test_unknown_value_falls_back_to_the_default(parameters: dict[str, list[str]]) -> None:
    assert read_address(parameters, CATALOGUE) == Address()


def test_known_values_are_kept_beside_unknown_ones_in_the_order_offered() -> None:
    found = read_address({"board": ["msts"], "category": ["other", "nonsense", "violent_crimes"]}, CATALOGUE)
    assert found.category == ("violent_crimes", "other")


def test_everything_selected_is_nothing_selected() -> None:
    assert read_address({"kind": ["reference", "guarded", "bare"]}, CATALOGUE).filters == ()


def test_systems_to_compare_are_few_and_in_the_order_chosen() -> None:
    chosen = ["gpt-4o", "cambrian-8b", "nobody", "gpt-4o", "qwen2-vl-7b", "idefics3-8b"]
    found = read_address({"board": ["msts"], "systems": chosen}, CATALOGUE)
    assert found.systems == ("gpt-4o", "cambrian-8b", "qwen2-vl-7b")


def test_category_of_another_board_is_unknown() -> None:
    assert read_address({"board": ["xstest"], "category": ["violent_crimes"]}, CATALOGUE).category == ()


def test_search_is_cut_to_its_length() -> None:
    assert len(read_address({"q": ["x" * 500]}, CATALOGUE).q) == LONGEST_SEARCH


def test_order_from_the_least_safe_is_dropped_where_a_category_could_be_misused() -> None:
    asked = {"board": ["msts"], "sort": ["-safe"]}
    assert read_address(asked, CATALOGUE).sort == "-safe"
    assert read_address({**asked, "category": ["violent_crimes"]}, CATALOGUE).sort == "rank"


def test_catalogue_without_the_home_board_opens_on_its_first() -> None:
    rest = Catalogue({"msts": CATALOGUE.boards["msts"]}, {"msts": CATALOGUE.registries["msts"]})
    assert read_address({}, rest).board == "msts"
