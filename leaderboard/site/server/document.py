"""The document that every page starts from: Streamlit's, with our title, our icon, and our words for those without
JavaScript."""

import re
from pathlib import Path

from leaderboard.site.html.markup import Html, element, join

_HERE = Path(__file__).parent
_BOOT, _START = ((_HERE / name).read_text("utf-8") for name in ("boot.js", "start.js"))


class Document:
    """Streamlit's index.html, changed once at start. A Streamlit that looks different fails loudly, not quietly."""

    def __init__(self, path: Path, style: str, script: str) -> None:
        """`style` is put into the document, `script` is the address of the first paint's."""
        text = re.sub(r"<!--(?!\s*Copyright).*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
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

    def text(self, title: str, about: str, first: Html) -> str:
        """Returns the document of one page: its title, one sentence about it, and its first paint."""
        head = join(
            element("title", title),
            _meta(name="description", content=about),
            _meta(property="og:title", content=title),
            _meta(property="og:description", content=about),
            _meta(property="og:type", content="website"),
        )
        return self._before.replace(_HEAD, head) + first + self._after


_HEAD = "<!--head-->"


def _take_out(pattern: str, text: str) -> tuple[str, str]:
    """Whatever is fetched or run before the first paint holds it up: Streamlit's scripts and styles wait in a template
    (start.js)."""
    found = "\n      ".join(re.findall(pattern, text))
    return _replace(pattern, "", text, count=0), f'<template id="streamlit">\n      {found}\n    </template>'


def _fonts(style: str) -> str:
    """The fonts of the first paint, to be asked for before Streamlit's sixty files: a late font moves the page."""
    found = re.findall(r'url\("(/[^"]+-latin-[^"]+\.woff2)"\)', style)
    links = (f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin />' for font in found)
    return "".join(f"{link}\n    " for link in dict.fromkeys(links))


def _meta(**attributes: str) -> Html:
    return Html(element("meta", **attributes).removesuffix("</meta>"))


def _replace(pattern: str, by: str, text: str, count: int = 1) -> str:
    changed, found = re.subn(pattern, lambda _: by, text, count=count, flags=re.DOTALL)
    if not found:
        raise RuntimeError(f"Streamlit's index.html has no {pattern}")
    return changed


NOT_FOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found</title>
<style>
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
</style>
</head><body><h1>There is no such page</h1><p><a href="/">To the leaderboard</a></p></body></html>
"""
