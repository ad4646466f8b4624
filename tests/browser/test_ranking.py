"""The live ranking in Chromium: what it orders and hides is what the server would, and the keyboard alone will do."""

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route, expect

from leaderboard.site.data.updater import store
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import visit_of
from tests import offered
from tests.browser.conftest import OpenPage

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


def in_sight(page: Page) -> list[str]:
    return list(page.locator("tr[data-at]:visible").evaluate_all("rows => rows.map(row => row.dataset.system)"))


def of_server(query: str) -> list[str]:
    """The ranked systems as the server puts them, group by group where the order is by rank."""
    visit = visit_of(store(offered.EMBEDDED), parse_qs(query))
    assert visit
    lines = re.findall(r'<tr( hidden)? role="row"[^>]*data-at="[^>]*data-system="([^"]+)"', view_of(visit).markup)
    return [system for hidden, system in lines if not hidden]


def choose(page: Page, query: str) -> None:
    """Sets the controls to a view, one after the other, as a reader would."""
    for name, values in parse_qs(query).items():
        for value in values:
            field = page.locator(f'.mh-tools [name="{name}"]')
            if name == "q":
                field.fill(value)
            elif name == "sort":
                while page.locator(".mh-order select").input_value() != value:
                    page.locator(f'th[data-sort="{value.lstrip("-")}"] button').click()
            else:
                page.locator(f'.mh-tools details:has([name="{name}"]) summary').click()
                page.locator(f'.mh-tools [name="{name}"][value="{value}"]').check()
                page.keyboard.press("Escape")


CHOICES = [
    "group=closed_source&sort=name",
    "kind=guarded&sort=-helpful",
    "q=ya%20rr0w&sort=weakest",
    "access=open_weights&tier=rejudged&tier=maintainer_rerun",
    "group=medical_purpose&q=nobody",
    "sort=-rank",
    "sort=safe",
]


@pytest.mark.parametrize("query", CHOICES)
def test_browser_orders_and_hides_as_the_server_does(open_page: OpenPage, settle: Any, query: str) -> None:
    page = open_page("/?board=demo")
    choose(page, query)
    at_once = in_sight(page)
    for name, values in parse_qs(query).items():
        expect(page).to_have_url(re.compile(rf"{name}={re.escape(values[0].split(' ')[0])}"))
    settle(page)
    assert in_sight(page) == at_once == of_server(f"board=demo&{query}")
    assert view_controls(page) == {name: sorted(values) for name, values in parse_qs(query).items()}


def view_controls(page: Page) -> dict[str, list[str]]:
    """What the controls say, as URL parameters."""
    script = "form => [...new FormData(form)].filter(([name, value]) => value && value !== 'rank')"
    found: dict[str, list[str]] = {}
    for name, value in page.locator(".mh-tools").evaluate(script):
        found.setdefault(name, []).append(value)
    return {name: sorted(values) for name, values in found.items()}


@pytest.mark.parametrize("query", [*CHOICES[:2], "category=toxicology&sort=-helpful"])
def test_address_sets_every_control(open_page: OpenPage, query: str) -> None:
    """Three of them; tests/site/streamlit/test_ranking_controls.py takes every value of every control."""
    page = open_page(f"/?board=demo&{query}")
    assert view_controls(page) == {name: sorted(values) for name, values in parse_qs(query).items()}
    assert in_sight(page) == of_server(f"board=demo&{query}")


def test_keyboard_alone_filters_sorts_opens_a_system_and_comes_back(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=demo")
    page.evaluate("window.untouched = true")
    page.get_by_label("Find a system").focus()
    page.keyboard.type("gypsum")
    expect(page).to_have_url(re.compile("q=gypsum"))
    tab_to(page, "summary")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "input")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("group="))
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    tab_to(page, "button", "Helpful")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sort=helpful"))
    expect(page.locator("th[data-sort=helpful]")).to_have_attribute("aria-sort", "descending")
    assert page.evaluate("document.activeElement.textContent") == "Helpful"
    settle(page)
    chosen, address = in_sight(page), page.url
    tab_to(page, "a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/system\?.*q=gypsum.*system="))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gypsum")
    page.keyboard.press("Alt+ArrowLeft")
    page.go_back() if page.url != address else None
    expect(page.locator(".mh-standings")).to_be_visible()
    settle(page)
    assert page.url == address
    assert in_sight(page) == chosen
    assert page.evaluate("window.untouched"), "the page was loaded anew"


