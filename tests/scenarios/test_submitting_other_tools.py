"""docs/submitting.md is true for promptfoo and lighteval: its commands run as written, and its examples imported."""

import os
import sys
from pathlib import Path

import pytest

from leaderboard.base import clock
from tests import canary
from tests.offline.importers import lighteval_run, promptfoo_run, tiny
from tests.offline.importers.page import run
from tests.scenarios.test_submitting import judging, load, log

__all__ = ["judging", "log"]


def test_promptfoo_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    now = promptfoo_run.genuine()["metadata"] | {"evaluationCreatedAt": clock.now().isoformat()}
    path = promptfoo_run.write(log, promptfoo_run.rows(*promptfoo_run.MODELS), metadata=now)
    run(project, log.parent, "promptfoo", Path(sys.executable), LOG=path, SYSTEM="example-model")
    assert not canary.find((log.parent / "empty" / "submission.json").read_bytes())


def test_lighteval_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    lighteval_run.write(log, lighteval_run.rows(), stamp=f"{clock.now():%Y-%m-%dT%H-%M-%S.%f}")
    run(project, log.parent, "lighteval", Path(sys.executable), LOG=log)
    assert not canary.find((log.parent / "empty" / "submission.json").read_bytes())


@pytest.mark.usefixtures("judging")
def test_example_of_promptfoo_returns_what_is_imported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(project / "docs" / "submitting")
    example = load(project / "docs" / "submitting" / "medharm_promptfoo.py")
    asked = {"vars": {"prompt": "p"}}
    said = example.get_assert('{"outcome": "refusal", "severity": 0}', asked)
    assert said["pass"] and said["metadata"] == {
        "outcome": "refusal",
        "severity": 0,
        "judge": os.environ["MEDHARM_JUDGE_MODEL"],
    }
    assert "metadata" not in example.get_assert("nothing", asked)


def test_genuine_logs_were_written_by_the_examples() -> None:
    """An example that is changed needs new genuine logs: what they record is what the example says."""
    (assertion,) = promptfoo_run.genuine()["config"]["defaultTest"]["assert"]
    assert assertion == {"type": "python", "value": "file://medharm_promptfoo.py"}
    task = lighteval_run.results()["config_tasks"]["medharm|0"]
    assert (task["prompt_function"], task["version"], task["hf_repo"]) == ("item", 1, "items")
    assert lighteval_run.results()["config_general"]["model_name"] == tiny.MODEL
