"""The public ledger: every submission's fate, one canonical JSON line each, chained by digest.

A line names the digest of the line before, so that a line edited, removed or moved breaks the chain at the next one.
The last line is guarded by the count and head that the signed metadata hold (see `metadata.Custom`). Place of an
E_LEDGER finding: `$[7].prev` (line 6 is not the one that line 7 was written after), `$[7].n` (a line is missing or out
of its place), `$[7].date` (line 7 is dated before line 6), `$.lines` (fewer than are known), `$.head` (another history
than the one known).

Dates never go back, but for a line of the event `clock`. It says that a maintainer's clock was ahead: lines before it
that are dated later happened on or before its own date. It needs no signature of its own, because the ledger is a
target that a threshold of reviewers signs, with every release, after they were shown the line.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.boards.board import Id, Tier
from leaderboard.boards.vocabulary import REASONS, Vocabulary
from leaderboard.release.trust import strict
from leaderboard.release.trust.strict import Hex64

NAME = "ledger.jsonl"
START = "0" * 64
"""What the first line names as the one before."""
EventKind = Literal["accept", "reject", "withdraw", "correct", "notify", "reply", "revoke", "clock"]


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One event. Every key is in every line; what does not apply is null."""

    n: int
    prev: Hex64
    """sha256 of the line before, without its newline."""
    event: EventKind
    date: datetime.date
    board: Id
    submission: Hex64 | None
    system: Id | None
    tier: Tier | None
    attestation: Hex64 | None
    """sha256 of the statement that reviewers sign (`attestation.digest`): it is known when a submission is accepted and
    does not change when a signature is added, so that the line never has to."""
    reason: Id | None
    replaces: Hex64 | None


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a history is known."""

    lines: int
    head: Hex64
    """sha256 of the last line, or START."""


class Event(Protocol):
    """What this module reads of a vault's event."""

    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> datetime.date: ...
    @property
    def board(self) -> str: ...
    @property
    def system(self) -> str | None: ...
    @property
    def submission(self) -> str | None: ...
    @property
    def tier(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def replaces(self) -> str | None: ...


def write(events: Iterable[Event], attestations: Mapping[int, str]) -> bytes:
    """Returns the ledger of a vault's published events (`vault.ledger`). `attestations` holds, by line number from 1,
    the digest of the statement about each accepted submission."""
    lines: list[bytes] = []
    prev = START
    for number, event in enumerate(events, start=1):
        lines.append(canonical.encode(_line(number, prev, event, attestations.get(number))))
        prev = canonical.sha256(lines[-1])
    return b"".join(line + b"\n" for line in lines)


def _line(number: int, prev: str, event: Event, attestation: str | None) -> Line:
    made = {
        "n": number,
        "prev": prev,
        "event": event.kind,
        "date": event.on,
        "board": event.board,
        # Bytes that name no registered system were perhaps no submission at all but somebody's prompt, whose digest
        # would tell a holder of the text that it was sent (SAFETY.md, clause 3).
        "submission": event.submission if event.system else None,
        "system": event.system,
        "tier": event.tier,
        "attestation": attestation,
        "reason": event.reason,
        "replaces": event.replaces,
    }
    return msgspec.convert(made, Line)


def read(data: bytes, known: Head | None = None) -> tuple[Line, ...]:
    """Returns the lines of a ledger. Refused E_SCHEMA or E_CANON where a line is not one, E_LEDGER where the chain is
    broken or where the ledger does not go on from what is known of it."""
    *texts, rest = data.split(b"\n")
    if rest:
        raise refuse("E_LEDGER", f"$[{len(texts) + 1}]")
    lines: list[Line] = []
    prev = START
    for number, text in enumerate(texts, start=1):
        lines.append(_decode(text, number, prev))
        if number > 1 and lines[-1].event != "clock" and lines[-1].date < lines[-2].date:
            raise refuse("E_LEDGER", f"$[{number}].date")
        prev = canonical.sha256(text)
    if known:
        _require_known(data, known)
    return tuple(lines)


def _decode(text: bytes, number: int, prev: str) -> Line:
    line = strict.decode(text, Line, "E_SCHEMA", f"$[{number}]")
    if line.n != number:
        raise refuse("E_LEDGER", f"$[{number}].n")
    if line.prev != prev:
        raise refuse("E_LEDGER", f"$[{number}].prev")
    return line


def _require_known(data: bytes, known: Head) -> None:
    texts = data.splitlines()
    if len(texts) < known.lines:
        raise refuse("E_LEDGER", "$.lines")
    last = canonical.sha256(texts[known.lines - 1]) if known.lines else START
    if last != known.head:
        raise refuse("E_LEDGER", "$.head")


def head(data: bytes) -> Head:
    """Returns the count of lines and the digest of the last one."""
    texts = data.splitlines()
    return Head(len(texts), canonical.sha256(texts[-1]) if texts else START)


def resets(lines: Sequence[Line], start: int = 0) -> list[tuple[Line, list[Line]]]:
    """Returns each `clock` line after line number `start`, with the lines that it corrects the dates of."""
    return [
        (line, [other for other in lines[: line.n - 1] if other.date > line.date and other.event != "clock"])
        for line in lines[start:]
        if line.event == "clock"
    ]


def extends(old: bytes, new: bytes) -> bool:
    """Says whether a ledger holds another one, unchanged, and perhaps more after it. Refused as by `read` where either
    is not a ledger."""
    read(old)
    read(new)
    return new.startswith(old)


def check_words(lines: Iterable[Line], vocabulary: Vocabulary) -> list[Finding]:
    """Returns a finding for each word outside the closed vocabulary: ids are short, but they could spell something."""
    known = {
        "board": vocabulary["board_id"],
        "system": (None, *vocabulary["system_id"]),
        "reason": (None, *REASONS),
    }
    return [
        Finding("E_VOCABULARY", f"$[{line.n}].{field}")
        for line in lines
        for field, words in known.items()
        if getattr(line, field) not in words
    ]
