"""The document that every page starts from: Streamlit's, with our title, our icon, and our words for those without
JavaScript."""

import re
from pathlib import Path

from starlette.responses import HTMLResponse, Response

BOOT = """\
// Streamlit would look for its server below the path of a deep link first; it is at the root.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };
"""
_NO_SCRIPT = (
    "This site needs JavaScript to draw its pages for now. The results themselves are in the project's repository: "
    "`python -m leaderboard check` reads them without a browser."
)


class Document:
    """Streamlit's index.html, changed once at start. A Streamlit that looks different fails loudly, not quietly."""

    def __init__(self, path: Path, title: str, description: str) -> None:
        text = re.sub(r"<!--(?!\s*Copyright).*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = _replace(r"<title>.*?</title>", f"<title>{title}</title>", text)
        text = _replace(r"<noscript>.*?</noscript>", f"<noscript><p>{_NO_SCRIPT}</p></noscript>", text)
        text = _replace(
            r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" type="image/svg+xml" href="/favicon.png" />', text
        )
        text = _replace(r'<link rel="service-desc"[^>]*>', "", text)
        text = _replace(r"</title>", f'</title>\n    <meta name="description" content="{description}" />', text)
        text = _replace(r"<head>", '<head>\n    <script src="/boot.js"></script>', text)
        self._text = text
        self.inline_scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)

    def response(self, indexed: bool = True) -> Response:
        """Returns the document. A page of invented results is not for search engines."""
        headers = {"Cache-Control": "no-cache"} | ({} if indexed else {"X-Robots-Tag": "noindex"})
        return HTMLResponse(self._text, headers=headers)


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
