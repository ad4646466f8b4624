"""The first paint in Chromium: complete without JavaScript, and it gives way to the live page without a move."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from leaderboard.site.data import queries, rows
from leaderboard.site.views.names import names_of
from tests import offered
from tests.browser.conftest import OpenPage

CURRENT = offered.current(offered.EMBEDDED)
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifted += entry.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
PLACES = """(box) => [".mh-head", ".mh-leads", ".mh-tools", ".mh-standings", ".mh-standings tr[data-at]"]
    .map((what) => document.querySelector(`${box} ${what}`).getBoundingClientRect())
    .map(({ x, y, width }) => [x, y, width].map(Math.round))"""

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


def visible_rows(page: Page) -> list[str]:
    return list(page.locator("tr[data-at]:visible").evaluate_all("rows => rows.map(row => row.dataset.system)"))


@pytest.mark.parametrize("id", offered.ranking())
def test_ranking_is_there_in_full_without_javascript(open_page: OpenPage, id: str) -> None:
    page = open_page(f"/?board={id}", javascript=False)
    board = CURRENT.catalogue.boards[id]
    names = names_of(board, CURRENT.catalogue.registries[id])
    every = rows.read(rows.Standing, queries.standings(CURRENT.database, board))
    expect(page.get_by_role("heading", level=1)).to_have_text(board.title)
    ranked = sum(row.ranked for row in every)
    expect(page.locator(".mh-standings tbody th[scope=row] .mh-name:visible")).to_have_count(ranked)
    for row in every:
        if row.is_own and not row.ranked and row.kind != "reference":
            link = page.locator(".mh-unranked").get_by_role("link", name=names.system(row.system), exact=True)
            expect(link).to_be_visible()
    expect(page.get_by_text("What this does not show")).to_be_visible()
    expect(page.locator(".mh-release")).to_contain_text(f"Release {CURRENT.number}")
    expect(page.get_by_role("search")).to_be_hidden()  # controls that could do nothing
    page.locator(".mh-noscript").get_by_role("link").nth(1).click()
    expect(page).to_have_url(re.compile("category="))
    expect(page.locator(".mh-leads")).to_contain_text(f"On {board.risk_categories[0].name}")


def test_landing_page_is_there_without_javascript(open_page: OpenPage) -> None:
    page = open_page("/", javascript=False, width=390)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Open the MSTS ranking").click()
    expect(page.locator("tr[data-at]").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_live_page_takes_its_place_without_a_move(open_page: OpenPage, settle: Any, width: int) -> None:
    page = open_page("/", width=width, wait=False)
    page.add_init_script(SHIFTS)
    held = Held(page)
    page.goto(page.url + "?board=msts", wait_until="commit")
    expect(page.locator("#first .mh-standings button").first).to_be_visible()
    page.evaluate("document.fonts.ready")  # another font has other line breaks; what that moves counts below
    before = page.evaluate(PLACES, "#first")
    held.let_go()
    expect(page.locator("#first")).to_have_count(0)
    settle(page)
    after = page.evaluate(PLACES, "#root")
    assert after == [pytest.approx(place, abs=3) for place in before]
    assert page.evaluate("window.shifted") < 0.1


def test_what_is_chosen_before_streamlit_starts_is_what_the_live_page_shows(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/", wait=False)
    held = Held(page)
    page.goto(page.url + "?board=demo", wait_until="commit")
    page.get_by_role("button", name="Helpful").click()
    box = page.get_by_label("Find a system")
    box.press_sequentially("yarrow")
    chosen = visible_rows(page)
    assert chosen and all("yarrow" in system for system in chosen)
    assert re.search("q=yarrow&sort=helpful$", page.url)
    page.locator("#first main").evaluate("main => main.scrollTop = 60")
    held.let_go()
    expect(page.locator("#first")).to_have_count(0)
    settle(page)
    assert visible_rows(page) == chosen
    expect(page.get_by_label("Find a system")).to_be_focused()
    expect(page.get_by_label("Find a system")).to_have_value("yarrow")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 60
    page.keyboard.type(" 7")
    expect(page).to_have_url(re.compile(r"q=yarrow(\+|%20)7&sort=helpful$"))


def test_other_categories_are_scored_before_streamlit_starts(open_page: OpenPage) -> None:
    page = open_page("/", wait=False)
    held = Held(page)
    page.goto(page.url + "?board=msts", wait_until="commit")
    page.locator(".mh-menu summary").first.click()
    page.get_by_label("Other hazards").check()
    expect(page.locator("#first .mh-leads")).to_contain_text("On Other hazards")
    expect(page.locator("#first caption").first).to_contain_text("over Other hazards")
    held.let_go()
    expect(page.locator("#root .mh-leads")).to_contain_text("On Other hazards")


class Held:
    """Keeps Streamlit's script from arriving, as a slow line does, until it is let go."""

    def __init__(self, page: Page) -> None:
        self._asked: list[Route] = []
        self._free = False
        page.route(re.compile(r"/static/js/index\."), self._take)

    def _take(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self._asked.append(route)

    def let_go(self) -> None:
        """Lets the script arrive, whether or not it has been asked for yet."""
        self._free = True
        for route in self._asked:
            route.continue_()
