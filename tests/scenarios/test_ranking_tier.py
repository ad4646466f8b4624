"""The way to the tier that ranks, for the logs of every tool: a reviewer sees the log at the lab, counts again and
signs, and the log stays there; or the lab passes the log on."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.boards.tools import LOG_TOOLS
from tests import canary
from tests.attacks.small_world import done, run
from tests.canary import MARK
from tests.offline.importers import helm_run, lighteval_run, lm_eval_run, promptfoo_run, tiny

PASSPHRASE = "a passphrase of this test"


def inspect(folder: Path, project: Path) -> Path:
    python = project / ".venv-inspect" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-inspect: `make inspect` makes it")
    labels = {id: [("refusal", 0), ("caution", None)] for id in tiny.IDS}
    logs = [{"path": "run.json", "served": tiny.MODEL, "labels": labels}]
    (folder / "day.json").write_text(json.dumps({"epochs": 2, "judge": "lab/judge", "logs": logs}))
    script = project / "tests" / "scenarios" / "day_one_logs.py"
    subprocess.run([python, script, folder, MARK], check=True, capture_output=True)
    return folder / "run.json"


def lm_eval(folder: Path, project: Path) -> Path:
    return lm_eval_run.write(folder, lm_eval_run.rows(), date=clock.now().timestamp())


def helm(folder: Path, project: Path) -> Path:
    states = helm_run.states()
    for state in states:
        state["result"]["request_datetime"] = clock.now().timestamp()
    helm_run.write(folder, states)
    return folder


def lighteval(folder: Path, project: Path) -> Path:
    lighteval_run.write(folder, lighteval_run.rows(), stamp=f"{clock.today()}T00-00-00.1")
    return next(folder.rglob("details_*.parquet"))


def promptfoo(folder: Path, project: Path) -> Path:
    made = {"evaluationCreatedAt": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"}
    return promptfoo_run.write(folder, promptfoo_run.rows(tiny.MODEL), metadata=made)


WRITERS: dict[str, Callable[[Path, Path], Path]] = {
    "inspect": inspect, "lm-eval": lm_eval, "helm": helm, "lighteval": lighteval, "promptfoo": promptfoo
}  # fmt: skip
STATED = {"helm": ("--tool-version", "0.5.16"), "lighteval": ("--tool-version", "0.13.0")}


def test_every_tool_is_tried() -> None:
    assert [tool.command for tool in LOG_TOOLS] == [*WRITERS]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Maintainers with a reviewer's key and a repository that knows it."""
    monkeypatch.setenv("MEDHARM_PASSPHRASE", PASSPHRASE)
    tiny.write(tmp_path)
    keys, results = tmp_path / "keys", ("--results", tmp_path / "results")
    keys.mkdir()
    done("trust", "keygen", keys / "owner", keys / "ann", keys / "release", keys / "stranger")
    roles = [part for role, name in (("owner", "owner"), ("reviewer", "ann"), ("release-key", "release"))
             for part in (f"--{role}", keys / f"{name}.pub")]  # fmt: skip
    done("trust", "init", *roles, *results, "--out", tmp_path / "draft")
    done("release", "sign", tmp_path / "draft", *results, *(p for n in ("owner", "ann", "release")
                                                           for p in ("--key", keys / n)))  # fmt: skip
    done("release", "publish", tmp_path / "draft", *results, "--root", tmp_path / "root.json")
    return tmp_path


@pytest.mark.timeout(180)
@pytest.mark.parametrize("tool", WRITERS)
def test_log_stays_at_the_lab_or_is_passed_on(office: Path, project: Path, tool: str) -> None:
    (office / "lab").mkdir()
    log = WRITERS[tool](office / "lab", project)
    board = ("--results", office / "results", "--board", "tiny", "--items", office / "items.json")
    vault = ("--vault", office / "vault")
    nonce = done("nonce", "example-model", *board[:4], *vault).strip()
    stated = (*STATED.get(tool, ()), "--judge", "demo-judge@1")
    filed, pack, seen, record = (office / f"{name}.json" for name in ("filed", "pack", "seen", "record"))

    # the lab: a submission and counts, which are all that leaves it
    done("import", tool, log, *board, *stated, "--nonce", nonce, "--out", filed)
    done("evidence", "pack", log, *board, *stated, "--submission", filed, "--out", pack)
    assert not canary.find(filed.read_bytes() + pack.read_bytes())
    done("accept", filed, *board, *vault, "--evidence", pack)

    # the reviewer, at the lab and then at home
    done("evidence", "pack", log, *board, *stated, "--submission", filed, "--out", seen)
    assert seen.read_bytes() == pack.read_bytes()
    done("evidence", "sign", seen, "--key", office / "keys" / "stranger", "--out", record)
    accept = ("accept", filed, *board[:4], *vault, "--tier", "artifact_checked", "--evidence")
    assert run(*accept, record).code == 1, "nobody knows this reviewer"
    done("evidence", "sign", seen, "--key", office / "keys" / "ann", "--out", record)
    other = shutil.copytree(office / "vault", office / "second")
    done(*accept, record)
    assert canary.find_in_folder(office / "lab") and not canary.find_in_folder(office / "vault")

    # a lab that may pass its log on needs no visit
    handed = [*accept, log]
    handed[handed.index(office / "vault")] = other
    done(*handed)
    assert not canary.find_in_folder(other)
