"""Releases outlive the code: code that has grown by a column, a table, a word, a method and a board reads, shows and
audits all that was signed before.

The copy is a real one, in a folder of its own, and every step is a process of it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.release import container, schema
from leaderboard.release.methods import METHOD_VERSION
from tests import made, published

FROZEN = Path(__file__).parents[1] / "releases"
READ = """
import json, sys
from pathlib import Path
from leaderboard.site.data.updater import Store

store = Store(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
said = {}
for number in store.current().kept:
    shown = store.release(number)
    rates = shown.database.rows("select count(estimate) as rates, count(note) as notes from score")
    extra = shown.database.rows("select count(*) as rows from extra")
    boards = list(shown.catalogue.boards)
    said[number] = [*map(int, rates.iloc[0]), int(extra.iloc[0, 0]), shown.method, boards]
print(json.dumps(said))
"""


class Code:
    """A copy of the code, and the command line of it."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder = folder
        shutil.copytree(project / "leaderboard", folder / "leaderboard", ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *command: object, code: int = 0) -> str:
        """Runs Python with these arguments and returns what it printed; the exit code must be as told."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "MEDHARM_PASSPHRASE": "of this test"}
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def call(self, *command: object, code: int = 0) -> str:
        return self.run("-m", "leaderboard", *command, code=code)

    def edit(self, path: str, pattern: str, into: str) -> None:
        file = self.folder / "leaderboard" / path
        text, count = re.subn(pattern, into, file.read_text("utf-8"), count=1)
        assert count == 1, path
        file.write_text(text, "utf-8")

    def grow(self) -> None:
        """Adds a column, a table, a word and a method."""
        self.edit("release/schema.sql", r"(create table score \(\n)", r"\1    note rate, -- a remark\n")
        table = (
            "\n-- More.\ncreate table extra (\n    board board_id not null, -- the board\n    n integer -- items\n);\n"
        )
        self.edit("release/schema.sql", r"\Z", table)
        self.edit("boards/words.py", r"(Metric = Literal\[\n)", r'\1    "another_rate",\n')
        self.edit("release/methods.py", rf"METHOD_VERSION = {METHOD_VERSION}", f"METHOD_VERSION = {METHOD_VERSION + 1}")
        assert "is new" in self.run("-m", "leaderboard.release.schema")


class World:
    """A small board's repository, worked on with one copy of the code after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.results, self.root = folder, folder / "results", folder / "root.json"
        self.keep = made.vault(folder / "vault")
        published.write_board(self.results / "boards" / "small", made.board(), made.registry(9))

    def begin(self, code: Code) -> None:
        keys = [self.folder / name for name in ("one", "two")]
        code.call("trust", "keygen", *keys)
        who = [part for key in keys for part in ("--reviewer", f"{key}.pub")]
        given = ["--results", self.results, "--out", self.folder / "draft"]
        code.call("trust", "init", *given, "--owner", f"{keys[0]}.pub", "--release-key", f"{keys[0]}.pub", *who)
        self.sign(code)

    def sign(self, code: Code) -> None:
        place = ["--results", self.results, "--root", self.root]
        keys = [part for name in ("one", "two") for part in ("--key", self.folder / name)]
        code.call("release", "sign", self.folder / "draft", *place, *keys)
        code.call("release", "publish", self.folder / "draft", *place)

    def release(self, code: Code) -> str:
        for name in ("one", "two"):
            code.call("attest", "--all", "--vault", self.keep.folder, "--key", self.folder / name)
        place = ["--vault", self.keep.folder, "--results", self.results, "--out", self.folder / "draft"]
        said = code.call("release", "draft", *place, "--date", made.TODAY)
        self.sign(code)
        return said

    def shown(self, code: Code) -> dict[str, list[object]]:
        said: dict[str, list[object]] = json.loads(code.run("-c", READ, self.results, self.root, self.folder / "cache"))
        return said


@pytest.mark.timeout(300)  # about 20 processes
def test_everything_older_stays_readable_and_auditable(project: Path, tmp_path: Path) -> None:
    before, after = Code(tmp_path / "before", project), Code(tmp_path / "after", project)
    after.grow()
    world = World(tmp_path)
    world.begin(before)
    world.release(before)

    # What was signed before, under the grown code, also with one more board beside it.
    assert after.call("check", "--results", world.results, "--root", world.root).startswith("state fresh: release 1")
    audited = after.call("audit", "--vault", world.keep.folder, "--results", world.results, "--root", world.root)
    assert "every count is that of the vault" in audited and f"the git tag method-{METHOD_VERSION}" in audited
    other = made.board(id="other", title="Other")
    published.write_board(world.results / "boards" / "other", other, made.registry(9))
    said = world.release(after)
    assert said.count("  method  ") in (0, 4), "all rows changed by the method, or none"

    # Both releases, under the grown code.
    shown = world.shown(after)
    assert list(shown) == ["2", "1"]
    assert shown["1"][0] == shown["2"][0] != 0, "both have their rates"
    assert [line[1:4] for line in shown.values()] == [[0, 0, METHOD_VERSION + 1], [0, 0, METHOD_VERSION]]
    assert [line[4] for line in shown.values()] == [["other", "small"], ["small"]], "each with its own definitions"
    assert "2 release(s) are kept" in after.call("check", "--results", world.results, "--root", world.root)
    audited = after.call("audit", "--vault", world.keep.folder, "--results", world.results, "--root", world.root)
    assert "release 2  every count is that of the vault; every number too" in audited
    tried = ["--vault", world.keep.folder, "--results", world.results, "--out", tmp_path / "again"]
    after.call("release", "draft", *tried, "--as-of", 1, code=1)
    after.call("release", "draft", *tried, "--as-of", 2)

    # The code of before reads what it can, and says of the rest that it is newer.
    refused = before.call("check", "--results", world.results, "--root", world.root, code=1)
    assert "E_NEWER  targets/releases/2/leaderboard.json" in refused


@pytest.mark.parametrize("name", sorted(path.name for path in FROZEN.iterdir()))
def test_every_frozen_repository_passes_under_grown_code(name: str, project: Path, tmp_path: Path) -> None:
    code = Code(tmp_path / "after", project)
    code.grow()
    said = code.call("check", "--results", FROZEN / name, "--root", FROZEN / name / "root.json")
    assert said.startswith("state fresh")
    shown = json.loads(code.run("-c", READ, FROZEN / name, FROZEN / name / "root.json", tmp_path / "cache"))
    assert shown and all(line[0] for line in shown.values())


def test_the_frozen_repositories_have_every_earlier_schema_and_method(project: Path) -> None:
    present = schema.newest().version, METHOD_VERSION
    assert versions(project / "results") <= {present}.union(*(versions(folder) for folder in FROZEN.iterdir()))


def versions(results: Path) -> set[tuple[int, int]]:
    """Schema and method of every release in a results folder."""
    found = (results / "repository" / "targets" / "releases").glob("*/*.leaderboard.*")
    read = [container.decode(path.read_bytes()) for path in found]
    return {(each.schema.version, each.tables["release"]["method_version"][0]) for each in read}
