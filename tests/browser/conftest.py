"""Real sites and a real Chromium for the tests in this folder.

`open_page("/policy?board=xstest", width=390, dark=True)` returns a Playwright page that has finished drawing; a console
error or a request to another origin on it fails the test. `server` is the site on the release that the repository
ships; `serve(results)` starts another.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import site
from tests.browser import visitor as visiting
from tests.browser.site import Site
from tests.browser.visitor import Visitor

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on the embedded release. Tests share it and leave it as it was."""
    running = site.start(tmp_path_factory.mktemp("site") / "log.txt")
    yield running
    running.stop()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Starts sites: `serve()`, `serve(results)` or `serve(results, "--root", path, env={...})`, where `results` is a
    folder or an address. They are stopped at the end of the test, after its pages."""
    started: list[Site] = []

    def start(results: Path | str | None = None, *arguments: Path | str, env: dict[str, str] | None = None) -> Site:
        options = [] if results is None else ["--results", str(results)]
        log_path = tmp_path_factory.mktemp("site") / "log.txt"
        started.append(site.start(log_path, *options, *map(str, arguments), env=env))
        return started[-1]

    yield start
    for running in started:
        running.stop()


# Of the module, not of the session: Playwright keeps an event loop running in this thread for as long as it is open,
# and asyncio.run() in any later test of the same worker would fail. A launch takes half a second.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium with a fresh profile."""
    with visiting.open_browser() as browser:
        yield browser


class OpenPage:
    """What the fixture `open_page` gives: call it with a path, and with `of=` for another site than the embedded."""

    def __init__(self, visitor: Visitor, default_url: Callable[[], str]) -> None:
        self._visitor = visitor
        self._default_url = default_url

    def __call__(self, path: str = "/", *, of: Site | None = None, **options: Any) -> Page:
        """Returns a page; see Visitor.open for the options (width, height, dark, javascript, wait, ...)."""
        return self._visitor.open(urljoin(of.url if of else self._default_url(), path), **options)

    @property
    def faults(self) -> list[str]:
        """What the pages have done wrong. A test that provokes some asserts them and then clears the list."""
        return self._visitor.faults


@pytest.fixture
def open_page(browser: Browser, serve: object, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens pages, each in a browser session of its own, and fails the test for what they do wrong. It needs `serve`
    only to close them before a site ends: an open page reports the loss of its server."""
    visitor = Visitor(browser)
    yield OpenPage(visitor, lambda: request.getfixturevalue("server").url)
    visitor.close()
    if visitor.faults:
        pytest.fail("Pages did what none may:\n" + "\n".join(visitor.faults))


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """Waits until a page has finished drawing, after a click for example: `settle(page)`."""
    return visiting.settle
