"""Every page of every board, on a desk and on a phone, light and dark: it shuts nobody out and cuts nothing off.

`make test` looks at every page twice, `make soak` at all that there is.
"""

from collections.abc import Callable
from itertools import product
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from leaderboard.site.views.pages import PAGES
from tests import containers, offered
from tests.browser.access import barriers, check_fits, cut_off
from tests.browser.conftest import OpenPage

Look = Callable[[str, int, bool], None]
BOARDS = offered.boards()
ONE = "select board, min(system) from row where ranked group by board"
SYSTEMS = dict(containers.ask(offered.file(offered.latest()), ONE))
WIDTHS = (1440, 360)
EVERY = list(product(BOARDS, WIDTHS, (False, True)))
SAMPLE = [(offered.ranking()[0], 360, True), (offered.ranking()[-1], 1440, False)]
"""A real board, and the synthetic one, which is listed last."""


def paths(board: str) -> list[str]:
    """Every page of a board, and one of its systems."""
    pages = ["" if name == "leaderboard" else name for name in PAGES]
    found = [f"/{page}?board={board}" for page in pages]
    return found + ([f"/system?board={board}&system={SYSTEMS[board]}"] if board in SYSTEMS else [])


@pytest.fixture
def look(open_page: OpenPage, settle: Callable[[Page], None]) -> Callable[[str, int, bool], None]:
    """Looks at every page of a board, in one browser session, which fetches Streamlit's files once."""

    def look(board: str, width: int, dark: bool) -> None:
        first, *others = paths(board)
        page = open_page(first, width=width, height=900, dark=dark)
        for path in (None, *others):
            if path:
                page.goto(urljoin(page.url, path))
                settle(page)
            check_fits(page)
            assert cut_off(page) == [], page.url
            assert barriers(page) == [], page.url

    return look


@pytest.mark.parametrize(("board", "width", "dark"), SAMPLE)
def test_no_page_shuts_anybody_out(look: Look, board: str, width: int, dark: bool) -> None:
    look(board, width, dark)


@pytest.mark.soak
@pytest.mark.parametrize(("board", "width", "dark"), [case for case in EVERY if case not in SAMPLE])
def test_no_page_shuts_anybody_out_in_any_way_of_looking(look: Look, board: str, width: int, dark: bool) -> None:
    look(board, width, dark)


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("width: 3rem; overflow: hidden; white-space: nowrap", True),
        ("height: .5rem; overflow: hidden", True),
        ("width: 3rem; overflow: auto; white-space: nowrap", True),
        ('width: 3rem; overflow: auto; white-space: nowrap" tabindex="0', False),
        ('width: 3rem; overflow: hidden; white-space: nowrap" title="all of it', False),
        ("width: 3rem", False),
    ],
)
def test_text_that_is_cut_off_is_noticed(open_page: OpenPage, style: str, found: bool) -> None:
    page = open_page("/healthz", wait=False)
    page.set_content(f'<div data-testid="stMain"><div style="{style}">more words than there is room for</div></div>')
    assert bool(cut_off(page)) is found


@pytest.mark.parametrize("path", ["/?board=demo", "/categories?board=demo", "/system?board=demo&system=gypsum-8"])
def test_paper_has_whole_tables_and_no_controls(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=794, height=1123, dark=True)
    page.emulate_media(media="print")
    assert page.locator(".mh-frame").evaluate_all("all => all.every(one => getComputedStyle(one).overflowX !== 'auto')")
    assert not page.get_by_test_id("stSidebar").is_visible()
    assert page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor") == "rgb(255, 255, 255)"
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")


def test_link_of_a_long_page_leads_to_its_part(open_page: OpenPage) -> None:
    page = open_page("/system?board=demo&system=gypsum-8", height=700)
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Where this row comes from").click()
    page.wait_for_function(
        "() => { const at = document.getElementById('where-this-row-comes-from').getBoundingClientRect();"
        " return at.top >= 0 && at.top < 300 }"
    )
    assert "system=gypsum-8" in page.url


def test_intervals_are_seen_in_colours_that_a_reader_forces(open_page: OpenPage) -> None:
    page = open_page("/?board=msts", forced_colors="active")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colour = page.locator(".mh-line").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert colour not in (paper, "rgba(0, 0, 0, 0)")


def test_nothing_moves_for_readers_who_ask_for_that(open_page: OpenPage) -> None:
    moving = """() => [...document.querySelectorAll("[class*=mh-]")].filter((one) => {
        const { transitionDuration, animationDuration } = getComputedStyle(one);
        return parseFloat(transitionDuration) > 0.01 || parseFloat(animationDuration) > 0.01;
    }).map((one) => one.className)"""
    assert open_page("/system?board=demo&system=gypsum-8", reduced_motion="reduce").evaluate(moving) == []
