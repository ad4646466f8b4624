"""Several maintainers with copies of one vault, and backups, by the command line: every command compares its vault with
what is published, and there is a way on that loses nothing."""

import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.commands.signing import PASSPHRASE
from leaderboard.offline.signing import attesting, draft_file
from leaderboard.offline.submissions import event_log, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release.trusted_root import read_trusted
from tests import made
from tests.faults import plant as plants
from tests.faults.plant import Plant
from tests.release.trust import killed

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


@pytest.mark.parametrize("command", [*COMMANDS, "supersede"])
def test_no_event_is_added_without_results_to_compare_with(office: Office, command: str) -> None:
    """A mistyped or forgotten folder must not fork a vault that is behind."""
    office.run("vault backup safe")
    office.submit("vault", "system-2", 7)
    office.publish("vault")
    shutil.rmtree("vault")
    office.run("vault restore safe --vault vault")
    (office.folder / "results").rename(office.folder / "elsewhere")
    first = office.rows("vault")["system-0"]
    events = Vault(office.vault).events()
    CAPTURED.readouterr()
    code = cli.main([*command.replace(" 0 ", f" {first} ").split(), "--vault", "vault", "--results", "results"])
    assert code == 3 and CAPTURED.readouterr().err.startswith(command.split()[0])
    assert Vault(office.vault).events() == events


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
    assert "E_FORKED  $.ledger[4]: no published line" in office.run(f"withdraw {theirs} --reason takedown --again", 1)
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


def test_copies_inside_each_other_or_over_something_are_refused(office: Office) -> None:
    before = record(office.vault)
    assert office.run("vault backup vault/inside", REFUSED).startswith("E_OUT  BACKUP: ")
    assert office.run("vault backup results/inside", REFUSED).startswith("E_OUT  BACKUP: ")
    assert office.run("vault restore vault --vault vault/inside", REFUSED).startswith("E_OUT  --vault: ")
    assert office.run("vault restore vault --vault results", REFUSED).startswith("E_EXISTS  $: ")
    assert office.run("vault restore draft --vault new", REFUSED).startswith("E_VAULT  BACKUP: ")
    assert office.run("vault merge draft", REFUSED).startswith("E_VAULT  OTHER: ")
    assert record(office.vault) == before and not (office.folder / "new").exists()


