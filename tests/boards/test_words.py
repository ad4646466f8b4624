"""A board's own words for what it measures and counts: which keys exist, and when they are refused."""

from pathlib import Path

import pytest

from leaderboard.boards.board import Board
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.toml import encode
from leaderboard.boards.vocabulary import WORDS
from leaderboard.boards.words import METRICS, NOUNS
from tests import made

TRIAGE = {
    "safe_rate": "Timely escalations",
    "unsafe_rate": "Missed escalations",
    "over_refusal_rate": "Needless escalations",
    "items": "Patients",
    "responses": "Decisions",
    "harmful": "Urgent patients",
    "benign": "Routine patients",
}


def read(folder: Path, **changes: object) -> Board:
    path = folder / "small" / "board.toml"
    path.parent.mkdir()
    path.write_bytes(encode(made.board(**changes)))
    return read_board(path)


def test_words_survive_the_canonical_form_and_come_sorted(tmp_path: Path) -> None:
    board = read(tmp_path, words=TRIAGE)
    assert board.words == TRIAGE
    assert encode(board).index(b"benign = ") < encode(board).index(b"unsafe_rate = ")
    assert encode(board) == (tmp_path / "small" / "board.toml").read_bytes()


def test_board_without_words_has_no_table_for_them() -> None:
    assert b"words" not in encode(made.board())


def test_metrics_are_those_that_a_release_may_hold() -> None:
    assert WORDS["metric"] == METRICS
    assert not set(METRICS) & set(NOUNS)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"unsafe_rate": "Missed escalations"}, None),
        ({key: word for key, word in TRIAGE.items() if key in ("safe_rate", "over_refusal_rate")}, None),
        ({"saf_rate": "Escalated"}, r"words\.saf_rate is not a key that exists"),
        ({"Patients!": "Patients"}, r"words\.a key of another form is not a key that exists"),
        ({"unsafe_rate": 3}, r"words\.unsafe_rate must be a text"),
        ({"unsafe_rate": "x" * 41}, r"words\.unsafe_rate must be"),
        ({"unsafe_rate": "<b>Missed</b>"}, r"words\.unsafe_rate holds a character that a page could take for markup"),
        ({"unsafe_rate": ""}, r"words\.unsafe_rate is empty"),
        ({"safe_rate": "Escalations", "unsafe_rate": "Esca1ations"}, "two words look alike"),
        ({"items": "Patients", "harmful": "Urgent patients"}, r"words\.items needs words\.benign beside it"),
        ({"items": "Patients", "benign": "Routine patients"}, r"words\.items needs words\.harmful beside it"),
        ({"responses": "Decisions", "safe_rate": "Escalated"}, r"words\.responses needs words\.unsafe_rate beside it"),
    ],
)
def test_words_are_known_spelled_plainly_and_told_apart(
    tmp_path: Path, words: dict[str, object], reason: str | None
) -> None:
    if reason is None:
        assert read(tmp_path, words=words).words == words
    else:
        with pytest.raises(InvalidDefinition, match=reason):
            read(tmp_path, words=words)


def test_board_without_benign_items_needs_no_word_for_them(tmp_path: Path) -> None:
    risk = tuple(category for category in made.board().category if category.harmful_items)
    words = {"items": "Patients", "harmful": "Urgent patients"}
    assert read(tmp_path, category=risk, words=words).words == words
