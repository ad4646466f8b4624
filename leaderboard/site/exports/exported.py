"""A table to export: its rows, what its columns mean, and where all of it comes from."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd

from leaderboard.boards import licences
from leaderboard.boards.board import Board
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import wording
from leaderboard.site.views.about import NAME, SYNTHETIC, limits, signed_by

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
    """These columns in their order, each of its type (`DTYPES`)."""


NOTE = Column("note", "string", "Says in every row of a synthetic board that the data are invented.")
LICENCE = Column("licence", "string", "Licence of the row: that of what is published of its board.")


def marked(columns: Sequence[Column], *, note: bool) -> tuple[Column, ...]:
    """Returns the columns that a table of these has in an export. Each row carries its licence, and the warning where
    it is of a synthetic board: a CSV file holds nothing else that could say so, and rows outlive the file."""
    plain = [column for column in columns if column.name not in (NOTE.name, LICENCE.name)]
    return (*([NOTE] if note else []), *plain, LICENCE)


def version_label(board: Board, version: str) -> str:
    """Returns a version of a board as exports name it, such as `msts@1`: no reader takes it for a number."""
    return f"{board.id}@{version}"


def exported(
    name: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    snapshot: Snapshot,
    board: Board,
    about: dict[str, object],
) -> Exported:
    """Returns a frame as an export of one board: of its columns those that are named, typed and marked, with what must
    be known about them."""
    frame = frame.assign(note=SYNTHETIC, licence=board.licence)
    columns = wording.in_words(marked(columns, note=board.synthetic), board)
    return _typed(name, frame, columns, _about(name, snapshot, board) | about)


def exported_of_all(name: str, frame: pd.DataFrame, columns: Sequence[Column], snapshot: Snapshot) -> Exported:
    """Returns a frame as an export of all boards: each row names one in its column `board`."""
    boards = snapshot.catalogue.boards
    frame = frame.assign(
        note=frame["board"].map({id: SYNTHETIC for id, board in boards.items() if board.synthetic}),
        licence=frame["board"].map({id: board.licence for id, board in boards.items()}),
    )
    about = _origin(snapshot) | {
        "title": f"{NAME}: {name}",
        "table": name,
        "licences": {id: board.licence for id, board in boards.items()},
        "attribution": _attribution(snapshot),
        "rows": len(frame),
    }
    return _typed(name, frame, marked(columns, note=True), about)


def _typed(name: str, frame: pd.DataFrame, columns: tuple[Column, ...], about: dict[str, object]) -> Exported:
    types = {column.name: DTYPES[column.type] for column in columns}
    return Exported(name, about, columns, frame[list(types)].astype(types).reset_index(drop=True))


def _about(name: str, snapshot: Snapshot, board: Board) -> dict[str, object]:
    about: dict[str, object] = {
        "title": f"{NAME}: {board.title} {board.version}, {name}",
        "board": version_label(board, board.version),
        "table": name,
        **_origin(snapshot),
        "licence": board.licence,
        "licence_url": licences.url(board.licence),
        "attribution": f"{_attribution(snapshot)} {board.source.attribution}",
        "source": {"title": board.source.title, "url": board.source.url, "licence": board.source.licence},
        "limits": limits(board),
        **wording.about(board),
        "synthetic": board.synthetic,
    }
    return about | ({"note": SYNTHETIC} if board.synthetic else {})


def _origin(snapshot: Snapshot) -> dict[str, object]:
    return {
        "release": snapshot.number,
        "released_on": snapshot.released_on.isoformat(),
        "digest": f"sha256:{snapshot.digest}",
        "signature": signed_by(snapshot),
    }


def _attribution(snapshot: Snapshot) -> str:
    return f"{NAME}, release {snapshot.number} of {snapshot.released_on.isoformat()}."
