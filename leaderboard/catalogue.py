"""All boards and their registries, as the repository defines them under `results/boards/`."""

from pathlib import Path
from typing import NamedTuple

from leaderboard.board import Board, InvalidDefinition, read_board
from leaderboard.registry import Registry, read_registry

ORDER = ("medharm", "xstest", "msts", "demo")


class Catalogue(NamedTuple):
    """Boards by id in the order in which they are offered, and each one's registry."""

    boards: dict[str, Board]
    registries: dict[str, Registry]


def read_catalogue(folder: Path) -> Catalogue:
    """Returns the catalogue of a `boards` folder. Raises InvalidDefinition for a file that breaks a rule, and
    FileNotFoundError where there is no such folder."""
    paths = sorted(folder.glob("*/board.toml"), key=lambda path: (_place(path.parent.name), path))
    if not paths:
        raise FileNotFoundError(f"no board.toml under {folder.name}/")
    boards = {path.parent.name: read_board(path) for path in paths}
    registries = {path.parent.name: read_registry(path.with_name("systems.toml")) for path in paths}
    for name, board in boards.items():
        if board.judge not in {judge.ref for judge in registries[name].judge}:
            raise InvalidDefinition(f"{name}/systems.toml: the board's judge of record is not registered")
    return Catalogue(boards, registries)


def _place(board: str) -> int:
    return ORDER.index(board) if board in ORDER else len(ORDER)
