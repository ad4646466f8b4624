"""Opens pages in Chromium and watches what they do. Plain objects, so that screenshots and benchmarks use them too."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser import chromium

DRAW_SECONDS = 20
QUIET_SECONDS = 0.3
POLL_MILLISECONDS = 30
ARGUMENTS = [
    "--no-sandbox",  # with its sandbox Chromium refuses to run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # a request to another host is seen but never leaves
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Runs a headless Chromium with a fresh profile."""
    path = chromium.find_or_explain()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Opens pages of a site, each in a browser session of its own."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    """Console errors, uncaught exceptions and requests to other origins, of all pages so far."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        javascript: bool = True,
        wait: bool = True,
        **options: Any,
    ) -> Page:
        """Returns a page that shows `url`. Further options are those of Playwright's `new_context`. With `wait`
        false, or without JavaScript, it is returned as soon as the document is loaded."""
        context = self.browser.new_context(
            **{
                "viewport": {"width": width, "height": height},
                "color_scheme": "dark" if dark else "light",
                "java_script_enabled": javascript,
                "reduced_motion": "reduce",
                "locale": "en-GB",
                "timezone_id": "UTC",
                **options,
            }
        )
        self._contexts.append(context)
        context.set_default_timeout(DRAW_SECONDS * 1000)
        page = context.new_page()
        self._watch(page, urlsplit(url).netloc)
        page.goto(url)
        if wait and javascript:
            settle(page)
        return page

    def close(self) -> None:
        """Closes every page."""
        while self._contexts:
            self._contexts.pop().close()

    def _watch(self, page: Page, host: str) -> None:
        def note_address(url: str) -> None:
            address = urlsplit(url)
            if address.scheme in ("http", "https", "ws", "wss") and address.netloc != host:
                self.faults.append(f"request to another origin: {url}")

        def note_message(message: ConsoleMessage) -> None:
            if message.type == "error":
                place = urlsplit(message.location.get("url", "")).path
                self.faults.append(f"console error: {message.text} (at {place})")

        page.on("request", lambda request: note_address(request.url))
        page.on("websocket", lambda websocket: note_address(websocket.url))
        page.on("pageerror", lambda error: self.faults.append(f"uncaught exception: {error}"))
        page.on("console", note_message)


def settle(page: Page) -> None:
    """Waits until Streamlit is connected, its script has ended and nothing is left to draw, and all that has held for
    a moment: a click shows as a running script only after a round trip to the server. Where a test knows what the
    click will bring, `expect(locator)` is surer."""
    app = page.locator('.stApp[data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]')
    skeleton = page.get_by_test_id("stSkeleton")
    end = time.monotonic() + DRAW_SECONDS
    drawn_since = math.inf
    while time.monotonic() - drawn_since < QUIET_SECONDS:
        if time.monotonic() > end:
            raise TimeoutError(f"The page was not drawn after {DRAW_SECONDS} seconds: {page.url}")
        drawn = app.count() == 1 and skeleton.count() == 0
        drawn_since = min(drawn_since, time.monotonic()) if drawn else math.inf
        page.wait_for_timeout(POLL_MILLISECONDS)
