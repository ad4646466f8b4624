"""All faults of one board's definition at once, and as much of it as can be used for further checks.

A fault of form, such as a missing key, keeps a definition from being read. Here the rest of it is checked too,
so that its author is told everything in one run.
"""

import os
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from leaderboard.base.findings import Finding
from leaderboard.boards import board_rules as boards
from leaderboard.boards import catalogue, definition, registry
from leaderboard.boards import labels as mappings
from leaderboard.boards.board import Board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.folder import BOARD, LABELS, SYSTEMS, check_board
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Registry
from leaderboard.boards.salvage import salvage

T = TypeVar("T", bound=Struct)
_PATH = re.compile(r"(.+?) (?:is missing|is not stated yet|holds|must be|has a value)\b")
"""The path in a fault of form."""
_FLAG = re.compile(r"outcome \d+ harmful")
"""The path of a flag, without which nobody can say whether the outcomes are those that a board needs."""


class Examined(NamedTuple):
    """The definition of one board, as far as it can be used, and all its faults."""

    board: Board | None
    registry: Registry | None
    labels: Labels | None
    findings: tuple[Finding, ...]


class _File(NamedTuple, Generic[T]):
    """One file: what can be used of it, and the faults of its form."""

    value: T | None
    findings: list[Finding]


def examine_board(folder: Path, today: date) -> Examined:
    """Returns what can be used of the definition in a board's folder, and all its faults. A `labels.toml` need not be
    there."""
    with os.scandir(folder.parent) as entries:
        findings = [finding for entry in entries if entry.name == folder.name for finding in check_board(entry)]
    board, systems = _read(folder / BOARD, Board, today), _read(folder / SYSTEMS, Registry, today)
    labels = _read(folder / LABELS, Labels, today) if os.path.lexists(folder / LABELS) else _File(None, [])
    rules: dict[str, list[str]] = {BOARD: [], SYSTEMS: [], LABELS: []}
    if board.value:
        rules[BOARD] += boards.faults(board.value, folder.name)
    if systems.value:
        rules[SYSTEMS] += registry.faults(systems.value)
    if board.value and systems.value:
        rules[SYSTEMS] += catalogue.misfits(board.value, systems.value)
        if labels.value:
            rules[LABELS] += mappings.faults(labels.value, board.value, systems.value)
    form = {BOARD: board.findings, SYSTEMS: systems.findings, LABELS: labels.findings}
    for name, broken in rules.items():
        findings += [*form[name], *_independent(f"{folder.name}/{name}", broken, form[name])]
    return Examined(board.value, systems.value, labels.value, tuple(dict.fromkeys(findings)))


def _read(path: Path, kind: type[T], today: date) -> _File[T]:
    try:
        data = definition.read_file(path)
        parsed = definition.parse(path, data)
    except InvalidDefinition as invalid:
        return _File(None, [*invalid.findings])
    value = salvage(parsed, kind, today)
    if faults := definition.form_faults(parsed, kind):
        return _File(value, [*InvalidDefinition.of(path, faults).findings])
    return _File(value, definition.check_form(path, value, data))


def _independent(path: str, rules: Iterable[str], form: Iterable[Finding]) -> list[Finding]:
    """The broken rules of a file but for those about a value that stands in for one of the wrong form."""
    paths = tuple(f"{match[1]} " for finding in form if (match := _PATH.match(finding.evidence)))
    starts = (*paths, *(("outcome: ",) if any(_FLAG.match(each) for each in paths) else ()))
    return [Finding("E_DEFINITION", path, rule) for rule in rules if not rule.startswith(starts)]
