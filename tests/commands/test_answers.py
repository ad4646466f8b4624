"""What all commands refuse and print alike."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base.findings import RULES
from leaderboard.commands import answers
from leaderboard.offline.signing import keys
from tests import made, offered

DONE, REFUSED = 0, 1
PASSPHRASE = "a passphrase of this test"


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


# What a command writes never replaces an input of it, a private key, or anything in a vault.


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDHARM_PASSPHRASE", PASSPHRASE)
    monkeypatch.chdir(tmp_path)
    for name in ("ann", "bea"):
        keys.generate(tmp_path / name, PASSPHRASE)
    made.vault(tmp_path / "vault", (0.1,))
    made.vault(tmp_path / "other", (0.2,))
    (tmp_path / "log").write_bytes(b"{}")
    (tmp_path / "submission.json").write_bytes(b"{}")
    return tmp_path


def state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


CALLS = {
    "a pack over its log": "evidence pack log --board demo --submission submission.json --out log",
    "a pack over its submission": "evidence pack log --board demo --submission submission.json --out submission.json",
    "a record over the pack": "evidence sign submission.json --key ann --out submission.json",
    "a record over the key": "evidence sign submission.json --key ann --out ann",
    "a record over another key": "evidence sign submission.json --key ann --out bea",
    "an import over a key": "import lm-eval log --board demo --out bea",
    "an export over a key": "export csv --board demo --out bea",
    "an export into a vault": "export csv --board demo --out vault/events/000001.json",
    "an export into a folder of a vault": "export croissant --board demo --out other/new",
    "submissions of many logs into a vault": "intake logs --board demo --manifest logs.csv --confirm --out vault/new",
    "submissions of many logs over one": "intake log --board demo --manifest logs.csv --confirm --out log",
    "a draft into another vault": "release draft --vault vault --out other",
    "roles over a vault": "trust init --owner ann.pub --reviewer bea.pub --release-key ann.pub --out other/draft",
    "a link to a key": "export csv --board demo --out link",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_output_replaces_nothing_that_is_needed(office: Path, capsys: pytest.CaptureFixture[str], call: str) -> None:
    (office / "link").symlink_to("ann")
    before = state(office)
    assert cli.main(call.split()) == 1
    assert capsys.readouterr().out.startswith("E_OUT  --out")
    assert state(office) == before


def test_a_file_of_before_may_be_written_again(office: Path) -> None:
    for _ in range(2):
        assert (
            cli.main(["export", "csv", "--board", "xstest", "--out", "table.csv", "--results", str(offered.EMBEDDED)])
            == 0
        )


def test_progress_is_shown_on_a_terminal_and_nowhere_else(capfd: pytest.CaptureFixture[str]) -> None:
    answers.progress("[1/2] quiet")
    assert capfd.readouterr() == ("", "")
    program = "from leaderboard.commands import answers; answers.progress('[1/2] a board')"
    reader, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", program], stderr=terminal, stdout=subprocess.DEVNULL, check=True)
    os.close(terminal)
    assert os.read(reader, 100).strip() == b"[1/2] a board"
    os.close(reader)
