"""The site's script, run in this process on a results folder."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from leaderboard.site.streamlit import ranking
from tests import offered

PROJECT = Path(__file__).parents[2]
SECONDS = 30


class App(AppTest):
    """Asks for the ranking in every run, as a browser does that has no document with it."""

    def _run(self, *arguments: Any, **options: Any) -> AppTest:
        self.session_state[ranking.WANTED] = True
        return super()._run(*arguments, **options)


class Site:
    """One visitor of the script. `text` is all that is drawn, without the markup."""

    def __init__(self, page: str, parameters: dict[str, str | list[str]]) -> None:
        self.app = App(str(PROJECT / "app.py"), default_timeout=SECONDS)
        for name, value in parameters.items():
            self.app.query_params[name] = value
        self.app.run()
        if page != "leaderboard":
            self.app.switch_page(f"pages/{page}.py").run()

    @property
    def markup(self) -> str:
        """Plain markup, then the ranking, which is an element of its own."""
        return "\n".join([*(str(element.value) for element in self.app.html), *self.rankings])

    @property
    def rankings(self) -> list[str]:
        """What is handed to the script of each ranking on the page."""
        return [json.loads(element.proto.json)["drawn"] for element in self.app.get("bidi_component")]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.markup)).replace("&#39;", "'").replace("&amp;", "&")

    @property
    def parameters(self) -> dict[str, list[str]]:
        return {name: value if isinstance(value, list) else [value] for name, value in self.app.query_params.items()}


Visit = Callable[..., Site]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Opens a page: `visit("categories", board="msts")`; `results=` is a folder, the embedded one by default."""

    def open_page(page: str = "leaderboard", results: Path = offered.EMBEDDED, **parameters: str | list[str]) -> Site:
        monkeypatch.setenv("MEDHARM_RESULTS", str(results))
        if results != offered.EMBEDDED:
            monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))
        site = Site(page, parameters)
        assert not site.app.exception, [element.value for element in site.app.exception]
        return site

    return open_page