DAMAGED: dict[str, Callable[[Path], object]] = {
    "no timestamp": lambda repository: (repository / "metadata" / "timestamp.json").unlink(),
    "a timestamp that is none": lambda repository: (repository / "metadata" / "timestamp.json").write_bytes(b"{}"),
    "no snapshot": lambda repository: [path.unlink() for path in (repository / "metadata").glob("*.snapshot.json")],
    "targets of text": lambda repository: [
        path.write_bytes(b"\xff") for path in (repository / "metadata").glob("*.targets.json")
    ],
    "no ledger": lambda repository: [path.unlink() for path in (repository / "targets").glob("*.ledger.jsonl")],
    "another ledger": lambda repository: [
        path.write_bytes(b"{}\n") for path in (repository / "targets").glob("*.ledger.jsonl")
    ],
    "no repository": lambda repository: shutil.rmtree(repository),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_vault_beside_a_damaged_repository_is_not_compared(
    office: Office, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """What needs the repository says what is wrong with it; what does not goes on."""
    DAMAGED[damage](office.repository)
    assert len(office.run("nonce system-5 --board small").strip()) == 32
    code = cli.main(["vault", "check", "--vault", "vault", "--results", "results"])
    out = capfd.readouterr()
    expected = {"no timestamp": DONE, "no repository": DONE, "no ledger": 3}.get(damage, REFUSED)
    assert code == expected and "Traceback" not in out.err, out
    assert code != REFUSED or re.match(r"E_[A-Z]+  \S", out.out), out


def record(folder: Path) -> dict[str, bytes]:
    """The files of a vault."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def killed_at(act: int, command: list[str]) -> bool:
    """Runs a command in a process that dies at its n-th act on the disk; returns whether it died."""
    child = os.fork()
    if child == 0:
        killed.arm(act)
        os._exit(cli.main([*command, "--results", "results"]))
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == DONE
    return os.WIFSIGNALED(status)


@pytest.fixture
def pair(office: Office) -> Office:
    """A vault and a copy of it, `bea`, that both have events of their own."""
    office.run("vault restore vault --vault bea")
    office.submit("bea", "system-3", 8)
    office.run("attest --all --key keys/one", vault="bea")
    office.run("nonce system-4 --board small")
    return office


def test_a_merge_that_is_killed_at_any_act_is_finished_by_the_same_command(pair: Office) -> None:
    before, act, died = record(pair.vault), 0, True
    shutil.copytree(pair.vault, "whole")
    pair.run("vault merge bea", vault="whole")
    whole = record(pair.folder / "whole")
    while died:
        act += 2
        shutil.copytree(pair.vault, "try")
        died = killed_at(act, ["vault", "merge", "bea", "--vault", "try"])
        left = record(pair.folder / "try")
        assert before.items() <= left.items()
        assert len(Vault(pair.folder / "try").events()) >= len(Vault(pair.vault).events())
        pair.run("vault merge bea", vault="try")
        assert record(pair.folder / "try") == whole
        shutil.rmtree("try")
    assert act > 10


def test_a_backup_that_is_killed_at_any_act_is_absent_or_whole(pair: Office) -> None:
    act, died = 0, True
    while died:
        act += 3
        died = killed_at(act, ["vault", "backup", "safe/copy", "--vault", "vault"])
        if not (pair.folder / "safe" / "copy").exists():
            pair.run("vault backup safe/copy")
        assert record(pair.folder / "safe" / "copy") == record(pair.vault)
        assert not list((pair.folder / "safe").glob(".*"))
        shutil.rmtree("safe")
    assert act > 20


class World:
    """Two maintainers who do anything at random, each in a copy of the vault, and what was acknowledged in each."""

    SYSTEMS = tuple(f"system-{n}" for n in range(2, 8))

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.draw, self.log = office, random.Random(seed), list[str]()
        office.run("vault restore vault --vault bea")
        self.facts: dict[str, list[Fact]] = {name: facts_of(office, name) for name in ("vault", "bea")}
        self.published = lines(self.facts["vault"])
        self.backups: list[tuple[str, list[Fact]]] = []
        self.files = 0
        self.releases = 1
        self.save("vault")

    def tell(self, command: str, vault: str) -> tuple[int, str]:
        """Runs a command that may be refused. A refusal has a code and changes nothing that was acknowledged."""
        options = ["--results", "results", *([] if "--vault" in command else ["--vault", vault])]
        CAPTURED.readouterr()
        code = cli.main([*command.split(), *options])
        printed = CAPTURED.readouterr()
        self.log.append(f"{vault}: {command}: {code} {printed.out.strip()[:300]}")
        assert code in (DONE, REFUSED) and printed.err == "", self.log
        assert code == DONE or re.match("E_[A-Z]+  ", printed.out), self.log
        return code, printed.out

    def step(self) -> None:
        vault = self.draw.choice(["vault", "bea"])
        often = [self.accept] * 4 + [self.amend] * 4 + [self.merge] * 2
        rare = [self.accept_twice, self.attest, self.back_up, self.restore, self.catch_up, self.publish]
        self.draw.choice([*often, *rare])(vault)
        for name, facts in self.facts.items():
            present = facts_of(self.office, name)
            assert not Counter(facts) - Counter(present), [*self.log, "an acknowledged event is lost"]
            self.facts[name] = present

    def is_current(self, vault: str) -> bool:
        """Whether the copy has what is published, as the model knows it."""
        return lines(self.facts[vault])[: len(self.published)] == self.published

    def change(self, command: str, vault: str) -> str:
        code, out = self.tell(command, vault)
        is_compared = out.startswith(("E_BEHIND", "E_FORKED"))
        assert is_compared == (not self.is_current(vault)), [*self.log, "compared wrongly"]
        return out if code == DONE else ""

    def accept(self, vault: str) -> None:
        system = self.draw.choice(self.SYSTEMS)
        nonce = self.change(f"nonce {system} --board small", vault).strip()
        if nonce:
            self.files += 1
            name = f"{self.files}.json"
            data = submission.encode(made.submission(system, 0.2, self.files, nonce=nonce))
            (self.office.folder / name).write_bytes(data)
            made.pack(self.office.folder / f"{name}.pack", data)
            self.take_in(name, vault)

    def take_in(self, name: str, vault: str) -> None:
        """Accepts a file at one of two tiers."""
        seen = self.draw.choice(["--tier artifact_checked --evidence log", f"--evidence {name}.pack"])
        self.change(f"accept {name} --board small {seen}", vault)

    def accept_twice(self, vault: str) -> None:
        """A lab sends one file to both maintainers, who know its nonce."""
        other = "bea" if vault == "vault" else "vault"
        nonce = self.change("nonce system-8 --board small", vault).strip()
        if nonce and not self.take(vault, other):
            self.files += 1
            name = f"{self.files}.json"
            data = submission.encode(made.submission("system-8", 0.2, self.files, nonce=nonce))
            (self.office.folder / name).write_bytes(data)
            made.pack(self.office.folder / f"{name}.pack", data)
            self.take_in(name, vault)
            self.take_in(name, other)

    def amend(self, vault: str) -> None:
        standing = self.draw.choice([*self.office.rows(vault).items(), ("system-9", "0" * 64)])
        command = self.draw.choice(
            [
                "withdraw {1} --reason takedown",
                "notify {1} --state notified",
                "notify {1} --state disputed",
                "reject {2} --board small --reason invalid",
                "correct {2} --board small --replaces {1} --reason labelling_error --evidence log",
            ]
        )
        name = f"{self.draw.randint(1, max(self.files, 1))}.json"
        if (self.office.folder / name).exists():
            self.change(command.format(*standing, name), vault)

    def attest(self, vault: str) -> None:
        attesting.attest_all(Vault(self.office.folder / vault), self.draw.choice(plants.signers(self.office)))

    def save(self, vault: str) -> str:
        name = f"safe/{len(self.backups)}"
        assert self.tell(f"vault backup {name}", vault)[0] == DONE
        self.backups.append((name, self.facts[vault]))
        return name

    def back_up(self, vault: str) -> None:
        self.save(vault)

    def restore(self, vault: str) -> None:
        """What the lost folder had and no other copy has is lost with it: only a backup or a release prevents that."""
        name, facts = self.draw.choice(self.backups[-3:])
        shutil.rmtree(self.office.folder / vault)
        self.facts[vault] = facts
        code, out = self.tell(f"vault restore {name} --vault {vault}", vault)
        assert code == DONE and ("E_BEHIND" in out or "E_FORKED" in out) == (not self.is_current(vault)), self.log

    def merge(self, vault: str) -> None:
        self.take("bea" if vault == "vault" else "vault", vault)

    def take(self, other: str, vault: str, options: str = "") -> str:
        """Merges, and returns a refusal."""
        code, out = self.tell(f"vault merge {other}{options}", vault)
        if code == REFUSED:
            assert re.match(r"E_[A-Z]+  (OTHER.events\[\d+\]|\$\.ledger\[\d+\]): \S", out), self.log
            return out
        before, self.facts[vault] = self.facts[vault], facts_of(self.office, vault)
        present = Counter(self.facts[vault])
        assert not Counter(before) - present, [*self.log, "an acknowledged event is lost"]
        if not options:
            theirs = Counter(facts_of(self.office, other))
            assert not theirs - present, [*self.log, "a merged event is lost"]
        return ""

    def publish(self, vault: str) -> None:
        plants.attest(self.office, Vault(self.office.folder / vault))
        out = self.change("release draft --out draft", vault)
        if out:
            assert "left out" not in out, self.log
            plants.publish(self.office, draft_file.read(self.office.folder / "draft" / draft_file.NAME))
            self.releases += 1
            self.published = lines(facts_of(self.office, vault))
            self.save(vault)

    def take_all(self, other: str, vault: str) -> None:
        """Merges, and leaves out what is refused by name; nothing else may be missing afterwards."""
        before, left_out = self.facts[other], ""
        while out := self.take(other, vault, left_out):
            refused = re.match(r"E_[A-Z]+  OTHER\.events\[(\d+)\]: ", out)
            assert refused, self.log
            left_out += f" --leave-out {refused[1]}"
        missing = Counter(before) - Counter(self.facts[vault])
        assert missing.total() <= left_out.count("--leave-out"), [*self.log, "lost without a refusal"]

    def catch_up(self, vault: str) -> None:
        """The way on of a copy that lacks what is published: the backup of that release takes its events."""
        if not self.is_current(vault):
            self.tell(f"vault restore {self.latest()} --vault new", "new")
            self.facts["new"] = facts_of(self.office, "new")
            self.take_all(vault, "new")
            shutil.rmtree(self.office.folder / vault)
            (self.office.folder / "new").rename(self.office.folder / vault)
            self.facts[vault] = self.facts.pop("new")
            assert self.is_current(vault), self.log

    def end(self) -> None:
        """One copy takes everything that the other has, and is published."""
        self.catch_up("vault")
        self.take_all("bea", "vault")
        self.publish("vault")
        assert f"state fresh: release {self.releases}" in "\n".join(self.office.check()), self.log
        assert self.tell("vault check", "vault")[1].splitlines()[-1].startswith("same"), self.log
        assert self.tell("audit --root root.json", "vault")[0] == DONE, self.log

    def latest(self) -> str:
        """The backup that was made at the last publication."""
        has_it = (name for name, facts in self.backups if lines(facts)[: len(self.published)] == self.published)
        return next(has_it)


class Fact(NamedTuple):
    """What an event acknowledged, wherever it is in a log."""

    kind: str
    system: str | None
    submission: str | None
    nonce: str | None
    reason: str | None
    tier: str | None


def facts_of(office: Office, vault: str) -> list[Fact]:
    events = Vault(office.folder / vault).events()
    return [Fact(e.kind, e.system, e.submission, e.nonce, e.reason, e.tier) for e in events]


def lines(facts: list[Fact]) -> list[Fact]:
    """Those that are in the ledger."""
    return [fact for fact in facts if fact.kind != "nonce"]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 60))])
def test_whatever_two_maintainers_do_nothing_acknowledged_is_lost_without_a_refusal(office: Office, seed: int) -> None:
    world = World(office, seed)
    for _ in range(30 if seed else 15):
        world.step()
    world.end()
