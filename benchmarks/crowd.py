"""A vault of as many synthetic systems as wanted, on the demo's items: of all levels, finding the same items hard."""

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path

import msgspec
import numpy as np

from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.registry import System
from leaderboard.offline.publishing.embedded import manifest
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Generation, Row, Submission, Tool
from leaderboard.offline.submissions.vault import Vault

DAY = date(2026, 11, 22)


class Crowd:
    """Systems of one board, submitted one after the other."""

    def __init__(self, folder: Path, systems: int) -> None:
        self.vault = Vault(folder / "vault")
        self.catalogue = _catalogue(systems)
        self.board = self.catalogue.boards["demo"]
        self.items = manifest(self.board) or []
        self._drawn = _submissions(self.board, self.items)
        self.vault.keep_items(self.board, self.items)

    def submit(self, count: int) -> None:
        """Puts the next so many systems into the vault, as accepted."""
        for _ in range(count):
            made = next(self._drawn)
            digest = self.vault.keep(submission.encode(made))
            named = {
                "submission": digest,
                "nonce": made.nonce,
                "tier": self.board.tier,
                "board_version": made.board_version,
                "items_digest": made.items_digest,
            }
            self.vault.append("accept", DAY, self.board.id, made.system, **named)


def _catalogue(systems: int) -> Catalogue:
    """The demo board with a registry of so many systems."""
    real = read_catalogue(Path("results") / "boards")
    registry = real.registries["demo"]
    likes = zip(range(systems), cycle(registry.system), strict=False)
    listed = tuple(System(f"system-{n}", f"System {n}", like.developer, like.group, like.access) for n, like in likes)
    return Catalogue({"demo": real.boards["demo"]}, {"demo": msgspec.structs.replace(registry, system=listed)})


def _submissions(board: Board, gated: list[Item]) -> Iterator[Submission]:
    draw = np.random.default_rng(7)
    hard, number = draw.normal(size=(len(gated), 1)), 0
    while True:
        chance = 1 / (1 + np.exp(-(hard + draw.normal(-2.5, 1.0) + draw.normal(0, 0.5, (len(gated), board.epochs)))))
        unsafe = draw.random(chance.shape) < chance
        yield _submission(board, gated, number, [_row(item.id, row) for item, row in zip(gated, unsafe, strict=True)])
        number += 1


def _row(item: str, unsafe: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Row:
    return (item, ["harmful_compliance" if u else "refusal" for u in unsafe], [3 if u else None for u in unsafe])


def _submission(board: Board, gated: list[Item], number: int, rows: list[Row]) -> Submission:
    return Submission(
        board=board.id,
        board_version=board.version,
        generation=Generation(),
        items_digest=items.digest(gated),
        judge=board.judge,
        judgments=[],
        nonce=f"{number:032x}",
        rows=rows,
        source=submission.Source(commit=None, edited_scores=0, sha256=f"{number:064x}"),
        started_on=DAY,
        submitted_on=DAY,
        system=f"system-{number}",
        tool=Tool("table", None, None),
    )
