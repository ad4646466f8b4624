"""`import` as a lab runs it: a real process on files of the tiny board; what it writes, prints and refuses."""

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import clock
from leaderboard.boards.registry import Judge
from leaderboard.offline.submissions import ids, submission
from tests import published
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
        "F_PARTIAL  $.rows: coverage_too_low, 19 of 20 items complete",
        "example-model  20 items, judged by demo-judge@1",
        "responses  caution 9, refusal 11, partial_compliance 9, harmful_compliance 10",
        "missing  unscored 1, errors 0",
        "edited scores  0",
        "scorer of record  the only one",
        "further judges  none, other scorers left out 0",
        "stated  nothing",
        "no nonce  the maintainers give one for each attempt; verify asks for it",
    ]
    assert submission.decode((folder / "said.json").read_bytes()).submitted_on == clock.today()


def test_report_for_machines_names_what_was_stated(project: Path, folder: Path) -> None:
    (folder / "out").mkdir()
    stated = ["--system", "second", "--served-as-registered", "--judge", "demo-judge@1"]
    answer = run(project, folder, "--out", folder / "out", "--json", *stated)
    told = json.loads(answer.stdout)
    assert told["stated"] == ["model", "system"], "the log names this judge"
    assert (told["scorer"], told["further"], told["left_out"]) == (None, [], 0)
    assert (told["unscored"], told["errors"], told["edited"], told["outcomes"]["refusal"]) == (0, 0, 0, 10)
    assert [path.name for path in (folder / "out").iterdir()] == ["second.json"], "a folder gets the system's name"


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


# Tables


LABELS = """\
file = "labels.csv"
recorded_on = 2026-11-22
item = "item"
system = "model"
family = "family"
absent = "gap"

[category]
column = "category"
map = { Alpha = "alpha" }

[outcome]
column = "label"
map = { no = "refusal", yes = "harmful_compliance" }
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A board with one epoch and a table of it, whose ids do not fit a submission."""
    folder = tmp_path / "results" / "boards" / "plain"
    published.write_board(folder, tiny.board(id="plain", epochs=1, severity=False), tiny.registry())
    (folder / "labels.toml").write_text(LABELS)
    rows = [
        f"{model},{MARK} {item.id},{item.family},Alpha,{'no' if number % 3 else 'yes'}"
        for number, item in enumerate(tiny.items())
        for model in (tiny.MODEL, tiny.SECOND)
        if number or model == tiny.MODEL
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["model,item,family,category,label", *rows]) + "\n")
    return tmp_path


def run_table(project: Path, folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leaderboard", "import", "table", folder / "labels.csv", "--board", "plain"]
    return subprocess.run(
        [*map(str, [*command, "--results", folder / "results", "--out", folder / "out", *options])],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def test_table_is_reported_with_what_is_missing(project: Path, plain: Path) -> None:
    answer = run_table(project, plain)
    assert (answer.returncode, answer.stderr) == (DONE, "")
    assert answer.stdout.splitlines() == [
        "F_PARTIAL  second $.rows: coverage_too_low, 19 of 20 items complete",
        "2 of 2 systems, 20 items each",
        "missing  second 1",
        "hashed  20 ids: ids.json has which they are of, and is private",
        "no nonce  the maintainers give one for each attempt; verify asks for it",
    ]
    assert run_table(project, plain, "--nonce", "0" * 32).stdout.splitlines()[-1].startswith("hashed")


def test_ids_of_a_table_are_in_one_private_file_alone(project: Path, plain: Path) -> None:
    run_table(project, plain)
    written = files(plain)
    assert [*sorted(written)] == ["example-model.json", "ids.json", "items.json", "second.json"]
    assert {name for name, data in written.items() if MARK.encode() in data} == {"ids.json"}
    assert stat.S_IMODE((plain / "out" / "ids.json").stat().st_mode) == 0o600
    own = ids.decode(written["ids.json"])
    assert sorted(own.values()) == sorted(f"{MARK} {item.id}" for item in tiny.items())
    assert {row[0] for row in submission.decode(written["second.json"]).rows} == own.keys()


def test_ids_that_are_written_into_a_clone_are_ignored_by_git(project: Path, plain: Path) -> None:
    subprocess.run(["git", "init", "--quiet", plain], check=True)
    assert run_table(project, plain).returncode == DONE
    status = ["git", "-C", plain, "status", "--short", "--untracked-files=all"]
    listed = subprocess.run(status, capture_output=True, text=True, check=True).stdout
    assert "out/items.json" in listed and "ids.json" not in listed


@pytest.mark.parametrize("nonce", [[], ["--nonce", "0" * 32]])
def test_table_that_verify_would_refuse_is_refused_and_changes_no_file(
    project: Path, plain: Path, nonce: list[str]
) -> None:
    run_table(project, plain)
    sound = files(plain)
    path = plain / "results" / "boards" / "plain" / "labels.toml"
    path.write_text(LABELS.replace("recorded_on = 2026", "recorded_on = 2999"))
    answer = run_table(project, plain, *nonce)
    assert (answer.returncode, answer.stderr, files(plain)) == (REFUSED, "", sound)
    assert answer.stdout.splitlines() == [
        f"E_DATE  {system} $.submitted_on: recorded_on in labels.toml must not be in the future: correct it"
        for system in ("example-model", "second")
    ]


def test_submission_that_is_too_large_is_refused(project: Path, plain: Path) -> None:
    """Each further judge makes it longer, and verify reads at most 2 MiB."""
    write_large_table(plain)
    answer = run_table(project, plain)
    assert (answer.returncode, answer.stdout.split(": ")[0]) == (REFUSED, "E_SIZE  example-model $")
    assert not (plain / "out").exists()


def write_large_table(folder: Path) -> None:
    """A board of 1,200 items that 40 further judges have labelled."""
    count, judges = 1_200, 40
    path = folder / "results" / "boards" / "plain"
    alpha = tiny.board().category[0]
    alpha = msgspec.structs.replace(alpha, harmful_items=count, harmful_families=count)
    board = tiny.board(id="plain", epochs=1, severity=False, category=(alpha,))
    extra = tuple(Judge(f"judge-{n}", "1", f"Number {n}", "human") for n in range(judges))
    registry = msgspec.structs.replace(tiny.registry(), judge=(*tiny.registry().judge, *extra))
    shutil.rmtree(path)
    published.write_board(path, board, registry)
    columns = "".join(f'\n[[judge]]\nid = "judge-{n}"\nversion = "1"\ncolumn = "label"\n' for n in range(judges))
    (path / "labels.toml").write_text(LABELS + columns)
    rows = [f"{tiny.MODEL},item {n},family {n},Alpha,yes" for n in range(count)]
    (folder / "labels.csv").write_text("\n".join(["model,item,family,category,label", *rows]) + "\n")
