"""The boards that come with the site, made the way any board is: submissions, verified, accepted into a vault.

`xstest` and `msts` are read from their published label tables; `demo` is drawn from a seed, in three stages.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board
from leaderboard.boards.registry import Registry
from leaderboard.offline import demo
from leaderboard.offline.importers import sandbox as contained
from leaderboard.offline.importers import table
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.evidence import pack
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.labels import read_labels
from leaderboard.offline.submissions.submission import Submission
from leaderboard.offline.submissions.vault import Vault


def build_tables_board(
    board: Board, registry: Registry, mapping: Path, labels: Path, keep: Vault, today: date
) -> list[Event]:
    """Imports a board's label table into a vault and returns the events, one per system."""
    described = read_labels(mapping, board, registry)
    folder = labels / board.id if (labels / board.id).is_dir() else labels
    source = folder / described.file
    imported = contained.call(table.read, table.Imported, source, board, registry, described)
    keep.keep_items(board, imported.items)
    filled = (_with_nonce(made, board, keep, today) for made in imported.submissions)
    return [intake.accept(submission.encode(made), board, registry, keep, today, board.tier, source) for made in filled]


def build_demo_board(board: Board, registry: Registry, stage: int, keep: Vault, today: date) -> list[Event]:
    """Draws one stage of the synthetic board into a vault and returns its events."""
    keep.keep_items(board, demo.items())
    return [_act(act, board, registry, keep, today) for act in demo.stage(stage, board, registry, today)]


def _act(act: demo.Act, board: Board, registry: Registry, keep: Vault, today: date) -> Event:
    match act:
        case demo.Accept():
            filled = _with_nonce(act.submission, board, keep, today)
            with _file(_rests_on(act, filled)) as evidence:
                return intake.accept(submission.encode(filled), board, registry, keep, today, act.tier, evidence)
        case demo.Withdraw():
            return intake.withdraw(keep, _standing(keep, board, act.system), act.reason, today)
        case demo.Correct():
            data = submission.encode(_with_nonce(act.submission, board, keep, today))
            replaces = _standing(keep, board, act.submission.system)
            with _file(act.evidence) as evidence:
                return intake.correct(data, board, registry, keep, today, replaces, act.reason, evidence)


def _rests_on(act: demo.Accept, filled: Submission) -> bytes:
    """The evidence of an acceptance. A lab's pack names the submission, nonce included, so it is made here."""
    if act.tier != "self_reported":
        return act.evidence
    log = pack.File(len(act.evidence), canonical.sha256(act.evidence))
    return canonical.encode(pack.make(filled, pack.Origin([log], errors=0, stated=())))


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    """Puts evidence in a file, which is where evidence is."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "evidence"
        path.write_bytes(data)
        yield path


def _with_nonce(made: Submission, board: Board, keep: Vault, today: date) -> Submission:
    """Fills the nonce. It follows from the board, system and attempt, so that a rebuild gives the same submissions."""
    attempt = sum(system == made.system for system, _ in event_log.issued(keep.events(), board.id)) + 1
    nonce = hashlib.sha256(f"{board.id}/{made.system}/{attempt}".encode()).hexdigest()[:32]
    return msgspec.structs.replace(made, nonce=keep.register_nonce(board.id, made.system, today, nonce, board.version))


def _standing(keep: Vault, board: Board, system: str) -> str:
    for standing in event_log.replay(keep.events()):
        if (standing.board, standing.system) == (board.id, system):
            return standing.submission
    raise refuse("E_SYSTEM", "$.system")


def manifest(board: Board) -> list[Item] | None:
    """Returns the manifest of a board whose items are not gated, or None."""
    return demo.items() if board.id == "demo" else None
