"""The bad days: stolen reviewers' keys, a stolen release key, a lost owner key, and long holidays, walked with the
command line while a running site, an old cache and a new machine look on."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.offline.signing import keys, publication
from leaderboard.offline.signing.repository import SERVED
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource
from leaderboard.site.data.updater import Store
from tests import made, published
from tests.browser import site as sites
from tests.browser.site import Site

PASSPHRASE = "a passphrase of this test"
OWNERS, REVIEWERS, RELEASE = ("owner",), ("ann", "bea"), ("release",)


def soak(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.soak)


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
    while (ready := json.loads(running.get("/readyz")[1])) != {"fault": None} | expected:
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


@pytest.mark.parametrize(
    ("days", "is_taken"), [(30, True), (32, False), soak(1, True), soak(365, False), soak(36_500, False)]
)
def test_a_stolen_release_key_holds_back_releases_for_31_days_at_most(
    maintainers: Maintainers, tmp_path: Path, days: int, is_taken: bool
) -> None:
    maintainers.begin()
    maintainers.release()
    thief, now = steal(maintainers, tmp_path / "thief"), clock.now()
    stolen = keys.load(thief.folder / "release", lambda: PASSPHRASE)
    expiry = SERVED._replace(snapshot=timedelta(days=days), timestamp=timedelta(days=days))
    publication.heartbeat(thief.folder / "results" / "repository", [stolen], now=now, expiry=expiry)
    cache, hosted = tmp_path / "cache", tmp_path / "hosted"
    reader = Reader((maintainers.folder / "root.json").read_bytes(), None, cache, FolderSource(hosted / "repository"))
    host(maintainers, hosted)
    assert reader.refresh(now).state == "fresh"
    host(thief, hosted)
    outcome = reader.refresh(now)
    assert (outcome.state == "fresh") is is_taken
    assert {finding.code for finding in outcome.findings} == (set() if is_taken else {"E_VALIDITY"})
    assert ("E_VALIDITY" in maintainers.check(hosted, code=not is_taken)) is not is_taken
    late = reader.refresh(now + timedelta(days=32))
    assert late.state != "fresh", "whoever signs it, a state that nobody renews is called old"

    maintainers.run("trust keygen @rob")
    maintainers.run("trust revoke @release.pub --replacement @rob.pub --out @draft")
    maintainers.publish("owner", "rob")
    made.take(maintainers.vault, "system-5", 0.2, seed=5)
    maintainers.release("ann", "bea", "rob")
    host(maintainers, hosted)
    assert reader.refresh(now).state == "fresh"
    again = maintainers.run("trust rotate --release-key @release.pub --out @draft", code=1)
    assert "E_KEY  $.roles" in again and "--readmit" in again
    maintainers.run("trust rotate --release-key @release.pub --readmit --out @draft")


def test_a_running_site_takes_one_cure_after_the_other(
    maintainers: Maintainers, serve: Callable[[Path, Path], Site], tmp_path: Path
) -> None:
    """A stolen release key, a lost owner key, an old backup and two maintainers, with one site and its cache."""
    maintainers.begin("--owner @owner.pub --owner @spare.pub --owner-threshold 1")
    maintainers.release()
    hosted, root = tmp_path / "hosted", maintainers.folder / "root.json"
    host(maintainers, hosted)
    running = serve(hosted, root)
    wait_for(running, state="fresh", release=1)

    thief = steal(maintainers, tmp_path / "thief")
    stolen = keys.load(thief.folder / "release", lambda: PASSPHRASE)
    year = SERVED._replace(snapshot=timedelta(days=365), timestamp=timedelta(days=365))
    publication.heartbeat(thief.folder / "results" / "repository", [stolen], now=clock.now(), expiry=year)
    host(thief, hosted)
    page = wait_for(running, state="rejected", fault="E_VALIDITY", release=1)
    assert "last good release" in page
    maintainers.run("trust keygen @rob @new")
    maintainers.run("trust revoke @release.pub --replacement @rob.pub --out @draft")
    maintainers.publish("owner", "rob")
    host(maintainers, hosted)
    wait_for(running, state="fresh", release=1)

    (maintainers.folder / "owner").unlink()
    maintainers.run("trust rotate --owner @spare.pub --owner @new.pub --out @draft")
    maintainers.publish("spare", "new", "rob")
    maintainers.run("vault backup @safe --vault @vault")
    made.take(maintainers.vault, "system-5", 0.2, seed=5)
    maintainers.release("ann", "bea", "rob")
    host(maintainers, hosted)
    wait_for(running, state="fresh", release=2)

    maintainers.run("vault restore @safe --vault @second")
    assert "E_BEHIND  $.ledger[3]" in maintainers.run("nonce system-6 --board small --vault @second", code=1)
    made.take(Vault(maintainers.folder / "second"), "system-6", 0.2, seed=6)
    assert "attest again  lines 4" in maintainers.run("vault merge @second --vault @vault")
    maintainers.release("ann", "bea", "rob")
    host(maintainers, hosted)
    assert "system-6" in wait_for(running, state="fresh", release=3)
    running.stop()
    wait_for(serve(hosted, root), state="fresh", release=3)
    assert "release 3" in maintainers.check(hosted)


def test_owners_are_told_how_many_may_be_lost(maintainers: Maintainers) -> None:
    maintainers.run("trust keygen @owner @spare @ann @release")
    published.write_board(maintainers.folder / "results" / "boards" / "small", made.board(), made.registry(9))
    rest = "--reviewer @ann.pub --release-key @release.pub --out @draft"
    two = f"trust init --owner @owner.pub --owner @spare.pub {rest}"
    assert "E_THRESHOLD  --owner-threshold" in maintainers.run(two, code=1)
    assert "warning: If all owner keys must sign" in maintainers.run(f"{two} --owner-threshold 2")
    assert "warning: If all owner keys must sign" in maintainers.run(f"trust init --owner @owner.pub {rest}")
    assert "warning" not in maintainers.run(f"{two} --owner-threshold 1")


@pytest.mark.parametrize("adopts", [True, soak(False)])
def test_after_the_loss_of_all_owner_keys_a_new_repository_goes_on_with_the_numbers(
    maintainers: Maintainers,
    serve: Callable[[Path, Path], Site],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    adopts: bool,
) -> None:
    maintainers.begin()
    maintainers.release()
    made.take(maintainers.vault, "system-5", 0.2, seed=5)
    maintainers.release()
    hosted, before = tmp_path / "hosted", tmp_path / "old.json"
    host(maintainers, hosted)
    shutil.copy(maintainers.folder / "root.json", before)
    wait_for(serve(hosted, before), state="fresh", release=2)
    old = hosted.rename(tmp_path / "old")
    shutil.rmtree(maintainers.folder / "results" / "repository")
    for name in ("owner", "root.json"):
        (maintainers.folder / name).unlink()
    shutil.rmtree(maintainers.folder / "floor")

    maintainers.run("trust keygen @other")
    roles = "--reviewer @ann.pub --reviewer @bea.pub --release-key @release.pub"
    maintainers.run(f"trust init --owner @other.pub --owner @spare.pub --owner-threshold 1 {roles} --out @draft")
    maintainers.publish("other", "ann", "bea", "release")
    monkeypatch.setenv("MEDHARM_ROOT", str(before))
    printed = maintainers.release(options=f"--adopt {old}" if adopts else "")
    monkeypatch.delenv("MEDHARM_ROOT")
    assert "published release 3" in printed
    host(maintainers, hosted)
    running = serve(hosted, maintainers.folder / "root.json")
    wait_for(running, state="fresh", release=3)
    assert ("Release 1 is not available here" in running.get("/?board=small&release=1")[1].decode()) is not adopts


CURES = {
    31: ("renewed", ""),
    310: ("warning: the signatures of the targets expire on", ""),
    366: ("E_EXPIRED  $.targets", "draft"),
    731: ("E_EXPIRED  $.root", "rotate and draft"),
}
"""After so many days without any care: what `heartbeat` says, and what has to be done instead."""


@pytest.mark.parametrize("days", [31, 731, soak(310), soak(366)])
def test_after_a_long_holiday_a_site_says_so_until_the_cure(
    maintainers: Maintainers,
    serve: Callable[[Path, Path], Site],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
) -> None:
    printed, cure = CURES[days]
    hosted, root, then = tmp_path / "hosted", maintainers.folder / "root.json", clock.now() - timedelta(days=days)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: then)
        maintainers.begin()
        maintainers.release()
        host(maintainers, hosted)
        store = Store(hosted, root, tmp_path / "cache")
        store.refresh()
        assert store.state == "fresh"
    running = serve(hosted, root)
    page = wait_for(running, fault="E_EXPIRED", state="expired", release=1)
    assert "last good release" in page

    said = maintainers.run("heartbeat --key @release", code=bool(cure))
    assert printed in said and ("renewed" in said) is not bool(cure)
    if "rotate" in cure:
        maintainers.run("trust rotate --out @draft")
        maintainers.publish("owner", "release")
        assert "E_EXPIRED  $.targets" in maintainers.run("heartbeat --key @release", code=1)
    if "draft" in cure:
        maintainers.release(options=f"--date {made.TODAY}")
    host(maintainers, hosted)
    wait_for(running, state="fresh", release=2 if cure else 1)
    assert "state fresh" in maintainers.check(hosted)
