"""A cache of scored columns: a draft decodes and rates only the submissions that are new.

scored/<board>.npz   a sha256, then one column per submission in NumPy's format

The cache proves nothing and may be deleted at any time. A file that is missing, damaged, or of other definitions,
items, formulas or libraries is not used: its sha256 covers them all. Rebuilding a published release (`audit`) does not
read the cache.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
import scipy

from leaderboard.base import canonical, durable, files
from leaderboard.base.findings import Refused
from leaderboard.boards.board import Board
from leaderboard.offline.scoring.columns import Array, Columns, each_array, join_columns, score_columns, take_columns
from leaderboard.offline.scoring.entries import Entry, scored
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Submission
from leaderboard.release.methods import METHOD_VERSION

MAX_BYTES = 1024**3
"""Of a cache: 100 times that of 500 systems."""
DIGEST = 64
"""Length of the sha256 that a file begins with."""
UNUSABLE = (OSError, Refused, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.DecodeError)


class Store:
    """The cache in a folder, or none; how many submissions were scored and how many were in the cache; and who is told
    which board is scored next."""

    def __init__(self, folder: Path | None = None, watch: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.watch = folder, watch
        self.scored, self.reused = 0, 0

    def shelf(self, board: Board, items: Sequence[Item]) -> "Shelf":
        """Returns the cached columns of one board with these items."""
        return Shelf(self, board, items)

    def __str__(self) -> str:
        return f"scored {self.scored:,} of {self.scored + self.reused:,} systems ({self.reused:,} from the store)"


class Shelf:
    """The columns of one board, from the cache or new."""

    def __init__(self, store: Store, board: Board, items: Sequence[Item]) -> None:
        self._store, self._board, self._items = store, board, items
        self._path = store.folder / f"{board.id}.npz" if store.folder else None
        self._heads: dict[str, Submission] = {}
        self._columns = score_columns(board, items, [])
        if self._path:
            with suppress(*UNUSABLE):
                self._heads, self._columns = self._decode(files.read(self._path, MAX_BYTES))

    def submission(self, digest: str) -> Submission | None:
        """Returns a cached submission without its rows, which are in its column; None where it is not cached."""
        return self._heads.get(digest)

    def columns(self, entries: Sequence[Entry]) -> Columns:
        """Returns the columns of the scored entries, in order; new ones are computed and cached."""
        wanted = {entry.standing.submission: entry.submission for entry in scored(self._board, entries)}
        new = [digest for digest in wanted if digest not in self._heads]
        if new:
            columns = score_columns(self._board, self._items, [wanted[digest].rows for digest in new])
            self._columns = join_columns(self._columns, columns)
            self._heads |= {digest: msgspec.structs.replace(wanted[digest], rows=[]) for digest in new}
            if self._path:
                durable.write(self._path, self._encode())
        self._store.scored += len(new)
        self._store.reused += len(wanted) - len(new)
        index = {digest: number for number, digest in enumerate(self._heads)}
        return take_columns(self._columns, [index[digest] for digest in wanted])

    def _encode(self) -> bytes:
        arrays = {"heads": np.frombuffer(msgspec.json.encode(self._heads), np.uint8)}

        def collect(name: str, _: int, own: list[Array]) -> Array:
            arrays[name] = own[0]
            return own[0]

        each_array(collect, self._columns)
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
        return self._digest(file.getvalue()) + file.getvalue()

    def _decode(self, data: bytes) -> tuple[dict[str, Submission], Columns]:
        if data[:DIGEST] != self._digest(data[DIGEST:]):
            raise ValueError("damaged, or of other definitions")
        with np.load(io.BytesIO(data[DIGEST:]), allow_pickle=False) as arrays:
            heads = msgspec.json.decode(arrays["heads"].tobytes(), type=dict[str, Submission])
            return heads, each_array(lambda name, _, __: arrays[name], self._columns)

    def _digest(self, data: bytes) -> bytes:
        """The sha256 of the content and of everything that it depends on."""
        made_with = [METHOD_VERSION, np.__version__, scipy.__version__, manifest.digest(list(self._items)), self._board]
        return canonical.sha256(canonical.encode(made_with) + data).encode()
