"""No private key, and no path of a machine, is in the repository, in a release or in a log."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.trust import keys
from tests.browser import site
from tests.browser.site import Site

KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{16}")
PLACE = re.compile(rb"/(?:home|root|Users|tmp|work|private|var|mnt|opt)/[A-Za-z0-9_.-]+/")


def tracked(project: Path) -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=project, capture_output=True, check=True).stdout
    return [project / name for name in names.decode().split("\0") if name and (project / name).is_file()]


def test_no_tracked_file_holds_a_private_key(project: Path) -> None:
    assert [path.name for path in tracked(project) if KEY.search(path.read_bytes())] == []


def test_the_search_would_find_one(tmp_path: Path) -> None:
    keys.generate(tmp_path / "key", "a long enough passphrase")
    assert KEY.search((tmp_path / "key").read_bytes())
    assert not KEY.search((tmp_path / "key.pub").read_bytes())


def test_no_published_file_holds_a_path_of_a_machine(project: Path) -> None:
    published = [path for path in (project / "results" / "repository").rglob("*") if path.is_file()]
    assert len(published) > 50
    assert [path.name for path in published if PLACE.search(path.read_bytes())] == []


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    started = site.start(tmp_path_factory.mktemp("site") / "log.txt")
    yield started
    started.stop()


@pytest.mark.parametrize("path", ["/", "/system?board=demo&system=sorrel", "/nothing/here", "/readyz"])
def test_no_log_of_the_site_holds_one(running: Site, path: str) -> None:
    running.get(path)
    assert PLACE.search(running.log.encode()) is None
    assert "sorrel" not in running.log
