"""A board with a single system: nothing to rank it against, and every page says so instead of failing."""

from pathlib import Path

import pytest

from leaderboard.site.views.pages import PAGES
from tests import made, published
from tests.pages.conftest import Visit


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one")
    keep, results = made.vault(folder / "vault", unsafe=[0.2]), published.begin(folder)
    published.release(keep, results)
    return results


@pytest.mark.parametrize("page", PAGES)
def test_page_is_drawn_whole(visit: Visit, results: Path, page: str) -> None:
    site = visit(page, results=results, board="small", system="system-0")
    assert "What this does not show" in site.text
    for odd in ("nan", "inf", "None", "undefined"):
        assert odd not in site.text.split()


def test_ranking_says_that_there_is_no_other(visit: Visit, results: Path) -> None:
    site = visit(results=results, board="small")
    assert "Number 0 is the only ranked system." in site.text
    assert "Cannot be told apart" not in site.rankings[0]


def test_plane_says_that_there_is_no_other(visit: Visit, results: Path) -> None:
    site = visit(results=results, board="small")
    site.app.session_state["two_axes"] = True
    site.app.run()
    assert "Number 0 has no other system to be compared with here." in site.text
    assert "The same in numbers" in site.text
