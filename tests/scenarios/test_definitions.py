"""Every fault of a definition is refused when its file is read, all at once, with file, entry and rule: by commands.

Mutants of each shipped file, one change each: a key taken away, given twice, of another type, empty, absurd. Each is
refused in our words, or is read, written in the canonical form and read again as the same; `test_left_out` drafts a
release of rows that stand under some that can be read.
"""

import copy
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard import cli
from leaderboard.boards.board import Disclosure, version_key
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.folder import read_definitions
from leaderboard.commands.answers import SHOWN
from leaderboard.statistics.disclosure import FEWEST_FAMILIES, FEWEST_ITEMS
from tests import made, published
from tests.canary import MARK

REFUSED = re.compile(r"E_DEFINITION  [a-z0-9_-]+/[a-z]+\.toml: [\x20-\x7e]+")
BY_COMMAND = 40
"""Of the mutants each fortieth goes through the command as well, whose own work is most of the time."""
VALUES: list[Any] = [MARK, "", "99", 0, -1, 10**15, float("nan"), True, date(1, 1, 1), [], [MARK], {}, {"surprise": 1}]
VALUES += [[{}], [{"id": "x"}], MARK * 9_000, "=a", "a\u202eb", "a\x7fb"]
SHIPPED = ["demo/board", "demo/systems", "medharm/board", "msts/labels", "xstest/labels"]


def places(given: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key of a document; of a list, its first and its last entry."""
    if isinstance(given, dict):
        for key in given:
            yield (*path, key)
            yield from places(given[key], (*path, key))
    if isinstance(given, list) and given:
        for number in {0, len(given) - 1}:
            yield (*path, number)
            yield from places(given[number], (*path, number))


def mutants(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One change each, named by its place."""
    for path in places(document):
        for name, change in (
            ("gone", lambda at, key: at.pop(key)),
            ("extra", lambda at, key: at.update(surprise=1) if isinstance(at, dict) else at.append(MARK)),
            ("twice", lambda at, key: at.append(at[key]) if isinstance(at, list) else at.update({key: [at[key]] * 2})),
            *((f"{value!r}", lambda at, key, value=value: at.__setitem__(key, value)) for value in VALUES),
        ):
            mutant = copy.deepcopy(document)
            at: Any = mutant
            for key in path[:-1]:
                at = at[key]
            change(at, path[-1])
            if mutant != document:
                yield f"{'.'.join(map(str, path))} {name}", mutant


def write(path: Path, document: dict[str, Any]) -> None:
    path.write_text("".join(f"{published.toml_key(k)} = {published.toml(v)}\n" for k, v in document.items()), "utf-8")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDHARM_PASSPHRASE", "a passphrase of this test")
        assert cli.main(["trust", "keygen", *(str(folder / name) for name in ("owner", "ann", "release"))]) == 0
    return folder


def init(results: Path, keys: Path) -> int:
    roles = [("--owner", "owner"), ("--reviewer", "ann"), ("--release-key", "release")]
    arguments = [part for role, name in roles for part in (role, str(keys / f"{name}.pub"))]
    return cli.main(["trust", "init", "--results", str(results), "--out", str(results.with_name("draft")), *arguments])


@pytest.mark.parametrize("each", [5, pytest.param(1, marks=[pytest.mark.soak, pytest.mark.timeout(600)])])
@pytest.mark.parametrize("shipped", SHIPPED)
def test_every_mutant_is_refused_or_harmless(
    project: Path, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], shipped: str, each: int
) -> None:
    """In `make test` each fifth mutant."""
    board, name = shipped.split("/")
    folder = shutil.copytree(project / "results" / "boards" / board, tmp_path / "results" / "boards" / board)
    path = folder / f"{name}.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    refused = 0
    for number, (place, mutant) in enumerate([*mutants(document)][::each]):
        write(path, mutant)
        try:
            read = read_definitions(folder.parent, canonical=False)
            path.write_bytes(read.files[shipped + ".toml"])
            assert read_definitions(folder.parent) == read, place
            said = ""
        except InvalidDefinition as invalid:
            said = str(invalid)
            refused += 1
        if number % BY_COMMAND == 0:
            capsys.readouterr()
            assert init(tmp_path / "results", keys) == bool(said), place
            out, err = capsys.readouterr()
            assert not said or out.splitlines()[:SHOWN] == said.splitlines()[:SHOWN], place
            assert not err, place
        assert all(REFUSED.fullmatch(line) for line in said.splitlines()) and MARK not in said, (place, said)
    assert refused > 100 / each
    shutil.copy(project / "results" / "boards" / board / path.name, path)
    assert init(tmp_path / "results", keys) == 0


