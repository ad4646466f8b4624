"""The public ledger: what happened to every submission, one canonical JSON line each, chained by sha256.

A line holds the sha256 of the line before, so that a line edited, removed or moved breaks the chain at the next one.
The last line is protected by the count and head in the signed metadata (`contents.Custom`). Position of an E_LEDGER
finding: `$[7].prev` (line 6 is not the one that line 7 was written after), `$[7].n` (a line is missing or in another
position), `$[7].date` (line 7 is dated before line 6), `$.lines` (fewer than are known), `$.head` (another history than
the known one).

Dates never go back, except at a line of the event `clock`. It says that a maintainer's clock was ahead: lines before it
that are dated later happened on or before its own date. It needs no signature of its own, because the ledger is a
target that a threshold of reviewers signs, with every release, after they were shown the line.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.boards.board import Id, Tier
from leaderboard.boards.vocabulary import REASONS, Vocabulary
from leaderboard.release.trust import strict
from leaderboard.release.trust.strict import Hex64

NAME = "ledger.jsonl"
START = "0" * 64
"""The `prev` of the first line."""
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
    """sha256 of the statement that reviewers sign (`attestation.digest`). It is known when a submission is accepted and
    stays the same when a signature is added, so the line never has to change."""
    reason: Id | None
    replaces: Hex64 | None


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a history is known."""

    lines: int
    head: Hex64
    """sha256 of the last line, or START."""


def read(data: bytes, known: Head | None = None) -> tuple[Line, ...]:
    """Returns the lines of a ledger. Refused E_SCHEMA or E_CANON where a line is invalid, E_LEDGER where the chain is
    broken or where the ledger does not continue what is known of it."""
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
    """Returns the count of lines and the sha256 of the last one."""
    texts = data.splitlines()
    return Head(len(texts), canonical.sha256(texts[-1]) if texts else START)


def resets(lines: Sequence[Line], start: int = 0) -> list[tuple[Line, list[Line]]]:
    """Returns each `clock` line after line number `start`, with the lines that it corrects the dates of."""
    return [
        (line, [other for other in lines[: line.n - 1] if other.date > line.date and other.event != "clock"])
        for line in lines[start:]
        if line.event == "clock"
    ]


def dates(lines: Sequence[Line]) -> list[datetime.date]:
    """Returns the day on or before which each line happened: its own date or, if earlier, that of a later `clock`
    line."""
    days, latest = list[datetime.date](), datetime.date.max
    for line in reversed(lines):
        latest = min(latest, line.date) if line.event == "clock" else latest
        days.append(min(latest, line.date))
    return days[::-1]


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
