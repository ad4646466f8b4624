"""Maintainers who work at once on one vault and one results folder, each with the real command: the old state or the
new one, never a broken one, and the slower of two is told so."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import RULES
from leaderboard.commands.signing import PASSPHRASE
from leaderboard.offline.signing import draft_file, drafts
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from tests import made
from tests.faults import plant as plants
from tests.faults.plant import Plant

PROJECT = Path(__file__).parents[2]
DONE, REFUSED = 0, 1


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plants.build(tmp_path_factory.mktemp("built")).folder


@pytest.fixture
def plant(built: Path, tmp_path: Path) -> Plant:
    """One release, published, and a vault in which two more submissions wait to be accepted."""
    plant = Plant(shutil.copytree(built, tmp_path / "plant"))
    keep = Vault(plant.vault)
    for number in (2, 3):
        (plant.folder / f"in-{number}.json").write_bytes(plants.submit(keep, f"system-{number}", 0.2, number))
    (plant.folder / "lab.log").write_bytes(made.LOG)
    return plant


def together(plant: Plant, *commands: list[str]) -> list[tuple[int, str]]:
    """Starts all commands at one moment; returns the exit code and answer of each."""
    env = {**os.environ, "PYTHONPATH": str(PROJECT), PASSPHRASE: plants.PASSPHRASE}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "leaderboard", *command],
            cwd=plant.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    came = []
    for process in running:
        out, err = process.communicate(timeout=100)
        assert err == "", err
        came.append((process.returncode, out))
    return came


def sound(plant: Plant) -> str:
    return "\n".join(checking.check(plant.results, trusted.read_trusted(plant.root), clock.now()))


WHERE = ["--vault", "vault", "--results", "results"]
DAY = ["--date", made.TODAY.isoformat()]


def accept(number: int) -> list[str]:
    seen = ["--tier", "artifact_checked", "--evidence", "lab.log"]
    return ["accept", f"in-{number}.json", "--board", "small", "--items", "items.json", *seen, *WHERE, *DAY]


def draft(out: str) -> list[str]:
    return ["release", "draft", "--out", out, *WHERE, *DAY]


def sign(out: str, *keys: str) -> list[str]:
    options = [option for key in keys for option in ("--key", f"keys/{key}")]
    return ["release", "sign", out, "--results", "results", "--root", "root.json", *options]


def publish(out: str) -> list[str]:
    return ["release", "publish", out, "--results", "results"]


def test_acceptances_attestations_and_drafts_at_once_leave_a_sound_release(plant: Plant) -> None:
    attest = ["attest", "--all", "--vault", "vault", "--key"]
    came = together(
        plant,
        accept(2),
        accept(3),
        [*attest, "keys/one"],
        [*attest, "keys/two"],
        draft("one"),
        draft("two"),
        draft("two"),
    )
    assert [code for code, _ in came] == [DONE] * 7, came
    assert Counter(event.kind for event in Vault(plant.vault).events())["accept"] == 4
    assert len(event_log.replay(Vault(plant.vault).events())) == 4
    for out in ("one", "two"):
        assert [code for code, _ in together(plant, sign(out, "one", "two"))] == [DONE]
    one, two = ((plant.folder / out / draft_file.NAME).read_bytes() for out in ("one", "two"))
    came = together(plant, publish("one"), publish("two"))
    # Two drafts of one second over the same events are one draft, and publishing it again changes nothing.
    assert sorted(code for code, _ in came) == [DONE, DONE if one == two else REFUSED]
    assert {out for code, out in came if code == REFUSED} <= {f"E_STALE  $.base: {RULES['E_STALE']}\n"}
    assert "state fresh: release 2" in sound(plant)


def test_reviewers_who_sign_one_file_at_once_lose_no_signature(plant: Plant) -> None:
    assert together(plant, draft("draft"))[0][0] == DONE
    came = together(plant, sign("draft", "one"), sign("draft", "two"))
    assert [code for code, _ in came] == [DONE, DONE]
    signed = drafts.summarise(draft_file.read(plant.folder / "draft" / draft_file.NAME)).signed
    assert {missing for _, missing in signed.values()} == {0}
    assert together(plant, publish("draft"))[0][0] == DONE
    assert "state fresh: release 2" in sound(plant)


def test_heartbeats_and_publications_at_once_leave_one_of_them(plant: Plant) -> None:
    assert together(plant, draft("draft"))[0][0] == DONE
    assert together(plant, sign("draft", "one", "two"))[0][0] == DONE
    beat = ["heartbeat", "--results", "results", "--key", "keys/one"]
    came = together(plant, publish("draft"), beat, publish("draft"), beat)
    assert [code for code, _ in (came[1], came[3])] == [DONE, DONE], "a heartbeat goes on from what it finds"
    assert {out for code, out in came if code == REFUSED} <= {f"E_STALE  $.base: {RULES['E_STALE']}\n"}
    assert "state fresh: release " in sound(plant)
