"""Open pages follow the releases, and never a bad one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from leaderboard.base import clock
from leaderboard.offline.signing import repository
from leaderboard.offline.signing.repository import SERVED
from tests import offered
from tests.browser.conftest import OpenPage
from tests.browser.site import Site
from tests.hosting import Host

SECONDS = 15_000
"""A new release, or a new state, is in every open page within so many milliseconds."""
SIGNED = "signature verified: 2 of 2 build keys, no human reviewer"

expect.set_options(timeout=15_000)  # five seconds are not enough where two cores also do other work


class Folder(NamedTuple):
    """A folder that a site reads, and how to take it away and put it back."""

    results: Path

    @property
    def place(self) -> Path | str:
        return self.results

    def stop(self) -> None:
        (self.results / "repository").rename(self.results / "hidden")

    def start(self) -> None:
        (self.results / "hidden").rename(self.results / "repository")


class Address(NamedTuple):
    """The same on the web."""

    host: Host

    @property
    def results(self) -> Path:
        return self.host.folder

    @property
    def place(self) -> Path | str:
        return self.host.address

    def stop(self) -> None:
        self.host.stop()

    def start(self) -> None:
        self.host.start()


@pytest.fixture(params=[pytest.param("folder", marks=pytest.mark.soak), "address"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder | Address]:
    """A source at release 2."""
    results = offered.copy(tmp_path, release=2)
    if request.param == "folder":
        yield Folder(results)
        return
    host = Host(results)
    yield Address(host)
    host.stop()


def prolong(results: Path, **parts: timedelta) -> None:
    """Renews the signatures, some of them for another time than usual."""
    later = SERVED._replace(**parts)
    offered.publish(results, repository.prolong(results / "repository", now=clock.now(), expiry=later))


def check_shows(page: Page, release: int, said: str, warning: str | None = None) -> None:
    """Waits until the page shows a release in a state, and makes sure that nothing else about it has changed."""
    line = page.locator(".mh-release")
    expect(line).to_contain_text(f"Release {release}", timeout=SECONDS)
    expect(line).to_contain_text(said, timeout=SECONDS)
    expect(page.locator(".mh-notice.warn")).to_have_count(1 if warning else 0, timeout=SECONDS)
    if warning:
        expect(page.locator(".mh-notice.warn")).to_have_text(f"{warning} This page still shows release {release}.")
    expect(page.locator("tr[data-at]")).to_have_count(10)
    assert page.url.endswith("/?board=msts&sort=name")
    assert page.evaluate("window.untouched"), "the page was loaded anew"


@pytest.mark.parametrize("expires", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_open_page_says_in_which_state_its_source_is_and_keeps_the_last_good_release(
    open_page: OpenPage, serve: Callable[..., Site], source: Folder | Address, expires: bool
) -> None:
    results = source.results
    site = serve(source.place, "--root", offered.root(results))
    page = open_page("/?board=msts&sort=name", of=site)
    page.evaluate("window.untouched = true")
    check_shows(page, 2, SIGNED)

    source.stop()
    unreachable = "The source of the results does not answer, so there may be a newer release."
    check_shows(page, 2, "last good release", unreachable)
    source.start()
    check_shows(page, 2, SIGNED)

    if expires:
        prolong(results, timestamp=timedelta(seconds=1))
        expired = "The signatures of the newest release have expired, so there may be a newer release."
        check_shows(page, 2, "last good release", expired)
        prolong(results)
        check_shows(page, 2, SIGNED)

    offered.offer(results, 3)
    good = offered.target(results, 3).read_bytes()
    offered.target(results, 3).write_bytes(good[:-1])
    check_shows(page, 2, "last good release", "The newest release failed a check (E_DIGEST) and is not shown.")
    assert site.get("/healthz") == (200, b"ok")
    assert site.get("/readyz")[0] == 200
    offered.target(results, 3).write_bytes(good)
    check_shows(page, 3, SIGNED)


def test_releases_appear_in_open_pages_with_their_filters(
    open_page: OpenPage, serve: Callable[..., Site], tmp_path: Path
) -> None:
    results = offered.begin(tmp_path)
    site = serve(results, "--root", offered.root(results))
    first = open_page("/?board=demo&group=medical_purpose&q=yarrow", of=site)
    second = open_page("/releases?board=msts", of=site)
    for page in (first, second):
        expect(page.get_by_text("No results here yet")).to_be_visible()
        page.evaluate("window.untouched = true")
    for release in (1, 2):
        offered.offer(results, release)
        for page in (first, second):
            expect(page.locator(".mh-release")).to_contain_text(f"Release {release}", timeout=SECONDS)
            expect(page.get_by_text(f"Release {release} is out.")).to_be_visible()
            assert page.evaluate("window.untouched"), "the page was loaded anew"
        assert first.url.endswith("/?board=demo&group=medical_purpose&q=yarrow")
        expect(first.get_by_label("Find a system")).to_have_value("yarrow")
        expect(second.get_by_role("heading", level=1)).to_have_text("Releases")


def test_first_release_that_fails_is_said_until_there_is_a_good_one(
    open_page: OpenPage, serve: Callable[..., Site], tmp_path: Path
) -> None:
    results = offered.copy(tmp_path, release=1)
    good = offered.target(results, 1).read_bytes()
    offered.target(results, 1).write_bytes(b"")
    site = serve(results, "--root", offered.root(results))
    page = open_page("/?board=msts", of=site)
    expect(page.get_by_text("failed a check (E_DIGEST), and there is no earlier one to show")).to_be_visible()
    assert site.get("/readyz")[0] == 503
    offered.target(results, 1).write_bytes(good)
    expect(page.locator(".mh-release")).to_contain_text("Release 1", timeout=SECONDS)
    assert site.get("/readyz")[0] == 200
