"""docs/operations.md is true: its commands run as written, one block after the other, from an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard import checking, clock, trusted
from tests import offered

MOST = 15
"""Commands from nothing to a published result."""


def blocks(project: Path) -> list[str]:
    text = (project / "docs" / "operations.md").read_text("utf-8")
    return re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)


def test_the_way_to_a_published_result_is_short(project: Path) -> None:
    lines = blocks(project)[0].strip().splitlines()
    assert len(lines) <= MOST and not any(sign in line for line in lines for sign in (";", "&&", "|"))


@pytest.mark.timeout(600)  # about 35 processes
def test_every_command_of_the_page_runs_from_an_empty_folder(project: Path, shared: Path, tmp_path: Path) -> None:
    script = "\n".join(["set -eu", f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}', *blocks(project)])
    environment = {
        **os.environ,
        "PYTHONPATH": str(project),
        "PYTHONWARNINGS": "error",
        "MEDHARM_PASSPHRASE": "a passphrase of this test",
        "LABELS": str(shared / "data" / "xstest" / "scores.parquet"),
    }
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("state fresh: release 1") == 4 and done.stdout.count("state fresh: release 2") == 1
    assert "every number is that of the vault" in done.stdout
    assert [path.name for path in (tmp_path / "results" / "repository" / "targets" / "releases").iterdir()] == ["2"]
    secrets = [path for path in tmp_path.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert {path.parent for path in secrets} == {tmp_path}, "a key is in the results, the vault or a draft"
    assert str(tmp_path) not in done.stdout + done.stderr


def test_the_page_names_what_the_embedded_release_is_trusted_by(project: Path) -> None:
    assert checking.check(project / "results", trusted.read_trusted(), clock.now())
    assert project / "results" == offered.EMBEDDED
