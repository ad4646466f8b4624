"""From a results folder or address (the source) to the release that the site shows: checked often, verified when it
changes.

`trust.reader` verifies signatures, versions, dates and the ledger; `admission` checks the contents. Only a release that
passes all checks is read into memory and replaces the previous one. Otherwise the last good release stays, also after a
restart of the process.
"""

import hashlib
import os
import tempfile
import threading
import time
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from leaderboard.base import clock
from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.release import admission, container
from leaderboard.release.container import Contents
from leaderboard.release.trust import attestation, ledger
from leaderboard.release.trust.contents import Release
from leaderboard.release.trust.ledger import Line
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import open_source
from leaderboard.release.trust.states import Good, State
from leaderboard.release.trusted_root import read_trusted
from leaderboard.site.data.database import Database

OLDER_CACHED = 3
"""The number of older releases that stay in memory, for citations that name them."""
CHECK_SECONDS = 2.0
"""The shortest time between two checks of the source. Every open page and every request asks for a check, and a
source on the web must not get one request for each of them."""
FIRST_LOAD_SECONDS = 20.0
"""The time that the first visitors of a process wait for its source. After it they see the release that an earlier
process stored."""


class Signature(NamedTuple):
    """What was verified of the signatures of a release."""

    threshold: int
    """The number of reviewers who must sign, out of `reviewers`."""
    reviewers: int
    expires: datetime


class Snapshot(NamedTuple):
    """One verified release and everything that a page needs of it."""

    number: int
    released_on: date
    digest: str
    """sha256 of the release file: the key of everything that is cached about it."""
    file: Path
    """The release file, in the folder of one verified state."""
    database: Database
    catalogue: Catalogue
    kept: tuple[int, ...]
    """The numbers of all releases that can still be opened, newest first."""
    method: int
    """The version of the method that computed it (`methods`)."""
    build_keys: bool
    """True if build keys signed it, not people: `make results` does so."""
    signature: Signature
    ledger: tuple[Line, ...]
    signers: dict[str, int]
    """The number of reviewers who signed, by the digest of the statement."""


class Mark(NamedTuple):
    """Which release is shown, and in which state."""

    digest: str | None
    state: State
    fault: str | None


