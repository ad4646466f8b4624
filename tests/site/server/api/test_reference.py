"""docs/api.md is the document, and what it shows works."""

import re
from pathlib import Path

import pytest

from leaderboard.site.server.api import openapi
from leaderboard.site.server.api.reference import reference
from tests.browser.site import Site
from tests.site.server.api.conftest import Ask


def test_the_page_is_current(project: Path) -> None:
    assert (project / "docs" / "api.md").read_text("utf-8") == reference(openapi.document())


def test_every_path_is_on_the_page(project: Path) -> None:
    text = (project / "docs" / "api.md").read_text("utf-8")
    for path, item in openapi.document()["paths"].items():
        [tag] = item["get"]["tags"]
        other = tag in ("CSV", "CSV metadata") or (path.startswith("/api/") and tag == "Parquet")
        assert other or f"### `{path}`" in text


def test_every_address_of_the_guide_answers(ask: Ask) -> None:
    paths = re.findall(r'SITE((?:/api|/download)/[^"`\s]+)', openapi.GUIDE.read_text("utf-8"))
    assert len(paths) >= 5
    for path in paths:
        assert ask(path).status == 200, path


def test_the_python_of_the_guide_runs(running: Site, capsys: pytest.CaptureFixture[str]) -> None:
    [code] = re.findall(r"```python\n(.*?)```", openapi.GUIDE.read_text("utf-8"), re.DOTALL)
    exec(code, {"SITE": running.url.rstrip("/")})
    assert "[40 rows x 7 columns]" in capsys.readouterr().out
