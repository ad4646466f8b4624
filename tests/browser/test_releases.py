"""Open pages follow the releases, and never a bad one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests import offered
from tests.browser.conftest import OpenPage
from tests.browser.site import Site

SECONDS = 15_000
"""A new release is in every open page within so many milliseconds."""

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


class Offer(NamedTuple):
    """A running site and the folder that it shows."""

    site: Site
    results: Path


@pytest.fixture(scope="module")
def served(serve: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offer]:
    """One site for the tests of this file; it starts on a folder without any release."""
    results = offered.copy(tmp_path_factory.mktemp("offer"))
    hide(results)
    running = serve(results)
    yield Offer(running, results)
    running.stop()


@pytest.fixture
def offer(served: Offer) -> Offer:
    """The site on release 2, with release 3 whole and ready to be pointed at."""
    shutil.copy(offered.target(offered.EMBEDDED, 3), offered.target(served.results, 3))
    offered.point(served.results, 2)
    return served


def hide(results: Path) -> None:
    offered.pointer(results).unlink()


def test_page_without_a_release_comes_to_life(open_page: OpenPage, served: Offer) -> None:
    page = open_page("/?board=msts", of=served.site)
    expect(page.get_by_text("No results here yet")).to_be_visible()
    offered.point(served.results, 2)
    expect(page.locator(".mh-release")).to_contain_text("Release 2", timeout=SECONDS)


def test_new_release_appears_in_open_pages_with_their_filters(open_page: OpenPage, offer: Offer) -> None:
    first = open_page("/?board=demo&group=medical_purpose&q=yarrow", of=offer.site)
    second = open_page("/releases?board=msts", of=offer.site)
    for page in (first, second):
        expect(page.locator(".mh-release")).to_contain_text("Release 2")
        page.evaluate("window.untouched = true")
    offered.point(offer.results, 3)
    for page in (first, second):
        expect(page.locator(".mh-release")).to_contain_text("Release 3", timeout=SECONDS)
        expect(page.get_by_text("Release 3 is out.")).to_be_visible()
        assert page.evaluate("window.untouched"), "the page was loaded anew"
    assert first.url.endswith("/?board=demo&group=medical_purpose&q=yarrow")
    expect(first.get_by_label("Find a system")).to_have_value("yarrow")
    expect(second.get_by_role("heading", level=1)).to_have_text("Releases")


def test_damaged_release_is_refused_and_said_and_its_mending_noticed(open_page: OpenPage, offer: Offer) -> None:
    page = open_page("/?board=msts&sort=name", of=offer.site)
    expect(page.locator(".mh-release")).to_contain_text("Release 2")
    good = offered.target(offer.results, 3).read_bytes()
    offered.target(offer.results, 3).write_bytes(good[:-1])
    offered.point(offer.results, 3)
    refused = page.get_by_text("failed a check (E_SIZE) and is not shown. Release 2 stays.")
    expect(refused).to_be_visible(timeout=SECONDS)
    expect(page.locator(".mh-release")).to_contain_text("last good release")
    expect(page.locator(".mh-standings tbody tr")).to_have_count(10)
    offered.target(offer.results, 3).write_bytes(good)
    expect(page.locator(".mh-release")).to_contain_text("Release 3", timeout=SECONDS)
    expect(refused).to_have_count(0)
    assert page.url.endswith("/?board=msts&sort=name")