class Store:
    """The releases of a source, as last verified. One per source and process; safe to use from many threads."""

    def __init__(self, results: Path | str, root: Path | None = None, cache: Path | None = None) -> None:
        self.state: State = "offline"
        self.fault: str | None = None
        """The code of the check that the source's newest state failed; never a value from it."""
        trusted = read_trusted(root)
        source = open_source(f"{results}/repository")
        self._reader = Reader(trusted.root, trusted.floor, cache_of(results, cache), source, audit)
        self._current: Snapshot | None = None
        self._loaded: Good | None = None
        """The verified state that the current release was read from."""
        self._older: dict[tuple[str, int], Snapshot | None] = {}
        self._checked_at: float | None = None
        self._refreshing, self._replacing, self._opening = threading.Lock(), threading.Lock(), threading.Lock()
        self._first_load = threading.Thread(target=self.refresh)  # no daemon, see look()
        self._wait_until: float | None = None

    def current(self) -> Snapshot | None:
        """Returns the last good release, or None if there has been none yet. Waits only for the first load, at most
        FIRST_LOAD_SECONDS."""
        if self._checked_at is None:
            self._await_first_load()
        return self._current

    def _await_first_load(self) -> None:
        with self._opening:
            if self._wait_until is None:
                self._wait_until = time.monotonic() + FIRST_LOAD_SECONDS
                self._first_load.start()
        # All first visitors wait until the same time: a late one does not wait for the full period again.
        self._first_load.join(max(0.0, self._wait_until - time.monotonic()))
        if self._first_load.is_alive():
            self._load_stored()

    def _load_stored(self) -> None:
        """Loads the release that an earlier process stored, unless one has been loaded from the source."""
        with self._opening, suppress(Exception):  # any error: the site stays up, as in _refresh
            if self._loaded is None and (good := self._reader.good()):
                self._load(good, None, only_first=True)

    def mark(self) -> Mark:
        """Returns a value that changes whenever the release or its state does, so that open pages are drawn again."""
        current = self.current()
        return Mark(current.digest if current else None, self.state, self.fault)

    def look(self) -> None:
        """Starts a check of the source in the background, unless one is running or ended less than CHECK_SECONDS ago.
        Checking the source never blocks a request."""
        recently = self._checked_at is not None and time.monotonic() - self._checked_at < CHECK_SECONDS
        if not recently and not self._refreshing.locked():
            # No daemon: Python would stop a daemon thread inside DuckDB at exit, and the process would crash.
            threading.Thread(target=self.refresh).start()

    def refresh(self) -> None:
        """Checks the source and loads its newest release. If another thread does so already, returns at once; only the
        first load is waited for."""
        first = self._checked_at is None
        if not self._refreshing.acquire(blocking=first):
            return
        try:
            if not first or self._checked_at is None:  # else another thread has finished the first load
                self._refresh()
        finally:
            self._checked_at = time.monotonic()
            self._refreshing.release()

    def _refresh(self) -> None:
        outcome = self._reader.refresh(clock.now())
        state, findings = outcome.state, outcome.findings
        if outcome.good and outcome.good != self._loaded:
            try:
                self._load(outcome.good, outcome.opened)
            except Exception:  # any error in a release: the site stays up and shows the last good one
                state, findings = "rejected", (Finding("E_DATABASE", "$"),)
        if state != self.state:  # retry the older releases that could not be opened in the previous state
            self._older = {key: opened for key, opened in self._older.items() if opened}
        self.state, self.fault = state, findings[0].code if findings else None

    def _load(self, good: Good, opened: Contents | None, *, only_first: bool = False) -> None:
        """Reads a verified state's release into memory and makes it the current one.

        `opened` is the release if the reader has just decoded and audited it. Else it is audited here: the process that
        stored the state may have had other rules. With `only_first` it does not replace a loaded release."""
        tree, current = self._reader.tree(good), None
        if good.release:
            path = tree / good.release.name
            if opened is None:
                opened = _audited(good, tree, path)
            if opened is None:
                return
            current = self._open(good, good.release, path, opened, tree / "boards")
        with self._replacing:
            if not (only_first and self._loaded):
                self._current, self._loaded = current, good

    def release(self, number: int) -> Snapshot | None:
        """Returns an older release that the repository still lists, or None if it cannot be shown."""
        current = self.current()
        if current is None or number not in current.kept:
            return None
        if number == current.number:
            return current
        with self._opening:
            return self._older_release(current, number)

    def _older_release(self, current: Snapshot, number: int) -> Snapshot | None:
        key, older = (current.digest, number), self._older
        if key not in older:
            while len(older) >= OLDER_CACHED:
                older.pop(next(iter(older)))
            older[key] = self._open_older(number)
        return older[key]

    def _open_older(self, number: int) -> Snapshot | None:
        good, path = self._reader.good(), self._reader.older(number)
        if good is None or path is None:
            return None
        try:
            release = next(release for release in good.releases if release.number == number)
            boards, opened = self._reader.boards(good, number), container.decode(path.read_bytes())
            lines = (self._reader.tree(good) / ledger.NAME).read_bytes()
            if admission.check(boards, opened, lines, number, current=False):
                return None
            older = self._open(good, release, path, opened, boards)
            # The repository of today lists it, so the keys are those of the current release, not those of its own day.
            return older._replace(build_keys=self._current.build_keys) if self._current else older
        except Exception:  # any error: the site stays up, as in _refresh
            return None

    def _open(self, good: Good, release: Release, path: Path, opened: Contents, boards: Path) -> Snapshot:
        """Reads all files first, computes afterwards: another process with the same cache may remove the files."""
        tree = self._reader.tree(good)
        catalogue, lines = read_catalogue(boards, signed=True), (tree / ledger.NAME).read_bytes()
        signers = _signers(tree, good)
        database = Database(opened)
        row = database.rows("select released_on, method_version, build_keys from release").iloc[0]
        if row["method_version"] < 2:  # it used for all boards the comparison of those with public labels
            public_boards = {id: replace(board, labels_public=True) for id, board in catalogue.boards.items()}
            catalogue = catalogue._replace(boards=public_boards)
        return Snapshot(
            number=release.number,
            released_on=row["released_on"].date(),
            digest=release.sha256,
            file=path,
            database=database,
            catalogue=catalogue,
            kept=tuple(each.number for each in good.releases),
            method=int(row["method_version"]),
            build_keys=bool(row["build_keys"]),
            signature=Signature(good.threshold, len(good.reviewers), good.expires),
            ledger=ledger.read(lines),
            signers=signers,
        )


def _audited(good: Good, tree: Path, path: Path) -> Contents | None:
    """The decoded file of a state's release; None if this version of the site cannot decode it or its audit fails."""
    try:
        release = container.decode(path.read_bytes())
    except Refused:
        return None
    return None if audit(good, tree, release) else release


def audit(good: Good, tree: Path, release: Contents) -> list[Finding]:
    """Returns what prevents a verified state from being shown."""
    assert good.release, "there is a release to audit"
    lines = (tree / ledger.NAME).read_bytes()
    return admission.check(tree / "boards", release, lines, good.release.number)


def _signers(tree: Path, good: Good) -> dict[str, int]:
    """Counts the signatures of current reviewers; the reader has verified each signature."""
    reviewers = set(good.reviewers)
    signers: dict[str, int] = {}
    for name in good.entries:
        if name.startswith("attestations/"):
            envelope = attestation.read((tree / name).read_bytes())
            signers[Path(name).stem] = sum(each.keyid in reviewers for each in envelope.signatures)
    return signers


@cache
def store(results: Path | str) -> Store:
    """Returns the process's one store of a source, so that pages, health check and API show the same release."""
    return Store(results)


def results_place() -> Path | str:
    """Returns the folder or address that the site shows: MEDHARM_RESULTS, else `results/` beside app.py."""
    source = os.environ.get("MEDHARM_RESULTS")
    if source and source.startswith(("https://", "http://")):
        return source.rstrip("/")
    return Path(source) if source else Path(__file__).parents[3] / "results"


def cache_of(results: Path | str, cache: Path | None = None) -> Path:
    """Returns the folder that stores the verified releases of one source."""
    return (cache or cache_folder()) / hashlib.sha256(str(results).encode()).hexdigest()[:16]


def cache_folder() -> Path:
    """Returns the folder that stores verified releases across restarts: MEDHARM_CACHE, else the user's cache folder; if
    that cannot be written to, a new temporary folder."""
    configured = os.environ.get("MEDHARM_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(configured) if configured else Path(home) / "medharm-leaderboard"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="medharm-"))
