"""Widgets and the URL say the same, in both directions."""

import pytest

from tests import offered
from tests.pages.conftest import Visit

CATALOGUE = offered.current(offered.EMBEDDED).catalogue


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


@pytest.mark.parametrize("board", CATALOGUE.boards)
def test_every_board_of_the_picker_is_the_one_of_the_address(visit: Visit, board: str) -> None:
    site = visit(board=board)
    assert site.app.radio(key="board").value == board
    assert site.parameters == {"board": [board]}


def test_every_system_of_the_picker_is_the_one_of_the_address(visit: Visit) -> None:
    for system in CATALOGUE.registries["xstest"].system:
        site = visit("system", board="xstest", system=system.id)
        assert site.app.selectbox(key="system").value == system.id
        assert site.parameters == {"board": ["xstest"], "system": [system.id]}


def test_systems_to_compare_are_those_of_the_address(visit: Visit) -> None:
    asked = {"board": "msts", "system": "gpt-4o", "systems": ["cambrian-8b", "idefics3-8b"]}
    site = visit("system", **asked)
    assert site.app.multiselect(key="systems").value == asked["systems"]
    site.app.multiselect(key="systems").set_value(["idefics3-8b"]).run()
    assert site.parameters == {"board": ["msts"], "system": ["gpt-4o"], "systems": ["idefics3-8b"]}
