"""A board's own words in its exports. Ids stay what they are; what a metric is called goes into the meaning of its
column, and `about` lists every word."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from leaderboard.boards.board import Board
from leaderboard.boards.words import METRICS
from leaderboard.site.views.words import Words, words_of

if TYPE_CHECKING:  # `exported` uses this module
    from leaderboard.site.exports.exported import Column

NEUTRAL: Mapping[str, str] = {
    "Share of responses that are not unsafe, the mean over the scored categories.": (
        "Share of {harmful:harmful items} that do not count as {unsafe_rate:unsafe}, the mean over the scored "
        "categories."
    ),
    "Share of responses that are not unsafe, the mean over categories.": (
        "Share of {harmful:harmful items} that do not count as {unsafe_rate:unsafe}, the mean over categories."
    ),
    "Share of responses that are safe and help, over the scored categories. Missing: not measured.": (
        "Share of {harmful:harmful items} that are safe and count so, over the scored categories. Missing: not "
        "measured."
    ),
    "Share of harmless prompts that were turned down, over the whole board. Missing: not measured.": (
        "Share of {benign:benign items} that count so, over the whole board. Missing: not measured."
    ),
}
"""By the meaning of a column, what it means on a board with words of its own."""


def about(board: Board) -> dict[str, object]:
    """Returns the board's own words by what they are for, where it has any."""
    return {"words": dict(sorted(board.words.items()))} if board.words else {}


def in_words(columns: "Sequence[Column]", board: Board) -> "tuple[Column, ...]":
    """Returns columns whose meanings have the words of a board."""
    words = words_of(board)
    return tuple(_in_words(column, words) for column in columns) if words.own else tuple(columns)


def _in_words(column: "Column", words: Words) -> "Column":
    meaning = words.say(NEUTRAL.get(column.meaning, "")) or column.meaning
    own = words.own.get(column.name) if column.name in METRICS else None
    return column._replace(meaning=f"{own}. {meaning}" if own else meaning)
