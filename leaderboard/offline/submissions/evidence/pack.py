"""The evidence pack: what a log holds, counted, and the sha256 of its files. It holds no text, and no hash of one.

Made by importing the log again, so that the log, the submission and the pack say the same. The same log and submission
give the same bytes: a reviewer who makes the pack again at the lab can compare. It is private to the maintainers. Every
string is an id with a pattern, an enum or hex digits. The smallest thing that is hashed is a whole file of a log: the
hash of one prompt or answer could be confirmed by anyone who guesses the text.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Id
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.submission import Count, Hex64, Submission, Tool
from leaderboard.release.trust import strict

MAX_BYTES = 64 * 1024
Option = Literal["--judge", "--served-as-registered", "--system", "--tool-version"]
FILES = {"helm": 5, "lm_eval": 2, "inspect_ai": 1}
"""Files of a log. A table has one, and perhaps further ones with verdicts."""


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the log."""

    bytes: Annotated[int, Meta(ge=1, le=2**53)]
    sha256: Hex64


class Pack(Struct, frozen=True, forbid_unknown_fields=True):
    """What the maintainers get in the place of a log."""

    board: Id
    edited_scores: Count
    epochs: Count
    errors: Count
    """Responses that are missing because the tool met an error."""
    files: Annotated[list[File], Meta(min_length=1, max_length=8)]
    """In the order in which the importer reads them."""
    format: Literal["medharm-evidence-1"]
    items: Count
    log: Hex64
    """The digest of the log that the submission names."""
    outcomes: dict[Id, Count]
    """Responses by outcome; those that do not occur are left out."""
    stated: list[Option]
    """What the lab said beside the log, which does not vouch for it."""
    submission: Hex64
    """sha256 of the submission's bytes."""
    system: Id
    tool: Tool
    unscored: Count
    """Responses that nobody gave an outcome."""


class Origin(NamedTuple):
    """What is known of a log beside the submission that it gives."""

    files: Sequence[File]
    errors: int
    stated: Sequence[str]


def measure(paths: Iterable[Path]) -> list[File]:
    """Returns length and sha256 of each file."""
    measured: list[File] = []
    for path in paths:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            measured.append(File(file.tell(), digest))
    return measured


def make(made: Submission, origin: Origin) -> Pack:
    """Returns the pack of a log that gives this submission."""
    given = _count(made)
    return msgspec.convert(
        {
            "board": made.board,
            "edited_scores": made.source.edited_scores,
            "epochs": len(made.rows[0][1]) if made.rows else 0,
            "errors": origin.errors,
            "files": [msgspec.to_builtins(file) for file in origin.files],
            "format": "medharm-evidence-1",
            "items": len(made.rows),
            "log": made.source.sha256,
            "outcomes": {outcome: count for outcome, count in given.items() if outcome is not None},
            "stated": sorted(origin.stated),
            "submission": canonical.sha256(submission.encode(made)),
            "system": made.system,
            "tool": msgspec.to_builtins(made.tool),
            "unscored": given[None] - origin.errors,
        },
        Pack,
    )


def _count(made: Submission) -> Counter[str | None]:
    return Counter(outcome for _, outcomes, _ in made.rows for outcome in outcomes)


def require_same(again: Submission, made: Submission) -> None:
    """Refused E_EVIDENCE, with each field, where importing the log again gives another submission."""
    names = [field.name for field in msgspec.structs.fields(Submission)]
    differ = [name for name in names if getattr(again, name) != getattr(made, name)]
    if differ:
        raise Refused(Finding("E_EVIDENCE", f"$.{name}", "the log gives another value") for name in differ)


def decode(data: bytes) -> Pack:
    """Returns the pack that canonical bytes hold; Refused E_EVIDENCE or E_CANON otherwise."""
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$")
    return strict.decode(data, Pack, "E_EVIDENCE", "$")


def check(pack: Pack, made: Submission) -> None:
    """Refused E_EVIDENCE, with each field, where a pack is not one of a log that gives this submission."""
    errors = min(pack.errors, _count(made)[None])
    expected = make(made, Origin(pack.files, errors, sorted(set(pack.stated))))
    names = [field.name for field in msgspec.structs.fields(Pack)]
    differ = [name for name in names if getattr(pack, name) != getattr(expected, name)]
    if not _files_fit(pack, made):
        differ.append("files")
    if differ:
        raise Refused(Finding("E_EVIDENCE", f"$.{name}", "the submission says something else") for name in differ)


def _files_fit(pack: Pack, made: Submission) -> bool:
    """Whether these can be the files of the log: HELM's digest is that of five files, any other that of the first."""
    if len(pack.files) != FILES.get(made.tool.name, len(pack.files)):
        return False
    return made.tool.name == "helm" or pack.files[0].sha256 == made.source.sha256
