"""Streamlit's files, smaller."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from leaderboard.site.server.packed import Packed

SOURCE = "let a = 1;" * 100


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    """It, before a server that says `streamlit` to everything else."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "a.js").write_text(SOURCE)
    (tmp_path / "static" / "a.woff2").write_bytes(b"font")
    (tmp_path / "secret.js").write_text("secret")
    return Packed(PlainTextResponse("streamlit"), tmp_path / "static")


def ask(packed: Packed, path: str, accepted: str = "gzip, br", method: str = "GET") -> tuple[dict[bytes, bytes], bytes]:
    """Returns the headers and the body of an answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept-encoding", accepted.encode())]}
    asyncio.run(packed(scope, receive, send))
    return dict(sent[0]["headers"]), sent[1]["body"]


def test_script_is_sent_small_and_is_the_same(packed: Packed) -> None:
    headers, body = ask(packed, "/static/js/a.js")
    assert gzip.decompress(body).decode() == SOURCE
    assert len(body) < len(SOURCE) / 5
    assert headers[b"content-encoding"] == b"gzip" and b"immutable" in headers[b"cache-control"]


@pytest.mark.parametrize(
    "path", ["/", "/static/a.woff2", "/static/absent.js", "/static/../secret.js", "/static/js", "/app/static/js/a.js"]
)
def test_everything_else_is_left_to_streamlit(packed: Packed, path: str) -> None:
    assert ask(packed, path)[1] == b"streamlit"


def test_browser_that_cannot_unpack_gets_it_whole(packed: Packed) -> None:
    assert ask(packed, "/static/js/a.js", accepted="identity")[1] == b"streamlit"
    assert ask(packed, "/static/js/a.js", method="POST")[1] == b"streamlit"
