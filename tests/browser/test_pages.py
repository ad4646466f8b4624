"""Pages in Chromium: they are drawn, with their frame, and nothing of them fails."""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from leaderboard.boards.catalogue import read_catalogue
from leaderboard.site.views.pages import PAGES
from tests import offered
from tests.browser.access import check_fits
from tests.browser.conftest import OpenPage

Settle = Callable[[Page], None]

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


DEFINED = read_catalogue(offered.EMBEDDED / "boards").boards.values()
BOARDS = {board.id: board.title for board in DEFINED if board.state != "real"}
"""The board that awaits results, and the synthetic one."""


@pytest.mark.parametrize("board", BOARDS)
def test_sidebar_leads_to_every_page_of_a_board(open_page: OpenPage, board: str) -> None:
    page = open_page(f"/?board={board}", width=1440)
    for title in PAGES.values():
        page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).click()
        expect(page).to_have_title(f"{title} · {BOARDS[board]} · MedHarm Leaderboard")
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
