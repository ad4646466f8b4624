"""Boards whose outcomes anybody can have: they come in a label table, or are drawn from a seed, in stages.

As for any board, their submissions are verified and accepted into a vault.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board
from leaderboard.boards.labels import read_labels
from leaderboard.boards.registry import Registry
from leaderboard.offline import demo
from leaderboard.offline.importers import sandbox, table
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.evidence import pack
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Submission
from leaderboard.offline.submissions.vault import Vault


class Labelled(NamedTuple):
    """A board, and what its label table holds."""

    board: Board
    registry: Registry
    recorded_on: date
    source: Path
    """The table, which is the evidence of its submissions."""
    imported: table.Imported


def read_table(board: Board, registry: Registry, mapping: Path, labels: Path) -> Labelled:
    """Returns what the label table of a board holds, in the folder `labels` or in its folder of the board's name.
    Refused as by `importers.table`."""
    mapped = read_labels(mapping, board, registry)
    folder = labels / board.id if (labels / board.id).is_dir() else labels
    source = folder / mapped.file
    imported = sandbox.call(table.read, table.Imported, source, board, registry, mapped)
    return Labelled(board, registry, mapped.recorded_on, source, imported)


def accept_table(of: Labelled, vault: Vault, today: date, *, without: frozenset[str] = frozenset()) -> list[Event]:
    """Accepts each system of a label table into a vault, but for those of `without`, and returns the events."""
    board = of.board
    vault.keep_items(board, of.imported.items)
    if of.imported.ids:
        vault.keep_ids(board, of.imported.ids)
    filled = (with_nonce(each, board, vault, today) for each in of.imported.submissions if each.system not in without)
    return [
        intake.accept(submission.encode(each), board, of.registry, vault, today, board.tier, of.source)
        for each in filled
    ]


def build_tables_board(
    board: Board, registry: Registry, mapping: Path, labels: Path, vault: Vault, today: date
) -> list[Event]:
    """Imports a board's label table into a vault and returns the events, one per system."""
    return accept_table(read_table(board, registry, mapping, labels), vault, today)


def build_demo_board(board: Board, registry: Registry, stage: int, vault: Vault, today: date) -> list[Event]:
    """Draws one stage of the synthetic board into a vault and returns its events."""
    vault.keep_items(board, demo.items())
    return [_act(act, board, registry, vault, today) for act in demo.stage(stage, board, registry, today)]


def _act(act: demo.Act, board: Board, registry: Registry, vault: Vault, today: date) -> Event:
    match act:
        case demo.Accept():
            filled = with_nonce(act.submission, board, vault, today)
            with _file(_evidence(act, filled)) as evidence:
                return intake.accept(submission.encode(filled), board, registry, vault, today, act.tier, evidence)
        case demo.Withdraw():
            return intake.withdraw(vault, _standing(vault, board, act.system), act.reason, today)
        case demo.Correct():
            data = submission.encode(with_nonce(act.submission, board, vault, today))
            replaces = _standing(vault, board, act.submission.system)
            with _file(act.evidence) as evidence:
                return intake.correct(data, board, registry, vault, today, replaces, act.reason, evidence)


def _evidence(act: demo.Accept, filled: Submission) -> bytes:
    """The evidence of an acceptance. A lab's pack is made here, because it names the submission with its nonce."""
    if act.tier != "self_reported":
        return act.evidence
    log = pack.File(len(act.evidence), canonical.sha256(act.evidence))
    return canonical.encode(pack.make(filled, pack.Origin([log], errors=0)))


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    """Writes evidence to a temporary file, because `intake` reads it from a file."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "evidence"
        path.write_bytes(data)
        yield path


def with_nonce(filed: Submission, board: Board, vault: Vault, today: date) -> Submission:
    """Fills in a registered nonce. It follows from board, system and attempt, so a rebuild gives the same bytes. An
    attempt that was interrupted after its nonce was registered is continued."""
    events = vault.events()
    attempts = sum(system == filed.system for system, _ in event_log.issued(events, board.id))
    last = _nonce(board, filed.system, attempts)
    if (filed.system, last) in event_log.issued(events, board.id, board.version) and (
        last not in event_log.used(events, "nonce")
    ):
        return msgspec.structs.replace(filed, nonce=last)
    nonce = _nonce(board, filed.system, attempts + 1)
    return msgspec.structs.replace(
        filed, nonce=vault.register_nonce(board.id, filed.system, today, nonce, board.version)
    )


def _nonce(board: Board, system: str, attempt: int) -> str:
    return hashlib.sha256(f"{board.id}/{system}/{attempt}".encode()).hexdigest()[:32]


def _standing(vault: Vault, board: Board, system: str) -> str:
    for standing in event_log.replay(vault.events()):
        if (standing.board, standing.system) == (board.id, system):
            return standing.submission
    raise refuse("E_SYSTEM", "$.system", "nothing stands for this system: run the stages in order")


def manifest(board: Board) -> list[Item] | None:
    """Returns the manifest of a board whose items are not gated, or None."""
    return demo.items() if demo.draws(board) else None
