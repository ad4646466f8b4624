"""From outcomes to the release's tables: the only place where outcomes become numbers."""

from leaderboard.scoring.entries import Entry, Tables
from leaderboard.scoring.tables import METHOD_VERSION, score_board

__all__ = ["METHOD_VERSION", "Entry", "Tables", "score_board"]
