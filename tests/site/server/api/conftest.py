"""The site on the embedded release, for programs."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.browser import site
from tests.browser.site import Site


class Reply(NamedTuple):
    """What came back; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Reply]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    started = site.start(tmp_path_factory.mktemp("api") / "log.txt")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def ask(running: Site) -> Ask:
    """Asks the site: `ask("/api/v1/boards", method="HEAD", Range="bytes=0-9")`."""

    def of(path: str, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(running.url.rstrip("/") + path, method=method, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return _reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _reply(error.code, error.headers, error.read())

    return of


def _reply(status: int, headers: "object", body: bytes) -> Reply:
    return Reply(status, {name.lower(): value for name, value in headers.items()}, body)  # type: ignore[attr-defined]
