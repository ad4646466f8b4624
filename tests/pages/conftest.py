"""The site's script, run in this process on a results folder."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from leaderboard.site.streamlit import ranking
from tests import offered

PROJECT = Path(__file__).parents[2]
SECONDS = 30


class Site:
    """One visitor of the script. `text` is all that is drawn, without the markup."""

    def __init__(self, page: str, parameters: dict[str, str | list[str]]) -> None:
        self.app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=SECONDS)
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
        monkeypatch.setattr(ranking, "served", False)  # other tests of this process have made documents
        if results != offered.EMBEDDED:
            monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))
        site = Site(page, parameters)
        assert not site.app.exception, [element.value for element in site.app.exception]
        return site

    return open_page
