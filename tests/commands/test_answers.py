"""What all commands refuse and print alike."""

import json
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base.findings import RULES

DONE, REFUSED = 0, 1


@pytest.mark.parametrize("inside", ["results", "results/boards/new", "vault/draft"])
def test_output_into_the_results_folder_or_the_vault_is_refused(
    tmp_path: Path, inside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--results", str(tmp_path / "results"), "--vault", str(tmp_path / "vault")]
    assert cli.main(["release", "draft", *places, "--out", str(tmp_path / inside)]) == REFUSED
    assert capsys.readouterr().out == f"E_OUT  --out: {RULES['E_OUT']}\n"
    assert list(tmp_path.iterdir()) == []


def test_findings_for_machines_have_their_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"\xff")
    assert cli.main(["verify", str(tmp_path / "file"), "--board", "demo", "--json"]) == REFUSED
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert finding == {"code": "E_UTF8", "place": "$", "evidence": "must be UTF-8"}


@pytest.mark.parametrize("command", ["reject", "correct", "withdraw"])
def test_help_lists_the_reasons_with_their_meaning(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "labelling_error (an error in the labels); served_wrongly" in text


def test_a_board_that_is_built_again_says_that_it_is_submitted_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = ["build-board", "demo", "--vault", str(tmp_path / "vault"), "--date", "2026-11-22"]
    assert cli.main(build) == DONE
    first = capsys.readouterr().out.splitlines()
    assert cli.main(build) == DONE
    again = capsys.readouterr().out.splitlines()
    assert len(first) == 1 and again[0] == first[0]
    assert again[1].startswith("submitted again  ") and again[1].endswith("each as a new attempt")
