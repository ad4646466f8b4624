"""From a results folder or address to the release that the site shows: looked at often, verified when it changes.

Signatures, versions, dates and the ledger are `trust.reader`'s; the content firewall is `admission`'s. Only what passed
all of it is read into memory and takes the place of the release before. Whatever else comes, the last good one stays,
also when the process starts again.
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

KEPT = 3
"""How many older releases stay in memory for citations that name them."""
SECONDS = 2.0
"""The shortest time between two looks, however many sessions ask for one."""
PATIENCE = 20.0
"""Seconds for which visitors of a site that has just started wait for its source, before what an earlier process left
is shown."""


class Signature(NamedTuple):
    """What was verified of a release, for the words that say so."""

    threshold: int
    reviewers: int
    """How many of how many reviewers must sign."""
    expires: datetime


class Snapshot(NamedTuple):
    """One verified release and everything that a page needs of it."""

    number: int
    released_on: date
    digest: str
    """sha256 of the release file: the key of whatever is kept about it."""
    file: Path
    """The release file, in a folder that is one verified state's own."""
    database: Database
    catalogue: Catalogue
    kept: tuple[int, ...]
    """Every release that can still be opened, newest first."""
    method: int
    """The version of the method that it was made by (`methods`)."""
    build_keys: bool
    """True where no person signed: made by `make results`."""
    signature: Signature
    ledger: tuple[Line, ...]
    signers: dict[str, int]
    """How many reviewers signed, by the digest of the statement."""


class Mark(NamedTuple):
    """Which release is shown, and in which state."""

    digest: str | None
    state: State
    fault: str | None


class Store:
    """What a source offers, as last verified. One per source and process; safe to use from many threads."""

    def __init__(self, results: Path | str, root: Path | None = None, cache: Path | None = None) -> None:
        self.state: State = "offline"
        self.fault: str | None = None
        """The code of the check that the present offer failed; never a value from it."""
        trusted = read_trusted(root)
        source = open_source(f"{results}/repository")
        self._reader = Reader(trusted.root, trusted.floor, cache_of(results, cache), source, audit)
        self._current: Snapshot | None = None
        self._taken: Good | None = None
        """The verified state that the current release was read from."""
        self._older: dict[tuple[str, int], Snapshot | None] = {}
        self._looked: float | None = None
        self._refreshing, self._taking, self._opening = threading.Lock(), threading.Lock(), threading.Lock()
        self._first = threading.Thread(target=self.refresh)
        self._waited_until: float | None = None

    def current(self) -> Snapshot | None:
        """Returns the last good release, or None where there has been none yet. Waits for the first load only, and not
        for long."""
        if self._looked is None:
            self._await_first_load()
        return self._current

    def _await_first_load(self) -> None:
        with self._opening:
            if self._waited_until is None:
                self._waited_until = time.monotonic() + PATIENCE
                self._first.start()
        self._first.join(max(0.0, self._waited_until - time.monotonic()))
        if self._first.is_alive():
            self._recall()

    def _recall(self) -> None:
        """Takes over what an earlier process left, unless the source has answered by now."""
        with self._opening, suppress(Exception):  # as in _refresh
            if self._taken is None and (good := self._reader.good()):
                self._take_over(good, None, first=True)

    def mark(self) -> Mark:
        """Returns what differs whenever a page would look different."""
        current = self.current()
        return Mark(current.digest if current else None, self.state, self.fault)

    def look(self) -> None:
        """Looks at the source in the background, unless a look is on its way or was made just now: nobody waits for a
        slow source."""
        just_now = self._looked is not None and time.monotonic() - self._looked < SECONDS
        if not just_now and not self._refreshing.locked():
            threading.Thread(target=self.refresh).start()  # no daemon: to end inside DuckDB is to crash

    def refresh(self) -> None:
        """Looks at the source and takes over what it offers now. While one thread does, others go on with what they
        have; only the first load is awaited."""
        first = self._looked is None
        if not self._refreshing.acquire(blocking=first):
            return
        try:
            if not first or self._looked is None:  # else another thread has just made the first load
                self._refresh()
        finally:
            self._looked = time.monotonic()
            self._refreshing.release()

    def _refresh(self) -> None:
        outcome = self._reader.refresh(clock.now())
        state, findings = outcome.state, outcome.findings
        if outcome.good and outcome.good != self._taken:
            try:
                self._take_over(outcome.good, outcome.opened)
            except Exception:  # whatever is wrong with a release, the site stays up on the last good one
                state, findings = "rejected", (Finding("E_DATABASE", "$"),)
        if state != self.state:  # what could not be had then may be had now
            self._older = {key: opened for key, opened in self._older.items() if opened}
        self.state, self.fault = state, findings[0].code if findings else None

    def _take_over(self, good: Good, opened: Contents | None, *, first: bool = False) -> None:
        """`opened` is the current release where the reader has just decoded and audited it. A state that an earlier
        process left behind was audited by that process, perhaps by other rules. `first` is true where it must not take
        the place of another."""
        tree, current = self._reader.tree(good), None
        if good.release:
            path = tree / good.release.name
            if opened is None:
                opened = _audited(good, tree, path)
            if opened is None:
                return
            current = self._open(good, good.release, path, opened, tree / "boards")
        with self._taking:
            if not (first and self._taken):
                self._current, self._taken = current, good

    def release(self, number: int) -> Snapshot | None:
        """Returns an older release that the repository still vouches for, or None if it cannot be shown."""
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
            while len(older) >= KEPT:
                older.pop(next(iter(older)))
            older[key] = self._open_older(number)
        return older[key]

    def _open_older(self, number: int) -> Snapshot | None:
        good, path = self._reader.good(), self._reader.older(number)
        if good is None or path is None:
            return None
        try:
            found = next(release for release in good.releases if release.number == number)
            boards, opened = self._reader.boards(good, number), container.decode(path.read_bytes())
            lines = (self._reader.tree(good) / ledger.NAME).read_bytes()
            if admission.check(boards, opened, lines, number, current=False):
                return None
            older = self._open(good, found, path, opened, boards)
            # The keys that vouch for it now are those of the current release, whoever signed it first.
            return older._replace(build_keys=self._current.build_keys) if self._current else older
        except Exception:  # as in _refresh
            return None

    def _open(self, good: Good, release: Release, path: Path, opened: Contents, boards: Path) -> Snapshot:
        """Reads all files before it works on them: a process with the same cache may remove them soon."""
        tree = self._reader.tree(good)
        catalogue, lines = read_catalogue(boards, signed=True), (tree / ledger.NAME).read_bytes()
        signers = _signers(tree, good)
        database = Database(opened)
        made = database.rows("select released_on, method_version, build_keys from release").iloc[0]
        if made["method_version"] < 2:  # it compared all boards as only those with public labels are compared since
            boards_then = {id: replace(board, labels_public=True) for id, board in catalogue.boards.items()}
            catalogue = catalogue._replace(boards=boards_then)
        return Snapshot(
            number=release.number,
            released_on=made["released_on"].date(),
            digest=release.sha256,
            file=path,
            database=database,
            catalogue=catalogue,
            kept=tuple(each.number for each in good.releases),
            method=int(made["method_version"]),
            build_keys=bool(made["build_keys"]),
            signature=Signature(good.threshold, len(good.reviewers), good.expires),
            ledger=ledger.read(lines),
            signers=signers,
        )


