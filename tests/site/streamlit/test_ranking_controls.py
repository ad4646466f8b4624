"""Every control of the ranking, whatever a board offers: URL to controls to URL is the identity."""

from html.parser import HTMLParser

import pytest

from leaderboard.site.data.updater import store
from leaderboard.site.streamlit.address import PARAMETERS
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import visit_of
from tests import offered

CATALOGUE = offered.current(offered.EMBEDDED).catalogue
BOARDS = offered.ranking()
WIDGETS = {"board", "system", "systems"}
"""What Streamlit's widgets choose (tests/pages/test_choices.py)."""
NO_CONTROL = {"release"}
"""What only a link chooses."""


class Form(HTMLParser):
    """What a browser would send of a form, and every value that it could send."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.offered: list[tuple[str, str]] = []
        self.controls: list[str] = []
        self._select = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-controls" in given:
            assert given["data-parameters"].split() == list(PARAMETERS)
            self.controls = given["data-controls"].split()
        if tag == "select":
            self._select = given["name"]
        elif tag == "option":
            self._take(self._select, given["value"], "selected" in given)
        elif tag == "input" and given["type"] == "checkbox":
            self._take(given["name"], given["value"], "checked" in given)
        elif tag == "input":
            self.offered.append((given["name"], "a b"))
            self._take(given["name"], given["value"], bool(given["value"]))

    def _take(self, name: str, value: str, chosen: bool) -> None:
        self.offered.append((name, value))
        if chosen:
            self.sent.setdefault(name, []).append(value)


def form(query: dict[str, list[str]]) -> Form:
    visit = visit_of(store(offered.EMBEDDED), query)
    assert visit
    return Form(view_of(visit).markup)


@pytest.mark.parametrize("board", BOARDS)
def test_every_value_of_every_control_survives(board: str) -> None:
    values = form({"board": [board]}).offered
    assert {"q", "category", "sort"} <= {name for name, _ in values}
    systems = CATALOGUE.registries[board].system
    groups = {system.group for system in systems if system.kind != "reference"}
    assert ("group" in {name for name, _ in values}) is (len(groups) > 1)
    for name, value in values:
        if value:
            sent = form({"board": [board], name: [value]}).sent
            assert sent == {"sort": ["rank"], name: [value]}, (name, value)


@pytest.mark.parametrize("board", BOARDS)
def test_controls_survive_together(board: str) -> None:
    chosen: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for name, _ in form({"board": [board]}).offered):
        values = [value for offered, value in form({"board": [board], **chosen}).offered if offered == name and value]
        # One order; of what may be several some, for all of them is the same as none.
        chosen[name] = values[-2:-1] if name == "sort" else values[: max(1, len(values) - 1)]
        assert form({"board": [board], **chosen}).sent == {"sort": ["rank"], **chosen}


def test_every_parameter_of_an_address_has_a_control_or_needs_none() -> None:
    controls = {name for board in BOARDS for name, _ in form({"board": [board]}).offered}
    assert controls | WIDGETS | NO_CONTROL == set(PARAMETERS)
    assert not controls & WIDGETS
    for board in BOARDS:
        assert set(form({"board": [board]}).controls) == set(PARAMETERS) - WIDGETS - NO_CONTROL
