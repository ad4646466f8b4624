"""`check` as anybody may run it on anybody's repository: a real process, on a folder and on a real web address."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import RULES
from leaderboard.offline.signing import repository
from leaderboard.release import trusted_root
from leaderboard.release.trust import layout, mirror, sources
from tests import made, offered, published
from tests.hosting import Host
from tests.release.trust.world import flipped

DONE, REFUSED, ENVIRONMENT = 0, 1, 3


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the small board, with its root."""
    folder = tmp_path_factory.mktemp("sound")
    published.release(made.vault(folder / "vault"), published.begin(folder))
    return folder


@pytest.fixture
def host(tmp_path: Path, sound: Path) -> Iterator[Host]:
    """It is served at an address, to be changed at will."""
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    host = Host(tmp_path / "results")
    yield host
    host.stop()


def check(host: Host, *options: str, place: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leaderboard", "check", "--root", str(offered.root(host.folder))]
    return subprocess.run(
        [*command, "--results", place or host.address, *options],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_sound_repository_at_an_address_is_proved(host: Host) -> None:
    answer = check(host)
    assert (answer.returncode, answer.stderr) == (DONE, "")
    assert answer.stdout.startswith("state fresh: release 1")
    assert "2 reviewers stand behind every row" in answer.stdout


def test_state_is_for_machines_too(host: Host) -> None:
    assert json.loads(check(host, "--json").stdout)["state"] == "fresh"


def test_folder_and_address_are_proved_alike(host: Host) -> None:
    assert check(host, place=str(host.folder)).stdout == check(host).stdout


def test_damage_is_named_and_refused(host: Host) -> None:
    path = offered.target(host.folder, 1)
    path.write_bytes(flipped(path.read_bytes(), 100))
    answer = check(host)
    assert (answer.returncode, answer.stderr) == (REFUSED, "")
    assert answer.stdout == f"E_DIGEST  targets/releases/1/leaderboard.json: {RULES['E_DIGEST']}\n"


def test_file_that_is_longer_than_was_signed_is_not_read(host: Host) -> None:
    with offered.target(host.folder, 1).open("ab") as file:
        file.write(b" " * 50_000_000)
    answer = check(host)
    assert answer.returncode == REFUSED
    assert "E_SIZE  targets/releases/1/" in answer.stdout


def test_signatures_out_of_date_are_refused(host: Host) -> None:
    long_ago = clock.now() - timedelta(days=40)
    offered.force(host.folder, repository.prolong(host.folder / "repository", now=long_ago))
    answer = check(host)
    assert answer.returncode == REFUSED
    assert "E_EXPIRED  metadata/timestamp.json" in answer.stdout


def test_root_of_somebody_else_is_no_proof(host: Host) -> None:
    offered.root(host.folder).write_bytes(trusted_root.SHIPPED.read_bytes())
    answer = check(host)
    assert answer.returncode == REFUSED
    assert "E_ROOT" in answer.stdout


def test_endless_roots_are_refused(host: Host) -> None:
    """A host that answers every root's path, with a root that is right but for its number."""
    host.leads = lambda path: re.sub(r"[0-9]+\.root\.json$", "1.root.json", path)
    answer = check(host)
    assert (answer.returncode, answer.stderr) == (REFUSED, "")
    assert answer.stdout.startswith("E_SIZE  metadata/257.root.json: more than 256 roots\n")
    assert len(host.asked) < 300


def test_endless_roots_that_are_long_are_refused_at_the_first(host: Host) -> None:
    (host.folder / "repository" / "metadata" / "2.root.json").write_bytes(b" " * 600_000)
    answer = check(host)
    assert (answer.returncode, answer.stderr) == (REFUSED, "")
    assert answer.stdout.startswith("E_SIZE  metadata/2.root.json: ")
    assert sum(path.endswith(".root.json") for path in host.asked) == 2


def test_host_that_sends_without_end_is_cut_off(host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All files together are bounded, and so is the time that they take."""
    source = sources.open_source(f"{host.address}/repository")
    assert mirror.copy(source, tmp_path / "whole") == []
    size = sum(path.stat().st_size for path in (tmp_path / "whole").rglob("*") if path.is_file())
    monkeypatch.setattr(layout, "MAX_METADATA", 100_000)
    monkeypatch.setattr(mirror, "MAX_TOTAL", size // 2)
    assert [finding.code for finding in mirror.copy(source, tmp_path / "half")] == ["E_SIZE"]
    monkeypatch.setattr(mirror, "SECONDS", -1)
    with pytest.raises(mirror.Unreachable):
        mirror.copy(source, tmp_path / "late")


@pytest.mark.parametrize("path", ["/nowhere", "/boards"])
def test_address_without_a_repository_is_exit_3(host: Host, path: str) -> None:
    answer = check(host, place=host.address + path)
    assert (answer.returncode, answer.stdout) == (ENVIRONMENT, "")
    assert answer.stderr == "check: no repository was found at that address\n"


def test_address_that_nobody_answers_at_is_exit_3(host: Host) -> None:
    host.stop()
    answer = check(host)
    assert (answer.returncode, answer.stdout) == (ENVIRONMENT, "")
    assert answer.stderr == "check: no repository was found at that address\n"
    host.start()


def test_folder_that_is_not_there_is_exit_3(host: Host) -> None:
    answer = check(host, place=str(host.folder / "nowhere"))
    assert (answer.returncode, answer.stdout) == (ENVIRONMENT, "")
    assert len(answer.stderr.splitlines()) == 1 and str(host.folder) not in answer.stderr
