"""A view is its URL: reload, Back, Forward and links restore it exactly."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests import offered
from tests.browser.conftest import OpenPage
from tests.site.exports.reading import from_csv

Settle = Callable[[Page], None]

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


def query(page: Page) -> str:
    return page.url.partition("?")[2]


def choose_category(page: Page, name: str) -> None:
    page.locator(".mh-menu summary").first.click()
    page.get_by_role("checkbox", name=name, exact=True).check()
    page.keyboard.press("Escape")


def search(page: Page, text: str) -> None:
    box = page.get_by_label("Find a system")
    box.fill(text)
    box.press("Enter")


def test_choices_survive_reload_back_and_forward_and_go_into_the_download(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/?board=msts")
    choose_category(page, "Other hazards")
    expect(page).to_have_url(re.compile("board=msts&category=other$"))
    expect(page.get_by_text("On Other hazards,")).to_be_visible()
    search(page, "claude")
    expect(page).to_have_url(re.compile("q=claude"))
    expect(page.get_by_text("Showing 1 of 10 ranked systems.")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_label("Find a system")).to_have_value("claude")
    expect(page.get_by_text("On Other hazards,")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this view (CSV)").click()
    (line,) = from_csv(download.value.path().read_bytes())
    assert (line["categories"], line["name"]) == ("other", "Claude 3.5 Sonnet")
    page.go_back()
    expect(page.get_by_label("Find a system")).to_have_value("")
    expect(page.get_by_text("On Other hazards,")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("On all five categories,")).to_be_visible()
    assert query(page) == "board=msts"
    page.go_forward()
    page.go_forward()
    expect(page.get_by_label("Find a system")).to_have_value("claude")
    expect(page.get_by_text("On Other hazards,")).to_be_visible()


def test_other_pages_keep_the_choices_and_back_returns_to_them(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/?board=msts&category=other&group=closed_source")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Categories", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Categories")
    assert query(page) == "board=msts&category=other&group=closed_source"
    page.go_back()
    expect(page.get_by_text("Showing 3 of 10 ranked systems.")).to_be_visible()
    page.get_by_role("link", name="GPT-4o", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GPT-4o")
    assert query(page) == "board=msts&category=other&group=closed_source&system=gpt-4o"
    page.go_back()
    expect(page.get_by_text("Showing 3 of 10 ranked systems.")).to_be_visible()
    settle(page)


def test_links_lead_from_page_to_page_without_loading_the_site_again(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/releases?board=demo&release=2&category=toxicology", width=1440)
    page.evaluate("window.untouched = true")
    sidebar, foot = page.get_by_test_id("stSidebar"), page.locator(".mh-foot")
    for link, address, heading in [
        (
            sidebar.get_by_role("link", name="Leaderboard", exact=True),
            "/?board=demo&release=2&category=toxicology",
            "Synth",
        ),
        (foot.get_by_role("link", name="Methods"), "/methods?board=demo&release=2&category=toxicology", "Methods"),
        (page.get_by_role("link", name="Show the current"), "/methods?board=demo&category=toxicology", "Methods"),
        (sidebar.get_by_role("link", name="Leaderboard", exact=True), "/?board=demo&category=toxicology", "Synth"),
        (foot.get_by_role("link", name="Categories"), "/categories?board=demo&category=toxicology", "Categories"),
        (sidebar.locator(".mh-brand"), "/?board=demo&category=toxicology", "Synth"),
    ]:
        link.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        settle(page)
        assert page.url.endswith(address)
        if heading == "Synth":
            expect(page.locator("caption").first).to_contain_text("over Toxicology")
            release = 2 if "release" in address else offered.latest()
            expect(page.locator(".mh-release")).to_contain_text(f"Release {release}")
        assert page.evaluate("window.untouched"), f"{address} was loaded anew"


def test_board_is_picked_and_back_returns_with_its_filters(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/?board=msts&category=other&q=gpt")
    page.get_by_test_id("stSidebar").locator("label").filter(has_text="XSTest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("XSTest")
    assert query(page) == "board=xstest"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("MSTS")
    expect(page.get_by_label("Find a system")).to_have_value("gpt")
    expect(page.get_by_text("On Other hazards,")).to_be_visible()
    assert query(page) == "board=msts&category=other&q=gpt"
    settle(page)


def test_second_choice_made_at_once_does_not_undo_the_first(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    search(page, "claude")
    page.locator(".mh-menu summary").nth(1).click()
    page.get_by_role("checkbox", name="Closed-source").check()
    expect(page).to_have_url(re.compile("board=msts&group=closed_source&q=claude$"))
    expect(page.get_by_text("Showing 1 of 10 ranked systems.")).to_be_visible()


def test_hostile_url_draws_the_default_and_runs_nothing(open_page: OpenPage) -> None:
    page = open_page("/?board=%3Cscript%3E&q=%3Cimg%20src=x%20onerror=alert(1)%3E&category=**x**&release=9e9")
    expect(page.get_by_role("heading", level=1)).to_have_text("MedHarm")
    assert page.locator("img[src=x]").count() == 0
