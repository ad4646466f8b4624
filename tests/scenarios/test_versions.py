"""A board from its proposed version to the real one, and on from there, by the command line alone.

`medharm` is published at 0.1 with two systems, becomes 1.0 with ten other categories and other items, and then 1.1 with
one item added, dropped, replaced or put into another category. Every step ends in a release or in a refusal that names
the way out; never in an exception, and never with the id of an item in what is printed.
"""

import csv
import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leaderboard import cli
from leaderboard.boards.board import Board
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.items import Item
from leaderboard.site.data.updater import Store
from tests import versioned
from tests.versioned import SYSTEMS, manifest_of, to_version_1, with_judge

ITEM = re.compile(r"\b(old|new|added)-\d{4}\b")


class World:
    """A results folder, its vault and its keys, worked on by commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.results, self.vault = folder, folder / "results", folder / "vault"
        self._capsys = capsys

    def run(self, *arguments: object, code: int = 0) -> str:
        """Runs one command and returns what it prints."""
        self._capsys.readouterr()
        done = cli.main([*map(str, arguments), "--results", str(self.results)])
        said = "".join(self._capsys.readouterr())
        assert not ITEM.search(said) and "Traceback" not in said, said
        assert done == code, said
        return said

    @property
    def labelled(self) -> list[str]:
        """The boards with a label table."""
        return sorted(path.parent.name for path in (self.results / "boards").glob("*/labels.toml"))

    @property
    def board(self) -> Board:
        return read_board(self.results / "boards" / "medharm" / "board.toml")

    def edit(self, change: Callable[[str], str], name: str = "board.toml") -> None:
        path = self.results / "boards" / "medharm" / name
        path.write_text(change(path.read_text("utf-8")), "utf-8")
        with suppress(InvalidDefinition):  # the other file is edited next
            versioned.rewrite(path.parents[1])

    def submit(self, system: str, manifest: list[Item], unsafe: float = 0.2, code: int = 0) -> Path:
        """A lab's run of a system on the present version, handed in and attested."""
        nonce = self.run("nonce", system, "--board", "medharm", "--vault", self.vault).strip()
        path = self.write(system, manifest, unsafe, nonce=nonce)
        self.accept(path, code)
        if not code:
            self.run("attest", "--all", "--key", self.folder / "ann", "--vault", self.vault)
        return path

    def write(self, system: str, manifest: list[Item], unsafe: float = 0.2, **changes: Any) -> Path:
        made = versioned.make(self.board, manifest, system, unsafe, **changes)
        (self.folder / "items.json").write_bytes(items.encode(manifest))
        (self.folder / "log").write_bytes(versioned.LOG)
        path = self.folder / f"{system}-{self.board.version}.json"
        path.write_bytes(submission.encode(made))
        return path

    def accept(self, path: Path, code: int = 0) -> str:
        tier = ["--tier", "artifact_checked", "--evidence", self.folder / "log", "--items", self.folder / "items.json"]
        return self.run("accept", path, "--board", "medharm", "--vault", self.vault, *tier, code=code)

    def draft(self, *more: object) -> dict[str, Any]:
        """Drafts the next release without the boards whose labels are not put in here, and returns the answer."""
        others = [part for board in self.labelled for part in ("--without", board)]
        where = ["--vault", self.vault, "--out", self.folder / "draft", "--json"]
        answer: dict[str, Any] = json.loads(self.run("release", "draft", *where, *others, *more))
        return answer

    def publish(self, *more: str) -> None:
        keys = [part for name in (*more, "ann", "release") for part in ("--key", self.folder / name)]
        root = ["--root", self.folder / "root.json"]
        self.run("release", "sign", self.folder / "draft", *keys, *root)
        self.run("release", "publish", self.folder / "draft", *root)

    def release(self) -> None:
        left_out = {left["board"]: left["findings"] for left in self.draft()["boards_left_out"]}
        assert left_out == {board: [] for board in self.labelled}
        self.publish()

    def table(self, name: str) -> list[dict[str, str]]:
        """A table of the published release, as anybody exports it."""
        path = self.folder / f"{name}.csv"
        where = ["--board", "medharm", "--root", self.folder / "root.json", "--out", path]
        self.run("export", "csv", *where, *([] if name == "leaderboard" else ["--table", name]))
        with path.open(newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def passphrase() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDHARM_PASSPHRASE", "a passphrase of this test")
        yield


@pytest.fixture(scope="module")
def published(project: Path, passphrase: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The boards of the repository, `medharm` at 1.0 after a release at 0.1 with two systems and one at 1.0."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture
def world(
    project: Path, passphrase: None, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> World:
    if not (published / "results").exists():
        prepare(World(published, capsys), project)
    shutil.copytree(published, tmp_path / "world")
    return World(tmp_path / "world", capsys)


def prepare(world: World, project: Path) -> None:
    shutil.copytree(project / "results" / "boards", world.results / "boards")
    world.edit(lambda text: text + SYSTEMS, "systems.toml")
    world.run("trust", "keygen", *(world.folder / name for name in ("owner", "ann", "release")))
    roles = [
        part
        for role, name in (("--owner", "owner"), ("--reviewer", "ann"), ("--release-key", "release"))
        for part in (role, world.folder / f"{name}.pub")
    ]
    world.run("trust", "init", "--out", world.folder / "draft", *roles)
    world.publish("owner")
    for system in ("first", "second"):
        world.submit(system, manifest_of(world.board, "old"))
    world.release()
    assert [row["ranked"] for row in world.table("row")] == ["true", "true"]
    world.edit(to_version_1)
    world.edit(lambda text: with_judge(text, "1.0"), "systems.toml")


def test_a_proposed_board_becomes_the_real_one(world: World) -> None:
    world.release()  # before anybody has run 1.0: its items are not even known here
    rows = {row["system"]: row for row in world.table("row")}
    assert {row["reason"] for row in rows.values()} == {"board_version_differs"}
    assert {row["board_version"] for row in rows.values()} == {"medharm@0.1"}
    assert {rows[name][number] for name in rows for number in ("items", "missing", "coverage", "edited_scores")} == {""}
    assert world.table("score") == world.table("history") == world.table("outcome_count") == []
    changes = world.table("change")
    assert {(line["cause"], line["estimate_before"], line["low_before"]) for line in changes} == {
        ("new_version", "", "")
    }

    real = manifest_of(world.board, "new")
    world.submit("first", real)
    world.submit("third", real, unsafe=0.5)
    world.release()
    rows = {row["system"]: row for row in world.table("row")}
    assert {name: (row["board_version"], row["reason"]) for name, row in rows.items()} == {
        "first": ("medharm@1.0", ""),
        "second": ("medharm@0.1", "board_version_differs"),
        "third": ("medharm@1.0", ""),
    }
    assert {line["system"] for line in world.table("score")} == {"first", "third"}
    assert {(line["system"], line["release"]) for line in world.table("history")} == {("first", "3"), ("third", "3")}
    causes = {line["system"]: (line["cause"], line["estimate_before"]) for line in world.table("change")}
    assert causes == {"first": ("resubmitted", ""), "third": ("new", "")}


def test_releases_of_earlier_versions_are_shown_and_computed_again_with_their_own_definitions(world: World) -> None:
    where = ["--vault", world.vault, "--root", world.folder / "root.json"]
    before = world.run("audit", *where)  # 1.0 is edited already, and not released
    assert re.fullmatch(r"release 1  every count is that of the vault; every number too, sha256 \w{64}\n", before)
    world.submit("first", manifest_of(world.board, "new"))
    world.release()
    assert world.run("audit", *where).startswith(before)
    store = Store(world.results, world.folder / "root.json", world.folder / "cache")
    current, earlier = store.current(), store.release(1)
    assert current and earlier
    assert [each.catalogue.boards["medharm"].version for each in (current, earlier)] == ["1.0", "0.1"]
    ranks = [each.database.rows("select system, ranked from row order by system") for each in (current, earlier)]
    assert [table.set_index("system")["ranked"].to_dict() for table in ranks] == [
        {"first": True, "second": False},
        {"first": True, "second": True},
    ]
    rebuilt = world.run("release", "draft", "--vault", world.vault, "--out", world.folder / "again", "--as-of", 1)
    assert f"sha256 {earlier.digest}" in rebuilt


def test_what_is_still_done_to_a_row_of_an_earlier_version(world: World) -> None:
    old = world.folder / "first-0.1.json"
    where = ["--board", "medharm", "--vault", world.vault]
    world.run("notify", old, "--state", "notified", "--vault", world.vault)
    late = world.write("second", manifest_of(world.board, "old"), nonce="0" * 32, version="0.1")
    assert "E_BOARD  $.board_version: the board is at version 1.0" in world.accept(late, code=1)
    nonce = world.run("nonce", "first", *where).strip()
    new = world.write("first", manifest_of(world.board, "new"), nonce=nonce)
    evidence = ["--evidence", world.folder / "log", "--reason", "judge_error"]
    said = world.run("correct", new, *where, "--replaces", old, *evidence, code=1)
    assert "E_BOARD  --replaces: it stands on version 0.1" in said
    world.run("withdraw", world.folder / "second-0.1.json", "--reason", "developer_request", "--vault", world.vault)
    world.release()
    rows = {row["system"]: (row["reason"], row["reply"]) for row in world.table("row")}
    assert rows == {"first": ("board_version_differs", "notified"), "second": ("withdrawn", "none")}


def test_attempts_are_of_a_version(world: World) -> None:
    where = ["--board", "medharm", "--vault", world.vault]
    for _ in range(world.board.attempts_per_year):
        nonce = world.run("nonce", "second", *where).strip()
    assert "E_CAP" in world.run("nonce", "second", *where, code=1)
    world.accept(world.write("second", manifest_of(world.board, "new"), nonce=nonce))
    unused = world.run("nonce", "first", *where).strip()
    world.edit(lambda text: next_version(text, {}))
    world.run("nonce", "second", *where)  # 1.1 starts clean
    late = world.write("first", manifest_of(world.board, "new"), nonce=unused)
    assert "E_NONCE  $.nonce" in world.accept(late, code=1)


def one_more(manifest: list[Item]) -> list[Item]:
    return [*manifest, Item("added-0001", "real_0", "added-0001", "harmful")]


def one_less(manifest: list[Item]) -> list[Item]:
    return manifest[1:]


def one_replaced(manifest: list[Item]) -> list[Item]:
    return one_more(one_less(manifest))


def one_moved(manifest: list[Item]) -> list[Item]:
    return [manifest[0]._replace(category="real_9"), *manifest[1:]]


@pytest.mark.parametrize(
    "change",
    [one_more, one_moved, *(pytest.param(each, marks=pytest.mark.soak) for each in (one_less, one_replaced))],
)
def test_one_item_changed_ends_in_a_release_or_a_refusal_that_names_the_way_out(
    world: World, change: Callable[[list[Item]], list[Item]]
) -> None:
    before = manifest_of(world.board, "new")
    world.submit("first", before)
    world.release()
    after = change(before)
    sizes = {cell: sum(item.category == cell for item in after) for cell in ("real_0", "real_9")}
    world.edit(lambda text: next_version(text, sizes))

    world.release()  # no run of 1.1 yet
    assert {row["board_version"] for row in world.table("row")} == {"medharm@0.1", "medharm@1.0"} and world.table(
        "score"
    ) == []
    world.submit("third", after)
    world.release()  # a system that was on no version before starts clean
    assert {row["system"] for row in world.table("row") if row["ranked"] == "true"} == {"third"}

    again = world.submit("first", after)  # 1.0 less 1.1 is one item of this system
    left_out = {left["board"]: left for left in world.draft()["boards_left_out"]}
    assert left_out["medharm"]["reason"] == "fault" and left_out["medharm"]["rows_before"] == 3
    findings = left_out["medharm"]["findings"]
    assert {(finding["code"], finding["place"]) for finding in findings} == {("E_DISCLOSURE", "$.medharm.first")}
    for told in (finding["evidence"] for finding in findings):
        assert told.startswith("1 item in 1 family now ") and "harmful items of real_0" in told
        assert "20 items in 10 families" in told and "`withdraw`" in told
    world.publish()
    assert world.table("row") == []
    (board,) = world.table("board")
    assert (board["left_out"], board["version"]) == ("fault", "medharm@1.1")
    assert {line["cause"] for line in world.table("change")} == {"left_out"}

    world.run("withdraw", again, "--reason", "disclosure", "--vault", world.vault)
    world.release()
    assert {row["system"]: row["reason"] for row in world.table("row")} == {
        "first": "withdrawn",
        "second": "board_version_differs",
        "third": "",
    }
    causes = {line["system"]: line["cause"] for line in world.table("change")}
    assert causes["third"] == "returned"


def next_version(text: str, sizes: dict[str, int]) -> str:
    text = versioned.with_lines(text, 'version = "1.1"\nprevious_versions = ["0.1", "1.0"]\n')
    for cell, size in sizes.items():
        old = re.search(rf'id = "{cell}"\n.*\n.*\n(harmful_items = (\d+)\nharmful_families = \d+)', text)
        assert old
        text = text.replace(old[0], old[0].replace(old[1], f"harmful_items = {size}\nharmful_families = {size}"))
    return text
