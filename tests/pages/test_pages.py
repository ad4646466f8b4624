"""Every page on every board: what must be on it is on it."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.offline.signing import repository
from leaderboard.site.data import queries, updater
from leaderboard.site.views.about import SUPPORT, SYNTHETIC
from leaderboard.site.views.numbers import long_date
from leaderboard.site.views.pages import HOME, PAGES
from tests import offered
from tests.offered import current
from tests.pages.conftest import Visit

BOARDS = offered.boards()
CURRENT = current(offered.EMBEDDED)
DAY = long_date(CURRENT.released_on)
RELEASE = f"Release {CURRENT.number} {DAY}"
SIGNED = "signature verified: 2 of 2 build keys, no human reviewer"
CLAUSE_11 = (
    "If someone is in danger now, call your emergency number (112 in the EU, 911 in the US and Canada, 999 in the UK). "
    "For poisoning, call your poison centre (in the US 1-800-222-1222). This site gives no medical advice."
)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("page", PAGES)
def test_page_has_release_limits_source_and_what_its_board_asks_for(visit: Visit, page: str, board: str) -> None:
    site = visit(page, board=board)
    assert f"{RELEASE} {SIGNED}" in site.text
    assert "What this does not show" in site.text
    assert "Licence of the source: " in site.text and "Licence of these results: " in site.text
    assert (CLAUSE_11 in site.text) is CURRENT.catalogue.boards[board].medical
    assert (SYNTHETIC in site.text) is CURRENT.catalogue.boards[board].synthetic
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
    own = re.sub("Neighbours of MedHarm.*?What it asks about", "", site.text)
    assert "%" not in own.split("Cite this view")[0]


def test_msts_says_what_can_be_told_apart(visit: Visit) -> None:
    site = visit(board="msts")
    assert "GPT-4o, Cambrian 8B and InternLM-XComposer2.5 7B cannot be told apart" in site.text
    assert "By rank no system can be told apart from the next (nine pairs of neighbours)." in site.text


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
    assert "zzzqqq" not in site.text.replace("q=%3Cb%3Ezzzqqq", "")  # as it stands in the address that is cited
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
    assert "Among ten ranked systems its place is anywhere from 1 to 6." in site.text


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
    assert re.search(r"Not ranked\. Withdrawn on [^:]+: the system was served wrongly\. Its numbers", site.text)
    assert "By category" not in site.text
    assert "As each release published it" in site.text


def test_system_without_results_says_so(visit: Visit) -> None:
    assert "has no results in this release" in visit("system", board="demo", system="example-model").text


def test_citation_names_the_release_for_good(visit: Visit) -> None:
    cited = visit(board="msts", category="other").text.split("Cite this view")[1].replace(" .", ".")
    assert f"MSTS 1, over Other hazards. Release {CURRENT.number}, {DAY}." in cited
    assert f"release={CURRENT.number}" in cited
    assert SYNTHETIC in visit(board="demo").text.split("Cite this view")[1].split("Its address keeps")[0]


def test_older_release_opens_with_a_banner_and_the_way_back(visit: Visit) -> None:
    site = visit(board="demo", release="1")
    assert f"This is release 1, an older one. The current release is {CURRENT.number}." in site.text
    assert 'href="?board=demo"' in site.markup


def test_older_release_is_called_neither_new_nor_the_last_good_one(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    site = visit(results=results, board="msts", release="1")
    offered.offer(results, 3)
    updater.store(results).refresh()
    site.app.run()
    assert [toast.value for toast in site.app.toast] == ["Release 3 is out."]
    assert "This is release 1, an older one. The current release is 3." in site.text
    hide(results)
    updater.store(results).refresh()
    site.app.run()
    assert "so there may be a newer release. This page still shows release 3." in site.text
    assert f" {SIGNED}" in site.text and "last good release" not in site.text


def test_release_that_is_not_kept_falls_back_and_says_so(visit: Visit) -> None:
    assert (
        f"Release 77 is not available here. This is release {CURRENT.number}." in visit(board="msts", release="77").text
    )


def reject(results: Path) -> None:
    offered.offer(results, 3)
    offered.target(results, 3).write_bytes(b"")


def freeze(results: Path) -> None:
    long_ago = clock.now() - timedelta(days=40)
    offered.force(results, repository.prolong(results / "repository", now=long_ago))


def hide(results: Path) -> None:
    (results / "repository").rename(results / "hidden")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (reject, "The newest release failed a check (E_DIGEST) and is not shown."),
        (freeze, "The signatures of the newest release have expired, so there may be a newer release."),
        (hide, "The source of the results does not answer, so there may be a newer release."),
    ],
)
def test_last_good_release_stays_and_every_page_says_why(
    visit: Visit, tmp_path: Path, change: Callable[[Path], None], words: str
) -> None:
    results = offered.copy(tmp_path, release=2)
    site = visit(results=results, board="msts")
    assert words not in site.text
    change(results)
    updater.store(results).refresh()
    site.app.run()
    assert f"{words} This page still shows release 2." in site.text
    assert re.search(r"Release 2 \d+ \w+ \d{4} last good release", site.text)
    assert "Claude 3.5 Sonnet" in site.text
    for page in set(PAGES) - {HOME}:
        site.app.switch_page(f"pages/{page}.py").run()
        assert words in site.text


def test_new_release_is_drawn_with_the_choices_kept(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    site = visit(results=results, board="demo", group="medical_purpose")
    offered.offer(results, 3)
    updater.store(results).refresh()
    site.app.run()
    assert re.search(r"Release 3 \d+ \w+ \d{4}", site.text)
    assert [toast.value for toast in site.app.toast] == ["Release 3 is out. This page now shows it."]
    assert site.parameters == {"board": ["demo"], "group": ["medical_purpose"]}


def test_repository_without_a_release_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    site = visit(results=offered.begin(tmp_path))
    assert "No results here yet No release has been published here. This page updates itself" in site.text


def test_place_without_a_repository_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=1)
    hide(results)
    text = visit(results=results).text
    assert "The results cannot be reached The source of the results does not answer." in text


def test_first_release_that_fails_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    reject(results)
    text = visit(results=results).text
    assert "failed a check (E_DIGEST), and there is no earlier one to show" in text


def test_first_release_that_is_out_of_date_has_a_page_of_its_own(visit: Visit, tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=1)
    freeze(results)
    text = visit(results=results).text
    assert "The results are out of date The signatures of the release on offer have expired." in text


def test_storage_of_this_site_is_not_taken_for_its_source(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "cache"
    monkeypatch.setenv("MEDHARM_CACHE", str(place))
    results = offered.copy(tmp_path, release=1)
    site = visit(results=results)
    shutil.rmtree(place)
    place.write_text("a file where a folder must be")
    updater.store(results).refresh()
    site.app.run()
    warning = "This site cannot use its own storage just now, so there may be a newer release."
    assert f"{warning} This page still shows release 1." in site.text
