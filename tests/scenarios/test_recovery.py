"""The bad days: stolen reviewers' keys, a stolen release key, a lost owner key, and long holidays, walked with the
command line while a running site, an old cache and a new machine look on."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource
from tests import made, published
from tests.browser import site as sites
from tests.browser.site import Site

PASSPHRASE = "a passphrase of this test"
OWNERS, REVIEWERS, RELEASE = ("owner",), ("ann", "bea"), ("release",)


class Maintainers:
    """A folder with keys, a vault and results, in which commands are given."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capfd, self.code = folder, capfd, 0

    def run(self, command: str, code: int = 0) -> str:
        """Gives a command whose words name files of the folder, and returns what it prints."""
        self.capfd.readouterr()
        words = [str(self.folder / word[1:]) if word.startswith("@") else word for word in command.split()]
        if not command.startswith(("attest", "release show", "trust keygen", "check")):
            words += ["--results", str(self.folder / "results")]
        self.code = cli.main(words)
        printed = self.capfd.readouterr()
        assert self.code == code, printed.out + printed.err
        return printed.out

    def begin(self, owners: str = "--owner @owner.pub") -> None:
        published.write_board(self.folder / "results" / "boards" / "small", made.board(), made.registry(9))
        self.run("trust keygen @owner @spare @ann @bea @release")
        roles = "--reviewer @ann.pub --reviewer @bea.pub --release-key @release.pub"
        self.run(f"trust init {owners} {roles} --out @draft")
        self.publish(*OWNERS, *REVIEWERS, *RELEASE)
        made.vault(self.folder / "vault", (0.1, 0.3))

    def publish(self, *signers: str) -> str:
        self.run("release sign @draft --root @root.json " + " ".join(f"--key @{name}" for name in signers))
        return self.run("release publish @draft --root @root.json")

    def release(self, *signers: str, reviewers: tuple[str, ...] = REVIEWERS, options: str = "") -> str:
        self.run("attest --all --vault @vault " + " ".join(f"--key @{name}" for name in reviewers))
        self.run(f"release draft --vault @vault --out @draft {options}")
        return self.publish(*(signers or (*REVIEWERS, *RELEASE)))

    @property
    def vault(self) -> Vault:
        return Vault(self.folder / "vault")

    def check(self, results: Path, code: int = 0) -> str:
        return self.run(f"check --root @root.json --results {results}", code)


@pytest.fixture
def maintainers(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Maintainers:
    monkeypatch.setenv("MEDHARM_PASSPHRASE", PASSPHRASE)
    (tmp_path / "office").mkdir()
    return Maintainers(tmp_path / "office", capfd)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Path, Path], Site]]:
    running: list[Site] = []

    def start(results: Path, root: Path) -> Site:
        log, cache = tmp_path / f"log-{len(running)}", tmp_path / "cache"
        running.append(
            sites.start(log, "--results", str(results), "--root", str(root), env={"MEDHARM_CACHE": str(cache)})
        )
        return running[-1]

    yield start
    for each in running:
        each.stop()


def host(of: Maintainers, hosted: Path) -> None:
    """What the site reads becomes the results of these people, as by an upload."""
    shutil.rmtree(hosted, ignore_errors=True)
    shutil.copytree(of.folder / "results", hosted)


def wait_for(running: Site, **expected: object) -> str:
    """Waits until a site is in a state, and returns its page."""
    end = time.monotonic() + 30
    while (ready := json.loads(running.get("/readyz")[1])) != {"fault": None, **expected}:
        assert time.monotonic() < end, ready
        time.sleep(0.2)
    return running.get("/?board=small")[1].decode()


def steal(maintainers: Maintainers, folder: Path) -> Maintainers:
    """A thief with all keys but the owners', and a copy of what is public; the vault stands for made-up submissions."""
    shutil.copytree(maintainers.folder, folder)
    thief = Maintainers(folder, maintainers.capfd)
    for owner in folder.glob("owner*"):
        owner.unlink()
    return thief


def false_row(thief: Maintainers, number: int) -> None:
    made.take(thief.vault, f"system-{number}", 0.0, seed=number)
    thief.release()


def test_false_releases_are_superseded_in_a_running_site_an_old_cache_and_a_new_machine(
    maintainers: Maintainers, serve: Callable[[Path, Path], Site], tmp_path: Path
) -> None:
    maintainers.begin()
    maintainers.release()
    hosted, root = tmp_path / "hosted", tmp_path / "office" / "root.json"
    host(maintainers, hosted)
    running = serve(hosted, root)
    wait_for(running, state="fresh", release=1)

    thief = steal(maintainers, tmp_path / "thief")
    for number in (5, 6):
        false_row(thief, number)
    host(thief, hosted)
    assert "system-6" in wait_for(running, state="fresh", release=3)

    # The cure, as docs/operations.md tells it.
    maintainers.run("trust keygen @cem @dan @rob")
    maintainers.run("attest --all --key @cem --key @dan --vault @vault")
    maintainers.run(
        "trust rotate --reviewer @cem.pub --reviewer @dan.pub --release-key @rob.pub --vault @vault --out @draft"
    )
    maintainers.publish("owner", "cem", "dan", "rob")
    printed = maintainers.run(f"supersede --vault @vault --date {made.TODAY}")
    assert "ledger line 3" in printed
    assert "E_SEQ  --after" in maintainers.run("release draft --vault @vault --out @draft", code=1)
    maintainers.release("cem", "dan", "rob", reviewers=("cem", "dan"), options="--after 3")
    host(maintainers, hosted)

    page = wait_for(running, state="fresh", release=4)
    assert "system-6" not in page
    stored = Reader(root.read_bytes(), None, tmp_path / "none", FolderSource(hosted / "repository"))
    assert stored.refresh(clock.now()).state == "fresh", "a new machine without a floor"
    assert "release 4" in maintainers.check(hosted)
    running.stop()
    again = serve(hosted, root)
    page = wait_for(again, state="fresh", release=4)
    assert "system-6" not in page
    assert "stolen keys were replaced. What they had signed after ledger line 2 is void" in page
    releases = again.get("/releases?board=small&release=3")[1].decode()
    assert "Release 3 is not available here" in releases
    assert "is void" in releases

    # Life goes on, and the thief's keys are of no use.
    made.take(maintainers.vault, "system-7", 0.2, seed=7)
    maintainers.release("cem", "dan", "rob", reviewers=("cem", "dan"))
    host(maintainers, hosted)
    wait_for(again, state="fresh", release=5)
    host(thief, hosted)
    assert json.loads(again.get("/readyz")[1])["release"] == 5
