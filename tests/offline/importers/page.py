"""docs/submitting.md, and how one of its blocks of commands is run."""

import re
import subprocess
from pathlib import Path

from leaderboard.base import clock
from leaderboard.offline.submissions.vault import Vault
from tests import canary


def page(project: Path) -> str:
    return (project / "docs" / "submitting.md").read_text("utf-8")


def blocks(project: Path, heading: str) -> list[str]:
    """The blocks of commands of a section."""
    section = page(project).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


def block(project: Path, heading: str) -> str:
    """The commands of a section that has one block of them."""
    (text,) = blocks(project, heading)
    return text


def run(project: Path, folder: Path, heading: str, python: Path, **names: object) -> subprocess.CompletedProcess[str]:
    """Runs a section's commands in an empty folder, with a nonce that was issued, then those of the evidence pack, and
    checks their end."""
    nonce = Vault(folder / "vault").register_nonce("tiny", "example-model", clock.today())
    known = {
        "RESULTS": folder / "results",
        "BOARD": "tiny",
        "ITEMS": folder / "items.json",
        "NONCE": nonce,
        "STATED": "",
    }
    commands = block(project, heading)
    if "evidence pack" not in commands:
        commands += block(project, "The evidence pack")
    (folder / "empty").mkdir()
    done = subprocess.run(
        ["sh", "-eu", "-c", f'leaderboard() {{ "{python}" -m leaderboard "$@"; }}\n{commands}'],
        cwd=folder / "empty",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project)} | {k: str(v) for k, v in {**known, **names}.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    verified, packed = done.stdout.splitlines()[-2:]
    assert verified == "verified" and packed.startswith("the log gives this submission, pack ")
    assert not canary.find(done.stdout.encode())
    assert not canary.find((folder / "empty" / "pack.json").read_bytes())
    return done
