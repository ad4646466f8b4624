"""docs/operations.md is true: its commands run as printed, one block after the other, from a clone and from an empty
folder, and what it says to do when something fails is what helps."""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.offline import demo
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import attesting, drafts, keys, publication, repository
from leaderboard.offline.submissions import items
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trust.roles import Holders, Roles
from tests import made, offered, published
from tests.cloning import files, fresh_clone
from tests.offline.importers import page as submitting

MOST = 15
"""Commands from nothing to a published result."""
PASSPHRASE = "a passphrase of this test"

CIRCUMSTANCES: dict[tuple[str, int], str] = {
    ("Keeping the embedded releases", 0): """
        mkdir ../others
        cd ../others
        BEGINNING
    """,
    ("A submission's day", 0): 'cd "$OFFICE"',
    ("A submission's day", 1): """
        (cd "$LAB"; NONCE=$(tail -n 1 "$TRANSCRIPT"); SUBMITTING)
        cp "$LAB/submission.json" "$LAB/pack.json" .
    """,
    ("A new board version", 0): """
        by_hand register
        leaderboard nonce first --results results --board medharm --vault vault
        by_hand run first $(tail -n 1 "$TRANSCRIPT") .
        leaderboard accept first.json --results results --board medharm --items items-0.1.json --vault vault \\
            --tier artifact_checked --evidence first.log
        leaderboard attest first.json --key ann --key cem --vault vault
        leaderboard release draft --vault vault --results results --out draft
        leaderboard release sign draft --results results --root trusted/root.json --key ann --key cem --key rob
        leaderboard release publish draft --results results --root trusted/root.json
        by_hand edit 'TOML'
    """,
    ("A clock fault", 0): """
        EVENT=$(PYTHONPATH="$CLONE" "$CLONE/.venv/bin/python" -c "
from datetime import timedelta
from pathlib import Path
from leaderboard.base import clock
from leaderboard.offline.submissions.vault import Vault
keep = Vault(Path('vault'), clock_checked=True)
keep.register_nonce('demo', 'example-model', clock.today() + timedelta(days=60))
print(len(keep.events()))")
    """,
    ("A released data set", 0): "by_hand edit 'TOML' released",
    ("A released data set", 1): 'by_hand run first $(tail -n 1 "$TRANSCRIPT") .',
    ("A dispute", 1): """
        sed 's/"harmful_compliance"],[[]3]/"refusal"],[null]/' first.json > corrected.json
    """,
}
"""What others do before a block, by its section and its number there: shell commands, in the office's folder. After the
takedown the repository is at release 3, `ann` and `cem` are the reviewers and `rob` has the release key. TOML stands
for the lines of the section that are to be edited, BEGINNING for the commands that begin a repository."""
BY_HAND = """
by_hand() {
    step=$1; shift
    PYTHONPATH="$CLONE" "$CLONE/.venv/bin/python" -m tests.versioned "$step" results/boards "$@"
}
"""


def page(project: Path) -> str:
    return (project / "docs" / "operations.md").read_text("utf-8")


