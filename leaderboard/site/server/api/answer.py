"""What is asked of the API and what it answers, before either is a request or a response."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import System
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import Column, Exported
from leaderboard.site.exports.exported import DTYPES, exported
from leaderboard.site.server.api.problem import Refusal
from leaderboard.site.views.names import Names, names_of

Definition = Board | System | Category


class Question(NamedTuple):
    """One request: of which release, for which place, with which parameters."""

    snapshot: Snapshot
    place: Mapping[str, str]
    """The parameters of the path, which have the form of ids and may name nothing."""
    given: Mapping[str, tuple[str, ...]]
    """The parameters of the query, each of a form that it may have."""

    @property
    def database(self) -> Database:
        return self.snapshot.database

    @property
    def board(self) -> Board:
        """The board that the path names; Refusal where there is none."""
        boards = self.snapshot.catalogue.boards
        if self.place["board"] not in boards:
            raise Refusal(404, "no_such_board", "There is no board of this id.", allowed=tuple(boards))
        return boards[self.place["board"]]

    @property
    def names(self) -> Names:
        return names_of(self.board, self.snapshot.catalogue.registries[self.board.id])

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter, none where it was not given."""
        return self.given.get(name, ())

    def value(self, name: str) -> str | None:
        """The value of a parameter that has one."""
        return next(iter(self.values(name)), None)

    def number(self, name: str, default: int) -> int:
        """The value of a parameter that is a whole number."""
        return int(self.value(name) or default)


class Answer(NamedTuple):
    """A table, and in JSON what belongs to it."""

    table: Exported
    definition: Definition | None = None
    """What the release says that this is."""
    parts: Mapping[str, Exported] = {}
    """Further tables about it."""


def part(name: str, frame: pd.DataFrame, columns: Sequence[Column], question: Question) -> Exported:
    """Returns a frame as a table of the question's board."""
    return exported(name, frame, columns, question.snapshot, question.board, {})


def typed(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Returns the columns of a frame that is about several boards, each of its type."""
    types = {column.name: DTYPES[column.type] for column in columns}
    return frame[list(types)].astype(types).reset_index(drop=True)
