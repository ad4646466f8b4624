"""Every page of every board in Chromium: nothing fails, nothing scrolls sideways, nothing keeps a reader out."""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from leaderboard.ui.frame import PAGES
from tests.browser.conftest import OpenPage

SERIOUS = ("serious", "critical")
Settle = Callable[[Page], None]

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


def check_fits(page: Page) -> None:
    """Waits until neither the page nor the part of it that scrolls is wider than its window: the sidebar takes a moment
    to slide in or out."""
    script = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
        .every(part => part.scrollWidth <= part.clientWidth)"""
    page.wait_for_function(script)


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps a reader with a disability out. What it finds once is looked at again: Streamlit fades
    what it is about to draw anew, and faded text has too little contrast for a moment."""
    found = find_barriers(page)
    if found:
        page.wait_for_timeout(1000)
        found = find_barriers(page)
    return found


def find_barriers(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


BOARDS = {"medharm": "MedHarm", "xstest": "XSTest", "msts": "MSTS", "demo": "Synthetic demo"}


@pytest.mark.parametrize(("board", "dark"), [("medharm", False), ("xstest", True), ("msts", False), ("demo", True)])
def test_pages_of_a_board_fit_a_desk_and_a_phone_and_shut_nobody_out(
    open_page: OpenPage, settle: Settle, board: str, dark: bool
) -> None:
    page = open_page(f"/?board={board}", width=1440, dark=dark)
    for title in PAGES.values():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).click()
        expect(page).to_have_title(f"{title} · {BOARDS[board]} · MedHarm Leaderboard")
        settle(page)
        check_fits(page)
        if board == "demo" or title == PAGES["leaderboard"]:  # the other boards draw the same parts
            assert barriers(page) == [], title
        page.set_viewport_size({"width": 390, "height": 800})
        page.wait_for_function("window.innerWidth === 390")
        check_fits(page)


def test_deep_link_to_a_system_is_drawn_with_its_frame(open_page: OpenPage) -> None:
    page = open_page("/system?board=demo&system=yarrow-7", width=390)
    expect(page.get_by_role("heading", level=1)).to_have_text("Yarrow 7")
    expect(page.get_by_text("Synthetic demonstration data: no real model is described.").first).to_be_visible()
    check_fits(page)
    icon = page.locator("link[rel~=icon]").first.get_attribute("href") or ""
    assert page.request.get(urljoin(page.url, icon)).headers["content-type"].startswith("image/svg+xml")


def test_figure_is_drawn_under_the_content_policy(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/?board=xstest", dark=True)
    page.get_by_text("Safe and helpful: both at once").click()
    expect(page.locator(".js-plotly-plot .point").first).to_be_visible()
    settle(page)


def test_wide_table_scrolls_in_its_own_frame(open_page: OpenPage) -> None:
    page = open_page("/categories?board=demo", width=390)
    frame = page.locator(".mh-frame").first
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")
    check_fits(page)
