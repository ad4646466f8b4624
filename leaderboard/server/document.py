"""The document that every page starts from: Streamlit's, with our title, our icon, and our words for those without
JavaScript."""

import re
from pathlib import Path

from leaderboard.tables.markup import Html, element, join

BOOT = """\
// Streamlit would look for its server below the path of a deep link first; it is at the root.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };
// Streamlit draws a page after the browser has looked for the address's #place, in several strokes: go there when it
// is drawn, and stay with it for a moment while other parts push it about, unless the reader does something.
if (location.hash.length > 1) {
  let place = null;
  const seeker = new MutationObserver(() => {
    const drawn = document.getElementById(location.hash.slice(1));
    if (drawn && drawn === place) return drawn.scrollIntoView();
    if (!drawn) return;
    place = drawn;
    location.replace(location.hash);  // which also opens a closed part that holds it
    setTimeout(() => seeker.disconnect(), 3000);
  });
  seeker.observe(document, { childList: true, subtree: true });
  for (const act of ["wheel", "keydown", "pointerdown"]) addEventListener(act, () => seeker.disconnect());
}
"""


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
        # A stylesheet in the head holds up all that follows; Streamlit's is not needed for the first paint.
        [sheet] = re.findall(r'<link rel="stylesheet"[^>]*>', text)
        text = _replace(re.escape(sheet), "", text)
        ours = f'<script src="/boot.js"></script>\n    <script type="module" src="{script}"></script>'
        text = _replace(r'(?=<link rel="icon")', f"{_fonts(style)}{ours}\n    <style>{style}</style>\n    ", text)
        self._before, self._after = re.split(r'(?=<div id="root">)', text.replace("</head>", f"{_HEAD}</head>"))
        self._after = f"{sheet}\n    {self._after}"
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


def _fonts(style: str) -> str:
    """The fonts of the first paint, to be asked for before Streamlit's sixty files: a late font moves the page."""
    found = re.findall(r'url\("(/[^"]+-latin-[^"]+\.woff2)"\)', style)
    links = (f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin />' for font in found)
    return "".join(f"{link}\n    " for link in dict.fromkeys(links))


def _meta(**attributes: str) -> Html:
    return Html(element("meta", **attributes).removesuffix("</meta>"))


def _replace(pattern: str, by: str, text: str) -> str:
    changed, count = re.subn(pattern, lambda _: by, text, count=1, flags=re.DOTALL)
    if not count:
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