def test_all_faults_of_all_files_are_told_at_once(
    project: Path, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boards = shutil.copytree(project / "results" / "boards", tmp_path / "results" / "boards")
    edit(boards / "demo" / "board.toml", "harmful = { unsafe = true", "harmful = { helpful = true")
    edit(boards / "demo" / "board.toml", "harmful = { unsafe = true, actionable", "harmful = { actionable")
    edit(boards / "demo" / "board.toml", "harmful_items = 110\nharmful_families = 44", "")
    edit(boards / "demo" / "systems.toml", 'base_system = "bracken-32"', 'base_system = "fern"')
    edit(boards / "medharm" / "board.toml", "epochs = 2", 'epochs = 0\ncolour = "red"\ndisclosure = { items = 5 }')
    edit(boards / "medharm" / "board.toml", 'tier = "artifact_checked"', 'tier = "best"')
    edit(boards / "xstest" / "labels.toml", "item = ", "thing = ")
    (boards / "msts" / "labels.toml").write_bytes(b"\xff")
    (boards / "msts" / "items.json").write_text(MARK)
    (boards / "new").mkdir()
    (boards / "new" / "systems.toml").write_text("")
    capsys.readouterr()
    assert init(tmp_path / "results", keys) == 1
    said = capsys.readouterr().out
    for fault in (
        "demo/board.toml: outcome 6 harmful is actionable without being unsafe",
        "demo/board.toml: outcome: the judge of record needs an unsafe outcome and a safe one",
        "demo/board.toml: category 1 has no items",
        "demo/systems.toml: system NUMBER base_system refers to a system that is not there",
        "medharm/board.toml: epochs must be a whole number of at least 1",
        "medharm/board.toml: colour is not a key that exists",
        "medharm/board.toml: tier must be one of paper_reported, self_reported",
        "xstest/labels.toml: item is missing",
        "xstest/labels.toml: thing is not a key that exists",
        "msts/labels.toml: is not UTF-8",
        "msts/items.json: is no definition: move it",
        "new/systems.toml: has no board.toml beside it",
    ):
        name, _, rule = fault.partition(": ")
        assert re.search(
            rf"^E_DEFINITION  {re.escape(name)}: {re.escape(rule).replace('NUMBER', '[0-9]+')}", said, re.M
        ), (fault, said)
    assert MARK not in said and not (tmp_path / "draft").exists()


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text, before
    path.write_text(text.replace(before, after, 1), "utf-8")


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('version = "1"', 'version = "1"\nprevious_versions = ["1"]', "previous_versions must rise"),
        ('version = "1"', 'version = "1"\nprevious_versions = ["0.9", "0.10", "0.8"]', "previous_versions must rise"),
        (
            'version = "1"',
            'version = "1"\nprevious_versions = ["0.1 draft"]',
            "previous_versions holds a value",
        ),
        ("", "disclosure = {items = 19, families = 10}\n", "under the least that is allowed: 20 items in 10 families"),
        ("", "disclosure = {items = 20, families = 9}\n", "under the least that is allowed"),
        ("harmful_families = 20", "harmful_families = 41", "more harmful families than harmful items"),
        ("families_declared = true", "families_declared = false", "has harmful families, but the board declares none"),
        ("actionable = true }", "helpful = true }", "more than one of unsafe, helpful and blocked"),
    ],
)
def test_a_nonsense_board_is_refused_by_its_rule(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, rule: str
) -> None:
    published.write_board(tmp_path / "results" / "boards" / "small", made.board(), made.registry())
    path = tmp_path / "results" / "boards" / "small" / "board.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1) if before else after + text, "utf-8")
    assert init(tmp_path / "results", keys) == 1
    assert rule in capsys.readouterr().out


def test_the_least_floor_of_a_board_is_that_of_the_statistics() -> None:
    assert (Disclosure().families, Disclosure().items) == (FEWEST_FAMILIES, FEWEST_ITEMS)


def test_versions_are_sorted_as_numbers() -> None:
    assert sorted(["0.10", "0.9", "1.0", "1", "0.2.1"], key=version_key) == ["0.2.1", "0.9", "0.10", "1", "1.0"]


def test_init_refuses_an_existing_repository_and_changes_nothing(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = published.begin(tmp_path)
    published.release(made.vault(tmp_path / "vault"), results)
    before = snapshot(tmp_path)
    capsys.readouterr()
    assert init(results, keys) == 1
    assert capsys.readouterr().out.startswith("E_EXISTS  --results: there is a repository")
    assert snapshot(tmp_path) == before
    (tmp_path / "other" / "repository").mkdir(parents=True)
    (tmp_path / "other" / "repository" / "left").write_bytes(b"")
    assert init(tmp_path / "other", keys) == 1 and not (tmp_path / "other" / "boards").exists()


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_missing_file_is_told_like_any_fault(tmp_path: Path) -> None:
    published.write_board(tmp_path / "boards" / "small", made.board(), made.registry())
    (tmp_path / "boards" / "small" / "systems.toml").unlink()
    with pytest.raises(InvalidDefinition, match=r"small/systems\.toml: the file is missing"):
        read_definitions(tmp_path / "boards")


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless", "large"])
def test_what_is_no_plain_file_of_a_decent_size_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    published.write_board(tmp_path / "small", made.board(), made.registry())
    path = tmp_path / "small" / "board.toml"
    text = path.read_text("utf-8")
    path.unlink()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "endless":
            path.symlink_to("/dev/zero")
        case "large":
            path.write_text(f"# {MARK * 100_000}\n{text}", "utf-8")
    with pytest.raises(InvalidDefinition, match=r"is not a regular file|is larger than") as refused:
        read_board(path)
    assert MARK not in str(refused.value)
