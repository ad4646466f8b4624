"""What is scored: a system, its submission, and the state of that submission."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.boards.registry import System
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.submission import Submission

Tables = dict[str, pd.DataFrame]
"""The tables of a release, by name."""


class Entry(NamedTuple):
    """One system with a submission on a board."""

    standing: Standing
    system: System
    submission: Submission
    """Without its rows where those are in a column."""


def scored(board: Board, entries: Iterable[Entry]) -> list[Entry]:
    """Returns the entries with numbers: not those withdrawn, nor those of another version of the board."""
    return [e for e in entries if not e.standing.withdrawn and e.submission.board_version == board.version]
