"""The application in front of the site, with no release, and with a mistake in it."""

import json
from pathlib import Path

import pytest

from leaderboard.site.data import updater
from leaderboard.site.server import api
from leaderboard.site.server.bounded_cache import Cache
from tests import offered
from tests.site.server.api.asking import asked


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A results folder whose only release is damaged."""
    results = offered.copy(tmp_path, release=2)
    offered.target(results, 2).write_bytes(b"")
    monkeypatch.setenv("MEDHARM_RESULTS", str(results))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))


@pytest.mark.usefixtures("nothing")
def test_without_a_release_it_says_when_to_ask_again() -> None:
    status, headers, body = asked("/api/v1/boards")
    assert (status, json.loads(body)["code"], headers[b"retry-after"]) == (503, "no_release", b"15")
    assert asked("/api/v1/openapi.json")[0] == 200


def test_a_mistake_is_noted_by_kind_and_place_and_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api, "encode", lambda *_, **__: {}["a-private-text"])
    monkeypatch.setattr(api, "_cache", Cache(0, lambda _: 1))
    monkeypatch.setenv("MEDHARM_RESULTS", str(offered.EMBEDDED))
    status, _, body = asked("/api/v1/boards")
    assert (status, json.loads(body)["code"]) == (500, "mistake")
    noted = capsys.readouterr().err
    assert noted.startswith("api error: KeyError in test_api.py:")
    assert "a-private-text" not in noted + body.decode()


def test_a_release_that_cannot_be_fetched_is_not_here_just_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDHARM_RESULTS", str(offered.EMBEDDED))
    monkeypatch.setattr(updater.store(offered.EMBEDDED), "release", lambda _: None)
    assert json.loads(asked("/api/v1/boards", "release=2")[2])["code"] == "release_unavailable"


def test_everything_else_is_the_sites() -> None:
    for path in ("/", "/apiary", "/api", "/download"):
        assert asked(path)[2] == b"site"
