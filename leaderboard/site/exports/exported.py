"""A table to export: its rows, what its columns mean, and where all of it comes from."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.about import SYNTHETIC, limits, signed_by

LICENCE = "CC-BY-4.0"
"""Of the aggregates of our boards."""
Type = Literal["string", "integer", "number", "boolean", "date"]
DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]"}


class Column(NamedTuple):
    """One column of an export. Any column may have missing values."""

    name: str
    type: Type
    meaning: str


class Exported(NamedTuple):
    """A table to export. Rates lie in [0, 1]; ids are those of the release."""

    name: str
    about: dict[str, object]
    """Where the table comes from and what it does not show, in values that JSON knows."""
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    """These columns in their order, each of its type (`DTYPES`). The rows of a synthetic board begin with a `note`."""


NOTE = Column("note", "string", "Says in every row that the data are invented; only on synthetic boards.")


def exported(
    name: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    snapshot: Snapshot,
    board: Board,
    about: dict[str, object],
) -> Exported:
    """Returns a frame as an export: of its columns those that are named, typed, with what must be known about them."""
    if board.synthetic:
        columns = (NOTE, *columns)
        frame = frame.assign(note=SYNTHETIC)
    typed = frame[[column.name for column in columns]].astype({column.name: DTYPES[column.type] for column in columns})
    return Exported(name, _about(name, snapshot, board) | about, tuple(columns), typed.reset_index(drop=True))


def _about(name: str, snapshot: Snapshot, board: Board) -> dict[str, object]:
    day = snapshot.released_on.isoformat()
    about: dict[str, object] = {
        "title": f"MedHarm Leaderboard: {board.title} {board.version}, {name}",
        "board": f"{board.id}@{board.version}",
        "table": name,
        "release": snapshot.number,
        "released_on": day,
        "digest": f"sha256:{snapshot.digest}",
        "signature": signed_by(snapshot),
        "licence": LICENCE,
        "attribution": f"MedHarm Leaderboard, release {snapshot.number} of {day}. {board.source.attribution}",
        "source": {"title": board.source.title, "url": board.source.url, "licence": board.source.licence},
        "limits": limits(board),
        "synthetic": board.synthetic,
    }
    return about | ({"note": SYNTHETIC} if board.synthetic else {})
