"""The private store of accepted submissions: an event log that is only ever added to, and the files it names.

events/000001.json ...      one event each, chained by digest: the vault's whole state is their replay
submissions/<sha256>.json   the canonical bytes of every submission that an event names
quarantine/<sha256>         bytes that were refused: nothing is lost
items/<board>.json          the item manifests
"""

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from leaderboard import canonical, durable, items, submission
from leaderboard.board import Board, Id, Tier
from leaderboard.findings import Refused, refuse
from leaderboard.items import Item
from leaderboard.submission import Hex32, Hex64, Submission

EventKind = Literal["nonce", "accept", "reject", "withdraw", "correct", "notify", "reply", "revoke"]
START = "0" * 64


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happened to one system on one board."""

    n: int
    prev: Hex64
    """Digest of the event before: an edited or missing event breaks the chain."""
    kind: EventKind
    on: date
    board: Id
    system: Id | None = None
    """None only for a rejected file that names no registered system."""
    submission: Hex64 | None = None
    nonce: Hex32 | None = None
    tier: Tier | None = None
    reason: Id | None = None
    replaces: Hex64 | None = None


class Standing(Struct, frozen=True):
    """What stands for a system on a board after a replay."""

    board: Id
    system: Id
    submission: Hex64
    tier: Tier
    line: int
    """The ledger line of the accept or correct event."""
    accepted_on: date
    attempt: int
    """Which registered attempt this submission is."""
    attempts: int
    withdrawals: int
    withdrawn: bool


class Vault:
    """A vault in a folder. Every write is one new file; nothing is edited or removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: list[Event] = []
        self._head = START

    def events(self) -> list[Event]:
        """Returns all events in order; Refused E_VAULT with the event's number where the chain is broken. Event files
        never change, so each is read once."""
        while (path := self._event(len(self._read) + 1)).exists():
            data, number = path.read_bytes(), len(self._read) + 1
            event = _decode_event(data, number)
            if event.n != number or event.prev != self._head:
                raise refuse("E_VAULT", f"$.events[{number}]")
            self._read.append(event)
            self._head = canonical.sha256(data)
        if self._event(len(self._read) + 2).exists():
            raise refuse("E_VAULT", f"$.events[{len(self._read) + 1}]")
        return list(self._read)

    def _event(self, number: int) -> Path:
        return self.folder / "events" / f"{number:06}.json"

    def append(self, kind: EventKind, on: date, board: str, system: str | None, **fields: str | None) -> Event:
        """Adds one event to the log and returns it."""
        with durable.locked(self.folder):
            number = len(self.events()) + 1
            made = {"n": number, "prev": self._head, "kind": kind, "on": on, "board": board, "system": system}
            event = msgspec.convert({**made, **fields}, Event)
            durable.create(self._event(number), canonical.encode(event))
        return event

    def register_nonce(self, board: str, system: str, on: date, nonce: str | None = None) -> str:
        """Registers one attempt of a system and returns its nonce: 32 random hex digits unless given."""
        nonce = nonce or secrets.token_hex(16)
        self.append("nonce", on, board, system, nonce=nonce)
        return nonce

    def keep(self, data: bytes) -> str:
        """Keeps the bytes of a submission and returns their digest."""
        digest = canonical.sha256(data)
        durable.write(self.folder / "submissions" / f"{digest}.json", data)
        return digest

    def quarantine(self, data: bytes) -> str:
        """Keeps refused bytes, of any kind, and returns their digest."""
        digest = canonical.sha256(data)
        durable.write(self.folder / "quarantine" / digest, data)
        return digest

    def quarantine_file(self, path: Path) -> str:
        """Keeps a file that is too large to be read at once, and returns its digest."""
        folder = self.folder / "quarantine"
        folder.mkdir(parents=True, exist_ok=True)
        with submission.open_file(path) as source, tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
            shutil.copyfileobj(source, kept)
        with open(kept.name, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        durable.settle(Path(kept.name), folder / digest)
        return digest

    def submission(self, digest: str) -> Submission:
        """Returns an accepted submission; Refused E_VAULT where its file is missing or is not what was accepted."""
        path = self.folder / "submissions" / f"{digest}.json"
        try:
            data = submission.read_bytes(path)
        except Refused:
            raise refuse("E_VAULT", f"$.submissions.{digest}") from None
        if canonical.sha256(data) != digest:
            raise refuse("E_VAULT", f"$.submissions.{digest}")
        return submission.decode(data)

    def keep_items(self, board: Board, manifest: list[Item]) -> None:
        """Keeps a board's manifest, which never changes afterwards: another one is Refused E_BOARD."""
        if findings := items.check(manifest, board):
            raise Refused(findings)
        data, path = items.encode(manifest), self._manifest(board)
        if path.exists() and path.read_bytes() != data:
            raise refuse("E_BOARD", "$.items_digest")
        durable.write(path, data)

    def items(self, board: Board) -> list[Item] | None:
        """Returns a board's manifest, or None where none has been kept."""
        path = self._manifest(board)
        return items.read_items(path, board) if path.exists() else None

    def versions(self, board: Board) -> list[list[Item]]:
        """Returns every manifest that this board ever had, the present one last."""
        present = self._manifest(board)
        paths = [path for path in sorted(present.parent.glob(f"{board.id}-[0-9]*.json")) if path != present]
        return [items.parse(path.read_bytes()) for path in [*paths, present]]

    def _manifest(self, board: Board) -> Path:
        return self.folder / "items" / f"{board.id}-{board.version}.json"


def _decode_event(data: bytes, number: int) -> Event:
    try:
        event = msgspec.json.decode(data, type=Event)
    except msgspec.DecodeError:
        raise refuse("E_VAULT", f"$.events[{number}]") from None
    if canonical.encode(event) != data:
        raise refuse("E_VAULT", f"$.events[{number}]")
    return event


def ledger(events: Iterable[Event]) -> list[Event]:
    """Returns the events that are published: every submission's fate, without the nonces. A line's number is its place
    in this list, from 1."""
    return [event for event in events if event.kind != "nonce"]


def replay(events: Sequence[Event]) -> list[Standing]:
    """Returns what stands after these events, one entry per board and system that ever had a submission accepted,
    in order of board and system."""
    lines = {event.n: line for line, event in enumerate(ledger(events), start=1)}
    nonces: dict[tuple[str, str | None], list[str | None]] = {}
    standings: dict[tuple[str, str], Standing] = {}
    for event in events:
        key = (event.board, event.system)
        if event.kind == "nonce":
            nonces.setdefault(key, []).append(event.nonce)
        elif event.kind in ("accept", "correct"):
            standing = _accepted(event, lines[event.n], nonces.get(key, []), standings)
            standings[standing.board, standing.system] = standing
        elif event.kind == "withdraw":
            _withdraw(event, standings)
    attempts = {key: len(issued) for key, issued in nonces.items()}
    return [
        msgspec.structs.replace(standing, attempts=attempts.get(key, 0)) for key, standing in sorted(standings.items())
    ]


def _accepted(
    event: Event, line: int, issued: list[str | None], standings: dict[tuple[str, str], Standing]
) -> Standing:
    assert event.system and event.submission and event.tier, "an accept event always names these"
    before = standings.get((event.board, event.system))
    return Standing(
        board=event.board,
        system=event.system,
        submission=event.submission,
        tier=event.tier,
        line=line,
        accepted_on=event.on,
        attempt=issued.index(event.nonce) + 1 if event.nonce in issued else 0,
        attempts=len(issued),
        withdrawals=before.withdrawals if before else 0,
        withdrawn=False,
    )


def _withdraw(event: Event, standings: dict[tuple[str, str], Standing]) -> None:
    key = (event.board, event.system or "")
    if key in standings and standings[key].submission == event.submission:
        before = standings[key]
        standings[key] = msgspec.structs.replace(before, withdrawn=True, withdrawals=before.withdrawals + 1)


def used(events: Iterable[Event], what: Literal["nonce", "submission"]) -> set[str]:
    """Returns the nonces or submissions that an accept or correct event has used up."""
    values = (getattr(event, what) for event in events if event.kind in ("accept", "correct"))
    return {value for value in values if value}


def issued(events: Iterable[Event], board: str) -> set[tuple[str, str]]:
    """Returns system and nonce of every attempt registered on a board."""
    mine = (event for event in events if event.kind == "nonce" and event.board == board)
    return {(event.system, event.nonce) for event in mine if event.system and event.nonce}
