"""What a tier rests on, and how it is checked.

artifact_checked   the log or table itself, which has the digest that the submission names. Not kept: it may hold text
rejudged           another judge's outcomes of some items, in the form of a submission's `judgments`. Kept, and counted
maintainer_rerun   the same, of responses that the maintainers had the system give again
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import msgspec

from leaderboard import canonical, submission
from leaderboard.board import Board, Tier
from leaderboard.findings import refuse
from leaderboard.registry import Registry
from leaderboard.submission import Judgment, Row, Submission

SAMPLE = 50
"""Items that must be judged again, unless the board has fewer."""
_PLAIN = ("paper_reported", "self_reported")


class Evidence(NamedTuple):
    """What an acceptance keeps of its evidence; nothing where the tier asks for none."""

    digest: str | None = None
    kept: bytes | None = None
    sampled: int | None = None
    agreed: int | None = None


def examine(path: Path | None, tier: Tier, made: Submission, board: Board, registry: Registry) -> Evidence:
    """Returns the evidence in a file. Refused E_EVIDENCE where the tier needs another kind, or none; E_JUDGE where the
    judge is not registered or is the judge of record itself, whose agreement with itself shows nothing."""
    if tier in _PLAIN:
        if path is not None:
            raise refuse("E_EVIDENCE", "--evidence")
        return Evidence()
    if path is None:
        raise refuse("E_EVIDENCE", "--evidence")
    if tier == "artifact_checked":
        return _artifact(path, made)
    return _judged_again(path, tier, made, board, registry)


def _artifact(path: Path, made: Submission) -> Evidence:
    with submission.open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != made.source.sha256:
        raise refuse("E_EVIDENCE", "$.source.sha256")
    return Evidence(digest)


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
