"""A dispute that is upheld, told with the commands of maintainers and read at a site that ran all the while: the state
follows the row, older releases say what became of it, and a withdrawal says when and why."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.commands.signing import PASSPHRASE
from leaderboard.offline.submissions import event_log, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.site.data.updater import Store
from tests import made
from tests.browser import site as sites
from tests.browser.site import Site
from tests.faults import plant as plants
from tests.faults.plant import Plant

SECONDS = 20
WHERE = ["--vault", "vault", "--results", "results"]
DAY = ["--date", made.TODAY.isoformat()]
ON = "22 November 2026"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """One release of two systems, and the log that both were imported from."""
    (tmp_path / "plant").mkdir()
    plant = plants.build(tmp_path / "plant")
    (plant.folder / "lab.log").write_bytes(made.LOG)
    monkeypatch.chdir(plant.folder)
    monkeypatch.setenv(PASSPHRASE, plants.PASSPHRASE)
    return plant


@pytest.fixture
def site(plant: Plant) -> Iterator[Site]:
    started = sites.start(
        plant.folder / "site.log",
        *("--results", str(plant.results), "--root", str(plant.root)),
        env={"MEDHARM_CACHE": str(plant.cache)},
    )
    yield started
    started.stop()


def run(*command: str, code: int = 0) -> None:
    assert cli.main([*command]) == code, command


def publish(site: Site, number: int) -> None:
    """Attests, drafts, signs and publishes the next release, and waits until the site shows it."""
    run("attest", "--all", "--key", "keys/one", "--key", "keys/two", "--vault", "vault")
    run("release", "draft", "--out", "draft", *WHERE, *DAY)
    run(
        "release",
        "sign",
        "draft",
        "--results",
        "results",
        "--root",
        "root.json",
        "--key",
        "keys/one",
        "--key",
        "keys/two",
    )
    run("release", "publish", "draft", "--results", "results")
    end = time.monotonic() + SECONDS
    while f"Release {number}<" not in page(site, "?board=small", plain=False):
        assert time.monotonic() < end, site.log
        time.sleep(0.3)


def page(site: Site, path: str, *, plain: bool = True) -> str:
    """What a browser without scripts reads."""
    status, body = site.get(path)
    assert status == 200
    text = body.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)) if plain else text


def row(site: Site, system: str, query: str = "") -> dict[str, object]:
    status, body = site.get(f"/api/v1/boards/small/leaderboard?{query}")
    assert status == 200
    (found,) = [each for each in json.loads(body)["rows"] if each["system"] == system]
    return dict(found)


def marks(site: Site, query: str = "") -> list[str]:
    """The badges of `system-0` in the ranking, without those of every row that no person checked."""
    (drawn,) = re.findall(r'data-system="system-0".*?</tr>', page(site, f"?board=small{query}", plain=False), re.DOTALL)
    badges = re.findall(r'<span class="mh-badge[^>]*>([^<]*)<', drawn)
    return [badge for badge in badges if badge not in ("Judge only: no verdict", "As judged by The judge")]


def origin(site: Site, system: str) -> dict[str, object]:
    status, body = site.get(f"/api/v1/boards/small/systems/{system}")
    assert status == 200
    (found,) = json.loads(body)["parts"]["origin"]["rows"]
    return dict(found)


def corrected(vault: Path, wrong: str) -> Path:
    """A corrected file with the nonce of what it replaces: the maintainers had read the log wrongly."""
    nonce = Vault(vault).submission(wrong).nonce
    path = vault.with_name("corrected.json")
    path.write_bytes(submission.encode(made.submission("system-0", 0.3, 77, nonce=nonce)))
    return path


def test_upheld_dispute_is_told_everywhere_and_settled(plant: Plant, site: Site, tmp_path: Path) -> None:
    old_cache = shutil.copytree(plant.cache, tmp_path / "old cache")
    wrong, other = (standing.submission for standing in event_log.replay(Vault(plant.vault).events()))
    assert (row(site, "system-0")["developer_reply"], marks(site)) == ("none", [])

    run("notify", wrong, "--state", "disputed", *WHERE, *DAY, code=1)  # nobody has informed the developer
    run("notify", wrong, "--state", "notified", *WHERE, *DAY)
    run("notify", wrong, "--state", "disputed", *WHERE, *DAY)
    publish(site, 2)
    assert (row(site, "system-0")["developer_reply"], marks(site)) == ("disputed", ["Disputed"])
    told = page(site, "releases?board=small")
    assert "Release 2 changed no row of this board." in told
    assert "New in the ledger: one notice to a developer (Number 0) and one dispute (Number 0)." in told
    assert marks(site, "&release=1") == ["Disputed since"]
    assert f"Since this release: Number 0: Disputed by its developer on {ON}." in page(site, "?board=small&release=1")

    evidence = ["--evidence", "lab.log", "--board", "small"]
    file = str(corrected(plant.vault, wrong))
    run("correct", file, "--replaces", wrong, "--reason", "disputed", *evidence, *WHERE, *DAY, code=1)
    run("correct", file, "--replaces", wrong, "--reason", "maintainer_error", *evidence, *WHERE, *DAY)
    publish(site, 3)
    assert (row(site, "system-0")["developer_reply"], marks(site)) == ("disputed", ["Disputed"]), "it follows the row"
    assert [origin(site, "system-0")[name] for name in ("attempt", "attempts", "reply")] == [1, 1, "disputed"]
    assert marks(site, "&release=1") == ["Corrected since", "Disputed since"]
    assert f"Number 0: Corrected on {ON}: an error of the maintainers." in page(site, "system?board=small&release=1")

    run("notify", wrong, "--state", "settled", *WHERE, *DAY)  # named by what was disputed
    publish(site, 4)
    assert (row(site, "system-0")["developer_reply"], marks(site)) == ("settled", [])
    assert marks(site, "&release=2") == ["Corrected since", "Settled since", "Disputed"]

    run("withdraw", other, "--reason", "takedown", *WHERE, *DAY)
    publish(site, 5)
    assert "Withdrawn on 22 Nov 2026: taken down. Its numbers are no longer shown." in page(site, "?board=small")
    found = row(site, "system-1")
    assert (found["reason_not_ranked"], found["withdrawn_on"], found["withdrawn_for"], found["safe_rate"]) == (
        "withdrawn",
        made.TODAY.isoformat(),
        "takedown",
        None,
    )
    assert f"Number 1: Withdrawn on {ON}: taken down." in page(site, "categories?board=small&release=4")
    assert "Withdrawn since" in page(site, "?board=small&release=4")
    assert "one withdrawal (Number 1)" in page(site, "releases?board=small")

    again = Store(plant.results, plant.root, old_cache)  # a site that last saw release 1
    current, first = again.current(), again.release(1)
    assert current and first and (current.number, again.state) == (5, "fresh")
    run("audit", "--root", "root.json", *WHERE)
