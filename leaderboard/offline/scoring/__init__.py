"""From outcomes to the release's tables: the only place where outcomes become numbers."""

from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.scoring.store import Store
from leaderboard.offline.scoring.tables import score_board

__all__ = ["Entry", "Store", "Tables", "score_board"]