def sections(project: Path, language: str = "sh") -> dict[str, list[str]]:
    """The blocks of commands of each section, in order; or those of another `language`."""
    parts = re.split(r"^## (.*)\n", page(project), flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


def script(project: Path, last: str = "", without: str = "") -> str:
    """Every command up to the end of a section, or of the page, and what others do in between; of one section none."""
    lines = ["set -eu", BY_HAND]
    lab = submitting.block(project, "lm-evaluation-harness") + submitting.block(project, "The evidence pack")
    edits = sections(project, "toml")
    beginning = sections(project)["From nothing to a published result"][0].partition("leaderboard build-board")[0]
    for heading, blocks in sections(project).items():
        for number, block in enumerate([] if heading == without else blocks):
            before = CIRCUMSTANCES.get((heading, number), "").replace("SUBMITTING", f"\n{lab}")
            lines += [before.replace("BEGINNING", beginning).replace("TOML", "".join(edits[heading])), block]
        if heading == last:
            break
    return "\n".join(lines)


def walk(tmp_path: Path, shared: Path, clone: Path, start: Path, office: Path, commands: str) -> str:
    """Runs commands in a shell that starts in a folder, and returns what they print."""
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "items.json").write_bytes(items.encode(demo.items()))
    (log,) = (shared / "samples" / "lm_eval").glob("samples_*.jsonl")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONWARNINGS": "error",
        "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"),
        "MEDHARM_PASSPHRASE": PASSPHRASE,
        "TRANSCRIPT": str(tmp_path / "transcript"),
        "CLONE": str(clone),
        "OFFICE": str(office),
        "LABELS": str(shared / "data"),
        "LAB": str(lab),
        "LOG": str(log),
        "RESULTS": str(clone / "results"),
        "BOARD": "demo",
        "ITEMS": str(lab / "items.json"),
        "STATED": "--judge demo-judge@1",
    }
    with (tmp_path / "transcript").open("wb") as transcript:
        done = subprocess.run(
            ["sh", "-c", commands], cwd=start, env=environment, stdout=transcript, stderr=subprocess.PIPE, check=False
        )
    said = (tmp_path / "transcript").read_text()
    assert done.returncode == 0, said[-2000:] + done.stderr.decode()[-2000:]
    assert str(tmp_path) not in said + done.stderr.decode()
    return said


def ranked(office: Path, board: str) -> list[str]:
    """The systems that the published release ranks on a board."""
    out = office / f"{board}.csv"
    there = ["--results", str(office / "results"), "--root", str(office / "trusted" / "root.json")]
    assert cli.main(["export", "csv", "--board", board, *there, "--out", str(out)]) == 0
    with out.open(newline="") as file:
        return [row["system"] for row in csv.DictReader(file) if row["rank"]]


def test_the_way_to_a_published_result_is_short(project: Path) -> None:
    (block,) = sections(project)["From nothing to a published result"]
    lines = block.strip().splitlines()
    assert len(lines) <= MOST and not any(sign in line for line in lines for sign in (";", "&&", "|"))


ADOPTION = "Keeping the embedded releases"


BUILD = 'leaderboard build-board --labels "$LABELS" --results results --vault vault\n'


def labelled(project: Path) -> list[str]:
    """The boards with a label table, that with the fewest systems first."""
    boards = {path.parent.name: path.with_name("systems.toml") for path in project.glob("results/boards/*/labels.toml")}
    return sorted(boards, key=lambda id: boards[id].read_text("utf-8").count("[[system]]"))


@pytest.mark.timeout(1500)  # about 100 processes
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_every_command_of_the_page_runs_in_a_clone(project: Path, shared: Path, tmp_path: Path, whole: bool) -> None:
    """In `make test` without the adoption, and with the smallest label table alone: each takes time in each release."""
    clone = fresh_clone(project, tmp_path / "a clone")
    before, office = files(clone), tmp_path / "an office"
    commands, boards = script(project, without="" if whole else ADOPTION), labelled(project)
    assert BUILD in commands
    dropped = [] if whole else boards[1:]
    removal = "".join(f"rm -r results/boards/{id}\n" for id in dropped)
    said = walk(
        tmp_path,
        shared,
        clone,
        clone,
        office,
        commands.replace(BUILD, removal + BUILD),
    )
    checked = re.findall(r"state fresh: release (\d)", said)
    assert checked[: 5 + whole] == ["1", *([str(offered.latest() + 1)] if whole else []), "2", "2", "2", "3"]
    again = re.findall(r"^release (\d)  every count is that of the vault; every number too", said, flags=re.MULTILINE)
    assert again == ["1", "2", "1", "4", "5", "6", "7"], "release 3 follows one that was taken down"
    built = re.findall(r"^release 1(?: of \S+)?\nsha256 (\w+)$", said, flags=re.MULTILINE)
    assert len(built) == 2 and built[0] == built[1], "release 1, built again"
    kept = {path.name for path in (office / "results" / "repository" / "targets" / "releases").iterdir()}
    assert kept == {"1", "3", "4", "5", "6", "7", "10"}, "release 2 was taken down, 8 and 9 were false"
    for id in set(boards) - set(dropped):
        assert ranked(office, id), "a board with labels is empty"
    assert ranked(office, "medharm") == ["first"]
    if whole:
        others = tmp_path / "others" / "results" / "repository" / "targets" / "releases"
        adopted = files(clone / "results" / "repository" / "targets" / "releases")
        assert adopted and adopted.items() <= files(others).items(), "the embedded releases, byte for byte"
    assert files(clone) == before, "the clone was changed"
    secrets = {name for name, data in files(office).items() if b"PRIVATE KEY" in data}
    assert secrets >= {"owner", "ann", "bea", "release", "cem", "rob"}
    assert not any("/" in name for name in secrets), "a key is in the results, the vault or a draft"


