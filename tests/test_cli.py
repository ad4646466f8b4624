"""The command line as a maintainer meets it: a real process, its exit code, and what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.base.findings import RULES
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.vault import Vault
from tests import made, published
from tests.canary import MARK

DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3


def run(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leaderboard", *map(str, arguments)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )


def test_help_names_every_command(project: Path) -> None:
    answer = run(project, "--help")
    assert answer.returncode == DONE
    for command in (
        "serve",
        "check",
        "import",
        "nonce",
        "verify",
        "accept",
        "reject",
        "correct",
        "withdraw",
        "notify",
        "attest",
        "release",
        "heartbeat",
        "trust",
        "audit",
        "export",
        "plan",
    ):
        assert f"\n    {command}" in answer.stdout


def test_help_imports_nothing_heavy(project: Path) -> None:
    loaded = run_python(project, "import leaderboard.cli, sys; leaderboard.cli.make_parser(); print(*sys.modules)")
    heavy = {"pandas", "numpy", "scipy", "duckdb", "streamlit", "pyarrow", "msgspec"}
    assert heavy & set(loaded.split()) == set()


def run_python(project: Path, code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True).stdout


def test_a_wrong_call_is_exit_2(project: Path) -> None:
    assert run(project, "publish-everything").returncode == USAGE
    assert run(project, "verify").returncode == USAGE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"board":', "E_JSON"),
        (MARK.encode(), "E_JSON"),
        (f'{{"{MARK}":1}}'.encode(), "E_SCHEMA"),
        (b"\xff", "E_UTF8"),
    ],
)
def test_a_refused_file_is_exit_1_with_code_and_place(project: Path, tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(data)
    answer = run(project, "verify", path, "--board", "demo")
    assert (answer.returncode, answer.stdout) == (REFUSED, f"{code}  $: {RULES[code]}\n")
    assert MARK not in answer.stderr + answer.stdout and "Traceback" not in answer.stderr


def test_json_is_one_object(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file.json").write_bytes(b"{}")
    answer = run(project, "verify", tmp_path / "file.json", "--board", "demo", "--json")
    assert json.loads(answer.stdout)["findings"] == [{"code": "E_SCHEMA", "place": "$", "evidence": RULES["E_SCHEMA"]}]


def test_a_missing_results_folder_is_exit_3_and_one_sentence(project: Path, tmp_path: Path) -> None:
    for command in ("check", "serve"):
        answer = run(project, command, "--results", tmp_path / "nothing")
        assert answer.returncode == ENVIRONMENT
        assert len(answer.stderr.strip().splitlines()) == 1 and "Traceback" not in answer.stderr


def test_an_unknown_board_is_refused(project: Path, tmp_path: Path) -> None:
    answer = run(project, "verify", tmp_path / "x", "--board", "nonesuch")
    assert (answer.returncode, answer.stdout) == (
        REFUSED,
        f"E_BOARD  --board: must be one of {', '.join(read_catalogue(project / 'results' / 'boards').boards)}\n",
    )


def test_an_oversized_file_is_refused_and_kept(project: Path, tmp_path: Path) -> None:
    data = b"7" * (submission.MAX_BYTES + 1)
    (tmp_path / "big").write_bytes(data)
    answer = run(project, "accept", tmp_path / "big", "--board", "demo", "--vault", tmp_path / "vault")
    (kept,) = (tmp_path / "vault" / "quarantine").iterdir()
    rule = f"more than 2 MiB. The vault keeps a copy, quarantine/{kept.name}, and no event"
    assert (answer.returncode, answer.stdout) == (REFUSED, f"E_SIZE  $: {rule}\n")
    assert kept.read_bytes() == data


def test_a_tier_needs_what_it_rests_on(project: Path, tmp_path: Path) -> None:
    keep = Vault(tmp_path / "vault")
    results = published.begin(tmp_path)
    (tmp_path / "items.json").write_bytes(items.encode(made.items()))
    data = made.submission(nonce=keep.register_nonce("small", "system-0", made.TODAY))
    (tmp_path / "file.json").write_bytes(submission.encode(data))
    accept = ("accept", tmp_path / "file.json", "--board", "small", "--results", results, "--vault", tmp_path / "vault")
    known = (*accept, "--items", tmp_path / "items.json", "--tier", "artifact_checked")
    assert run(project, *known).stdout.startswith("E_EVIDENCE  --evidence: the tier needs the log, or the record of ")
    (tmp_path / "other").write_text("another log")
    assert run(project, *known, "--evidence", tmp_path / "other").stdout.startswith("E_EVIDENCE  $.source.sha256: ")
    answer = run(project, *known, "--evidence", made.log(keep))
    assert (answer.returncode, answer.stdout.split()[0]) == (DONE, "accepted"), answer.stdout
    assert run(project, *known, "--evidence", made.log(keep)).stdout == f"E_REPLAY  $: {RULES['E_REPLAY']}\n"


def test_an_imported_file_without_a_nonce_says_so(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(submission.encode(made.submission(nonce=None)))
    assert "E_NONCE  $.nonce" in run(project, "verify", path, "--board", "demo").stdout


def test_the_embedded_release_checks(project: Path) -> None:
    answer = run(project, "check")
    assert answer.returncode == DONE, answer.stdout


@pytest.mark.parametrize(
    "command", [("audit",), ("release", "draft", "--out", "draft"), ("attest", "--all", "--key", "key")]
)
def test_a_vault_that_is_not_there_is_named_and_not_made(
    project: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    answer = run(project, *command, "--vault", tmp_path / "vault")
    assert (answer.returncode, answer.stdout) == (REFUSED, "E_VAULT  --vault: there is no vault in this folder\n")
    assert not (tmp_path / "vault").exists()


def test_what_was_not_checked_is_said(project: Path, tmp_path: Path) -> None:
    results = published.begin(tmp_path)
    path = tmp_path / "file.json"
    path.write_bytes(submission.encode(made.submission()))
    answer = run(project, "verify", path, "--board", "small", "--results", results)
    assert answer.stdout == "verified, all but the items: name --items or --vault to have them checked\n"


def test_a_reader_who_stops_reading_gets_no_traceback(project: Path) -> None:
    piped = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m leaderboard check | true'], cwd=project, capture_output=True, check=True
    )
    assert piped.stderr == b""


def test_a_full_disk_is_exit_3(project: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "leaderboard", "check"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == ENVIRONMENT and b"Traceback" not in done.stderr


def test_a_day_to_come_is_wrong_usage(project: Path, tmp_path: Path) -> None:
    vault = ("--board", "xstest", "--vault", tmp_path / "vault")
    assert run(project, "nonce", "gpt4", *vault, "--date", "2999-01-01").returncode == USAGE
    assert run(project, "nonce", "gpt4", *vault, "--date", "2026-11-02").returncode == DONE
    assert run(project, "nonce", "gpt4", *vault, "--date", "2026-11-01").stdout.startswith("E_DATE  $.date: before ")
