"""All boards and their registries, as the repository defines them under `results/boards/`."""

from pathlib import Path
from typing import NamedTuple

from leaderboard.base.findings import Finding
from leaderboard.boards import spelling
from leaderboard.boards.board import Board
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.registry import Registry, read_registry


class Catalogue(NamedTuple):
    """Boards by id, in the order in which the site lists them (`_place`), and the registry of each."""

    boards: dict[str, Board]
    registries: dict[str, Registry]


def read_catalogue(folder: Path, *, signed: bool = False) -> Catalogue:
    """Returns the catalogue of a `boards` folder. Raises InvalidDefinition with all faults of its files, and
    FileNotFoundError if there is no such folder. `signed` is as in `read_board`."""
    catalogue, findings = examine(folder, signed=signed)
    if findings:
        raise InvalidDefinition(findings)
    return catalogue


def examine(folder: Path, *, signed: bool = False) -> tuple[Catalogue, list[Finding]]:
    """Returns the boards whose two files can be read, and all faults of the files of all boards."""
    files = (path for path in folder.glob("*/board.toml") if not path.parent.is_symlink())
    paths = sorted(files)
    if not paths:
        raise FileNotFoundError(f"no board.toml under {folder.name}/")
    catalogue = Catalogue({}, {})
    findings: list[Finding] = []
    for path in paths:
        try:
            board = read_board(path, signed=signed)
        except InvalidDefinition as invalid:
            findings += invalid.findings
            board = None
        try:
            registry = read_registry(path.with_name("systems.toml"), signed=signed)
        except InvalidDefinition as invalid:
            findings += invalid.findings
            continue
        if board and not signed:
            faults = misfits(board, registry)
            findings += [Finding("E_DEFINITION", f"{board.id}/systems.toml", fault) for fault in faults]
        if board:
            catalogue.boards[board.id], catalogue.registries[board.id] = board, registry
    listed = [*catalogue.boards.values()]
    for first, other in [] if signed else spelling.alike(board.title for board in listed):
        rule = f"title looks like that of {listed[first - 1].id}, and readers could take one for the other: change one"
        findings.append(Finding("E_DEFINITION", f"{listed[other - 1].id}/board.toml", rule))
    boards = {board.id: board for board in sorted(catalogue.boards.values(), key=_place)}
    return catalogue._replace(boards=boards), findings


def misfits(board: Board, registry: Registry) -> list[str]:
    """Returns where a registry does not fit its board, each with what to do."""
    faults = []
    if board.judge not in {judge.ref for judge in registry.judge}:
        rule = "the board's judge of record is not registered"
        faults.append(f"{rule}: add a [[judge]] with its id and version, or correct judge in board.toml")
    conditions = {condition.id for condition in board.condition}
    for number, system in enumerate(registry.system, 1):
        if system.condition and system.condition not in conditions:
            faults.append(f"system {number} condition is not one of the board: add it to board.toml, or correct it")
    return faults


def _place(board: Board) -> tuple[bool, bool, bool, str]:
    """Where the site lists a board: invented results last; medical boards first, of these those that await results."""
    return board.synthetic, not board.medical, board.state != "awaiting", board.id