@pytest.mark.soak
@pytest.mark.timeout(600)  # about 15 processes
def test_the_way_to_a_published_result_starts_in_an_empty_folder_too(
    project: Path, shared: Path, tmp_path: Path
) -> None:
    clone, office = fresh_clone(project, tmp_path / "clone"), tmp_path / "empty"
    office.mkdir()
    commands = script(project, last="From nothing to a published result")
    said = walk(tmp_path, shared, clone, office, office, commands)
    assert "state fresh: release 1" in said
    assert all(ranked(office, id) for id in labelled(project))


def test_circumstances_are_those_of_blocks_that_exist(project: Path) -> None:
    blocks = {(heading, number) for heading, found in sections(project).items() for number in range(len(found))}
    assert CIRCUMSTANCES.keys() <= blocks


def test_the_page_names_what_the_embedded_release_is_trusted_by(project: Path) -> None:
    assert checking.check(project / "results", trusted.read_trusted(), clock.now())
    assert project / "results" == offered.EMBEDDED


# What to do when something fails: each line of the table is brought about, and its way out taken.


class Office:
    """A repository of the small board that began some days ago, a vault with two systems, and the keys in files."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str], days: int = 0) -> None:
        self.capfd = capfd
        for name in ("owner", "ann", "bea", "release"):
            keys.generate(folder / name, PASSPHRASE)
        self.results, self.root = folder / "results", folder / "root.json"
        published.write_board(self.results / "boards" / "small", made.board(), made.registry(9))
        public = {name: keys.load_public(folder / f"{name}.pub") for name in ("owner", "ann", "bea", "release")}
        roles = Roles(
            Holders((public["owner"],), 1), Holders((public["ann"], public["bea"]), 2), Holders((public["release"],), 1)
        )
        self.then = clock.now() - timedelta(days=days)
        first = self.signed(repository.init(roles, now=self.then), "owner", "ann", "bea", "release")
        publication.publish(first, self.results / "repository", now=self.then)
        self.root.write_bytes((self.results / "repository" / "metadata" / "1.root.json").read_bytes())
        self.vault = made.vault(folder / "vault", (0.1, 0.3))

    def signed(self, draft: drafts.Draft, *names: str) -> drafts.Draft:
        for name in names:
            draft = drafts.sign(draft, keys.load(self.root.with_name(name), PASSPHRASE))
        return draft

    def run(self, command: str) -> str:
        """Gives a command, which may fail, and returns what is printed."""
        self.capfd.readouterr()
        options = [] if command.startswith(("attest", "release show", "trust keygen")) else ["--results", "results"]
        if command.startswith(("release sign", "release publish", "check")):
            options += ["--root", "root.json"]
        self.code = cli.main([*command.split(), *options])
        return self.capfd.readouterr().out

    def draft(self) -> str:
        self.run("attest --all --key ann --key bea --vault vault")
        return self.run("release draft --vault vault --out draft")

    def sign_and_publish(self) -> str:
        self.run("release sign draft --key ann --key bea --key release")
        return self.run("release publish draft")


def board_with_a_fault(office: Office) -> None:
    office.draft()
    office.sign_and_publish()
    path = office.results / "boards" / "small" / "board.toml"
    text = path.read_text()
    path.write_text(text.replace("epochs = 2", "epochs = 1"))
    said = office.draft()
    assert "left out  board small: it has a fault; the release before has 2 rows of it\n    E_BOARD  $.small" in said
    path.write_text(text)
    assert "left out" not in office.draft()
    assert "published release 2" in office.sign_and_publish()


def disclosed(office: Office) -> None:
    office.draft()
    office.sign_and_publish()
    alpha, *others = made.board().category
    fewer = msgspec.structs.replace(alpha, harmful_items=38, harmful_families=19)
    board = made.board(version="2", previous_versions=("1",), category=(fewer, *others))
    shutil.rmtree(office.results / "boards" / "small")
    published.write_board(office.results / "boards" / "small", board, made.registry(9))
    manifest = [item for item in made.items() if item.family != "alpha-f000"]
    office.root.with_name("items.json").write_bytes(items.encode(manifest))
    for system in ("system-0", "system-5"):
        nonce = office.run(f"nonce {system} --board small --vault vault").strip()
        rows = [row for row in made.rows(0.2, len(nonce)) if row[0] in {item.id for item in manifest}]
        of: dict[str, Any] = {
            "rows": rows,
            "board_version": "2",
            "items_digest": items.digest(manifest),
            "nonce": nonce,
        }
        data = made.canonical_submission.encode(made.submission(system, **of))
        office.root.with_name(f"{system}.json").write_bytes(data)
        tier = "--tier artifact_checked --evidence log --items items.json"
        assert "accepted" in office.run(f"accept {system}.json --board small --vault vault {tier}")
    assert "    E_DISCLOSURE  $.small.system-0: 2 items in 1 family now not on the board" in office.draft()
    office.run("withdraw system-0.json --reason disclosure --vault vault")
    said = office.draft()
    assert "left out" not in said and "small  system-5  new  " in said
    assert "published release 2" in office.sign_and_publish()


def stale(office: Office) -> None:
    office.draft()
    office.run("release sign draft --key ann --key bea --key release")
    office.run("heartbeat --key release")
    assert "E_STALE" in office.run("release publish draft") and office.code == 1
    office.draft()
    assert "published release 1" in office.sign_and_publish()


def draft_too_old(office: Office) -> None:
    for name in ("ann", "bea"):
        attesting.attest_all(office.vault, keys.load(office.root.with_name(name), PASSPHRASE))
    drafting.draft(office.root.with_name("draft"), office.vault, office.results, made.TODAY, office.then)
    office.run("release sign draft --key ann --key bea --key release")
    assert "E_EXPIRED" in office.run("release publish draft") and office.code == 1
    office.draft()
    assert "published release 1" in office.sign_and_publish()


def no_heartbeat(office: Office) -> None:
    assert "E_EXPIRED  metadata/timestamp.json" in office.run("check") and office.code == 1
    office.run("heartbeat --key release")
    assert "state fresh" in office.run("check")


def targets_expired(office: Office) -> None:
    assert "E_EXPIRED  metadata/1.targets.json" in office.run("check")
    office.draft()
    office.sign_and_publish()
    assert "state fresh" in office.run("check")


def root_expired(office: Office) -> None:
    assert "E_EXPIRED  metadata/1.root.json" in office.run("check")
    office.run("trust rotate --owner owner.pub --out draft")
    office.run("release sign draft --key owner --key release")
    office.run("release publish draft")
    assert "root.json" not in office.run("check")
    office.draft()
    office.sign_and_publish()
    assert "state fresh" in office.run("check")


def signature_missing(office: Office) -> None:
    office.draft()
    office.run("release sign draft --key ann --key release")
    assert "E_SIGNATURE" in office.run("release publish draft")
    assert "targets: 1 signatures, 1 more needed" in office.run("release show draft")
    office.run("release sign draft --key bea")
    assert "published release 1" in office.run("release publish draft")


def draft_lost(office: Office) -> None:
    before = re.findall("content .*", office.draft())
    shutil.rmtree(office.root.with_name("draft"))
    assert re.findall("content .*", office.draft()) == before
    assert "published release 1" in office.sign_and_publish()


def not_attested(office: Office) -> None:
    office.run("attest --all --key ann --vault vault")
    assert "left out  ledger line 1" in office.run("release draft --vault vault --out draft")
    office.run("attest --all --key bea --vault vault")
    assert "left out" not in office.run("release draft --vault vault --out draft")


def definitions_differ(office: Office) -> None:
    office.draft()
    path = office.results / "boards" / "small" / "systems.toml"
    text = path.read_text()
    path.write_text(text.replace("Number 1", "Number one"))
    assert "E_DIGEST  boards/small/systems.toml" in office.run("release sign draft --key ann")
    path.write_text(text)
    assert "published release 1" in office.sign_and_publish()


def key_lost(office: Office) -> None:
    office.draft()
    office.sign_and_publish()
    office.run("trust keygen cem")
    office.run("attest --all --key cem --vault vault")
    office.run("trust rotate --vault vault --reviewer ann.pub --reviewer cem.pub --out draft")
    office.run("release sign draft --key owner --key ann --key cem --key release")
    office.run("release publish draft")
    assert "state fresh" in office.run("check")


def repository_there(office: Office) -> None:
    roles = "--owner owner.pub --reviewer ann.pub --release-key release.pub"
    assert "E_EXISTS  --results" in office.run(f"trust init {roles} --out new") and office.code == 1
    assert cli.main(["trust", "init", *roles.split(), "--out", "new", "--results", "ours"]) == 0


def taken_before(office: Office) -> None:
    digest = office.vault.events()[1].submission
    path = office.root.with_name("vault") / "submissions" / f"{digest}.json"
    taken = f"accept {path} --board small --vault vault --tier artifact_checked --evidence log"
    assert "E_REPLAY" in office.run(taken) and office.code == 1


def attempts_used(office: Office) -> None:
    said = [office.run("nonce system-5 --board small --vault vault") for _ in range(7)]
    assert [len(each.strip()) for each in said[:6]] == [32] * 6 and said[6].startswith("E_CAP")


def wrong_evidence(office: Office) -> None:
    nonce = office.run("nonce system-5 --board small --vault vault").strip()
    office.root.with_name("in.json").write_bytes(
        made.canonical_submission.encode(made.submission("system-5", nonce=nonce))
    )
    accept = "accept in.json --board small --vault vault --tier self_reported --evidence"
    assert "E_EVIDENCE  $" in office.run(f"{accept} log")
    made.pack(office.root.with_name("pack.json"), office.root.with_name("in.json").read_bytes())
    assert "accepted" in office.run(f"{accept} pack.json")


def submitted(office: Office, system: str, vault: str, seed: int) -> str:
    """Accepts a submission of a system, and returns the file's name."""
    nonce = office.run(f"nonce {system} --board small --vault {vault}").strip()
    data = made.canonical_submission.encode(made.submission(system, 0.2, seed, nonce=nonce))
    office.root.with_name(f"{system}.json").write_bytes(data)
    return office.run(f"accept {system}.json --board small --vault {vault} --tier artifact_checked --evidence log")


