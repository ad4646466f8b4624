"""Several maintainers with copies of one vault, and backups, by the command line: every command compares its vault with
what is published, and there is a way on that loses nothing."""

import shutil
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.commands.signing import PASSPHRASE
from leaderboard.offline.submissions import event_log, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release.trusted_root import read_trusted
from tests import made
from tests.faults import plant as plants
from tests.faults.plant import Plant

PROJECT = Path(__file__).parents[2]
DONE, REFUSED = 0, 1


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plants.build(tmp_path_factory.mktemp("built")).folder


class Office(Plant):
    """A repository with one release, the vault of one maintainer, and what both maintainers type."""

    def run(self, command: str, code: int = DONE, vault: str = "vault") -> str:
        """Runs a command with both folders, and returns what it prints."""
        words = command.split()
        options = ["--results", "results"]
        if "--vault" not in words and (words[0] != "release" or words[1] == "draft"):
            options += ["--vault", vault]
        if words[:2] in (["release", "sign"], ["release", "publish"]):
            options += ["--root", "root.json"]
        CAPTURED.readouterr()
        answer = cli.main([*words, *options])
        printed = CAPTURED.readouterr()
        assert answer == code and printed.err == "", f"{command}: {answer}\n{printed.out}{printed.err}"
        return printed.out

    def submit(self, vault: str, system: str, seed: int, day: str = "", again: str = "") -> str:
        """Registers an attempt, accepts a submission with it, and returns its sha256."""
        nonce = self.run(f"nonce {system} --board small {day}", vault=vault).strip()
        data = submission.encode(made.submission(system, 0.2, seed, nonce=nonce))
        (self.folder / f"{system}.json").write_bytes(data)
        return self.accept(vault, system, day)

    def accept(self, vault: str, system: str, options: str = "", code: int = DONE) -> str:
        seen = "--tier artifact_checked --evidence log"
        return self.run(f"accept {system}.json --board small {seen} {options}", code, vault).split()[-1]

    def publish(self, vault: str) -> str:
        """Attests, drafts, signs and publishes what a vault has; returns the state that a site would show."""
        self.run("attest --all --key keys/one --key keys/two", vault=vault)
        drafted = self.run("release draft --out draft", vault=vault)
        assert "left out" not in drafted, drafted
        self.run("release sign draft --key keys/one --key keys/two")
        self.run("release publish draft")
        [line] = [line for line in self.check() if line.startswith("state")]
        return line

    def check(self) -> list[str]:
        return checking.check(self.results, read_trusted(self.root), clock.now())

    def rows(self, vault: str) -> dict[str, str]:
        """What stands in a vault: submission by system."""
        standings = event_log.replay(Vault(self.folder / vault).events())
        return {each.system: each.submission for each in standings if not each.withdrawn}


CAPTURED: pytest.CaptureFixture[str]


