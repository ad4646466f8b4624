"""Compressed answers: of starlette-compress, and of the additions to it."""

import asyncio
import gzip
import sys
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from leaderboard.site.server import compression
from leaderboard.site.server.compression import Assets, Compress

TEXT = b"let a = 1;" * 100


def unzstd(body: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.decompress(body)
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


PLAIN = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": unzstd}


class Answer(NamedTuple):
    """What was sent, in one piece or in several."""

    status: int
    headers: dict[str, str]
    pieces: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


def ask(app: ASGIApp, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": raw}
    scope |= {"asgi": {"version": "3.0", "spec_version": "2.4"}}  # else FileResponse listens for a disconnect
    asyncio.run(app(scope, receive, send))
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], names, [message["body"] for message in sent[1:]])


def answering(body: bytes, media_type: str = "text/csv", status: int = 200, **headers: str) -> ASGIApp:
    """Compress around an app that always answers the same."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(_: Request) -> Response:
        return Response(body, status, named, media_type)

    return Compress(Starlette(routes=[Route("/", answer)]))


@pytest.fixture
def assets(tmp_path: Path) -> ASGIApp:
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "a.js").write_bytes(TEXT)
    (tmp_path / "static" / "a.woff2").write_bytes(TEXT)
    (tmp_path / "secret.js").write_text("secret")
    return Compress(Starlette(routes=[Mount("/static", Assets(directory=tmp_path / "static"))]))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=0, gzip", "gzip"),
        ("*", "zstd"),
    ],
)
def test_body_is_compressed_as_the_client_takes_it_and_is_the_same(accepted: str, encoding: str) -> None:
    answer = ask(answering(TEXT), accept_encoding=accepted)
    assert answer.headers["content-encoding"] == encoding and answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.body) < len(TEXT) / 5
    assert PLAIN[encoding](answer.body) == TEXT


@pytest.mark.parametrize("accepted", ["identity", "", "gzip;q=0", "deflate"])
def test_client_that_takes_no_encoding_gets_the_body_as_it_is(accepted: str) -> None:
    answer = ask(answering(TEXT, ETag='"a"'), accept_encoding=accepted)
    assert "content-encoding" not in answer.headers
    assert (answer.body, answer.headers["vary"], answer.headers["etag"]) == (TEXT, "Accept-Encoding", '"a"')


def test_parts_parquet_and_what_is_compressed_already_are_sent_as_they_are() -> None:
    part = answering(TEXT, status=206, Content_Range="bytes 0-999/5000", ETag='"a"')
    parquet = answering(TEXT, "application/vnd.apache.parquet", ETag='"a"')
    for app in (part, parquet):
        answer = ask(app, accept_encoding="gzip, br, zstd")
        assert (answer.body, answer.headers["etag"]) == (TEXT, '"a"') and "content-encoding" not in answer.headers
    small = gzip.compress(TEXT)
    twice = ask(answering(small, "text/html", Content_Encoding="gzip"), accept_encoding="gzip, br")
    assert (twice.headers["content-encoding"], twice.body) == ("gzip", small)


def test_tag_of_a_compressed_answer_is_weak_and_vary_has_no_duplicates() -> None:
    app = answering(TEXT, ETag='"a"', Vary="Accept-Encoding, Origin")
    assert ask(app, accept_encoding="gzip").headers["vary"] == "Accept-Encoding, Origin"
    assert ask(app, accept_encoding="gzip").headers["etag"] == 'W/"a"'
    assert ask(answering(b"", status=304, ETag='"a"'), if_none_match='"b", W/"a"').headers["etag"] == 'W/"a"'
    assert ask(answering(b"", status=304, ETag='"a"'), if_none_match='"b", "a"').headers["etag"] == '"a"'


def test_same_body_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    compress = gzip.compress

    def counted(*args: Any, **options: Any) -> bytes:
        calls.append(args)
        return compress(*args, **options)

    monkeypatch.setattr(gzip, "compress", counted)
    app = answering(TEXT)
    answers = [ask(app, accept_encoding="gzip") for _ in range(3)]
    assert len({answer.body for answer in answers}) == len(calls) == 1


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_very_large_body_is_compressed_in_pieces(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "LARGEST", 1_000)
    monkeypatch.setattr(compression, "PIECE", 300)
    body = bytes(range(256)) * 20
    answer = ask(answering(body), accept_encoding=encoding)
    assert PLAIN[encoding](answer.body) == body
    plain = ask(answering(body), accept_encoding="identity")
    assert len(plain.pieces) == -(-len(body) // 300)
    assert (plain.body, plain.headers["content-length"]) == (body, str(len(body)))


def test_script_is_sent_small_and_is_cached_by_browsers(assets: ASGIApp) -> None:
    answer = ask(assets, "/static/js/a.js", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == TEXT
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["etag"].startswith('W/"')
    again = ask(assets, "/static/js/a.js", accept_encoding="gzip", if_none_match=answer.headers["etag"])
    assert (again.status, again.headers["etag"]) == (304, answer.headers["etag"])


def test_part_of_a_script_is_a_part_of_the_plain_one(assets: ASGIApp) -> None:
    part = ask(assets, "/static/js/a.js", accept_encoding="gzip", range="bytes=4-8")
    assert (part.status, part.body) == (206, b"a = 1")
    weak = ask(assets, "/static/js/a.js", accept_encoding="gzip").headers["etag"]
    assert ask(assets, "/static/js/a.js", range="bytes=4-8", if_range=weak).status == 200


@pytest.mark.parametrize("path", ["/static/absent.js", "/static/../secret.js", "/static/js", "/static/", "/secret.js"])
def test_nothing_else_is_a_file(assets: ASGIApp, path: str) -> None:
    assert ask(assets, path, accept_encoding="gzip").status == 404


def test_font_is_not_compressed_again(assets: ASGIApp) -> None:
    answer = ask(assets, "/static/a.woff2", accept_encoding="gzip, br")
    assert answer.body == TEXT and "content-encoding" not in answer.headers
