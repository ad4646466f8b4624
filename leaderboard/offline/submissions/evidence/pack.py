"""The evidence pack: counts of what is in a log, and the sha256 of its files. No text, and no hash of a single text.

It is made by importing the log again, so that log, submission and pack agree. The same log and submission give the
same bytes, so a reviewer who makes the pack again at the lab can compare. It is private to the maintainers. Every
string is an id with a pattern, an enum or hex digits. Only whole files of a log are hashed: anyone who guesses a prompt
or an answer could confirm it by its hash.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Id
from leaderboard.boards.tools import log_tool
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.submission import Count, Hex64, StatedField, Submission, Tool
from leaderboard.release.trust import strict

MAX_BYTES = 64 * 1024
Option = Literal["--judge", "--served-as-registered", "--system", "--tool-version"]
"""What packs named, where they now name fields, while submissions did not say what was stated."""
STATED_SINCE = date(2026, 11, 28)
"""Submissions of earlier days may be silent about what was stated."""


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the log."""

    bytes: Annotated[int, Meta(ge=1, le=2**53)]
    sha256: Hex64


class Pack(Struct, frozen=True, forbid_unknown_fields=True):
    """What the maintainers get instead of a log."""

    board: Id
    edited_scores: Count
    epochs: Count
    errors: Count
    """Responses that are missing because of an error of the tool."""
    files: Annotated[list[File], Meta(min_length=1, max_length=8)]
    """In the order in which the importer reads them."""
    format: Literal["medharm-evidence-1"]
    items: Count
    log: Hex64
    """The sha256 of the log that the submission names."""
    outcomes: dict[Id, Count]
    """Responses by outcome, without those that do not occur."""
    stated: list[StatedField | Option]
    """What the lab stated against or beyond the log, as in the submission."""
    submission: Hex64
    """sha256 of the submission's bytes."""
    system: Id
    tool: Tool
    unscored: Count
    """Responses without an outcome from the judge."""


class Origin(NamedTuple):
    """What is known of a log apart from the submission that it gives."""

    files: Sequence[File]
    errors: int


def measure(paths: Iterable[Path]) -> list[File]:
    """Returns length and sha256 of each file."""
    measured: list[File] = []
    for path in paths:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            measured.append(File(file.tell(), sha256))
    return measured


def make(submitted: Submission, origin: Origin) -> Pack:
    """Returns the pack of a log that gives this submission."""
    counts = _count(submitted)
    return msgspec.convert(
        {
            "board": submitted.board,
            "edited_scores": submitted.source.edited_scores,
            "epochs": len(submitted.rows[0][1]) if submitted.rows else 0,
            "errors": origin.errors,
            "files": [msgspec.to_builtins(file) for file in origin.files],
            "format": "medharm-evidence-1",
            "items": len(submitted.rows),
            "log": submitted.source.sha256,
            "outcomes": {outcome: count for outcome, count in counts.items() if outcome is not None},
            "stated": [*submitted.source.stated],
            "submission": canonical.sha256(submission.encode(submitted)),
            "system": submitted.system,
            "tool": msgspec.to_builtins(submitted.tool),
            "unscored": counts[None] - origin.errors,
        },
        Pack,
    )


def _count(submitted: Submission) -> Counter[str | None]:
    return Counter(outcome for _, outcomes, _ in submitted.rows for outcome in outcomes)


def require_same(again: Submission, submitted: Submission) -> list[str]:
    """Refused E_EVIDENCE, for each field, where importing the log again gives another submission. Returns what a change
    of the registry since then explains, for the reviewer to judge: the lab may as well have removed it."""
    stated, judges = {*submitted.source.stated}, {each.judge for each in submitted.judgments}
    notes = []
    if (more := {*again.source.stated} - stated) and not _is_silent(submitted):
        notes += ["the system must be stated now, and the submission does not say that it was"] * (more == {"system"})
    if left_out := [each for each in again.judgments if each.judge not in judges]:
        notes.append(f"the log holds {len(left_out)} further judges that are not in the submission")
    if _is_silent(submitted) or more <= {"system"}:
        again = replace(again, source=replace(again.source, stated=submitted.source.stated))
    again = replace(again, judgments=[each for each in again.judgments if each.judge in judges])
    names = [field.name for field in msgspec.structs.fields(Submission)]
    differ = [name for name in names if getattr(again, name) != getattr(submitted, name)]
    if differ:
        raise Refused(Finding("E_EVIDENCE", f"$.{name}", "the log gives another value") for name in differ)
    return notes


def _is_silent(submitted: Submission) -> bool:
    """Whether it was made before submissions said what was stated, and so says nothing of it."""
    return not submitted.source.stated and submitted.submitted_on < STATED_SINCE


def decode(data: bytes) -> Pack:
    """Returns the pack that canonical bytes hold; Refused E_EVIDENCE or E_CANON otherwise."""
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$", f"more than {MAX_BYTES // 1024} KiB")
    return strict.decode(data, Pack, "E_EVIDENCE", "$")


def check(pack: Pack, submitted: Submission) -> None:
    """Refused E_EVIDENCE, for each field, where a pack is not of a log that gives this submission."""
    errors = min(pack.errors, _count(submitted)[None])
    expected = make(submitted, Origin(pack.files, errors))
    if _is_silent(submitted):
        expected = replace(expected, stated=sorted(set(pack.stated)))
    names = [field.name for field in msgspec.structs.fields(Pack)]
    differ = [name for name in names if getattr(pack, name) != getattr(expected, name)]
    if not _files_fit(pack, submitted):
        differ.append("files")
    if differ:
        raise Refused(Finding("E_EVIDENCE", f"$.{name}", "the submission says something else") for name in differ)


def _files_fit(pack: Pack, submitted: Submission) -> bool:
    """Whether these can be the files of the log, by their number and, unless all are hashed as one, by the first."""
    tool = log_tool(submitted.tool.name)
    if tool and not tool.files - tool.optional <= len(pack.files) <= tool.files:
        return False
    return bool(tool and tool.hashes_all_files) or pack.files[0].sha256 == submitted.source.sha256
