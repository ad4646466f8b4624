"""Nothing lost (docs/safety.md section 5): publishers, readers, sites and keepers of a vault, killed at random
moments."""

from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import inspection
from tests.faults import commands, killing
from tests.faults import plant as plants
from tests.faults.killing import Counts, Killer
from tests.faults.plant import Plant


def survive(folder: Path, kills: int, seed: int) -> tuple[Plant, Counts]:
    """Has the cast killed so often; returns what is left, and what happened."""
    (folder / "plant").mkdir()
    killer = Killer(plants.build(folder / "plant"), seed)
    try:
        killer.kill(kills)
    finally:
        killer.stop()
    killer.look_back()
    assert not killer.faults
    return killer.plant, killer.counts()


def tidy(plant: Plant) -> None:
    """One more of everything, by somebody who is not killed: it goes on from what is there, and sweeps what is left."""
    plants.publish(plant, plants.offer(plant, 0))
    commands.write_on(plant)
    report = inspection.inspect(plant.repository, plant.root.read_bytes(), now=clock.now())
    assert (report.verdict, report.findings) == ("fresh", ())
    assert Vault(plant.vault).events()[-1].system == "system-4"
    assert not killing.leftovers(plant.repository) + killing.leftovers(plant.vault)


def test_a_few_kills_lose_nothing_and_show_nothing_half_written(tmp_path: Path) -> None:
    plant, counts = survive(tmp_path, 16, seed=1)
    assert counts.kills == 16 and counts.reads and counts.events, counts
    tidy(plant)


@pytest.mark.soak
def test_three_hundred_kills_lose_nothing_and_show_nothing_half_written(tmp_path: Path) -> None:
    plant, counts = survive(tmp_path, 300, seed=2)
    print(f"\n{counts}")
    assert counts.releases and counts.stale and counts.attestations
    tidy(plant)
