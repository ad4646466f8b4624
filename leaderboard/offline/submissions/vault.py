"""The private store of accepted submissions: an event log that is only ever added to, and the files it names.

events/000001.json ...      one event each, chained by digest: the vault's whole state is their replay
submissions/<sha256>.json   the canonical bytes of every submission that an event names
quarantine/<sha256>         bytes that were refused: nothing is lost
items/<board>-<version>.json   the item manifests, of every version
evidence/<sha256>.json      re-judgements that a tier rests on
attestations/<sha256>.json  reviewers' signatures under the statement about an accepted submission
scored/<board>.npz          what `scoring.store` computed from submissions: no part of the record, to be deleted at will
"""

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Refused, refuse
from leaderboard.boards.board import TIERS, VERSION, Board, Id, Tier, Version, version_key
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Hex32, Hex64, Outcomes, Submission

EventKind = Literal["nonce", "accept", "reject", "withdraw", "correct", "notify", "reply", "revoke", "clock"]
Flag = Literal["F_CLONED_EPOCHS", "F_COPY", "F_FABRICATED", "F_PARTIAL"]
Reply = Literal["none", "notified", "disputed", "settled"]
"""How the developer of a system answered to the notice that its row will be published."""
START = "0" * 64
LONGEST_GAP = timedelta(days=90)
"""The longest time between two events that needs no confirmation: a clock further ahead than this is refused."""


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happened to one system on one board."""

    n: int
    prev: Hex64
    """Digest of the event before: an edited or missing event breaks the chain."""
    kind: EventKind
    on: date
    """Never before the date of the event before, but for a `clock` event: from there on, dates start again."""
    board: Id
    system: Id | None = None
    """None for a rejected file that names no registered system, and for a `clock` event."""
    submission: Hex64 | None = None
    nonce: Hex32 | None = None
    tier: Tier | None = None
    reason: Id | None = None
    replaces: Hex64 | None = None
    board_version: Version | None = None
    items_digest: Hex64 | None = None
    flags: tuple[Flag, ...] = ()
    """What was raised when the submission was accepted, for reviewers to look into."""
    evidence: Hex64 | None = None
    """Digest of what the tier rests on."""
    sampled: int | None = None
    agreed: int | None = None
    """Items that were judged again, and on how many of them both judges agree."""

    @property
    def accepts(self) -> bool:
        """Whether it puts a submission in place."""
        return self.kind in ("accept", "correct")


class Standing(Struct, frozen=True):
    """What stands for a system on a board after a replay."""

    board: Id
    system: Id
    submission: Hex64
    tier: Tier
    line: int
    """The ledger line of the accept or correct event."""
    accepted_on: date
    """As corrected by later `clock` events (see `dates`)."""
    attempt: int
    """Which registered attempt this submission is."""
    attempts: int
    withdrawals: int
    withdrawn: bool
    reply: Reply = "none"
    sampled: int | None = None
    agreed: int | None = None
    board_version: Version | None = None
    """The version of the board that it was measured on."""


class Vault:
    """A vault in a folder. Every write is one new file; nothing is edited or removed."""

    def __init__(self, folder: Path, *, clock_checked: bool = False) -> None:
        self.folder = folder
        self.clock_checked = clock_checked
        """Whether somebody vouches for the date of a new event that comes long after the last one."""
        self.item_scores: dict[str, NDArray[np.float64] | None] = {}
        """What `intake` has already read of accepted submissions, by digest: they never change."""
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

    def append(
        self,
        kind: EventKind,
        on: date,
        board: str,
        system: str | None,
        require: Callable[[list[Event]], object] = len,
        **fields: object,
    ) -> Event:
        """Adds one event to the log and returns it. `require` is called with the events so far while nobody else can
        add one, and raises Refused where the new one may not follow them. Refused E_DATE where the date is before that
        of the last event or long after it, E_REPLAY where somebody else has had the same submission or nonce accepted
        since it was verified."""
        with durable.locked(self.folder):
            events = self.events()
            if events and kind != "clock":
                self._require_date(on, events[-1])
            require(events)
            number = len(events) + 1
            made = {"n": number, "prev": self._head, "kind": kind, "on": on, "board": board, "system": system}
            event = msgspec.convert({**made, **fields}, Event)
            raised = event.kind == "accept" and raises(events, event.submission, event.tier)
            if (event.accepts and not raised) and (
                event.nonce in used(events, "nonce") or event.submission in used(events, "submission")
            ):
                raise refuse("E_REPLAY", "$")
            durable.sweep(self.folder / "events")
            durable.create(self._event(number), canonical.encode(event))
        return event

    def _require_date(self, on: date, last: Event) -> None:
        if on < last.on:
            rule = f"before {last.on}, the date of event {last.n}; if a clock was ahead then, see `reset-clock`"
            raise refuse("E_DATE", "$.date", rule)
        if on - last.on > LONGEST_GAP and not self.clock_checked:
            gap = f"{on} is {(on - last.on).days} days after event {last.n}"
            raise refuse("E_DATE", "$.date", f"{gap}; if this machine's clock is right, say so with --clock-checked")

    def reset_clock(self, first: int, on: date) -> Event:
        """Has dates start again at `on`, because the clock of event number `first` was ahead, and returns the event
        that says so. Refused E_EVENT where that is not the first event whose date is later."""

        def require(events: Sequence[Event]) -> None:
            later = [event.n for event, dated in zip(events, dates(events), strict=True) if dated > on]
            if not later:
                raise refuse("E_EVENT", "EVENT", f"no event is dated later than {on}: there is nothing to reset")
            if later[0] != first:
                raise refuse("E_EVENT", "EVENT", f"the first event that is dated later than {on} is event {later[0]}")

        board = next((event.board for event in self.events() if event.n == first), None)
        if board is None:
            raise refuse("E_EVENT", "EVENT", "there is no such event")
        return self.append("clock", on, board, None, require, reason="clock_ahead")

    def _put(self, path: Path, data: bytes) -> None:
        with durable.locked(self.folder):
            durable.sweep(path.parent)
            durable.write(path, data)

    def register_nonce(
        self,
        board: str,
        system: str,
        on: date,
        nonce: str | None = None,
        board_version: str | None = None,
        require: Callable[[list[Event]], object] = len,
    ) -> str:
        """Registers one attempt of a system, on one version of a board if named, and returns its nonce: 32 random hex
        digits unless given. `require` is as in `append`."""
        nonce = nonce or secrets.token_hex(16)
        self.append("nonce", on, board, system, require, nonce=nonce, board_version=board_version)
        return nonce

    def keep(self, data: bytes) -> str:
        """Keeps the bytes of a submission and returns their digest."""
        digest = canonical.sha256(data)
        self._put(self.folder / "submissions" / f"{digest}.json", data)
        return digest

    def keep_evidence(self, data: bytes) -> str:
        """Keeps re-judgements and returns their digest."""
        digest = canonical.sha256(data)
        self._put(self.folder / "evidence" / f"{digest}.json", data)
        return digest

    def quarantine(self, data: bytes) -> str:
        """Keeps refused bytes, of any kind, and returns their digest."""
        digest = canonical.sha256(data)
        self._put(self.folder / "quarantine" / digest, data)
        return digest

    def quarantine_file(self, path: Path) -> str:
        """Keeps a file that is too large to be read at once, and returns its digest."""
        folder = self.folder / "quarantine"
        with durable.locked(self.folder), submission.open_file(path) as source:
            durable.make_folder(folder)
            durable.sweep(folder)
            part = folder / f".large{durable.PART}"
            with part.open("wb") as kept:
                shutil.copyfileobj(source, kept)
            with part.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            durable.settle(part, folder / digest)
        return digest

    def submission(self, digest: str) -> Submission:
        """Returns an accepted submission; Refused E_VAULT where its file is missing or is not what was accepted."""
        return submission.decode(self.accepted(digest))

    def outcomes(self, digest: str) -> list[Outcomes]:
        """Returns item and outcomes of each row of an accepted submission; Refused as `submission`."""
        return submission.decode_outcomes(self.accepted(digest))

    def accepted(self, digest: str) -> bytes:
        """Returns the bytes of an accepted submission; Refused as `submission`."""
        path = self.folder / "submissions" / f"{digest}.json"
        try:
            data = submission.read_bytes(path)
        except Refused:
            raise refuse("E_VAULT", f"$.submissions.{digest}") from None
        if canonical.sha256(data) != digest:
            raise refuse("E_VAULT", f"$.submissions.{digest}")
        return data

    def keep_items(self, board: Board, manifest: list[Item]) -> None:
        """Keeps the manifest of a board's version, which never changes afterwards: another one is Refused E_BOARD."""
        if findings := items.check(manifest, board):
            raise Refused(findings)
        data, path = items.encode(manifest), self._manifest(board)
        with durable.locked(self.folder):
            durable.make_folder(path.parent)
            durable.sweep(path.parent)
            if not path.exists():
                durable.create(path, data)
            elif path.read_bytes() != data:
                rule = f"the items of version {board.version} are kept and never change: other items need a new version"
                raise refuse("E_BOARD", "$.items_digest", rule)

    def items(self, board: Board) -> list[Item] | None:
        """Returns the manifest of a board's present version, or None where none has been kept."""
        path = self._manifest(board)
        return items.read_items(path, board) if path.exists() else None

    def manifests(self, board: Id) -> dict[str, list[Item]]:
        """Returns every manifest that a board ever had, by version, the oldest first; Refused E_ITEMS for a file that
        is none."""
        found = {}
        for path in (self.folder / "items").glob(f"{board}-*.json"):
            version = path.stem.removeprefix(f"{board}-")
            if re.fullmatch(VERSION, version):
                try:
                    found[version] = items.parse(path.read_bytes())
                except Refused:
                    raise refuse("E_ITEMS", f"$.{board}", f"the manifest of version {version} is damaged") from None
        return dict(sorted(found.items(), key=lambda each: version_key(each[0])))

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


