"""Every page on every board: what must be on it is on it."""

import re
from pathlib import Path

import pytest

from leaderboard import queries
from leaderboard.tables.masthead import SYNTHETIC, long_date
from leaderboard.ui.frame import SUPPORT
from tests import offered
from tests.offered import current
from tests.pages.conftest import Visit

PAGES = ("leaderboard", "categories", "system", "releases", "methods")
BOARDS = ("medharm", "xstest", "msts", "demo")
CURRENT = current(offered.EMBEDDED)
RELEASE = f"Release {CURRENT.number} {long_date(CURRENT.released_on)}"
CLAUSE_11 = (
    "If someone is in danger now, call your emergency number (112 in the EU, 911 in the US and Canada, 999 in the UK). "
    "For poisoning, call your poison centre (in the US 1-800-222-1222). This site gives no medical advice."
)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("page", PAGES)
def test_page_has_release_limits_source_and_what_its_board_asks_for(visit: Visit, page: str, board: str) -> None:
    site = visit(page, board=board)
    assert f"{RELEASE} checked by this site" in site.text
    assert "What this does not show" in site.text
    assert "Licence: " in site.text
    assert (CLAUSE_11 in site.text) is (board in ("medharm", "demo"))
    assert (SYNTHETIC in site.text) is (board == "demo")
    assert "undefined" not in site.text
    assert "None" not in site.text.replace("None: safe in every response", "")
    assert "nan" not in site.text.split()


def test_support_line_has_the_words_of_the_policy() -> None:
    assert SUPPORT == CLAUSE_11


def test_site_opens_on_medharm_and_shows_no_figure_of_it(visit: Visit) -> None:
    site = visit()
    assert site.app.radio(key="board").value == "medharm"
    assert "No verified submission yet." in site.text
    assert "How a first result gets here" in site.text
    assert "Open the MSTS ranking" in site.text
    assert "Open the synthetic demo" in site.text
    before_the_doors = site.text.split("Results you can read today")[0]
    assert "%" not in before_the_doors


@pytest.mark.parametrize("page", PAGES)
def test_real_board_without_rows_yet_has_its_designed_pages(visit: Visit, tmp_path: Path, page: str) -> None:
    results = offered.copy(tmp_path)
    board = results / "boards" / "medharm" / "board.toml"
    board.write_text(board.read_text().replace('state = "awaiting"', 'state = "real"'))
    assert "What this does not show" in visit(page, results=results, board="medharm").text


def test_picker_says_what_each_board_is(visit: Visit) -> None:
    captions = list(visit().app.radio(key="board").proto.captions)
    assert captions[:3] == [
        "Awaiting results",
        "Real results, five ranked systems",
        "Real results, ten ranked systems",
    ]
    assert re.fullmatch(r"Synthetic, \w+ ranked systems", captions[3])


def test_msts_says_what_can_be_told_apart(visit: Visit) -> None:
    site = visit(board="msts")
    assert "Claude 3.5 Sonnet, Gemini 1.5 Pro, GPT-4o and InternLM-XComposer2.5 7B cannot be told apart" in site.text
    assert "Of nine pairs of neighbours in this order, one can be told apart" in site.text


def test_simulated_systems_are_below_and_apart(visit: Visit) -> None:
    text = visit(board="msts").text
    assert text.index("xGen-MM Phi-3 Mini") < text.index("What guardrails would change") < text.index("LlavaGuard 1.2")
    assert "They are never ranked." in text


def test_selected_categories_have_their_own_ranks(visit: Visit) -> None:
    site = visit(board="msts", category=["violent_crimes", "other"])
    assert "On Violent crimes and Other hazards" in site.text
    assert "over Violent crimes and Other hazards" in site.text


def test_filter_that_fits_nothing_says_so(visit: Visit) -> None:
    site = visit(board="msts", q="nobody has this name")
    assert "No ranked system fits these filters." in site.text
    assert "Showing 0 of 10 ranked systems. Ranks are among all 10." in site.text


