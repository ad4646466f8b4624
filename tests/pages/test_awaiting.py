"""A board without results on every page, and the boards that its landing page leads to."""

import re
from pathlib import Path

import pytest

from leaderboard.boards.toml import encode
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.visit import visit_of
from leaderboard.site.views.pages import PAGES
from tests import made, offered
from tests.boards.test_words import TRIAGE
from tests.pages.conftest import Visit

WAITING = made.board(
    id="waiting",
    title="Waiting",
    subtitle="A board that waits",
    about="It describes patients.",
    state="real",
    medical=True,
    facts=("What is known of it.",),
    words=TRIAGE,
)
SAID = {
    "leaderboard": "Awaiting results. This release has no results of this board.",
    "categories": "Figures by category appear with the first verified submission.",
    "system": "No system has results here yet.",
    "releases": "Nothing has been submitted to this board yet.",
    "methods": "Results are aggregates with their uncertainty.",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with the definitions of a real board and none of its rows, in which MSTS counts as medical."""
    folder = offered.copy(tmp_path_factory.mktemp("waiting"), release=2)
    msts = offered.definitions(3)["msts/board.toml"].replace(b"medical = false", b"medical = true")
    files = {
        "boards/waiting/board.toml": encode(WAITING),
        "boards/waiting/systems.toml": encode(made.registry(2)),
        "boards/msts/board.toml": msts,
    }
    offered.publish(folder, offered.draft(folder, 3, **files))
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_real_board_without_rows_awaits_its_results_on_every_page(visit: Visit, results: Path, page: str) -> None:
    site = visit(page, results=results, board="waiting")
    assert re.search(r"(Waiting 1)? Awaiting results (Waiting|[A-Z])", site.text)
    assert SAID[page] in site.text and "What this does not show" in site.text
    before_the_doors = site.text.split("Neighbours of Waiting")[0]
    assert not re.search(r"Real results|No verified submission|the paper says|gated|MedHarm paper", before_the_doors)


def test_page_says_what_it_measures_in_its_own_words(visit: Visit, results: Path) -> None:
    landing = visit(results=results, board="waiting").text
    assert "What is known of it." in landing and "It describes patients." in landing
    for word in ("Timely escalations", "Needless escalations", "routine patients"):
        assert word in landing
    categories = visit("categories", results=results, board="waiting").text
    assert "Alpha" in categories and "Types of routine patients." in categories and "Calm" in categories


def test_registered_systems_are_named_without_a_number(visit: Visit, results: Path) -> None:
    text = visit("system", results=results, board="waiting").text
    assert "Systems that are registered on this board. None has results yet." in text
    assert "Number 0" in text and "Number 1" in text and "%" not in text.split("What this does not show")[0]


def test_board_that_awaits_its_first_submission_says_how_it_gets_one(visit: Visit, results: Path) -> None:
    text = visit(results=results).text
    assert "No verified submission yet." in text and "Get the gated questions from the authors" in text
    assert "What the paper says" in text
    assert "Get the gated questions" not in visit(results=results, board="waiting").text


def test_landing_lists_medical_neighbours_first_and_says_that_they_are_others(visit: Visit, results: Path) -> None:
    text = visit(results=results).text
    neighbours = text.split("Neighbours of MedHarm")[1].split("What it asks about")[0]
    assert "They are not MedHarm, nor a part of it." in neighbours
    order = [neighbours.index(part) for part in ("Medical", "MSTS", "Waiting", "Other subjects", "XSTest")]
    assert order == sorted(order)
    assert "How do vision-language models respond to unsafe prompts with images?" in neighbours
    assert "Waiting Awaiting results A board that waits Open Waiting" in neighbours
    assert "Synthetic demo" not in neighbours and "Open the synthetic demo" in text


def test_first_rows_come_with_the_price_of_being_safe(visit: Visit, results: Path) -> None:
    text = visit(results=results).text
    assert re.search(r"XSTest .* They turn down [\d.]+% to [\d.]+% of harmless prompts\. Lines are 95% intervals", text)


def test_picker_marks_what_each_board_has(visit: Visit, results: Path) -> None:
    radio = visit(results=results).app.radio(key="board")
    captions = dict(zip(radio.options, radio.proto.captions, strict=True))
    assert list(captions) == ["MedHarm", "MSTS", "Waiting", "XSTest", "Synthetic demo"]
    assert captions["MedHarm"] == captions["Waiting"] == "Awaiting results"
    assert captions["MSTS"] == "Real medical results, ten ranked systems"
    assert captions["XSTest"] == "Real results, five ranked systems"
    assert re.fullmatch(r"Synthetic, \w+ ranked systems", captions["Synthetic demo"])


@pytest.mark.parametrize("page", PAGES)
def test_first_paint_says_the_same(results: Path, page: str) -> None:
    visit = visit_of(offered.store(results), {"board": ["waiting"]})
    assert visit is not None and visit.state == "awaiting"
    drawn = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "".join(leads.parts(visit, page))))
    assert SAID[page] in drawn
    assert leads.about(visit, page)