def tab_to(page: Page, element: str, text: str = "") -> None:
    """Presses Tab until an element of this kind has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        name, words = page.evaluate("[document.activeElement.localName, document.activeElement.textContent]")
        if name == element and text in words:
            return
    raise AssertionError(f"Tab does not lead to {element} {text}")


def test_back_returns_to_the_place_on_the_page(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=demo")
    row = page.locator("tr[data-at]").nth(14)
    row.scroll_into_view_if_needed()
    place = page.get_by_test_id("stMain").evaluate("main => main.scrollTop")
    assert place > 0
    row.locator("td").nth(1).click()
    expect(page).to_have_url(re.compile("/system"))
    settle(page)
    page.go_back()
    expect(page.locator(".mh-standings")).to_be_visible()
    settle(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == place


def test_links_of_rows_are_links(open_page: OpenPage) -> None:
    page = open_page("/?board=msts&group=closed_source")
    page.get_by_label("Find a system").fill("gpt")
    link = page.get_by_role("link", name="GPT-4o", exact=True)
    href = link.get_attribute("href") or ""
    assert parse_qs(href.partition("?")[2]) == {
        "board": ["msts"], "group": ["closed_source"], "q": ["gpt"], "system": ["gpt-4o"]
    }  # fmt: skip
    with page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    expect(opened.value).to_have_url(re.compile("/system"))
    opened.value.close()


def test_sensitive_category_is_never_listed_from_the_least_safe(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=msts&category=violent_crimes")
    for column in ("Rank", "Safe responses", "Weakest category"):
        for _ in range(3):
            page.get_by_role("columnheader").get_by_role("button", name=column).click()
            settle(page)
            assert "sort=-" not in page.url
    page.goto(page.url.partition("?")[0] + "?board=msts&category=violent_crimes&sort=-safe")
    settle(page)
    assert in_sight(page) == of_server("board=msts&category=violent_crimes")


def test_show_all_clears_the_filters_and_keeps_the_order(open_page: OpenPage) -> None:
    page = open_page("/?board=msts&category=other&group=closed_source&q=g&sort=name")
    page.get_by_role("button", name="Show all").click()
    expect(page).to_have_url(re.compile(r"\?board=msts&category=other&sort=name$"))
    expect(page.locator(".mh-count")).to_be_hidden()
    assert len(in_sight(page)) == 10


def test_heading_of_the_table_stays_in_view(open_page: OpenPage) -> None:
    page = open_page("/?board=demo", width=1440)
    page.locator("tr[data-at]").nth(15).scroll_into_view_if_needed()
    expect(page.get_by_role("columnheader", name="Weakest category")).to_be_in_viewport()


def test_printed_page_has_every_row_and_no_control(open_page: OpenPage) -> None:
    page = open_page("/?board=demo")
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    assert len(in_sight(page)) == 20


def test_printed_page_names_its_filters(open_page: OpenPage) -> None:
    page = open_page("/?board=demo")
    choose(page, "q=yarrow&group=closed_source")
    page.emulate_media(media="print")
    expect(page.get_by_text("Filters: Closed-source, a search.")).to_be_visible()


def choose_category(page: Page, name: str) -> None:
    page.locator(".mh-menu summary").first.click()
    page.get_by_role("checkbox", name=name, exact=True).check()


def test_choices_cost_the_server_no_run(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/", wait=False)
    sent: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(bytes(data))))
    page.goto(f"{page.url}?board=msts")
    settle(page)
    assert sent, "Streamlit has run its script"
    sent.clear()
    choose(page, "q=g&group=closed_source&sort=name")
    choose_category(page, "Other hazards")
    expect(page.locator("#root caption").first).to_contain_text("over Other hazards")
    expect(page.get_by_text("On Other hazards,")).to_be_visible()
    page.wait_for_timeout(1000)
    assert not sent


def test_open_figure_follows_the_filters(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=demo&group=closed_source")
    page.get_by_text("Safe and helpful: both at once").click()
    listed = page.locator(".mh-folded:has-text('The same as a table') tbody tr")
    expect(listed).to_have_count(len(of_server("board=demo&group=closed_source")))
    choose(page, "q=yarrow")
    expect(listed).to_have_count(len(of_server("board=demo&group=closed_source&q=yarrow")))


def test_figure_opened_after_a_choice_has_the_rows_in_sight(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=demo")
    choose(page, "q=yarrow")
    page.get_by_text("Safe and helpful: both at once").click()
    expect(page.locator(".mh-folded:has-text('The same as a table') tbody tr")).to_have_count(len(in_sight(page)))


def test_letters_of_a_search_are_one_step_back(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    page.get_by_label("Find a system").press_sequentially("claude")
    expect(page).to_have_url(re.compile("q=claude"))
    page.go_back()
    expect(page).to_have_url(re.compile("board=msts$"))
    assert len(in_sight(page)) == 10


def test_citation_says_what_is_looked_at(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    choose_category(page, "Other hazards")
    expect(page.locator(".mh-cite")).to_contain_text(f"over Other hazards. Release {offered.latest()}")
    expect(page.locator(".mh-cite")).to_contain_text(f"/?board=msts&release={offered.latest()}&category=other")


def test_tables_come_where_their_document_cannot_be_fetched(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    page.route(re.compile(r"/\?board=msts&category=other"), lambda route: route.abort())
    choose_category(page, "Other hazards")
    expect(page.locator("#root caption").first).to_contain_text("over Other hazards")
    assert all("ERR_FAILED" in fault for fault in open_page.faults)
    open_page.faults.clear()


def test_scores_on_their_way_are_waited_for_in_words(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    asked: list[Route] = []
    page.route(re.compile(r"/\?board=msts&category=other"), lambda route: asked.append(route))
    choose_category(page, "Other hazards")
    expect(page.locator(".mh-ranking")).to_have_attribute("aria-busy", "true")
    notice = page.locator("#root .mh-tools").evaluate("form => getComputedStyle(form, '::after').content")
    assert notice == '"The scores of these categories are loading."'
    expect(page.locator(".mh-take a").first).to_have_attribute("href", re.compile("category=other"))
    asked[0].continue_()
    expect(page.locator("#root caption").first).to_contain_text("over Other hazards")
    expect(page.locator(".mh-ranking")).to_have_attribute("aria-busy", "false")


def test_citation_opened_after_a_choice_stays_open(open_page: OpenPage, settle: Any) -> None:
    page = open_page("/?board=msts")
    choose(page, "group=closed_source")
    page.get_by_text("Cite this view").click()
    page.wait_for_timeout(1000)
    settle(page)
    expect(page.locator(".mh-cite")).to_be_visible()
    expect(page.locator(".mh-cite")).to_contain_text("group=closed_source")


def test_all_values_of_a_filter_are_none(open_page: OpenPage) -> None:
    page = open_page("/?board=demo")
    page.locator(".mh-menu summary").nth(1).click()
    for value in ("open_weights", "closed"):
        page.locator(f'.mh-tools [name="access"][value="{value}"]').click()
    expect(page).to_have_url(re.compile("board=demo$"))
    assert view_controls(page) == {}


@pytest.mark.parametrize("menu", [0, 1])
def test_menus_are_whole_on_a_phone(open_page: OpenPage, menu: int) -> None:
    page = open_page("/?board=demo", width=390)
    page.locator(".mh-menu summary").nth(menu).click()
    panel = page.locator(".mh-panel").nth(menu).bounding_box()
    assert panel and panel["x"] >= 0 and panel["x"] + panel["width"] <= 390


def test_filter_that_this_board_does_not_offer_is_dropped(open_page: OpenPage) -> None:
    """Its rows are of one tier. A filter without a control changes nothing here, so no address may carry it on."""
    page = open_page("/?board=msts")
    page.evaluate("""() => {
        history.pushState({}, "", "/?board=msts&tier=rejudged&group=closed_source");
        dispatchEvent(new PopStateEvent("popstate"));
    }""")
    link = page.get_by_role("link", name="GPT-4o", exact=True)
    expect(link).to_have_attribute("href", re.compile(r"\?board=msts&group=closed_source&system=gpt-4o$"))
    assert len(in_sight(page)) == 3
    page.get_by_label("Find a system").fill("gpt")
    expect(page).to_have_url(re.compile(r"\?board=msts&group=closed_source&q=gpt$"))