def _audited(good: Good, tree: Path, path: Path) -> Contents | None:
    """The decoded file of a state's release; None where it is of a version of the site that this one does not know, or
    does not pass this one's audit."""
    try:
        release = container.decode(path.read_bytes())
    except Refused:
        return None
    return None if audit(good, tree, release) else release


def audit(good: Good, tree: Path, release: Contents) -> list[Finding]:
    """Returns what prevents a verified state from being shown."""
    assert good.release, "there is one to audit"
    lines = (tree / ledger.NAME).read_bytes()
    return admission.check(tree / "boards", release, lines, good.release.number)


def _signers(tree: Path, good: Good) -> dict[str, int]:
    """Counts signatures of present reviewers; the reader has verified each of them."""
    reviewers = set(good.reviewers)
    signed: dict[str, int] = {}
    for name in good.entries:
        if name.startswith("attestations/"):
            envelope = attestation.read((tree / name).read_bytes())
            signed[Path(name).stem] = sum(each.keyid in reviewers for each in envelope.signatures)
    return signed


@cache
def store(results: Path | str) -> Store:
    """Returns the process's one store of a source: pages, health and API must not disagree."""
    return Store(results)


def results_place() -> Path | str:
    """Returns the folder or address that the site shows: MEDHARM_RESULTS, else `results/` beside app.py."""
    named = os.environ.get("MEDHARM_RESULTS")
    if named and named.startswith(("https://", "http://")):
        return named.rstrip("/")
    return Path(named) if named else Path(__file__).parents[3] / "results"


def cache_of(results: Path | str, cache: Path | None = None) -> Path:
    """Returns where the verified releases of one source are kept."""
    return (cache or cache_folder()) / hashlib.sha256(str(results).encode()).hexdigest()[:16]


def cache_folder() -> Path:
    """Returns where verified releases outlive the process: MEDHARM_CACHE, else the user's cache folder; where that
    cannot be written to, a folder that is new each time."""
    named = os.environ.get("MEDHARM_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(named) if named else Path(home) / "medharm-leaderboard"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="medharm-"))
