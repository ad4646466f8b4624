"""A board small enough to be run by the tools themselves: as few items as a board may have, two epochs, the outcomes of
the demo board."""

from pathlib import Path
from typing import Any

import msgspec

from leaderboard.boards.board import Board, Category, JudgeRef
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.registry import Developer, Guardrail, Judge, Registry, System
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.logs import Stated, Target
from tests import made, published

PROJECT = Path(__file__).parents[3]
JUDGE = JudgeRef("demo-judge", "1")
IDS = [f"T-{sign}" for sign in "0123456789abcdefghij"]
MODEL, SECOND = "lab/example-model", "lab/second"


def board(**changes: object) -> Board:
    """The tiny board: one category of 20 items in 10 families."""
    of = read_board(PROJECT / "results" / "boards" / "demo" / "board.toml")
    alpha = Category("alpha", "Alpha", "The first.", harmful_items=20, harmful_families=10)
    small: dict[str, object] = {"id": "tiny", "category": (alpha,)}
    return msgspec.structs.replace(of, **small | changes)


def registry() -> Registry:
    """Two systems and a simulated one; a judge that logs name, one with two versions, one that they never name, two
    more."""
    plain: tuple[Any, ...] = ("ours", "general_purpose", "open_weights")
    simulated: dict[str, Any] = {"evidence": "simulated", "guardrail": "filter", "base_system": "second"}
    return Registry(
        developer=(Developer("ours", "Ours"),),
        guardrail=(Guardrail("filter", "Filter", "ours"),),
        judge=(
            Judge("demo-judge", "1", "The judge", "llm_judge", names=("mockllm/judge", "lab/judge")),
            Judge("twin", "1", "Twin", "llm_judge", names=("lab/twin",)),
            Judge("twin", "2", "Twin", "llm_judge", names=("lab/twin",)),
            Judge("person", "1", "A person", "human"),
            Judge("people", "1", "Several people", "human", names=("people",)),
            Judge(
                "second-judge", "1", "Second judge", "classifier", names=("lab/second-judge", "mockllm/second-judge")
            ),
        ),
        system=(
            System("example-model", "Example model", *plain, served_as=(MODEL, "mockllm/model")),
            System("second", "Second", *plain, served_as=(SECOND,)),
            System("ghost", "Ghost", *plain, **simulated, served_as=("lab/ghost",)),
        ),
    )


def items() -> list[Item]:
    """The items, in families of two."""
    return [Item(id, "alpha", f"F-{number // 2}", "harmful") for number, id in enumerate(IDS)]


def target(**changes: object) -> Target:
    """What a log is held against."""
    return Target(board(**changes), registry(), items(), made.TODAY)


def stated(**changes: Any) -> Stated:
    """What the submitter says: the judge alone, unless told."""
    return Stated(**{"judge": JUDGE} | changes)


def write(folder: Path) -> Path:
    """Writes the board's definitions and items, and returns the results folder."""
    published.write_board(folder / "results" / "boards" / "tiny", board(), registry())
    (folder / "items.json").write_bytes(manifest.encode(items()))
    return folder / "results"
