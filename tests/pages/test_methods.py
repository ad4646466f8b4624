"""The methods page works examples out from the release that it shows."""

import re

import pytest

from tests.pages.conftest import Visit


@pytest.mark.parametrize("board", ["medharm", "xstest", "msts", "demo"])
def test_examples_agree_with_the_release(visit: Visit, board: str) -> None:
    text = visit("methods", board=board).text
    assert text.count("The release says the same.") >= 18
    assert "The release says something else" not in text


def test_examples_follow_the_release_of_the_address(visit: Visit) -> None:
    now, then = visit("methods", board="demo"), visit("methods", board="demo", release="1")
    families = [re.findall(r"Of (\w+) ranked systems, ", site.text) for site in (now, then)]
    assert families[0] != families[1]
    assert "The release says something else" not in then.text
