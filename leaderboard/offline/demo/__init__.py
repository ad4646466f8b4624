"""The synthetic demonstration board: item outcomes drawn from a seed, and the submissions and events made of them.

Nothing here describes a real model. Outcomes are drawn item by item, from the assumptions in cast.py. All published
numbers are then computed by the same code as for a real board.
"""

from leaderboard.offline.demo.manifest import draws, items
from leaderboard.offline.demo.story import STAGES, Accept, Act, Correct, Withdraw, stage

__all__ = ["STAGES", "Accept", "Act", "Correct", "Withdraw", "draws", "items", "stage"]
