"""The canonical submission: one system's text-free outcomes on one board. Decoding and encoding.

Every string is an id with a pattern, an enum, a date or hex digits; an unknown key refuses the whole file. The bytes
are canonical: decoding and encoding gives the same bytes, which is checked before any field is used.
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
from leaderboard.boards.tools import TOOL_IDS
from leaderboard.boards.vocabulary import SystemPrompt

MAX_BYTES = 2 * 1024 * 1024

ItemId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Commit = Annotated[str, Meta(pattern=r"^[0-9a-f]{7,40}\Z")]
"""The hash of a git commit, often only its beginning."""
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
ToolVersion = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,4}((a|b|rc)[0-9]{1,4})?(\.post[0-9]{1,4})?(\.dev[0-9]{1,6})?"
        r"(\+g[0-9a-f]{3,40}(\.d[0-9]{8})?)?\Z"
    ),
]
"""As PEP 440 has them; a development version may end in the commit that it was made of, and the day."""
ToolId = Annotated[str, Meta(pattern=rf"^({'|'.join(TOOL_IDS)})\Z")]
Severity = Annotated[int, Meta(ge=0, le=4)]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Row = tuple[ItemId, list[Id | None], list[Severity | None]]
"""Item, outcome of each epoch, severity of each epoch; null is a missing outcome, never a safe one."""


class Generation(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings that the responses were generated with; null where unknown."""

    max_tokens: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    seed: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    system_prompt: SystemPrompt | None = None
    temperature: Annotated[float, Meta(ge=0, le=10)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None


class Judgment(Struct, frozen=True, forbid_unknown_fields=True):
    """The outcomes that a further judge gave, for all items or some."""

    judge: JudgeRef
    judge_kind: JudgeKind
    rows: list[Row]


StatedField = Literal["judge", "model", "system", "tool_version"]
"""What a lab may state that the log does not show: who judged, that the model is the registered one although the log
calls it otherwise, which of several systems it was, and the version of the tool."""


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What ties the submission to the private evidence behind it."""

    commit: Commit | None
    edited_scores: Count
    """How many scores a person changed after the judge gave them."""
    sha256: Hex64
    """Of the log or table that was imported."""
    stated: tuple[StatedField, ...] = ()
    """What the lab stated against or beyond the log, each once and sorted; without any, the key is absent."""


class Tool(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tool produced the outcomes; versions are null where the tool records none."""

    name: ToolId
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
    _require_size(data)
    return data


def _require_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$", f"more than {MAX_BYTES // 1024**2} MiB")


def open_file(path: Path) -> io.BufferedReader:
    """Returns a regular file, open for reading; Refused E_FILE for a link, folder, pipe, device or missing file."""
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
    _require_size(data)
    try:
        data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise refuse("E_UTF8", "$") from None
    try:
        submission = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise refuse("E_SCHEMA", _path(str(error))) from None
    except RecursionError:
        raise refuse("E_DEPTH", "$") from None
    except msgspec.DecodeError:
        raise refuse("E_JSON", "$") from None
    stated = submission.source.stated
    if encode(submission) != data or _has_negative_zero(submission.generation) or [*stated] != sorted({*stated}):
        raise refuse("E_CANON", "$")
    return submission


def decode_outcomes(data: bytes) -> list[Outcomes]:
    """Returns item and outcomes of each row of bytes that `decode` has accepted before, in a third of its time. For
    callers that read every submission of a board."""
    return _rows_decoder.decode(data).rows


def _has_negative_zero(generation: Generation) -> bool:
    """Zero is the only number with two forms, 0.0 and -0.0, that both survive decoding and encoding."""
    return any(
        value == 0 and math.copysign(1, value) < 0
        for value in (generation.temperature, generation.top_p)
        if value is not None
    )


_PATH = re.compile(r" - at `(\$[a-z_.0-9\[\]]{0,80})`\Z")


def _path(message: str) -> str:
    """The JSON path that msgspec appends to its message. The rest of the message may quote the input: it is dropped.
    A path of anything but our own field names and indices is dropped too."""
    match = _PATH.search(message)
    return match.group(1) if match else "$"
