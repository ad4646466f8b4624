"""The methods page works examples out from the release that it shows, if that was made by the method of this code."""

import re
from pathlib import Path

import pytest

from leaderboard.release.methods import METHOD_VERSION
from tests import containers, offered
from tests.pages.conftest import Visit

SAME, OTHER = "The release says the same.", "The release says something else"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows of the first embedded release as a release of the present method, which gives these numbers too, and the
    current embedded release."""
    results = offered.begin(tmp_path_factory.mktemp("methods"))
    for number in (1, offered.latest()):
        data = containers.changed(offered.file(number), f"update release set method_version = {METHOD_VERSION}")
        offered.publish(results, offered.draft(results, number, data))
    return results


@pytest.mark.parametrize("board", ["medharm", "xstest", "msts", "demo"])
def test_examples_agree_with_the_release(visit: Visit, results: Path, board: str) -> None:
    text = visit("methods", results, board=board).text
    assert text.count(SAME) == 5
    assert OTHER not in text


def test_examples_follow_the_release_of_the_address(visit: Visit, results: Path) -> None:
    now, then = visit("methods", results, board="demo"), visit("methods", results, board="demo", release="1")
    families = [re.findall(r"Of (\w+) ranked systems, ", site.text) for site in (now, then)]
    assert families[0] != families[1]
    assert OTHER not in then.text


def test_release_of_an_earlier_method_has_no_examples_and_says_where_its_code_is(visit: Visit) -> None:
    text = visit("methods", board="demo", release="1").text
    assert "This release was made by method 1." in text and "the git tag method-1 (commit 6f869c9)" in text
    assert SAME not in text and OTHER not in text and "Worked on" not in text
