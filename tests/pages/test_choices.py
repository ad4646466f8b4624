"""Widgets and the URL say the same, in both directions."""

from typing import Any

import pytest

from tests.pages.conftest import Site, Visit

WIDGETS: list[tuple[str, str, Any, list[str]]] = [
    ("multiselect", "category", ["other"], ["other"]),
    ("multiselect", "category", ["other", "violent_crimes"], ["violent_crimes", "other"]),
    ("text_input", "q", "claude", ["claude"]),
    ("pills", "group", ["closed_source"], ["closed_source"]),
    ("pills", "access", ["open_weights"], ["open_weights"]),
    ("selectbox", "sort", "name", ["name"]),
]


def widget(site: Site, kind: str, key: str) -> Any:
    return getattr(site.app, kind)(key=key) if kind != "pills" else site.app.get_by_key(key)


@pytest.mark.parametrize(("kind", "key", "value", "in_url"), WIDGETS)
def test_choice_is_written_to_the_url_and_read_from_it(
    visit: Visit, kind: str, key: str, value: Any, in_url: list[str]
) -> None:
    site = visit(board="msts")
    widget(site, kind, key).set_value(value)
    site.app.run()
    assert site.parameters == {"board": ["msts"], key: in_url}
    again = visit(**site.parameters)
    assert again.parameters == site.parameters
    shown = widget(again, kind, key).value
    assert (sorted(shown) if isinstance(shown, list) else shown) == (
        sorted(value) if isinstance(value, list) else value
    )


def test_default_leaves_the_url_clean(visit: Visit) -> None:
    site = visit(board="msts", q="gpt", sort="name")
    site.app.text_input(key="q").set_value("")
    site.app.run()
    site.app.selectbox(key="sort").set_value("rank")
    site.app.run()
    assert site.parameters == {"board": ["msts"]}


def test_another_board_drops_the_filters_of_this_one(visit: Visit) -> None:
    site = visit(board="msts", category="other", q="gpt", release="2")
    site.app.radio(key="board").set_value("xstest").run()
    assert site.parameters == {"board": ["xstest"], "release": ["2"]}
    site.app.radio(key="board").set_value("medharm").run()
    assert site.parameters == {"release": ["2"]}


def test_filters_survive_a_visit_to_another_page(visit: Visit) -> None:
    site = visit(board="msts", category="other", group="closed_source")
    links = [link.proto.query_string for link in site.app.get("page_link")]
    assert links
    assert set(links) == {"board=msts&category=other&group=closed_source"}


def test_filters_are_cleared_at_once(visit: Visit) -> None:
    site = visit(board="msts", category="other", group="closed_source", q="g")
    [button] = [button for button in site.app.button if button.label == "Show all"]
    button.click()
    site.app.run()
    assert site.parameters == {"board": ["msts"], "category": ["other"]}


def test_filter_of_the_url_is_offered_even_where_nothing_has_it(visit: Visit) -> None:
    site = visit(board="msts", tier="rejudged")
    assert "Showing 0 of 10" in site.text
    assert site.app.get_by_key("tier").value == ["rejudged"]


def test_unknown_values_change_nothing(visit: Visit) -> None:
    plain = visit(board="msts")
    odd = visit(board="msts", category="nonsense", sort="least_safe", kind="both", system="nobody")
    assert odd.text == plain.text
