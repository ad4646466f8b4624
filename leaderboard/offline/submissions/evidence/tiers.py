"""Examines the evidence that a file was handed in with, as its tier asks for it."""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board, Tier
from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.evidence import pack as packs
from leaderboard.offline.submissions.submission import Judgment, Row, Submission

if TYPE_CHECKING:
    from leaderboard.release.trust.libraries import Key

SAMPLE = 50
"""Items that must be judged again, unless the board has fewer."""
NEEDED: dict[Tier, str] = {
    "self_reported": "the tier needs the evidence pack that the lab made of its log: `evidence pack`",
    "artifact_checked": "the tier needs the log, or the record of a reviewer who saw it at the lab: `evidence sign`",
    "rejudged": "the tier needs another judge's outcomes",
    "maintainer_rerun": "the tier needs the outcomes of the run",
}


class Evidence(NamedTuple):
    """What an acceptance keeps of its evidence; nothing where the tier asks for none."""

    digest: str | None = None
    kept: bytes | None = None
    sampled: int | None = None
    agreed: int | None = None


def examine(
    path: Path | None,
    tier: Tier,
    made: Submission,
    board: Board,
    registry: Registry,
    today: date,
    reviewers: "Iterable[Key]" = (),
) -> Evidence:
    """Returns the evidence in a file. `reviewers` are the keys that may sign the record of a log. Refused E_EVIDENCE
    where the tier needs another kind, or none; as by `record.verify`; E_JUDGE where the judge is not registered or is
    the judge of record itself, whose agreement with itself shows nothing."""
    if tier not in NEEDED:
        if path is not None:
            raise refuse("E_EVIDENCE", "--evidence", "the tier rests on none")
        return Evidence()
    if path is None:
        raise refuse("E_EVIDENCE", "--evidence", NEEDED[tier])
    if tier == "self_reported":
        data = submission.read_bytes(path)
        packs.check(packs.decode(data), made)
        return Evidence(canonical.sha256(data), data)
    if tier == "artifact_checked":
        return _artifact(path, made, today, reviewers)
    return _judged_again(path, tier, made, board, registry)


def _artifact(path: Path, made: Submission, today: date, reviewers: "Iterable[Key]") -> Evidence:
    """The log has the digest that the submission names. Any other small JSON file is to be a reviewer's record."""
    from leaderboard.offline.submissions.evidence import record  # needs tuf, which the environment of Inspect AI lacks

    with submission.open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(packs.MAX_BYTES + 1)
    if digest == made.source.sha256:
        return Evidence(digest)
    if not start.startswith(b'{"payload":') or len(start) > packs.MAX_BYTES:
        raise refuse("E_EVIDENCE", "$.source.sha256", "neither the log that the submission names nor a signed record")
    packs.check(record.verify(start, reviewers, today), made)
    return Evidence(digest, start)


def _judged_again(path: Path, tier: Tier, made: Submission, board: Board, registry: Registry) -> Evidence:
    data = submission.read_bytes(path)
    again = _decode(data)
    if again.judge not in {judge.ref for judge in registry.judge}:
        raise refuse("E_JUDGE", "$.judge")
    if tier == "rejudged" and again.judge == made.judge:
        raise refuse("E_JUDGE", "$.judge")
    agreed = _compare(again.rows, made.rows, board)
    if len(agreed) < min(SAMPLE, len(made.rows)):
        raise refuse("E_EVIDENCE", "$.rows")
    return Evidence(canonical.sha256(data), data, len(agreed), sum(agreed))


def _decode(data: bytes) -> Judgment:
    try:
        made = msgspec.json.decode(data, type=Judgment)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # its text may quote the file
        raise refuse("E_EVIDENCE", "$") from None
    if canonical.encode(made) != data:
        raise refuse("E_CANON", "$")
    return made


def _compare(again: list[Row], first: list[Row], board: Board) -> list[bool]:
    """Whether both say the same of an item, unsafe or not, in every epoch that both judged; for each item with one."""
    outcomes = {outcome.id: outcome for outcome in board.outcome}
    before = {item: given for item, given, _ in first}
    agreed: list[bool] = []
    for number, (item, given, _) in enumerate(again):
        if item not in before or len(given) != len(before[item]) or not {*given} <= {None, *outcomes}:
            raise refuse("E_EVIDENCE", f"$.rows[{number}]")
        both = [(a, b) for a, b in zip(given, before[item], strict=True) if a is not None and b is not None]
        if both:
            agreed.append(all(outcomes[a].harmful.unsafe == outcomes[b].harmful.unsafe for a, b in both))
    if len({item for item, _, _ in again}) < len(again):
        raise refuse("E_EVIDENCE", "$.rows")
    return agreed
