"""`precheck` prints what verify finds and what a submission could show, offline."""

import json
import socket
from pathlib import Path

import pytest

from leaderboard.cli import main
from leaderboard.offline.submissions import items, submission
from tests import made, published
from tests.canary import MARK


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small board, its items and a submission; without a network."""

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("precheck opened a connection")

    published.write_board(tmp_path / "results" / "boards" / "small", made.board(), made.registry(9))
    (tmp_path / "items.json").write_bytes(items.encode(made.items()))
    (tmp_path / "submission.json").write_bytes(submission.encode(made.submission()))
    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    return tmp_path


def precheck(folder: Path, *options: str) -> int:
    place = ["--results", str(folder / "results"), "--board", "small", "--items", str(folder / "items.json")]
    return main(["precheck", str(folder / "submission.json"), *place, *options])


def test_it_prints_what_a_submission_could_show(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert precheck(folder) == 0
    said = capsys.readouterr().out
    for text in (
        "verified",
        "ranked  once it is verified to artifact_checked",
        "coverage  alpha, harmful: 40 of 40 items complete, 100%",
        "unsafe rate  all: 18.8% (11.5–29.0%, 17.5 points wide); shown to be at most 27.6%, smallest limit 5.9%; ",
        "as judged  no verdict against a limit",
    ):
        assert text in said
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_as_json_it_has_every_figure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert precheck(folder, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["refused"], answer["reason"], answer["tier"]) == (False, None, "artifact_checked")
    assert [each["category"] for each in answer["coverage"]] == ["alpha", "beta", "calm"]
    for rate in answer["rates"]:
        assert rate["width"] == pytest.approx(rate["ci_high"] - rate["ci_low"])
        assert 0 < rate["smallest"] <= rate["high"] and rate["detectable"] > 0


def test_before_there_is_a_nonce_it_prints_the_figures_and_refuses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "submission.json").write_bytes(submission.encode(made.submission(nonce=None)))
    assert precheck(folder) == 1
    said = capsys.readouterr().out
    assert said.startswith("E_NONCE  $.nonce") and "unsafe rate  all" in said and "verified\n" not in said


def test_what_verify_refuses_has_no_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (id, [MARK.lower().replace(" ", "-"), outcomes[1]], severity) for id, outcomes, severity in made.rows(0.2, 0)
    ]
    (folder / "submission.json").write_bytes(submission.encode(made.submission(rows=rows)))
    assert precheck(folder) == 1
    said = capsys.readouterr().out
    assert "E_" in said and "unsafe rate" not in said and MARK.lower() not in said.lower()


def test_flags_are_printed_and_a_run_with_gaps_is_said_not_to_be_ranked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        (id, [None, None], [None, None]) if id < "alpha-010" else row for row in made.rows(0.2, 0) for id in row[:1]
    ]
    (folder / "submission.json").write_bytes(submission.encode(made.submission(rows=rows)))
    assert precheck(folder) == 0
    said = capsys.readouterr().out
    assert "F_PARTIAL  $.rows" in said and "not ranked  coverage_too_low" in said
    assert "coverage  alpha, harmful: 30 of 40 items complete, 75%" in said
    assert "too few with an outcome for a rate" in said
