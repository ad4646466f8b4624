"""Which ledger line each row of a release stands on."""

from typing import NamedTuple

from leaderboard.release import container


class Row(NamedTuple):
    """A system's row on a board. The words may be any, for the file may not have been audited yet: they are compared
    and never shown."""

    board: str
    system: str
    tier: str
    line: int


def read(data: bytes) -> tuple[Row, ...]:
    """Returns the rows of a release file; Refused as by `container.decode`."""
    table = container.decode(data).tables["row"]
    return tuple(map(Row, table["board"], table["system"], table["tier"], table["ledger_line"]))
