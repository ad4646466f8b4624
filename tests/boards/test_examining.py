"""A definition with faults of all kinds is examined in one run, and what is sound of it can still be used."""

from datetime import date
from pathlib import Path

import pytest

from leaderboard.boards.definition import UNSTATED
from leaderboard.boards.examining import Examined, examine_board
from tests import labelled

TODAY = date(2026, 11, 28)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labelled.write(tmp_path)
    return tmp_path / "results" / "boards" / "herbs"


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path.write_text(text, "utf-8")


def told(examined: Examined) -> list[str]:
    return [str(finding) for finding in examined.findings]


def test_sound_definition_has_no_fault(folder: Path) -> None:
    assert examine_board(folder, TODAY) == Examined(labelled.board(), labelled.registry(), labelled.labels(), ())


def test_faults_of_form_and_of_meaning_of_all_files_are_told_together(folder: Path) -> None:
    edit(
        folder / "board.toml",
        ('"Board herbs"', f'"{UNSTATED}"'),
        ("harmful_families = 12", "harmful_families = 9"),
        ("epochs = 1", "epochs = 0"),
        ('id = "plants"', 'id = "doses"'),
    )
    edit(folder / "systems.toml", ('"Brisk"', '"Ca1m"'), ('group = "general_purpose"', 'group = "best"'))
    edit(folder / "labels.toml", ('"doses"', '"roses"'), ("recorded_on", "recorded"))
    (folder / "notes.txt").write_text("")
    for part in (
        "herbs/notes.txt: is no definition: move it",
        "board.toml: title is not stated yet: write a text",
        "board.toml: epochs must be a whole number of at least 1",
        "board.toml: category 1 is under the disclosure floor: merge it with another",
        "board.toml: category 2 has the id of another: rename one",
        "systems.toml: system 1 group must be one of",
        "systems.toml: two entries of system, 1 and 2, have the same id or look alike: rename one",
        "labels.toml: recorded is not a key that exists: remove it",
        "labels.toml: recorded_on is missing: write a day",
        "labels.toml: category maps to a category that the board does not have",
    ):
        assert any(part in line for line in told(examine_board(folder, TODAY))), part


def test_value_that_stands_in_is_not_blamed(folder: Path) -> None:
    edit(folder / "systems.toml", ('developer = "lab"', f'developer = "{UNSTATED}"'), ('access = "open_weights"\n', ""))
    edit(folder / "board.toml", ('"https://github.com/example/herbs"', f'"{UNSTATED}"'))
    lines = told(examine_board(folder, TODAY))
    assert [line for line in lines if "refers to" in line or "allow-list" in line] == []
    assert len([line for line in lines if "not stated yet" in line]) == 2


def test_flags_that_are_not_stated_are_not_counted(folder: Path) -> None:
    edit(folder / "board.toml", ("{ unsafe = true }", f'{{ unsafe = "{UNSTATED}" }}'))
    [line] = told(examine_board(folder, TODAY))
    assert "outcome 3 harmful.unsafe is not stated yet" in line


def test_form_that_is_not_canonical_is_told_only_where_the_rest_can_be_read(folder: Path) -> None:
    path = folder / "board.toml"
    path.write_text("# a note\n" + path.read_text("utf-8"), "utf-8")
    assert [finding.code for finding in examine_board(folder, TODAY).findings] == ["E_CANON"]
    edit(path, ("medical = true\n", ""))
    assert [finding.code for finding in examine_board(folder, TODAY).findings] == ["E_DEFINITION"]


def test_file_that_is_missing_or_no_toml_leaves_the_others(folder: Path) -> None:
    (folder / "systems.toml").unlink()
    (folder / "labels.toml").write_text("= 1")
    edit(folder / "board.toml", ('"Board herbs"', '"=1"'))
    examined = examine_board(folder, TODAY)
    assert (examined.registry, examined.labels) == (None, None) and examined.board
    assert told(examined) == [
        "E_DEFINITION  herbs/board.toml: title starts like a spreadsheet formula: begin with a letter or a digit",
        "E_DEFINITION  herbs/systems.toml: the file is missing: `board new` drafts it",
        "E_DEFINITION  herbs/labels.toml: is not TOML (at line 1, column 1): correct the line",
    ]
