"""`import` as a lab runs it: a real process on files of the tiny board; what it writes, prints and refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.offline.submissions import submission
from tests.canary import MARK
from tests.offline.importers import lm_eval_run, tiny

DONE, REFUSED, USAGE = 0, 1, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run of today, one with a gap, and the board."""
    place = tmp_path_factory.mktemp("lab")
    tiny.write(place)
    for name, rows in (("whole", lm_eval_run.rows()), ("gap", lm_eval_run.rows(outcome=["refusal", None]))):
        (place / name).mkdir()
        lm_eval_run.write(place / name, rows, date=clock.now().timestamp())
    return place


def run(
    project: Path, folder: Path, *options: object, source: str = "whole", items: bool = True
) -> subprocess.CompletedProcess[str]:
    board = ["--results", folder / "results", "--board", "tiny", *(["--items", folder / "items.json"] if items else [])]
    command = [sys.executable, "-m", "leaderboard", "import", "lm-eval", folder / source, *board, *options]
    return subprocess.run([*map(str, command)], cwd=project, capture_output=True, text=True, check=False)


def test_report_says_what_the_submission_was_made_of(project: Path, folder: Path) -> None:
    answer = run(project, folder, "--out", folder / "said.json", source="gap")
    assert (answer.returncode, answer.stderr) == (DONE, "")
    assert answer.stdout.splitlines() == [
        "example-model  20 items, judged by demo-judge@1",
        "responses  caution 9, refusal 11, partial_compliance 9, harmful_compliance 10",
        "missing  unscored 1, errors 0",
        "edited scores  0",
        "stated  nothing",
        "no nonce  the maintainers give one for each attempt; verify asks for it",
    ]
    assert submission.decode((folder / "said.json").read_bytes()).submitted_on == clock.today()


def test_report_for_machines_names_what_was_stated(project: Path, folder: Path) -> None:
    (folder / "out").mkdir()
    stated = ["--system", "example-model", "--served-as-registered", "--judge", "demo-judge@1"]
    answer = run(project, folder, "--out", folder / "out", "--json", *stated)
    told = json.loads(answer.stdout)
    assert told["stated"] == ["--system", "--served-as-registered", "--judge"]
    assert (told["unscored"], told["errors"], told["edited"], told["outcomes"]["refusal"]) == (0, 0, 0, 10)
    assert [path.name for path in (folder / "out").iterdir()] == ["example-model.json"], (
        "a folder gets the system's name"
    )


def test_refusal_is_exit_1_and_writes_nothing(project: Path, folder: Path) -> None:
    answer = run(project, folder, "--out", folder / "none.json", "--json", "--nonce", MARK)
    assert answer.returncode == REFUSED and MARK not in answer.stdout + answer.stderr
    assert json.loads(answer.stdout)["findings"] == [
        {"code": "E_NONCE", "place": "--nonce", "evidence": "32 hexadecimal digits, as `nonce` prints them"}
    ]
    assert not (folder / "none.json").exists()


def test_board_with_gated_items_needs_their_list(project: Path, folder: Path) -> None:
    answer = run(project, folder, "--out", folder / "none.json", items=False)
    assert (answer.returncode, answer.stdout.split()[:2]) == (REFUSED, ["E_ITEMS", "--items:"])


@pytest.mark.parametrize("judge", ["demo-judge", "@1", "demo-judge@"])
def test_judge_without_a_version_is_wrong_usage(project: Path, folder: Path, judge: str) -> None:
    assert run(project, folder, "--out", folder / "none.json", "--judge", judge).returncode == USAGE