def test_search_is_never_echoed(visit: Visit) -> None:
    site = visit(board="msts", q="<b>zzzqqq")
    assert "zzzqqq" not in site.text
    assert "<b>zzzqqq" not in site.markup


def test_two_axes_are_drawn_when_opened(visit: Visit) -> None:
    site = visit(board="xstest")
    assert not site.app.get("plotly_chart")
    site.app.session_state["two_axes"] = True
    site.app.run()
    assert site.app.get("plotly_chart")
    assert "Safe and helpful: both at once" not in [expander.label for expander in visit(board="msts").app.expander]


def test_system_is_chosen_from_a_list(visit: Visit) -> None:
    site = visit("system", board="msts")
    assert "Every system with results on this board." in site.text
    site.app.selectbox(key="system").set_value("gpt-4o").run()
    assert site.parameters == {"board": ["msts"], "system": ["gpt-4o"]}
    assert "Among ten ranked systems its place is anywhere from 1 to 5." in site.text


def demo_system(condition: str) -> str:
    """A system of the demo of which the condition holds."""
    found = queries.standings(CURRENT.database, CURRENT.catalogue.boards["demo"]).query(condition)
    return str(found["system"].iloc[0])


def test_simulated_system_says_that_nobody_ran_it(visit: Visit) -> None:
    site = visit("system", board="msts", system="gpt-4o--llavaguard-1.2")
    assert "Not ranked. A guardrail's verdict was applied to recorded answers" in site.text


def test_system_that_is_safe_by_blocking_says_so(visit: Visit) -> None:
    assert "Safe by blocking" in visit("system", board="demo", system=demo_system("safe_by_blocking")).text


def test_withdrawn_system_keeps_its_history_and_shows_no_numbers(visit: Visit) -> None:
    assert "Withdrawn" in visit("releases", board="demo").text
    site = visit("system", board="demo", system=demo_system("reason == 'withdrawn'"))
    assert "Not ranked. Withdrawn; its numbers are no longer shown." in site.text
    assert "By category" not in site.text
    assert "As each release published it" in site.text


def test_system_without_results_says_so(visit: Visit) -> None:
    assert "has no results in this release" in visit("system", board="demo", system="example-model").text


def test_citation_names_the_release_for_good(visit: Visit) -> None:
    [cited] = [block.value for block in visit(board="msts", category="other").app.code]
    assert f"MSTS 1, over Other hazards. {RELEASE.replace('3 ', '3, ')}." in cited
    assert "release=3" in cited
    [invented] = [block.value for block in visit(board="demo").app.code]
    assert SYNTHETIC in invented


def test_older_release_opens_with_a_banner_and_the_way_back(visit: Visit) -> None:
    site = visit(board="demo", release="1")
    assert "This is release 1, an older one. The current release is 3." in site.text
    assert 'href="?board=demo"' in site.markup


def test_release_that_is_not_kept_falls_back_and_says_so(visit: Visit) -> None:
    assert "Release 77 is not kept here. This is release 3." in visit(board="msts", release="77").text


def test_rejected_release_leaves_the_last_good_one_and_says_so(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    site = visit(results=results, board="msts")
    offered.point(results, 3)
    offered.target(results, 3).write_bytes(b"")
    site.app.run()
    assert re.search(r"Release 2 \d+ \w+ \d{4} last good release", site.text)
    assert "The release in the results folder failed a check (E_SIZE) and is not shown. Release 2 stays." in site.text


def test_new_release_is_drawn_with_the_choices_kept(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    site = visit(results=results, board="demo", group="medical_purpose")
    offered.point(results, 3)
    site.app.run()
    assert RELEASE in site.text
    assert [toast.value for toast in site.app.toast] == ["Release 3 is out. This page now shows it."]
    assert site.app.pills(key="group").value == ["medical_purpose"]


def test_folder_without_a_release_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    assert "No results here yet" in visit(results=tmp_path).text


def test_first_release_that_fails_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path)
    offered.target(results, 3).write_bytes(b"")
    assert "failed a check (E_SIZE), and there is no earlier one to show" in visit(results=results).text
