"""A whole folder of definitions, `results/boards`: what a release publishes, and that nothing else is in it.

Published is the canonical TOML of what was read (`toml.encode`), never the bytes of a file. So that the folder shows
what will be signed, its files must be that TOML, and a file, a link or a folder that is no definition is refused.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue, examine
from leaderboard.boards.definition import IRREGULAR, InvalidDefinition, check_form, read_file
from leaderboard.boards.labels import read_labels
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Registry
from leaderboard.boards.toml import encode

BOARD, SYSTEMS, LABELS = "board.toml", "systems.toml", "labels.toml"
KINDS: dict[str, type[Board | Registry | Labels]] = {BOARD: Board, SYSTEMS: Registry, LABELS: Labels}
"""The files of a board's folder, and what each holds. A board without a label table has no `labels.toml`."""
NO_BOARD = f"has no {BOARD}{{}}: `board new` drafts one"
FOLDER = r"[a-z0-9][a-z0-9_-]{0,62}"
"""The name of a board's folder, which is its id."""
_HARMLESS = r"\.?[A-Za-z0-9][A-Za-z0-9_.-]{0,30}"
"""A name that a finding may repeat."""


class Definitions(NamedTuple):
    """The definitions of a folder."""

    catalogue: Catalogue
    files: dict[str, bytes]
    """The canonical TOML of each, by its path in the folder."""


def read_definitions(folder: Path, *, signed: bool = False, canonical: bool = True) -> Definitions:
    """Returns the definitions in a `boards` folder. Raises InvalidDefinition with all faults of all files, also for
    what is no definition and, unless `canonical` is False, for a file that is not of the canonical form (E_CANON);
    FileNotFoundError if there is no board. `signed` is as in `read_board`."""
    findings = [*_check_names(folder)]
    try:
        catalogue, faults = examine(folder, signed=signed)
    except FileNotFoundError:
        if findings:
            raise InvalidDefinition(findings) from None
        raise
    findings += faults
    definitions: dict[Path, Struct] = {}
    for id, board in catalogue.boards.items():
        definitions |= {folder / id / BOARD: board, folder / id / SYSTEMS: catalogue.registries[id]}
        path = folder / id / LABELS
        if os.path.lexists(path):
            try:
                definitions[path] = read_labels(path, *(() if signed else (board, catalogue.registries[id])))
            except InvalidDefinition as invalid:
                findings += invalid.findings
    if canonical:
        findings += [fault for path, each in definitions.items() for fault in check_form(path, each, read_file(path))]
    if findings:
        raise InvalidDefinition(dict.fromkeys(findings))
    return Definitions(catalogue, {f"{path.parent.name}/{path.name}": encode(e) for path, e in definitions.items()})


def _check_names(folder: Path) -> Iterator[Finding]:
    """Everything that is no definition, by its name where that is harmless."""
    for entry in _sorted(folder):
        if entry.is_symlink() or not entry.is_dir():
            yield _unknown("boards", entry)
        elif re.fullmatch(FOLDER, entry.name) is None:
            yield _unknown("boards", entry, "is not named as a board, by a-z, 0-9, _ and -: rename it")
        else:
            yield from check_board(entry)


def check_board(board: os.DirEntry[str]) -> Iterator[Finding]:
    """Returns what is no definition in the folder of a board."""
    names = [entry.name for entry in _sorted(board)]
    for entry in _sorted(board):
        if entry.name not in KINDS or entry.is_symlink():
            yield _unknown(board.name, entry)
        elif not entry.is_file():
            yield Finding("E_DEFINITION", f"{board.name}/{entry.name}", IRREGULAR)
        elif BOARD not in names:
            yield Finding("E_DEFINITION", f"{board.name}/{entry.name}", NO_BOARD.format(" beside it"))
    if not names:
        yield Finding("E_DEFINITION", board.name, NO_BOARD.format(""))


def _sorted(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _unknown(folder: str, entry: os.DirEntry[str], rule: str = "is no definition: move it") -> Finding:
    rule = "is a link: put the file itself there" if entry.is_symlink() else rule
    if re.fullmatch(_HARMLESS, entry.name):
        return Finding("E_DEFINITION", f"{folder}/{entry.name}", rule)
    return Finding("E_DEFINITION", folder, f"a file with another name {rule}")
