"""Kills processes at random moments and looks, after each death, whether anything was lost or half-written."""

import random
import shutil
import time
from collections import Counter
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, clock, durable
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import inspection
from tests.faults import actors
from tests.faults.forking import context
from tests.faults.plant import Plant

CAST = ("publisher-0", "publisher-1", "reader-0", "reader-1", "site-0", "site-1", "keeper-0", "keeper-1")
LONGEST = 0.2
"""Seconds between two kills, beside the time that is waited for a process to have done anything at all."""
PATIENCE = 5.0


class Counts(NamedTuple):
    """What happened, for the note."""

    kills: int
    releases: int
    """Acknowledged publications."""
    stale: int
    """Times that a publisher came too late."""
    reads: int
    """Reads of a whole state, every file hashed or opened."""
    events: int
    """Acknowledged events of the vault."""
    attestations: int
    faults: int

    def __str__(self) -> str:
        return ", ".join(f"{value:,} {name}" for name, value in self._asdict().items())


class Killer:
    """Runs the cast on a plant and kills its members one by one."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self.plant, self.draw = plant, random.Random(seed)
        self.faults: list[str] = []
        self.lives: Counter[str] = Counter()
        self.events, self._kept = Vault(plant.vault), 0
        self._born: dict[str, int] = {}
        """How much each of the cast had noted when it was last brought back."""
        self._read: Counter[str] = Counter()
        self._latest: Counter[str] = Counter()
        """The last release that each of the cast has noted."""
        self._digests: dict[int, str] = {}
        plant.notes.mkdir()
        self.running = {actor: self._start(actor) for actor in CAST}

    def _start(self, actor: str) -> ForkServerProcess:
        self.lives[actor] += 1
        self._born[actor] = self._size(actor)
        process = context.Process(target=actors.run, args=(actor, self.plant.folder, self.lives[actor]), daemon=True)
        process.start()
        return process

    def kill(self, kills: int) -> None:
        """Kills one of the cast at a random moment, looks, and brings it back; so many times. Three of four are first
        let do something, however slow the machine is."""
        for _ in range(kills):
            actor = self.draw.choice(CAST)
            if self.draw.random() < 0.75:
                self._wait_for(actor)
            time.sleep(self.draw.uniform(0, LONGEST))
            self._end(actor)
            self.look()
            self.running[actor] = self._start(actor)

    def _wait_for(self, actor: str) -> None:
        until = time.monotonic() + PATIENCE
        while self._size(actor) == self._born[actor] and time.monotonic() < until:
            time.sleep(0.01)

    def _size(self, actor: str) -> int:
        path = self.plant.notes / actor
        return path.stat().st_size if path.exists() else 0

    def stop(self) -> None:
        """Kills all that still run."""
        for actor in CAST:
            self._end(actor)

    def _end(self, actor: str) -> None:
        process = self.running[actor]
        if not process.is_alive():
            self.faults.append(f"{actor} had died by itself")
        process.kill()
        process.join()

    def look(self) -> None:
        """Holds the repository and the vault against what was acknowledged since the last look."""
        noted = {actor: self._news(actor) for actor in CAST}
        report = inspection.inspect(self.plant.repository, self.plant.root.read_bytes(), now=clock.now())
        if report.verdict != "fresh" or report.facts is None or report.facts.release is None:
            self.faults.append(f"inspection: {report.verdict} {[*map(str, report.findings)]}")
            return
        for actor, lines in noted.items():
            self.faults += [f"{actor}: {' '.join(line)}" for line in lines if line[0] == "fault"]
            self._look_at_releases(actor, lines, report.facts.release.number)
        self._look_at_vault([line for lines in noted.values() for line in lines])

    def look_back(self) -> None:
        """Looks again at everything that was acknowledged since the beginning."""
        self._read.clear()
        self._latest.clear()
        self._kept, self.events = 0, Vault(self.plant.vault)
        self.look()

    def _news(self, actor: str) -> list[list[str]]:
        lines = self._notes(actor)[self._read[actor] :]
        self._read[actor] += len(lines)
        return lines

    def _notes(self, actor: str) -> list[list[str]]:
        path = self.plant.notes / actor
        return [line.split(" ", 2) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def _look_at_releases(self, actor: str, lines: list[list[str]], current: int) -> None:
        """No acknowledged release is gone, no two files were ever seen under one number, no reader went back."""
        for _, number, digest in (line for line in lines if line[0] in ("published", "read")):
            if int(number) > current:
                self.faults.append(f"{actor} knows release {number}, but {current} is current")
            if int(number) < self._latest[actor]:
                self.faults.append(f"{actor} went back to release {number}")
            if self._digests.setdefault(int(number), digest) != digest:
                self.faults.append(f"two files under the number {number}")
            self._latest[actor] = int(number)

    def _look_at_vault(self, lines: list[list[str]]) -> None:
        events = self.events.events()  # the whole chain, or Refused
        for what, key, value in (line for line in lines if line[0] in ("kept", "attested")):
            if what == "kept" and not _is_event(events, int(key), value):
                self.faults.append(f"event {key} is lost")
            path = self.plant.vault / "attestations" / f"{key}.json"
            if what == "attested" and not actors.has_signed(path, value):
                self.faults.append("an attestation is lost")
        for event in events[self._kept :]:
            kept = [self.plant.vault / "submissions" / f"{event.submission}.json"]
            kept += [self.plant.vault / "quarantine" / f"{event.submission}"]
            if event.submission and not any(_holds(path, event.submission) for path in kept):
                self.faults.append(f"what event {event.n} names is lost")
        self._kept = len(events)

    def counts(self) -> Counts:
        """What happened so far."""
        said = Counter(line[0] for actor in CAST for line in self._notes(actor))
        kills = sum(self.lives.values()) - len(CAST)
        done = (said["published"], said["stale"], said["read"], said["kept"], said["attested"], len(self.faults))
        return Counts(kills, *done)


def _is_event(events: list[Event], number: int, digest: str) -> bool:
    return number <= len(events) and canonical.sha256(canonical.encode(events[number - 1])) == digest


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and canonical.sha256(path.read_bytes()) == digest


def leftovers(folder: Path) -> list[str]:
    """Names of files that only an interrupted write leaves."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and (any(part.endswith(durable.PART) for part in path.parts) or path.name.startswith("tmp"))
    )


def copy(plant: Plant, folder: Path) -> Plant:
    """A copy of a plant, to be harmed."""
    return Plant(Path(shutil.copytree(plant.folder, folder)))
