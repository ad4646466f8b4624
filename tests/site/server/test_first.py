"""The first paint, asked as anybody may ask it: the whole ranking, before and without any script."""

import gzip
import re
import threading
from collections.abc import Iterator
from html import unescape
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import brotli
import pytest

from leaderboard.site.data import queries, rows, updater
from leaderboard.site.server import first
from leaderboard.site.streamlit.internals import INDEX, Document
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import visit_of
from leaderboard.site.views import numbers
from leaderboard.site.views.about import SUPPORT, SYNTHETIC
from leaderboard.site.views.names import names_of
from leaderboard.site.views.pages import HOME
from tests import offered
from tests.browser import site
from tests.browser.site import Site

CURRENT = offered.current(offered.EMBEDDED)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    started = site.start(tmp_path_factory.mktemp("first") / "log.txt")
    yield started
    started.stop()


def ask(running: Site, path: str, **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: HTTPResponse = urlopen(Request(running.url.rstrip("/") + path, headers=named), timeout=20)
    return answer


def paint(running: Site, path: str) -> str:
    """The markup of the first paint alone."""
    text = running.get(path)[1].decode()
    return text[text.index('<div id="first"') : text.index('<div id="root"')]


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


@pytest.mark.parametrize("id", offered.ranking())
def test_whole_ranking_is_in_it(running: Site, id: str) -> None:
    board = CURRENT.catalogue.boards[id]
    names = names_of(board, CURRENT.catalogue.registries[id])
    text = words(paint(running, f"/?board={id}"))
    for row in rows.read(rows.Standing, queries.standings(CURRENT.database, board)):
        if row.is_own or row.kind == "reference":  # the others stand in tables by model and change
            assert names.system(row.system) in text
        if row.ranked:
            assert row.low and row.high and row.safe
            assert numbers.ranks(row.low, row.high) in text
            assert numbers.span(row.safe.low, row.safe.high, row.safe.n) in text
    assert f"Release {CURRENT.number}" in text and "signature verified" in text
    assert "What this does not show" in text
    assert (SYNTHETIC in text) is board.synthetic
    assert (SUPPORT in text) is board.medical


def test_table_is_a_table(running: Site) -> None:
    markup = paint(running, "/?board=msts")
    [table] = re.findall(r'<table role="table" class="mh-table mh-standings">.*?</table>', markup, re.DOTALL)
    assert table.count("<caption>") == 1
    assert table.count('scope="col"') == 4
    assert table.count('scope="row"') == 10
    assert markup.count("<h1>") == 1


def test_board_that_awaits_results_has_its_page(running: Site) -> None:
    markup = paint(running, "/")
    assert "<h1>" in markup and "mh-door" in markup
    assert SUPPORT in words(markup)
    assert "mh-standings" not in markup


@pytest.mark.parametrize("path", ["/categories?board=msts", "/releases?board=demo", "/methods", "/system?board=xstest"])
def test_other_pages_have_their_heading_and_the_ways_on(running: Site, path: str) -> None:
    markup = paint(running, path)
    assert markup.count("<h1>") == 1
    assert "What this does not show" in markup
    assert markup.count('aria-current="page"') == 2  # the board and the page


def test_filters_and_order_of_the_address_are_in_it(running: Site) -> None:
    markup = paint(running, "/?board=msts&group=closed_source&sort=name")
    lines = re.findall(r'<tr( hidden)? role="row"[^>]*data-at="[^>]*data-group="(\w+)"[^>]*data-name="([^"]+)"', markup)
    shown = [(group, name) for hidden, group, name in lines if not hidden]
    assert len(lines) == 10 and {group for group, _ in shown} == {"closed_source"}
    assert [name for _, name in shown] == sorted(name for _, name in shown)
    assert "Showing 3 of 10 ranked systems." in words(markup)


def test_readers_without_controls_have_links_to_each_category(running: Site) -> None:
    markup = paint(running, "/?board=msts&group=closed_source")
    [nav] = re.findall(r'<nav class="mh-contents" aria-label="Categories">.*?</nav>', markup, re.DOTALL)
    assert nav.count("<a ") == 6
    assert "&amp;category=other&amp;group=closed_source" in nav
    assert "sort=-" not in markup.replace('value="-', "")


def test_preview_of_a_link_says_what_the_ranking_says(running: Site) -> None:
    text = running.get("/?board=msts&category=other")[1].decode()
    [said] = re.findall(r'<meta property="og:description" content="([^"]+)">', text)
    assert said.startswith("On Other hazards, ")
    assert words(said) in words(paint(running, "/?board=msts&category=other"))
    [invented] = re.findall(r'<meta name="description" content="([^"]+)">', running.get("/?board=demo")[1].decode())
    assert invented.startswith(SYNTHETIC)
    assert "og:url" not in text and "og:image" not in text


@pytest.mark.parametrize("hostile", ["%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cimg%20src=x%3E", "$view$"])
def test_nothing_of_an_address_becomes_markup(running: Site, hostile: str) -> None:
    markup = paint(running, f"/?board=msts&q={hostile}&group={hostile}&category={hostile}&sort={hostile}")
    assert "<script" not in markup and "<img" not in markup
    assert "$view$system" not in markup


def test_same_page_is_not_sent_twice(running: Site) -> None:
    with ask(running, "/?board=msts") as answer:
        tag = answer.headers["etag"]
    with pytest.raises(HTTPError, match="304") as answered:
        ask(running, "/?board=msts", If_None_Match=tag)
    answered.value.close()
    with ask(running, "/?board=msts&q=gpt", If_None_Match=tag) as other:
        assert other.headers["etag"] != tag


def test_page_is_sent_small_to_browsers_and_plain_to_others(running: Site) -> None:
    with ask(running, "/?board=msts") as answer:
        assert "content-encoding" not in answer.headers and answer.headers["vary"] == "Accept-Encoding"
        plain = answer.read()
    for accepted, encoding, decompress in [("gzip", "gzip", gzip.decompress), ("gzip, br", "br", brotli.decompress)]:
        with ask(running, "/?board=msts", Accept_Encoding=accepted) as answer:
            assert answer.headers["content-encoding"] == encoding and answer.headers["vary"] == "Accept-Encoding"
            compressed = answer.read()
        assert decompress(compressed) == plain
        assert len(compressed) < len(plain) / 4


def test_site_without_a_release_says_so_at_once(tmp_path: Path) -> None:
    empty = site.start(tmp_path / "log.txt", "--results", str(tmp_path))
    try:
        assert 'class="mh-empty"' in paint(empty, "/?board=msts")
    finally:
        empty.stop()


def test_document_without_a_first_paint_starts_streamlit() -> None:
    document = Document(INDEX, "", "/first.js")
    page = first.Painter(document, updater.store(offered.EMBEDDED)).bare()
    assert b'id="first"' not in page.body and b'<div id="root">' in page.body
    assert not page.indexed


def test_each_category_alone_is_drawn_before_anybody_asks_for_it() -> None:
    document = Document(INDEX, "", "/first.js")
    store = updater.store(offered.EMBEDDED)
    first.Painter(document, store).page(HOME, {})
    for thread in threading.enumerate():
        if thread.name == first.AHEAD:
            thread.join()
    drawn = view_of.cache_info().misses
    for board in offered.ranking():
        for category in CURRENT.catalogue.boards[board].risk_categories:
            visit = visit_of(store, {"board": [board], "category": [category.id]})
            assert visit and view_of(visit).markup
    assert view_of.cache_info().misses == drawn


def test_mistake_in_drawing_ahead_is_noted_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise ValueError("what a reader typed")

    monkeypatch.setattr(first, "_likely", fail)
    document = Document(INDEX, "", "/first.js")
    first.Painter(document, updater.store(offered.EMBEDDED)).page(HOME, {})
    for thread in threading.enumerate():
        if thread.name == first.AHEAD:
            thread.join()
    noted = capfd.readouterr().err
    assert "drawing ahead error: ValueError in test_first.py" in noted
    assert "typed" not in noted
