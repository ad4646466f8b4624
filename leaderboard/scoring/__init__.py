"""From outcomes to the release's tables: the only place where outcomes become numbers."""

from leaderboard.scoring.entries import Entry, Tables
from leaderboard.scoring.store import Store
from leaderboard.scoring.tables import score_board

__all__ = ["Entry", "Store", "Tables", "score_board"]