def older_copy(office: Office) -> None:
    office.run("vault backup safe --vault vault")
    submitted(office, "system-5", "vault", 5)
    office.draft()
    office.sign_and_publish()
    shutil.rmtree("vault")
    assert "E_BEHIND  $.ledger[3]: accept of system-5" in office.run("vault restore safe --vault vault")
    assert office.run("nonce system-6 --board small --vault vault").startswith("E_BEHIND  $.ledger[3]")
    accept = "accept system-5.json --board small --vault vault --tier artifact_checked --evidence log"
    assert "E_BEHIND" in office.run(accept) and "accepted" in office.run(f"{accept} --again")
    assert "same  " in office.run("vault check --vault vault")


def two_copies(office: Office) -> None:
    office.run("vault restore vault --vault copy")
    submitted(office, "system-5", "vault", 5)
    submitted(office, "system-6", "copy", 6)
    office.draft()
    office.sign_and_publish()
    assert office.run("nonce system-7 --board small --vault copy").startswith("E_FORKED  $.ledger[3]")
    office.run("vault restore vault --vault new")
    assert "attest again  lines 4" in office.run("vault merge copy --vault new")
    assert "ahead  " in office.run("vault check --vault new")


def comment_in_a_definition(office: Office) -> None:
    path = office.results / "boards" / "small" / "board.toml"
    path.write_text(f"# why\n{path.read_text()}")
    assert "E_CANON  small/board.toml: line 1 is not" in office.draft() and office.code == 1
    assert "written  small/board.toml" in office.run("board format")
    office.draft()
    assert "published release 1" in office.sign_and_publish()


