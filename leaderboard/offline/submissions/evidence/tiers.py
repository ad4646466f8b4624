"""Checks the evidence of a submission, as its tier requires."""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board, Tier
from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import logs, submission
from leaderboard.offline.submissions.evidence import pack as packs
from leaderboard.offline.submissions.submission import Judgment, Row, Submission
from leaderboard.release.trust import strict

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
    """What an acceptance records of its evidence; nothing where the tier needs none."""

    digest: str | None = None
    stored: bytes | None = None
    sampled: int | None = None
    agreed: int | None = None


def examine(
    path: Path | None,
    tier: Tier,
    taken: Submission,
    board: Board,
    registry: Registry,
    today: date,
    reviewers: "Iterable[Key]" = (),
) -> Evidence:
    """Returns the evidence in a file. `reviewers` are the keys that may sign the record of a log. Refused E_EVIDENCE
    where the tier needs another kind, or none; E_JUDGE where the judge is not registered, or is the judge of record,
    whose agreement with itself proves nothing; else as by `record.verify`."""
    if tier not in NEEDED:
        if path is not None:
            raise refuse("E_EVIDENCE", "--evidence", "this tier needs no evidence")
        return Evidence()
    if path is None:
        raise refuse("E_EVIDENCE", "--evidence", NEEDED[tier])
    if tier == "self_reported":
        data = submission.read_bytes(path)
        packs.check(packs.decode(data), taken)
        return Evidence(canonical.sha256(data), data)
    if tier == "artifact_checked":
        return _artifact(path, taken, today, reviewers)
    return _judged_again(path, tier, taken, board, registry)


def _artifact(path: Path, taken: Submission, today: date, reviewers: "Iterable[Key]") -> Evidence:
    """The log has the sha256 that the submission names. Any other file must be a reviewer's record."""
    from leaderboard.offline.submissions.evidence import (
        record,  # needs tuf, which is not in the environment of Inspect AI
    )

    if path.is_dir():  # a log of several files: it is not taken, and nothing of it stays
        paths = logs.files_of(taken.tool.name, path)
        if paths and logs.digest(paths) == taken.source.sha256:
            return Evidence(taken.source.sha256)
        raise refuse("E_EVIDENCE", "$.source.sha256", "not the folder of the log that the submission names")
    with submission.open_file(path) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(packs.MAX_BYTES + 1)
    if sha256 == taken.source.sha256:
        return Evidence(sha256)
    if not start.startswith(b'{"payload":') or len(start) > packs.MAX_BYTES:
        raise refuse("E_EVIDENCE", "$.source.sha256", "neither the log that the submission names nor a signed record")
    packs.check(record.verify(start, reviewers, today), taken)
    return Evidence(sha256, start)


def _judged_again(path: Path, tier: Tier, taken: Submission, board: Board, registry: Registry) -> Evidence:
    data = submission.read_bytes(path)
    again = strict.decode(data, Judgment, "E_EVIDENCE", "$")
    if again.judge not in {judge.ref for judge in registry.judge}:
        raise refuse("E_JUDGE", "$.judge", "not registered on this board")
    if tier == "rejudged" and again.judge == taken.judge:
        raise refuse("E_JUDGE", "$.judge", "must be another judge than the first")
    agreed = _compare(again.rows, taken.rows, board)
    if len(agreed) < min(SAMPLE, len(taken.rows)):
        raise refuse("E_EVIDENCE", "$.rows", f"fewer than {SAMPLE} items were judged again")
    return Evidence(canonical.sha256(data), data, len(agreed), sum(agreed))


def _compare(again: list[Row], first: list[Row], board: Board) -> list[bool]:
    """For each item that both judged in some epoch: whether they agree in all of these on unsafe or not."""
    outcomes = {outcome.id: outcome for outcome in board.outcome}
    before = {item: labels for item, labels, _ in first}
    agreed: list[bool] = []
    for number, (item, labels, _) in enumerate(again):
        if item not in before or len(labels) != len(before[item]) or not {*labels} <= {None, *outcomes}:
            raise refuse("E_EVIDENCE", f"$.rows[{number}]")
        both = [(a, b) for a, b in zip(labels, before[item], strict=True) if a is not None and b is not None]
        if both:
            agreed.append(all(outcomes[a].harmful.unsafe == outcomes[b].harmful.unsafe for a, b in both))
    if len({item for item, _, _ in again}) < len(again):
        raise refuse("E_EVIDENCE", "$.rows", "an item occurs twice")
    return agreed
