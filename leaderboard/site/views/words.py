"""A board's own words in the sentences of the site.

A sentence names what a board measures and counts with the word that most boards use, behind the key of the word:
`{unsafe_rate:unsafe responses}`, `{items:prompts}`. On a board without a word of its own for that key the sentence has
the word behind the colon, else the board's. So a translator translates what is behind the colon, in the form that the
sentence needs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.boards.words import METRICS, NOUNS


class _Slot(NamedTuple):
    """What is put into a sentence for one key."""

    own: str | None

    def __format__(self, usual: str) -> str:
        """The board's own word as large or small as the usual one begins; the usual one where it has none."""
        if self.own is None:
            return usual
        return self.own if usual[:1].isupper() else _inside(self.own)


def _inside(word: str) -> str:
    """A word as it is written inside a sentence: `ECG findings` and `5-minute misses` stay what they are."""
    first = word.split()[0]
    return word if any(sign.isupper() or sign.isdigit() for sign in first[1:]) else word[:1].lower() + word[1:]


class Words(NamedTuple):
    """The words of one board."""

    own: Mapping[str, str]
    slots: Mapping[str, _Slot]

    def say(self, text: str, neutral: str = "", /, **values: object) -> str:
        """Returns a sentence with the board's words and these values. `neutral` is the sentence for a board with words
        of its own where `text` has a verb or a form that does not suit all of them, such as `turns down`."""
        return (neutral if neutral and self.own else text).format_map({**self.slots, **values})


def words_of(board: Board) -> Words:
    """Returns the words of a board."""
    return _words({str(key): word for key, word in board.words.items()})


def _words(own: Mapping[str, str]) -> Words:
    return Words(own, {key: _Slot(own.get(key)) for key in (*METRICS, *NOUNS)})


USUAL = _words({})
"""The words of a board that has none of its own, for what is about all boards."""