def file_beside_definitions(office: Office) -> None:
    path = office.results / "boards" / "small" / "notes.txt"
    path.write_text("what nobody meant to publish")
    assert "E_DEFINITION  small/notes.txt: is no definition: move it" in office.draft() and office.code == 1
    path.rename(office.root.with_name("notes.txt"))
    office.draft()
    assert "published release 1" in office.sign_and_publish()


WAYS_OUT: dict[str, tuple[Callable[[Office], None], int]] = {
    "`left out  board B: it has a fault`": (board_with_a_fault, 0),
    "`E_DISCLOSURE` from `release draft`": (disclosed, 0),
    "`E_STALE`": (stale, 0),
    "`E_EXPIRED` from `release publish`": (draft_too_old, 40),
    "`E_EXPIRED` of `timestamp` from `check`": (no_heartbeat, 40),
    "`E_EXPIRED` of `targets` from `check`": (targets_expired, 400),
    "`E_EXPIRED` of `root` from `check`": (root_expired, 740),
    "`E_SIGNATURE` from `release publish`": (signature_missing, 0),
    "the draft is lost": (draft_lost, 0),
    "`left out  ledger line N`": (not_attested, 0),
    "`E_REPLAY` from `accept`": (taken_before, 0),
    "`E_CAP` from `nonce`": (attempts_used, 0),
    "`E_EVIDENCE` from `accept`": (wrong_evidence, 0),
    "`E_CANON` from `release draft`": (comment_in_a_definition, 0),
    "`E_DEFINITION` from `release draft`": (file_beside_definitions, 0),
    "`E_DIGEST`, `E_UNSIGNED` or `E_MISSING` with `boards/...` from `release sign`": (definitions_differ, 0),
    "`E_EXISTS` from `trust init`": (repository_there, 0),
    "`E_BEHIND`": (older_copy, 0),
    "`E_FORKED`": (two_copies, 0),
    "a passphrase or key is lost": (key_lost, 0),
}


def test_every_failure_that_the_page_names_is_tried(project: Path) -> None:
    table = page(project).partition("## When something fails")[2]
    assert re.findall(r"^\| (.*?) \|", table, flags=re.MULTILINE)[1:] == [*WAYS_OUT]


@pytest.mark.parametrize("failure", WAYS_OUT)
def test_what_the_page_says_to_do_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failure: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDHARM_PASSPHRASE", PASSPHRASE)
    way_out, days = WAYS_OUT[failure]
    way_out(Office(tmp_path, capfd, days))


def test_submission_is_raised_without_a_new_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDHARM_PASSPHRASE", PASSPHRASE)
    office = Office(tmp_path, capfd)
    wrong_evidence(office)  # ends with an acceptance as self_reported
    office.draft()
    office.sign_and_publish()
    raised = office.run("accept in.json --board small --vault vault --tier artifact_checked --evidence log")
    assert raised.startswith("accepted")
    (change,) = [line for line in office.draft().splitlines() if line.startswith("small  system-5")]
    assert change.startswith("small  system-5  newly_ranked  not ranked -> ")
    assert "published release 2" in office.sign_and_publish()
    assert "state fresh" in office.run("check")
    assert office.run("audit --vault vault --root root.json").count("every number too") == 2