def dates(events: Sequence[Event]) -> list[date]:
    """Returns the day on or before which each event happened: its own date, or that of a later `clock` event where that
    is earlier, because the clock was ahead in between."""
    corrected, latest = list[date](), date.max
    for event in reversed(events):
        latest = min(latest, event.on) if event.kind == "clock" else latest
        corrected.append(min(latest, event.on))
    return corrected[::-1]


def replay(events: Sequence[Event], waiting: Collection[int] = ()) -> list[Standing]:
    """Returns what stands after these events, one entry per board and system that ever had a submission accepted, in
    order of board and system. The acceptances on the ledger lines `waiting` do not count yet: too few reviewers have
    attested them, and what stood before stands on."""
    lines = {event.n: line for line, event in enumerate(ledger(events), start=1)}
    attempts: dict[tuple[str, str | None], list[Event]] = {}
    standings: dict[tuple[str, str], Standing] = {}
    for event, dated in zip(events, dates(events), strict=True):
        key = (event.board, event.system)
        if event.kind == "nonce":
            attempts.setdefault(key, []).append(event)
        elif event.accepts and lines[event.n] not in waiting:
            tried = _of_version(attempts.get(key, []), event.board_version)
            standing = _accepted(event, dated, lines[event.n], [each.nonce for each in tried], standings)
            standings[standing.board, standing.system] = standing
        else:
            _amend(event, standings)
    return [
        msgspec.structs.replace(standing, attempts=len(_of_version(attempts.get(key, []), standing.board_version)))
        for key, standing in sorted(standings.items())
    ]


