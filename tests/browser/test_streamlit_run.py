"""`streamlit run app.py`: no documents and no API are served, and the same ranking is there, from the same markup."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import site, visitor
from tests.browser.conftest import OpenPage
from tests.browser.site import PROJECT, Site
from tests.site.exports.reading import from_csv

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    log_path, port = tmp_path_factory.mktemp("site") / "log.txt", site.free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    running = Site(f"http://127.0.0.1:{port}/", process, log_path)
    until = time.monotonic() + site.START_SECONDS
    while not is_up(running):
        assert process.poll() is None and time.monotonic() < until, running.log
        time.sleep(0.2)
    yield running
    running.stop()


def is_up(running: Site) -> bool:
    try:
        return running.get("_stcore/health")[0] == 200
    except OSError:  # not listening yet
        return False


def ranked(page: Page) -> int:
    return page.locator("tr[data-at]:visible").count()


def test_deep_link_of_the_first_visitor_is_drawn_in_its_frame(script: Site, open_page: OpenPage) -> None:
    page = open_page("/categories?board=msts", of=script)
    expect(page.get_by_role("heading", level=1)).to_have_text("Categories")
    expect(page.locator(".mh-foot")).to_be_visible()
    # Streamlit looks for its server below the path first; boot.js, which says where it is, is in our document alone.
    assert all("404" in fault and "/categories/_stcore/" in fault for fault in open_page.faults)
    open_page.faults.clear()


def test_ranking_is_drawn_filtered_and_scored_over_other_categories(script: Site, open_page: OpenPage) -> None:
    page = open_page("/?board=msts", of=script)
    expect(page.locator("caption").first).to_contain_text("over all five categories")
    assert ranked(page) == 10
    page.get_by_label("Find a system").fill("claude")
    expect(page.get_by_text("Showing 1 of 10 ranked systems.")).to_be_visible()
    page.locator(".mh-menu summary").first.click()
    for name, scope in (("Other hazards", "Other hazards"), ("Violent crimes", "Violent crimes and Other hazards")):
        page.get_by_role("checkbox", name=name, exact=True).check()
        expect(page.locator("caption").first).to_contain_text(f"over {scope}.")
        expect(page.locator(".mh-ranking")).not_to_have_attribute("aria-busy", "true")
    page.get_by_role("checkbox", name="Other hazards", exact=True).uncheck()
    page.get_by_role("checkbox", name="Violent crimes", exact=True).uncheck()
    expect(page.locator("caption").first).to_contain_text("over all five categories")
    expect(page).to_have_url(re.compile(r"\?board=msts&q=claude$"))


def test_address_is_drawn_as_it_says(script: Site, open_page: OpenPage) -> None:
    page = open_page("/?board=demo&category=toxicology&group=closed_source&sort=name", of=script)
    expect(page.locator("caption").first).to_contain_text("over Toxicology")
    expect(page.locator(".mh-count")).to_contain_text("Filters: Closed-source.")
    names = page.locator("tr[data-at]:visible").evaluate_all("rows => rows.map(row => row.dataset.name)")
    assert names and names == sorted(names)
    page.get_by_test_id("stSidebar").locator("label").filter(has_text="XSTest").click()
    expect(page.locator("caption").first).to_contain_text("over all eight categories")
    page.go_back()
    expect(page.locator("caption").first).to_contain_text("over Toxicology")


def test_streamlits_own_buttons_download_the_view(script: Site, open_page: OpenPage) -> None:
    page = open_page("/?board=msts&group=closed_source", of=script)
    expect(page.locator("tr[data-at]:visible")).to_have_count(3)
    expect(page.get_by_role("link", name="Download this view (CSV)")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this view (CSV)").click()
    lines = from_csv(download.value.path().read_bytes())
    assert {line["group"] for line in lines} == {"closed_source"} and len(lines) == 3


def test_served_page_shows_links_and_no_buttons(open_page: OpenPage) -> None:
    page = open_page("/?board=msts")
    expect(page.get_by_role("link", name="Download this view (CSV)")).to_be_visible()
    expect(page.get_by_role("button", name="Download this view (CSV)")).to_be_hidden()
    visitor.settle(page)
