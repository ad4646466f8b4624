"""Widgets and the URL say the same, in both directions."""

from tests.pages.conftest import Visit


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


def test_unknown_values_change_nothing(visit: Visit) -> None:
    plain = visit(board="msts")
    odd = visit(board="msts", category="nonsense", sort="least_safe", kind="both", system="nobody")
    assert odd.text == plain.text