def _of_version(attempts: Iterable[Event], version: str | None) -> list[Event]:
    """The attempts on one version of a board, and those from when attempts were of no version."""
    return [event for event in attempts if event.board_version in (None, version)]


def _accepted(
    event: Event, dated: date, line: int, issued: list[str | None], standings: dict[tuple[str, str], Standing]
) -> Standing:
    assert event.system and event.submission and event.tier, "an accept event always names these"
    before = standings.get((event.board, event.system))
    return Standing(
        board=event.board,
        system=event.system,
        submission=event.submission,
        tier=event.tier,
        line=line,
        accepted_on=dated,
        attempt=issued.index(event.nonce) + 1 if event.nonce in issued else 0,
        attempts=len(issued),
        withdrawals=before.withdrawals if before else 0,
        withdrawn=False,
        reply=before.reply if before and before.submission == event.submission else "none",
        sampled=event.sampled,
        agreed=event.agreed,
        board_version=event.board_version,
    )


def _amend(event: Event, standings: dict[tuple[str, str], Standing]) -> None:
    """What a withdrawal, a notice or a reply does to the submission that it names."""
    key = (event.board, event.system or "")
    before = standings.get(key)
    if before is None or before.submission != event.submission:
        return
    if event.kind == "withdraw":
        standings[key] = msgspec.structs.replace(before, withdrawn=True, withdrawals=before.withdrawals + 1)
    elif event.kind in ("notify", "reply"):
        standings[key] = msgspec.structs.replace(before, reply=msgspec.convert(event.reason, Reply))


def raises(events: Sequence[Event], submission: str | None, tier: Tier | None) -> bool:
    """Says whether accepting a submission at this tier raises the one at which it stands: a reviewer has looked further
    since. That takes no new attempt, and the outcomes stay the same."""
    standing = (each for each in replay(events) if each.submission == submission and not each.withdrawn)
    return tier is not None and any(TIERS.index(each.tier) < TIERS.index(tier) for each in standing)


def used(events: Iterable[Event], what: Literal["nonce", "submission"]) -> set[str]:
    """Returns the nonces or submissions that an accept or correct event has used up."""
    values = (getattr(event, what) for event in events if event.accepts)
    return {value for value in values if value}


def issued(events: Iterable[Event], board: str, version: str | None = None) -> set[tuple[str, str]]:
    """Returns system and nonce of every attempt registered on a board, or on one version of it."""
    mine = [event for event in events if event.kind == "nonce" and event.board == board]
    mine = _of_version(mine, version) if version else mine
    return {(event.system, event.nonce) for event in mine if event.system and event.nonce}
