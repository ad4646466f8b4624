"""What the browser fixtures promise to notice."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import Visitor

PAGES = {
    "/clean": "<p>all is well</p>",
    "/console": "<script>console.error('a complaint')</script>",
    "/exception": "<script>throw new Error('a mistake')</script>",
    "/missing": "<img src='/nowhere.png'>",
    "/image": "<img src='http://elsewhere.example/pixel.png'>",
    "/socket": "<script>new WebSocket('ws://elsewhere.example/')</script>",
}


class Handler(BaseHTTPRequestHandler):
    """Answers with one of PAGES."""

    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        self.send_response(200 if page or self.path == "/favicon.ico" else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser)
    yield visitor
    visitor.close()


def test_clean_page_has_no_faults(visitor: Visitor, url: str) -> None:
    page = visitor.open(url + "/clean", wait=False)
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("all is well").is_visible()
    assert visitor.faults == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/console", "console error: a complaint (at /console)"),
        ("/exception", "uncaught exception: a mistake"),
        ("/missing", "(at /nowhere.png)"),
        ("/image", "request to another origin: http://elsewhere.example/pixel.png"),
        ("/socket", "request to another origin: ws://elsewhere.example/"),
    ],
)
def test_fault_is_noticed(visitor: Visitor, url: str, path: str, fault: str) -> None:
    visitor.open(url + path, wait=False).wait_for_load_state("networkidle")
    assert any(fault in noticed for noticed in visitor.faults), visitor.faults
