"""The methods page in Chromium: addresses lead to a formula, and no formula makes the page scroll sideways."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

OPEN_ALL = "document.querySelectorAll('.mh-formula-card').forEach(card => card.open = true)"


def is_in_view(page: Page, id: str) -> None:
    expect(page.locator(f"#{id}")).to_be_in_viewport()


def test_contents_lead_to_the_parts_of_the_page(open_page: OpenPage) -> None:
    page = open_page("/methods?board=msts")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Limits").click()
    is_in_view(page, "limits")
    assert page.url.endswith("/methods?board=msts#limits")


def test_address_of_a_formula_opens_its_card(open_page: OpenPage) -> None:
    page = open_page("/methods?board=msts#difference", width=390)
    is_in_view(page, "difference")
    assert page.locator("details:has(#difference)").evaluate("card => card.open")
    assert (
        page.locator("#difference").get_by_role("link", name="Link to this formula").get_attribute("href")
        == "#difference"
    )


@pytest.mark.parametrize("dark", [False, True])
def test_cards_fit_a_narrow_phone_and_shut_nobody_out(open_page: OpenPage, dark: bool) -> None:
    page = open_page("/methods?board=demo", width=360, dark=dark)
    page.evaluate(OPEN_ALL)
    widths = page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(part => part.scrollWidth - part.clientWidth)"
    )
    assert widths == [0, 0]
    page.wait_for_timeout(500)  # Streamlit fades in what it has drawn
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_card_opens_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/methods?board=xstest")
    summary = page.locator("details:has(#wilson) > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#wilson")).to_be_visible()
