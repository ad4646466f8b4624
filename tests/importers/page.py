"""docs/submitting.md, and how one of its blocks of commands is run."""

import re
import subprocess
from pathlib import Path

from leaderboard import clock
from leaderboard.vault import Vault
from tests import canary


def page(project: Path) -> str:
    return (project / "docs" / "submitting.md").read_text("utf-8")


def block(project: Path, heading: str) -> str:
    """The commands of a section."""
    (text,) = re.findall(rf"\n## {re.escape(heading)}\n.*?```sh\n(.*?)```", page(project), flags=re.DOTALL)
    return str(text)


def run(project: Path, folder: Path, heading: str, python: Path, **names: object) -> subprocess.CompletedProcess[str]:
    """Runs a section's commands in an empty folder, with a nonce that was issued, and checks their end."""
    nonce = Vault(folder / "vault").register_nonce("tiny", "example-model", clock.today())
    known = {"RESULTS": folder / "results", "BOARD": "tiny", "ITEMS": folder / "items.json", "NONCE": nonce}
    (folder / "empty").mkdir()
    done = subprocess.run(
        ["sh", "-eu", "-c", f'leaderboard() {{ "{python}" -m leaderboard "$@"; }}\n{block(project, heading)}'],
        cwd=folder / "empty",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project)} | {k: str(v) for k, v in {**known, **names}.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "verified" and not canary.find(done.stdout.encode())
    return done
