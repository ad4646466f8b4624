"""Publishing many systems: 1,000 synthetic ones on 1,100 items, from files to a published release."""

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from leaderboard import drafting, intake, items, release, submission
from leaderboard.board import Board
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.embedded import manifest
from leaderboard.items import Item
from leaderboard.registry import System
from leaderboard.release import Repository
from leaderboard.submission import Generation, Row, Submission, Tool
from leaderboard.vault import Vault
from leaderboard.vocabulary import vocabulary

SYSTEMS = 1_000
DAY = date(2026, 11, 22)


def main() -> None:
    """Prints the time of each step, the size of the release, and the peak of memory."""
    catalogue = _catalogue()
    board, gated = catalogue.boards["demo"], manifest(catalogue.boards["demo"]) or []
    print(f"publishing {SYSTEMS:,} systems x {len(gated):,} items x {board.epochs} epochs")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep, repository = Vault(folder / "vault"), Repository(folder / "repository")
        keep.keep_items(board, gated)
        with timed("draw and encode"):
            files = [submission.encode(made) for made in _submissions(board, gated)]
        with timed("verify and accept"):
            for number, data in enumerate(files):
                keep.register_nonce(board.id, f"system-{number}", DAY, f"{number:032x}")
                intake.accept(data, board, catalogue.registries["demo"], keep, DAY, board.tier)
        with timed("score, build and audit"):
            draft = drafting.draft(folder / "draft", keep, repository, catalogue, DAY)
        with timed("publish"):
            release.publish(folder / "draft", repository, vocabulary(catalogue))
        print(f"  release file           {draft.target.size / 1e6:8.1f} MB")
    print(f"  peak memory            {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:8.2f} GB")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long the block took."""
    start = time.perf_counter()
    yield
    print(f"  {what:22s} {time.perf_counter() - start:8.1f} s", flush=True)


def _catalogue() -> Catalogue:
    """The demo board with a registry of as many systems as wanted."""
    real = read_catalogue(Path("results") / "boards")
    registry = real.registries["demo"]
    like = registry.system[0]
    systems = tuple(
        System(f"system-{n}", f"System {n}", like.developer, like.group, like.access) for n in range(SYSTEMS)
    )
    return Catalogue({"demo": real.boards["demo"]}, {"demo": msgspec.structs.replace(registry, system=systems)})


def _submissions(board: Board, gated: list[Item]) -> Iterator[Submission]:
    """Systems of all levels that find the same items hard."""
    draw = np.random.default_rng(7)
    hard = draw.normal(size=(len(gated), 1))
    for number in range(SYSTEMS):
        chance = 1 / (1 + np.exp(-(hard + draw.normal(-2.5, 1.0) + draw.normal(0, 0.5, (len(gated), board.epochs)))))
        unsafe = draw.random(chance.shape) < chance
        yield _submission(board, gated, number, [_row(item.id, row) for item, row in zip(gated, unsafe, strict=True)])


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
