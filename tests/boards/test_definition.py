"""An answer that nobody has given yet is refused in words that say how to give it; so is one of another form."""

from pathlib import Path

import pytest

from leaderboard.boards.board_rules import read_board
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.boards.definition import UNSTATED, InvalidDefinition
from leaderboard.boards.labels import read_labels
from leaderboard.boards.registry import read_registry
from tests import labelled

READ = {"board.toml": read_board, "systems.toml": read_registry, "labels.toml": read_labels}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labelled.write(tmp_path)
    return tmp_path / "results" / "boards" / "herbs"


@pytest.mark.parametrize(
    ("name", "before", "after", "rule"),
    [
        ("board.toml", '"Board herbs"', "!", "title is not stated yet: write a text of at most 80 characters"),
        ("board.toml", "medical = true", "medical = !", "medical is not stated yet: write true or false"),
        ("board.toml", '"synthetic"', "!", "state is not stated yet: write one of awaiting, real, synthetic"),
        ("board.toml", "2026-01-01", "!", "earliest is not stated yet: write a day, such as 2026-11-22, without"),
        ("board.toml", '"https://github.com/example/herbs"', "!", "source.url is not stated yet: write an address"),
        ("board.toml", "unsafe = true", "unsafe = !", "outcome 3 harmful.unsafe is not stated yet: write true or"),
        ("systems.toml", '"lab"', "!", "developer 1 id is not stated yet: write an id of a-z"),
        ("systems.toml", '"general_purpose"', "!", "system 1 group is not stated yet: write one of general_purpose,"),
        ("systems.toml", '"open_weights"', "!", "system 1 access is not stated yet: write one of open_weights, closed"),
        (
            "systems.toml",
            '"Lab/calm-1"',
            "!",
            "system 1 served_as holds an answer that is not stated yet: write a",
        ),
        (
            "labels.toml",
            '"benign"',
            "!",
            "kind.map holds an answer that is not stated yet: write one of harmful",
        ),
        ("labels.toml", "2026-11-02", "!", "recorded_on is not stated yet: write a day"),
        ("board.toml", "medical = true\n", "", "medical is missing: write true or false"),
        ("board.toml", '"synthetic"', '"best"', "state must be one of awaiting, real, synthetic"),
        ("systems.toml", '"open_weights"', '"best"', "system 1 access must be one of open_weights, closed"),
        ("board.toml", '"https://github.com/example/herbs"', '"herbs"', "source.url must be an address https://"),
        ("systems.toml", '"Lab/calm-1"', '"a b"', "system 1 served_as holds a value that must be a name of a-z"),
        ("board.toml", 'title = "', 'colour = "', "colour is not a key that exists: remove it"),
    ],
)
def test_answer_that_is_missing_is_asked_for_with_its_form(
    folder: Path, name: str, before: str, after: str, rule: str
) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after.replace("!", f'"{UNSTATED}"'), 1), "utf-8")
    with pytest.raises(InvalidDefinition) as invalid:
        READ[name](path)
    assert any(finding.evidence.startswith(rule) for finding in invalid.value.findings), str(invalid.value)


def test_generated_board_is_sound(folder: Path) -> None:
    assert read_catalogue(folder.parent).boards["herbs"] == labelled.board()