@pytest.fixture
def office(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Office:
    global CAPTURED
    CAPTURED = capfd
    office = Office(shutil.copytree(built, tmp_path / "office"))
    shutil.copytree(PROJECT / "results" / "boards" / "demo", office.results / "boards" / "demo")
    monkeypatch.chdir(office.folder)
    monkeypatch.setenv(PASSPHRASE, plants.PASSPHRASE)
    return office


COMMANDS = [
    "nonce system-5 --board small",
    "verify late.json --board small",
    "accept late.json --board small --tier artifact_checked --evidence log",
    "reject late.json --board small --reason invalid",
    "correct late.json --board small --replaces 0 --reason labelling_error --evidence log",
    "withdraw 0 --reason takedown",
    "notify 0 --state notified",
    "reset-clock 3",
    "build-board demo",
    "attest --all --key keys/one",
    "release draft --out draft",
    "audit --root root.json",
]
"""Every command that needs what is published to be in its vault."""


def test_an_old_backup(office: Office) -> None:
    """A backup is restored after a release that it lacks: every command refuses it, and the lost lines can be given
    again from the published ledger and the files of the labs."""
    assert "4 events, verified" in office.run("vault backup safe/monday")
    first = office.rows("vault")["system-0"]
    digest = office.submit("vault", "system-2", 7)
    office.run(f"withdraw {first} --reason takedown")
    assert office.publish("vault").startswith("state fresh: release 2")
    shutil.rmtree("vault")

    printed = office.run("vault restore safe/monday --vault vault")
    assert "E_BEHIND  $.ledger[3]: accept of system-2 on small" in printed and digest in printed
    assert "E_BEHIND  $.ledger[4]: withdraw of system-0 on small" in printed and "--reason takedown" in printed
    before = Vault(office.vault).events()
    for command in COMMANDS:
        answer = office.run(command, REFUSED).split(":")[0]
        assert answer == "E_BEHIND  $.ledger[3]", command
    assert office.run("vault check", REFUSED).startswith("E_BEHIND  $.ledger[3]: accept")
    assert Vault(office.vault).events() == before

    out = office.run(f"withdraw {first} --reason takedown --again", REFUSED)
    assert "E_FORKED  $.ledger[3]: the published line is: accept of system-2" in out
    office.accept("vault", "system-2", "--again")
    office.run(f"withdraw {first} --reason developer_request --again", REFUSED)
    office.run(f"withdraw {first} --reason takedown --again")
    assert "E_FORKED" in office.run("notify system-2.json --state notified --again", REFUSED)
    assert "same  the vault has all published lines" in office.run("vault check")
    office.submit("vault", "system-3", 8)
    assert office.publish("vault").startswith("state fresh: release 3")
    assert office.rows("vault")["system-2"] == digest
    assert office.run("audit --root root.json").count("every number too") == 3


def test_two_maintainers_in_two_folders(office: Office) -> None:
    """Both work in copies, one publishes: the other is refused, merges, and the next release has all of both."""
    office.run("vault restore vault --vault bea")
    ours = office.submit("vault", "system-2", 7)
    theirs = office.submit("bea", "system-3", 8)
    assert "2 signatures" in office.run("attest system-3.json --key keys/one --key keys/two", vault="bea")
    office.run("notify system-3.json --state notified", vault="bea")
    assert office.publish("vault").startswith("state fresh: release 2")

    for command in COMMANDS:
        answer = office.run(command, REFUSED, "bea").split(":")[0]
        assert answer.startswith("E_FORKED  $.ledger[3]"), command
    wrong = office.run("vault merge vault", REFUSED, "bea")
    assert "E_FORKED  $.ledger[3]: OTHER has the published lines, and this vault has not" in wrong
    printed = office.run("vault merge bea")
    assert printed.splitlines()[:4] == [
        "taken  nonce of small system-3",
        "taken  accept of small system-3",
        "taken  notify of small system-3",
        "attest again  lines 4",
    ]
    assert "ahead  the next release will publish 2 lines more" in printed
    assert "taken" not in office.run("vault merge bea"), "nothing is taken twice"
    assert office.publish("vault").startswith("state fresh: release 3")
    assert office.rows("vault").items() >= {"system-2": ours, "system-3": theirs}.items()
    shutil.rmtree("bea")
    office.run("vault restore vault --vault bea")
    office.submit("bea", "system-4", 9)
    assert office.run("vault merge bea").count("taken") == 2
    assert office.publish("vault").startswith("state fresh: release 4")


def test_another_copy_that_only_goes_on_is_taken_with_its_signatures(office: Office) -> None:
    office.run("vault restore vault --vault bea")
    office.submit("bea", "system-2", 7)
    office.run("attest --all --key keys/one --key keys/two", vault="bea")
    assert "attest again" not in office.run("vault merge bea")
    for name in ("events", "submissions", "attestations"):
        assert {p.name: p.read_bytes() for p in (office.folder / "bea" / name).glob("[!.]*")} == {
            p.name: p.read_bytes() for p in (office.vault / name).glob("[!.]*")
        }
    assert "left out" not in office.run("release draft --out draft")
