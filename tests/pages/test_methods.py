"""The methods page works examples out from the release that it shows, if that was made by the method of this code."""

import re
from pathlib import Path

import pytest

from leaderboard.release.methods import METHOD_VERSION
from tests import containers, offered
from tests.pages.conftest import Visit

BEFORE = offered.latest() - 1
SAME, OTHER = "The release says the same.", "The release says something else"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The current embedded release, after the one before it without the last of the demo's systems, which all others
    are told apart from: so that their rank sets stay."""
    results = offered.begin(tmp_path_factory.mktemp("methods"))
    data, last = offered.file(offered.latest()), "'teasel-13'"
    before = offered.file(BEFORE)
    for each in (before, data):
        assert containers.ask(each, "select method_version from release") == [(METHOD_VERSION,)]
    fewer = f"delete from rank_set where system = {last}; delete from separated where worse = {last}; "
    earlier = containers.changed(before, fewer + "update release set previous = null")
    for number, each in ((BEFORE, earlier), (offered.latest(), data)):
        offered.publish(results, offered.draft(results, number, each))
    return results


@pytest.mark.parametrize("board", offered.boards())
def test_examples_agree_with_the_release(visit: Visit, results: Path, board: str) -> None:
    text = visit("methods", results, board=board).text
    assert text.count(SAME) == 5
    assert OTHER not in text


def test_examples_follow_the_release_of_the_address(visit: Visit, results: Path) -> None:
    now, then = visit("methods", results, board="demo"), visit("methods", results, board="demo", release=str(BEFORE))
    families = [re.findall(r"Of (\w+) ranked systems, ", site.text) for site in (now, then)]
    assert families[0] != families[1]
    assert OTHER not in then.text


def test_release_of_an_earlier_method_has_no_examples_and_says_where_its_code_is(visit: Visit) -> None:
    text = visit("methods", board="demo", release="1").text
    assert "This release was made by method 1." in text and "the git tag method-1 (commit 6f869c9)" in text
    assert SAME not in text and OTHER not in text and "Worked on" not in text
