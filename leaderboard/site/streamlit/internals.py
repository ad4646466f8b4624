"""All uses of undocumented parts of Streamlit: its index.html, its pages manager, the registration of a component.

tests/site/streamlit/test_internals.py names the Streamlit versions that this code works with. requirements.in allows no
later version until `make canary` has passed on it."""

import re
import tomllib
from pathlib import Path

import streamlit as st
from markupsafe import Markup, escape
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime.pages_manager import PagesManager

INDEX = Path(st.__file__).with_name("static") / "index.html"
_HERE = Path(__file__).parent
_BOOT, _START = ((_HERE / name).read_text("utf-8") for name in ("boot.js", "start.js"))


class Document:
    """Streamlit's index.html with our title, icon, fonts and first paint, changed once at start. RuntimeError if a
    new Streamlit has another index.html. The attribute `data-served` of its root element tells ranking.js that this
    server answers with documents and the API, which `streamlit run` does not."""

    def __init__(self, path: Path, style: str, script: str) -> None:
        """`style` is the text of the style sheet, `script` the address of the first paint's script."""
        text = re.sub(r"<!--(?!\s*Copyright).*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = _replace(r"<html ", "<html data-served ", text)
        text = _replace(r"<title>.*?</title>", "", text)
        text = _replace(r"\s*<noscript>.*?</noscript>", "", text)
        text = _replace(
            r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" type="image/svg+xml" href="/favicon.png" />', text
        )
        text = _replace(r'<link rel="service-desc"[^>]*>', "", text)
        text = _replace(r'<link\s+rel="preload"[^>]*as="font"[^>]*>', "", text)  # the site has its own fonts
        text, later = _take_out(
            r'<script type="module"[^>]*></script>|<link rel="(?:modulepreload|stylesheet)"[^>]*>', text
        )
        ours = f'<link rel="modulepreload" href="{script}" />\n    <style>{style}</style>\n    <script>{_BOOT}</script>'
        text = _replace(r'(?=<link rel="icon")', f"{_fonts(style)}{ours}\n    ", text)
        ends = f'<script type="module" async src="{script}"></script>\n    {later}\n    <script>{_START}</script>'
        text = _replace(r"(?=</body>)", f"{ends}\n  ", text)
        self._before, self._after = re.split(r'(?=<div id="root">)', text.replace("</head>", f"{_HEAD}</head>"))
        self.inline_scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)

    def text(self, title: str, about: str, first: Markup) -> str:
        """Returns the document of one page: its title, one sentence about it, and its first paint."""
        head = (
            f"<title>{escape(title)}</title>"
            f'<meta name="description" content="{escape(about)}"><meta property="og:title" content="{escape(title)}">'
            f'<meta property="og:description" content="{escape(about)}"><meta property="og:type" content="website">'
        )
        return self._before.replace(_HEAD, head) + str(first) + self._after


_HEAD = "<!--head-->"


def _take_out(pattern: str, text: str) -> tuple[str, str]:
    """Returns the text without the tags that match, and a template with these tags. start.js takes Streamlit's scripts
    and styles from there after the first paint, because everything that is fetched or run earlier delays it."""
    tags = "\n      ".join(re.findall(pattern, text))
    return _replace(pattern, "", text, count=0), f'<template id="streamlit">\n      {tags}\n    </template>'


def _fonts(style: str) -> str:
    """Returns links that preload the fonts of the first paint, ahead of Streamlit's sixty files: a late font shifts the
    layout."""
    fonts = re.findall(r'url\("(/[^"]+-latin-[^"]+\.woff2)"\)', style)
    links = (f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin />' for font in fonts)
    return "".join(f"{link}\n    " for link in dict.fromkeys(links))


def _replace(pattern: str, by: str, text: str, count: int = 1) -> str:
    changed, replaced = re.subn(pattern, lambda _: by, text, count=count, flags=re.DOTALL)
    if not replaced:
        raise RuntimeError(f"Streamlit's index.html has no {pattern}")
    return changed


def keep_pages_in_frame() -> bool:
    """Makes Streamlit run pages through app.py, and returns whether this call changed it.

    Until app.py has run once, Streamlit treats a folder called `pages` as its older kind of multipage app. A first
    visit by a deep link would then run the page's script without app.py, and so without the frame."""
    changed = PagesManager.uses_pages_directory is not False
    PagesManager.uses_pages_directory = False
    return changed


def component(folder: Path, script: str) -> ComponentRenderer:
    """Returns the component that a folder's pyproject.toml declares. Streamlit reads the declarations of
    installed packages only, and this project runs from its folder: so this function registers the declaration."""
    manager = get_bidi_component_manager()
    declared = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    [entry] = declared["tool"]["streamlit"]["component"]["components"]
    project = declared["project"]
    name = f"{project['name']}.{entry['name']}"
    if manager.get_component_asset_root(name) is None:
        manifest = ComponentManifest(project["name"], project["version"], [ComponentConfig.from_dict(entry)])
        manager.register_from_manifest(manifest, folder)
    return st.components.v2.component(name, js=script, isolate_styles=False)
