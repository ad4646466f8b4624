"""The events of a vault, and what follows from them: which submission stands for each system, and its ledger line."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.boards.board import TIERS, Id, Tier, Version
from leaderboard.boards.vocabulary import MAINTAINERS_ERRED, REPLIES, LedgerEvent, Reply
from leaderboard.offline.submissions.submission import Hex32, Hex64

EventKind = Literal["nonce", LedgerEvent]
Flag = Literal["F_CLONED_EPOCHS", "F_COPY", "F_FABRICATED", "F_PARTIAL"]


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happened to one system on one board."""

    n: int
    prev: Hex64
    """sha256 of the event before: an edited or missing event breaks the chain."""
    kind: EventKind
    on: date
    """Never before the date of the event before, except for a `clock` event, after which dates start again."""
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
    """The flags of the submission when it was accepted, for reviewers to look into."""
    evidence: Hex64 | None = None
    """sha256 of the evidence for the tier."""
    sampled: int | None = None
    agreed: int | None = None
    """How many items were judged again, and on how many of them both judges agree."""

    @property
    def accepts(self) -> bool:
        """Whether a submission stands after this event."""
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
    partial: bool = False
    """Whether it had the flag F_PARTIAL when it was accepted."""


def decode(data: bytes) -> Event | None:
    """Returns the event that canonical bytes hold, or None; also where an acceptance lacks what it must name."""
    try:
        event = msgspec.json.decode(data, type=Event)
    except (ValueError, RecursionError):  # of msgspec, or text that is not Unicode
        return None
    return event if canonical.encode(event) == data and _is_complete(event) else None


def _is_complete(event: Event) -> bool:
    """Whether an event has what `replay` needs of its kind."""
    if event.accepts:
        return None not in (event.submission, event.system, event.tier, event.board_version, event.items_digest)
    return event.kind not in ("notify", "reply") or event.reason in REPLIES


def ledger(events: Iterable[Event]) -> list[Event]:
    """Returns the events that are published: all but the nonces. The number of a ledger line is its position in this
    list, from 1."""
    return [event for event in events if event.kind != "nonce"]


def dates(events: Sequence[Event]) -> list[date]:
    """Returns the day on or before which each event happened: its own date or, if earlier, that of a later `clock`
    event, because the clock was ahead in between."""
    corrected, latest = list[date](), date.max
    for event in reversed(events):
        latest = min(latest, event.on) if event.kind == "clock" else latest
        corrected.append(min(latest, event.on))
    return corrected[::-1]


def replay(events: Sequence[Event], waiting: Collection[int] = ()) -> list[Standing]:
    """Returns what stands after these events: one entry per board and system that ever had a submission accepted,
    sorted by board and system. Acceptances on the ledger lines `waiting`, which still lack signatures, are ignored:
    what stood before them still stands."""
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
        elif event.kind == "withdraw":
            _withdraw(event, standings)
    states = replies(events)
    return [
        msgspec.structs.replace(
            standing,
            attempts=len(_of_version(attempts.get(key, []), standing.board_version)),
            reply=states[standing.submission],
        )
        for key, standing in sorted(standings.items())
    ]


def replies(events: Iterable[Event]) -> dict[str, Reply]:
    """Returns the reply state of every submission that was ever accepted. A correction is of the same row as what it
    replaces, and so is a submission that is raised to a higher tier: all of these have one state, whichever of them a
    notice or reply names. A new attempt is another row, of which the developer must be informed again."""
    first: dict[str, str] = {}
    """By submission, the one that its row began with."""
    states: dict[str, Reply] = {}
    for event in events:
        if event.accepts and event.submission:
            row = first.setdefault(event.submission, first.get(event.replaces or "", event.submission))
            states.setdefault(row, "none")
        elif event.kind in ("notify", "reply") and event.submission in first:
            states[first[event.submission]] = msgspec.convert(event.reason, Reply)
    return {submission: states[row] for submission, row in first.items()}


def _of_version(attempts: Iterable[Event], version: str | None) -> list[Event]:
    """The attempts on one version of a board. Old events name no version: they count for each."""
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
        sampled=event.sampled,
        agreed=event.agreed,
        board_version=event.board_version,
        partial="F_PARTIAL" in event.flags,
    )


def _withdraw(event: Event, standings: dict[tuple[str, str], Standing]) -> None:
    """Applies a withdrawal to the submission that it names."""
    key = (event.board, event.system or "")
    before = standings.get(key)
    if before and before.submission == event.submission:
        standings[key] = msgspec.structs.replace(before, withdrawn=True, withdrawals=before.withdrawals + 1)


def raises(events: Sequence[Event], submission: str | None, tier: Tier | None) -> bool:
    """Returns whether accepting a submission at this tier raises the tier at which it stands, because a reviewer has
    checked more since. That needs no new attempt, and the outcomes stay the same."""
    standing = (each for each in replay(events) if each.submission == submission and not each.withdrawn)
    return tier is not None and any(TIERS.index(each.tier) < TIERS.index(tier) for each in standing)


def inherited(events: Iterable[Event], replaces: str | None, reason: str | None) -> str | None:
    """Returns the nonce that a correction takes over from the submission that it replaces, because the maintainers
    erred and the lab should not lose an attempt by it; None where a correction is an attempt of its own."""
    return nonce(events, replaces) if reason in MAINTAINERS_ERRED else None


def nonce(events: Iterable[Event], submission: str | None) -> str | None:
    """Returns the nonce of an accepted submission."""
    return next((event.nonce for event in events if event.accepts and event.submission == submission), None)


def rejected(events: Iterable[Event], submission: str) -> tuple[int, str] | None:
    """Returns the ledger line at which a file was last rejected by hand, and the reason; None where it was not, or has
    been accepted since."""
    events = list(events)
    if submission in used(events, "submission"):
        return None
    lines = [
        (line, event.reason or "")
        for line, event in enumerate(ledger(events), start=1)
        if event.kind == "reject" and event.submission == submission
    ]
    return lines[-1] if lines else None


def used(events: Iterable[Event], what: Literal["nonce", "submission"]) -> set[str]:
    """Returns the nonces or submissions of all accept and correct events."""
    return {value for event in events if event.accepts and (value := getattr(event, what))}


def issued(events: Iterable[Event], board: str, version: str | None = None) -> set[tuple[str, str]]:
    """Returns system and nonce of every attempt registered on a board, or on one version of it."""
    attempts = [event for event in events if event.kind == "nonce" and event.board == board]
    attempts = _of_version(attempts, version) if version else attempts
    return {(event.system, event.nonce) for event in attempts if event.system and event.nonce}
