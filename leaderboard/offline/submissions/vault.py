"""The private store of accepted submissions: an append-only event log, and the files that its events name.

events/000001.json ...      one event each, chained by sha256: the state of a vault is the replay of its events
submissions/<sha256>.json   the canonical bytes of every submission that an event names
quarantine/<sha256>         bytes that were refused: nothing is lost
items/<board>-<version>.json   the item manifests, of every version
ids/<board>-<version>.json     the ids of items and families whose own ids do not fit a submission, by their hash
evidence/<sha256>.json      the evidence for the tiers
attestations/<sha256>.json  reviewers' signatures under the statement about an accepted submission
numbers.json          the highest release number that was drafted for each repository
scored/<board>.npz          a cache of `scoring.store`: not part of the record, may be deleted
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from leaderboard.base import canonical, durable, files
from leaderboard.base.findings import Refused, refuse
from leaderboard.boards.board import VERSION, Board, Id, version_key
from leaderboard.boards.vocabulary import HIGHEST_RELEASE
from leaderboard.offline.submissions import event_log, ids, items, submission
from leaderboard.offline.submissions.event_log import Event, EventKind
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Outcomes, Submission

MAX_EVENT = 64 * 1024
"""Bytes of an event."""
START = "0" * 64
"""The `prev` of the first event."""
LONGEST_GAP = timedelta(days=90)
"""The longest time between two events that needs no confirmation: a longer one is probably a clock that is ahead."""
Require = Callable[[list[Event]], object]
"""Called with all events while no other process can add one; raises Refused if the new event may not follow them."""


Numbers = dict[Annotated[str, Meta(pattern=r"^([0-9a-f]{64}|void)\Z")], Annotated[int, Meta(ge=0, le=HIGHEST_RELEASE)]]
"""The highest number of a release by repository, which is named by the sha256 of its first root."""
_numbers = msgspec.json.Decoder(Numbers)


class Vault:
    """A vault in a folder. Every write is one new file; nothing is edited or removed."""

    def __init__(self, folder: Path, *, clock_checked: bool = False) -> None:
        self.folder = folder
        self.clock_checked = clock_checked
        """Whether the user confirms the date of a new event that is long after the last one."""
        self.guard: Require | None = None
        """Called with all events and a new one before it is written, in addition to what its command requires."""
        self.item_scores: dict[str, NDArray[np.float64] | None] = {}
        """A cache for `intake`: item scores of accepted submissions by sha256. They never change."""
        self._events: list[Event] = []
        self._head = START

    def events(self) -> list[Event]:
        """Returns all events in order; Refused E_VAULT with the event's number where the chain is broken. Event files
        never change, so each is read once."""
        while os.path.lexists(path := self._event_path(len(self._events) + 1)):
            data, number = _read(path), len(self._events) + 1
            event = event_log.decode(data)
            if event is None or event.n != number or event.prev != self._head:
                raise refuse("E_VAULT", f"$.events[{number}]", "the event is damaged or does not follow the one before")
            self._events.append(event)
            self._head = canonical.sha256(data)
        if self._event_path(len(self._events) + 2).exists():
            raise refuse("E_VAULT", f"$.events[{len(self._events) + 1}]", "the event is missing")
        return list(self._events)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Lets this process alone write, and first removes what killed processes left in any folder: the next write may
        be into another one. `attestations` has a lock of its own."""
        with durable.locked(self.folder):
            for folder in ("", "events", "submissions", "quarantine", "evidence", "items", "ids"):
                durable.sweep(self.folder / folder)
            yield

    def _event_path(self, number: int) -> Path:
        return self.folder / "events" / f"{number:06}.json"

    def append(
        self,
        kind: EventKind,
        on: date,
        board: str,
        system: str | None,
        require: Require | None = None,
        **fields: object,
    ) -> Event:
        """Adds one event to the log and returns it. Refused E_DATE where the date is before that of the last event or
        long after it, E_REPLAY where the same submission or nonce has been accepted since this one was verified."""
        with self._writing():
            events = self.events()
            if events and kind != "clock":
                self._require_date(on, events[-1])
            if require:
                require(events)
            number = len(events) + 1
            named = {"n": number, "prev": self._head, "kind": kind, "on": on, "board": board, "system": system}
            event = msgspec.convert({**named, **fields}, Event)
            inherited = event_log.inherited(events, event.replaces, event.reason)
            raised = event.kind == "accept" and event_log.raises(events, event.submission, event.tier)
            if (event.accepts and not raised) and (
                event.nonce in event_log.used(events, "nonce") - {inherited}
                or event.submission in event_log.used(events, "submission")
            ):
                raise refuse("E_REPLAY", "$")
            if self.guard:
                self.guard([*events, event])
            self._create(event)
        return event

    def extend(self, plan: Callable[[list[Event]], list[Event]]) -> list[Event]:
        """Adds the events that `plan` returns for the present ones, one file at a time, and returns them. `plan` is
        called while no other process can write; it writes the files that its events name."""
        with self._writing():
            events = plan(self.events())
            for event in events:
                self._create(event)
        return events

    def _create(self, event: Event) -> None:
        durable.create(self._event_path(event.n), canonical.encode(event))

    def _require_date(self, on: date, last: Event) -> None:
        if on < last.on:
            rule = f"before {last.on}, the date of event {last.n}; if a clock was ahead then, see `reset-clock`"
            raise refuse("E_DATE", "$.date", rule)
        if on - last.on > LONGEST_GAP and not self.clock_checked:
            gap = f"{on} is {(on - last.on).days} days after event {last.n}"
            raise refuse("E_DATE", "$.date", f"{gap}; if this machine's clock is right, say so with --clock-checked")

    def reset_clock(self, first: int, on: date) -> Event:
        """Makes dates start again at `on`, because the clock was ahead at event number `first`, and returns the
        `clock` event. Refused E_EVENT where that is not the first event with a later date."""

        def require(events: Sequence[Event]) -> None:
            later = [event.n for event, dated in zip(events, event_log.dates(events), strict=True) if dated > on]
            if not later:
                raise refuse("E_EVENT", "EVENT", f"no event is dated later than {on}: there is nothing to reset")
            if later[0] != first:
                raise refuse("E_EVENT", "EVENT", f"the first event that is dated later than {on} is event {later[0]}")

        board = next((event.board for event in self.events() if event.n == first), None)
        if board is None:
            raise refuse("E_EVENT", "EVENT", "there is no such event")
        return self.append("clock", on, board, None, require, reason="clock_ahead")

    def register_nonce(
        self,
        board: str,
        system: str,
        on: date,
        nonce: str | None = None,
        board_version: str | None = None,
        require: Require | None = None,
    ) -> str:
        """Registers one attempt of a system, on one version of a board if named, and returns its nonce: 32 hex digits,
        random unless `nonce` is set."""
        nonce = nonce or secrets.token_hex(16)
        self.append("nonce", on, board, system, require, nonce=nonce, board_version=board_version)
        return nonce

    def keep(self, data: bytes) -> str:
        """Stores the bytes of a submission and returns their sha256."""
        return self._store("submissions", data)

    def keep_evidence(self, data: bytes) -> str:
        """Stores evidence for a tier and returns its sha256."""
        return self._store("evidence", data)

    def quarantine(self, data: bytes) -> str:
        """Stores refused bytes, of any kind, and returns their sha256."""
        return self._store("quarantine", data, suffix="")

    def _store(self, folder: str, data: bytes, suffix: str = ".json") -> str:
        sha256 = canonical.sha256(data)
        path = self.folder / folder / f"{sha256}{suffix}"
        with self._writing():
            durable.write(path, data)
        return sha256

    def quarantine_file(self, path: Path) -> str:
        """Stores a refused file that is too large for memory, and returns its sha256."""
        folder = self.folder / "quarantine"
        with self._writing(), submission.open_file(path) as source:
            durable.make_folder(folder)
            part = folder / f".large{durable.PART}"
            with part.open("wb") as target:
                shutil.copyfileobj(source, target)
            with part.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            durable.settle(part, folder / sha256)
        return sha256

    def highest_number(self, repository: str) -> int:
        """Returns the highest number that a release of any other repository was drafted with, 0 if none. A repository
        that begins with an old vault continues the numbers, so that no citation ever names two releases."""
        return max((number for id, number in self.numbers().items() if id != repository), default=0)

    def note_number(self, repository: str, number: int, void: int = 0) -> None:
        """Stores the number of a drafted release of a repository, and the highest one of false releases."""
        with self._writing():
            numbers = self.numbers()
            highest = {repository: max(number, numbers.get(repository, 0)), "void": max(void, numbers.get("void", 0))}
            durable.write(self.folder / "numbers.json", canonical.encode(numbers | highest))

    def numbers(self) -> Numbers:
        """Returns the highest drafted number by repository; Refused E_VAULT where the file is damaged."""
        path = self.folder / "numbers.json"
        try:
            return _numbers.decode(files.read(path, MAX_EVENT, follow=False)) if os.path.lexists(path) else {}
        except (Refused, ValueError, RecursionError):
            raise refuse("E_VAULT", "$.numbers", "numbers.json is damaged") from None

    def submission(self, digest: str) -> Submission:
        """Returns an accepted submission; Refused E_VAULT where its file is missing or is not what was accepted."""
        return submission.decode(self.accepted(digest))

    def outcomes(self, digest: str) -> list[Outcomes]:
        """Returns item and outcomes of each row of an accepted submission; Refused as `submission`."""
        return submission.decode_outcomes(self.accepted(digest))

    def accepted(self, digest: str) -> bytes:
        """Returns the bytes of an accepted submission; Refused as `submission`."""
        try:
            data = submission.read_bytes(self.folder / "submissions" / f"{digest}.json")
        except Refused:
            data = b""
        if canonical.sha256(data) != digest:
            raise refuse("E_VAULT", f"$.submissions.{digest}", "the file is missing or damaged")
        return data

    def keep_items(self, board: Board, manifest: list[Item]) -> None:
        """Stores the manifest of a board's version, which never changes afterwards: another one is Refused E_BOARD."""
        if findings := items.check(manifest, board):
            raise Refused(findings)
        data, path = items.encode(manifest), self._manifest_path(board)
        with self._writing():
            durable.make_folder(path.parent)
            if not path.exists():
                durable.create(path, data)
            elif files.read(path, items.MAX_BYTES) != data:
                rule = f"the items of version {board.version} never change: other items need a new version"
                raise refuse("E_BOARD", "$.items_digest", rule)

    def keep_ids(self, board: Board, own: Mapping[str, str]) -> None:
        """Stores the ids of a board's items and families by their hash, readable only by the vault's owner. They never
        change for one version, as its manifest: others are Refused E_BOARD."""
        data, path = ids.encode(own), self.folder / "ids" / f"{board.id}-{board.version}.json"
        with self._writing():
            if not path.exists():
                durable.create(path, data, private=True)
            elif files.read(path, ids.MAX_BYTES) != data:
                raise refuse("E_BOARD", "$.ids", f"the ids of version {board.version} never change")

    def items(self, board: Board) -> list[Item] | None:
        """Returns the manifest of a board's present version, or None if the vault has none."""
        path = self._manifest_path(board)
        return items.read_items(path, board) if path.exists() else None

    def manifests(self, board: Id) -> dict[str, list[Item]]:
        """Returns every manifest that a board ever had, by version, oldest first; Refused E_ITEMS for a damaged one."""
        manifests = {}
        for path in (self.folder / "items").glob(f"{board}-*.json"):
            version = path.stem.removeprefix(f"{board}-")
            if re.fullmatch(VERSION, version):
                try:
                    manifests[version] = items.parse(files.read(path, items.MAX_BYTES))
                except Refused:
                    raise refuse("E_ITEMS", f"$.{board}", f"the manifest of version {version} is damaged") from None
        return dict(sorted(manifests.items(), key=lambda entry: version_key(entry[0])))

    def _manifest_path(self, board: Board) -> Path:
        return self.folder / "items" / f"{board.id}-{board.version}.json"


def _read(path: Path) -> bytes:
    """The bytes of an event; nothing, which is no event, for a link, a folder, a pipe or an endless file."""
    try:
        return files.read(path, MAX_EVENT, follow=False)
    except Refused:
        return b""
