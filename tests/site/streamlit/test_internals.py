"""What this site uses of Streamlit beside its documented interface still works, in the versions that are named here."""

import html
import json
import os
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import streamlit as st
from markupsafe import Markup
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest

from leaderboard.site.streamlit import internals, ranking
from leaderboard.site.streamlit.internals import INDEX, Document
from tests.conftest import PROJECT
from tests.requirement_files import declared, read

VERSIONS = ("1.67",)
"""The minor versions of Streamlit that leaderboard/site/streamlit/internals.py holds for."""
CANARY = "MEDHARM_CANARY"
"""Set by `make canary`, which runs this file on the newest Streamlit that there is."""
STYLE = '@font-face { src: url("/app/static/a-latin-1.woff2") } body { color: red }'


@pytest.mark.skipif(CANARY in os.environ, reason="`make canary` tries another version on purpose")
def test_installed_version_is_one_of_those_that_the_internals_hold_for() -> None:
    assert version("streamlit").rsplit(".", 1)[0] in VERSIONS, (
        "Run `make canary`. Where it passes, add the version to VERSIONS and raise the bounds of requirements.in."
    )


def test_requirements_allow_the_versions_that_are_named_and_no_later_one() -> None:
    allowed = declared(read("requirements.in"))["streamlit"].specifier
    major, minor = VERSIONS[-1].split(".")
    assert all(allowed.contains(f"{each}.0") for each in VERSIONS)
    assert not allowed.contains(f"{major}.{int(minor) + 1}.0") and not allowed.contains(f"{int(major) + 1}.0.0")


# The document


def test_document_has_our_parts_and_waits_with_streamlits() -> None:
    document = Document(INDEX, STYLE, "/first.js?1")
    text = document.text("A <title>", 'About "it"', Markup('<div id="first">drawn</div>'))
    assert re.findall(r"<html[^>]*>", text) == ['<html data-served lang="en">']
    assert re.findall(r"<title>(.*?)</title>", text) == ["A &lt;title&gt;"]
    [about] = re.findall(r'<meta name="description" content="([^"]*)">', text)
    assert html.unescape(about) == 'About "it"'
    assert (
        text.index("<style>") < text.index("</head>") < text.index('<div id="first">') < text.index('<div id="root">')
    )
    assert f"<style>{STYLE}</style>" in text
    assert '<link rel="preload" href="/app/static/a-latin-1.woff2" as="font"' in text
    assert "<noscript>" not in text and "shortcut icon" not in text
    [waiting] = re.findall(r'<template id="streamlit">(.*?)</template>', text, re.DOTALL)
    assert re.search(r'<script type="module"[^>]* src="[^"]*/static/js/index\.', waiting)
    assert '<link rel="stylesheet"' in waiting
    outside = text.replace(waiting, "")
    assert re.findall(r"<(?:script|link)[^>]*static/(?:js|css)[^>]*>", outside) == []
    assert re.findall(r'<script type="module"[^>]*>', outside) == ['<script type="module" async src="/first.js?1">']


def test_inline_scripts_are_all_that_the_document_has() -> None:
    """Their hashes go into the content security policy, which refuses every other."""
    document = Document(INDEX, STYLE, "/first.js")
    text = document.text("Title", "About", Markup(""))
    assert document.inline_scripts == re.findall(r"<script(?: [^>]*)?>([^<]+)</script>", text)
    assert len(document.inline_scripts) >= 2


def test_other_index_than_the_known_one_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text("<html lang=en><head><title>Other</title></head></html>", "utf-8")
    with pytest.raises(RuntimeError, match="noscript"):
        Document(path, "", "/first.js")


# Pages


@pytest.fixture
def pages_directory() -> Iterator[None]:
    before = PagesManager.uses_pages_directory
    yield
    PagesManager.uses_pages_directory = before


def test_pages_are_run_in_their_frame(pages_directory: None) -> None:
    """Streamlit takes the folder `pages` for its older kind of app; this is what tells it otherwise."""
    PagesManager.uses_pages_directory = None
    PagesManager(str(PROJECT / "app.py"), ScriptCache(), setup_watcher=False)
    assert PagesManager.uses_pages_directory is True
    assert internals.keep_pages_in_frame() is True
    assert PagesManager.uses_pages_directory is False
    assert internals.keep_pages_in_frame() is False
    PagesManager(str(PROJECT / "app.py"), ScriptCache(), setup_watcher=False)
    assert PagesManager.uses_pages_directory is False, "Streamlit decides again"


# The component


def test_component_is_registered_with_its_script() -> None:
    app = AppTest.from_function(_draw_component).run()
    assert not app.exception
    [drawn] = app.get("bidi_component")
    assert drawn.proto.component_name == "medharm.ranking"
    assert json.loads(drawn.proto.json) == {"board": "a"}
    assert not drawn.proto.isolate_styles
    assert drawn.proto.js_source_path == "ranking.js"


def _draw_component() -> None:
    from leaderboard.site.streamlit import internals, ranking

    internals.component(ranking.FOLDER, ranking.SCRIPT.name)(key="ranking", data={"board": "a"})


def test_script_of_the_component_is_where_its_declaration_says() -> None:
    assert ranking.SCRIPT.is_file() and ranking.SCRIPT.parent == ranking.FOLDER / "assets"
    assert st.components.v2.component
