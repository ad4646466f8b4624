"""What the page of a board without results shows of the other boards."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Standing
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import number, opening

FIRST = 5
"""How many systems of a ranking a door shows."""


class Door(NamedTuple):
    """The way to another board: what its ranking says, and how it begins."""

    board: Board
    says: str
    first: Sequence[Standing]
    rest: int
    """How many more systems are in the ranking."""
    names: Names
    address: str
    to_system: Callable[[str], str]

    @property
    def caption(self) -> str:
        """What must be known to read the first rows."""
        text = _("Lines are 95% intervals, on a scale from 0 to 100%.")
        if not self.rest:
            return text
        more = ngettext("{count} more is in the ranking.", "{count} more are in the ranking.", self.rest)
        return f"{text} {more.format(count=opening(number(self.rest)))}"


def first_ranked(every: Sequence[Standing], foremost: Collection[str]) -> list[Standing]:
    """Returns the ranked systems without those that are safe by blocking; the `foremost` come first, as on the board's
    own page."""
    ranked = [row for row in every if row.ranked and not row.safe_by_blocking]
    return sorted(ranked, key=lambda row: row.system not in foremost)
