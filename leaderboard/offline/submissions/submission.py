"""The canonical submission: one system's text-free outcomes on one board. Parse, bytes, digest.

Every string is an id with a pattern, an enum, a date or hex digits; an unknown key refuses the whole file. The bytes
are canonical: decoding and encoding again gives the same bytes, which is checked before anything else is read.
"""

import io
import math
import os
import re
import stat
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Id, JudgeRef, Version
from leaderboard.boards.registry import JudgeKind

MAX_BYTES = 2 * 1024 * 1024

ItemId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hex40 = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
ToolVersion = Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,4}((a|b|rc|\.dev|\.post)[0-9]{1,4})?\Z")]
Severity = Annotated[int, Meta(ge=0, le=4)]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Row = tuple[ItemId, list[Id | None], list[Severity | None]]
"""Item, outcome of each epoch, severity of each epoch; null is a missing outcome, never a safe one."""


class Generation(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings that the responses were generated with; null where unknown."""

    max_tokens: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    seed: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    system_prompt: Literal["none", "default", "custom"] | None = None
    temperature: Annotated[float, Meta(ge=0, le=10)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None


class Judgment(Struct, frozen=True, forbid_unknown_fields=True):
    """What a further judge said, on all items or on some."""

    judge: JudgeRef
    judge_kind: JudgeKind
    rows: list[Row]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """What binds the submission to the private evidence behind it."""

    commit: Hex40 | None
    edited_scores: Count
    """How many scores a person changed after the judge gave them."""
    sha256: Hex64
    """Digest of the log or table that was imported."""


class Tool(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tool produced the outcomes; versions are null where the tool records none."""

    name: Literal["inspect_ai", "lm_eval", "helm", "table"]
    task_version: ToolVersion | None
    version: ToolVersion | None


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """One system's outcomes on one board, by the judge of record and by further judges."""

    board: Id
    board_version: Version
    generation: Generation
    items_digest: Hex64
    judge: JudgeRef
    judgments: list[Judgment]
    nonce: Hex32 | None
    rows: list[Row]
    source: Source
    started_on: date
    submitted_on: date
    system: Id
    tool: Tool


Outcomes = tuple[str, list[str | None], msgspec.Raw]
"""A row whose severities are left unread."""


class _Rows(Struct):
    rows: list[Outcomes]


_decoder = msgspec.json.Decoder(Submission)
_rows_decoder = msgspec.json.Decoder(_Rows)


def encode(submission: Submission) -> bytes:
    """Returns the canonical bytes of a submission."""
    return canonical.encode(submission)


def read_bytes(path: Path) -> bytes:
    """Returns the bytes of a regular file of at most 2 MiB; Refused E_FILE or E_SIZE for anything else."""
    with open_file(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$")
    return data


def open_file(path: Path) -> io.BufferedReader:
    """Returns a regular file opened to be read; Refused E_FILE for a link, folder, pipe, device or nothing at all."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        raise refuse("E_FILE", "$") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse("E_FILE", "$")
    return open(descriptor, "rb")


def decode(data: bytes) -> Submission:
    """Returns the submission that canonical bytes hold; Refused with E_SIZE, E_UTF8, E_JSON, E_DEPTH, E_SCHEMA or
    E_CANON and a place, never with a value."""
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$")
    try:
        data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise refuse("E_UTF8", "$") from None
    try:
        submission = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise refuse("E_SCHEMA", _place(str(error))) from None
    except RecursionError:
        raise refuse("E_DEPTH", "$") from None
    except msgspec.DecodeError:
        raise refuse("E_JSON", "$") from None
    if encode(submission) != data or _has_negative_zero(submission.generation):
        raise refuse("E_CANON", "$")
    return submission


def decode_outcomes(data: bytes) -> list[Outcomes]:
    """Returns item and outcomes of each row of bytes that `decode` has accepted before, at a third of its cost: for
    those who read every submission of a board."""
    return _rows_decoder.decode(data).rows


def _has_negative_zero(generation: Generation) -> bool:
    """The one number with two forms that both survive decoding and encoding."""
    return any(
        value == 0 and math.copysign(1, value) < 0
        for value in (generation.temperature, generation.top_p)
        if value is not None
    )


_PLACE = re.compile(r" - at `(\$[a-z_.0-9\[\]]{0,80})`\Z")


def _place(message: str) -> str:
    """The JSON path that msgspec appends to its message. The rest of the message may quote the input: it is dropped.
    A path of anything but our own field names and indices is dropped too."""
    match = _PLACE.search(message)
    return match.group(1) if match else "$"
