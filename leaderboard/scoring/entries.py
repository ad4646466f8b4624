"""What is scored: a system, what it submitted, and what stands for it."""

from typing import NamedTuple

import pandas as pd

from leaderboard.registry import System
from leaderboard.submission import Submission
from leaderboard.vault import Standing

Tables = dict[str, pd.DataFrame]
"""The tables of a release, by name."""


class Entry(NamedTuple):
    """One system with a submission on a board."""

    standing: Standing
    system: System
    submission: Submission
