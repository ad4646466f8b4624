"""From a results folder to the release that the site shows: looked at often, checked when it changes, never by halves.

A results folder holds `boards/`, `repository/metadata/pointer.json` and `repository/targets/releases/N/`. What the
pointer names is copied, measured, audited and read into memory; only then does it take the place of the release
before. A release that fails a check changes nothing but the state: the last good one stays.
"""

import os
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, NamedTuple

from leaderboard import canonical, firewall
from leaderboard.board import InvalidDefinition
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.database import Database
from leaderboard.findings import Refused, refuse
from leaderboard.pointer import Pointer, Target, decode_pointer, target_name
from leaderboard.vocabulary import vocabulary

State = Literal["fresh", "rejected", "missing"]
"""`fresh`: what the folder offers is shown. `rejected`: it failed a check, the last good release is shown, if there is
one. `missing`: there is no release in the folder."""

KEPT = 3
"""How many older releases stay in memory for citations that name them."""


class Snapshot(NamedTuple):
    """One checked release and everything that a page needs of it."""

    number: int
    released_on: date
    digest: str
    """sha256 of the release file: the key of whatever is kept about it."""
    content: str
    """Digest over the sorted rows, equal for equal numbers."""
    database: Database
    catalogue: Catalogue
    kept: tuple[int, ...]
    """Every release that can still be opened, newest first."""


class Mark(NamedTuple):
    """Which release is shown, and in which state."""

    digest: str | None
    state: State
    fault: str | None


class Store:
    """What a results folder offers, as last checked. One per folder and process; safe to use from many threads."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self.state: State = "missing"
        self.fault: str | None = None
        """The code of the check that the rejected release failed; never a value from it."""
        self._current: Snapshot | None = None
        self._older: dict[tuple[str, int], Snapshot | None] = {}
        self._seen: tuple[bytes, object] | None = None
        self._refreshing, self._opening = Lock(), Lock()

    def current(self) -> Snapshot | None:
        """Returns the last good release, or None where there has been none yet."""
        if self._seen is None:
            self.refresh()
        return self._current

    def mark(self) -> Mark:
        """Returns what differs whenever a page would look different."""
        current = self.current()
        return Mark(current.digest if current else None, self.state, self.fault)

    def refresh(self) -> None:
        """Looks whether the folder has changed and takes over what it offers now. A look at an unchanged folder reads
        one small file. While one thread refreshes, others go on with what they have; only the first load is awaited."""
        if not self._refreshing.acquire(blocking=self._seen is None):
            return
        try:
            if (seen := self._look()) != self._seen:
                self._take_over(seen[0] if seen else None)
                self._seen = seen
        finally:
            self._refreshing.release()

    def release(self, number: int) -> Snapshot | None:
        """Returns an older release that the current pointer still vouches for, or None if it cannot be shown."""
        current = self.current()
        if current is None or number not in current.kept:
            return None
        if number == current.number:
            return current
        with self._opening:
            return self._older_release(current, number)

    def _older_release(self, current: Snapshot, number: int) -> Snapshot | None:
        key = (current.digest, number)
        if key not in self._older:
            while len(self._older) >= KEPT:
                self._older.pop(next(iter(self._older)))
            self._older[key] = self._open_older(current, number)
        return self._older[key]

    def _look(self) -> tuple[bytes, object] | None:
        """What changes when the folder does: the pointer's bytes, and size and time of the file that it names."""
        try:
            data = self._pointer.read_bytes()
        except OSError:
            return None
        try:
            status = self._target(decode_pointer(data).release).stat()
        except (OSError, Refused):
            return data, None
        return data, (status.st_size, status.st_mtime_ns)

    @property
    def _pointer(self) -> Path:
        return self.results / "repository" / "metadata" / "pointer.json"

    def _target(self, number: int) -> Path:
        return self.results / "repository" / "targets" / target_name(number)

    def _take_over(self, data: bytes | None) -> None:
        if data is None:
            self.state, self.fault = "missing", None
            return
        try:
            pointer = decode_pointer(data)
            self._current = self._open(pointer, pointer.release, read_catalogue(self.results / "boards"))
        except Exception as error:  # whatever is wrong with a release, the site stays up on the last good one
            self.state, self.fault = "rejected", _code(error)
        else:
            self.state, self.fault = "fresh", None

    def _open(self, pointer: Pointer, number: int, catalogue: Catalogue) -> Snapshot:
        target = pointer.targets.get(target_name(number))
        if target is None:
            raise refuse("E_POINTER", "$.targets")
        database = _read_checked(self._target(number), target, catalogue)
        released = database.rows("select number, released_on from release").iloc[0]
        if int(released["number"]) != number:
            raise refuse("E_POINTER", "$.release")
        kept = sorted((int(name.split("/")[1]) for name in pointer.targets), reverse=True)
        return Snapshot(
            number, released["released_on"].date(), target.sha256, target.content, database, catalogue, tuple(kept)
        )

    def _open_older(self, current: Snapshot, number: int) -> Snapshot | None:
        try:
            return self._open(decode_pointer(self._pointer.read_bytes()), number, current.catalogue)
        except Exception:  # as above
            return None


@cache
def store(results: Path) -> Store:
    """Returns the process's one store of a results folder: pages, health and API must not disagree."""
    return Store(results)


def results_folder() -> Path:
    """Returns the folder that the site shows: MEDHARM_RESULTS, else `results/` beside app.py."""
    named = os.environ.get("MEDHARM_RESULTS")
    return Path(named) if named else Path(__file__).parents[1] / "results"


def _read_checked(path: Path, target: Target, catalogue: Catalogue) -> Database:
    """Checks and reads a private copy, so that what is read is what was checked."""
    with path.open("rb") as file:
        data = file.read(target.size + 1)
    if len(data) != target.size:
        raise refuse("E_SIZE", "$.size")
    if canonical.sha256(data) != target.sha256:
        raise refuse("E_DIGEST", "$.sha256")
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        copy = Path(folder) / f"{target.sha256}.duckdb"
        copy.write_bytes(data)
        if findings := firewall.audit(copy, vocabulary(catalogue)):
            raise Refused(findings)
        return Database(copy)


def _code(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.findings[0].code
    if isinstance(error, InvalidDefinition):
        return "E_BOARD"
    return "E_FILE" if isinstance(error, OSError) else "E_DATABASE"
