"""Judged responses as a log has them: which item and epoch each belongs to, and whether its label fits the board.

Any value may stand in a log. What is read here: an item as text or as a whole number, an outcome in any case and with
spaces round it, a severity as a number or as text, and null or NaN as nothing. All else is a finding.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board, Outcome
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Row


class Response(NamedTuple):
    """One judged response as the log has it. Any value may be in the fields, except the last three."""

    item: object
    epoch: object
    """From 1."""
    outcome: object
    """None where nobody scored the response."""
    severity: object = None
    failed: bool = False
    """The tool met an error, so that there was no response to judge."""
    edited: bool = False
    """A person changed the score after the judge gave it."""
    misshapen: bool = False
    """The score has a form that the importer does not know."""


Cells = dict[tuple[str, int], Response]
"""The response to each item in each epoch, from 1."""


class Grid:
    """The items and epochs of a board, to which responses are assigned."""

    def __init__(self, items: Sequence[Item], board: Board) -> None:
        self._board = board
        self._items = sorted(item.id for item in items)
        self._known = frozenset(self._items)
        self._by_number: dict[int, list[str]] = {}
        for id in self._items:
            if (number := _number(id)) is not None:
                self._by_number.setdefault(number, []).append(id)

    def fill(self, responses: Sequence[Response], reads: str, *, record: bool) -> tuple[Cells, list[Finding]]:
        """Returns the responses by item and epoch, and a finding for each that has no place, a place that is taken, or
        a label that breaks a rule. `reads` says what form of score is read. Those of `record` must be complete, without
        the outcomes that only further judges may give."""
        outcomes = {each.id: each for each in self._board.outcome if not (record and each.judge_only)}
        cells: Cells = {}
        findings: list[Finding] = []
        faults: list[Finding] = []
        for position, response in enumerate(responses, start=1):
            item, epoch = self._item(response.item), response.epoch
            place = f"response {position}"
            if item is None:
                findings.append(Finding("E_UNKNOWN_ITEM", place, self._unknown(response.item)))
            elif type(epoch) is not int or not 1 <= epoch <= self._board.epochs:
                findings.append(Finding("E_EPOCHS", item, f"an epoch is not in 1 to {self._board.epochs}"))
            else:
                place = f"{item}, epoch {epoch}"
                if (item, epoch) in cells:
                    findings.append(Finding("E_DUP_ITEM", place, "given twice"))
                cells[item, epoch] = response
            faults += [Finding(code, place, rule) for code, rule in _faults(response, outcomes, self._board, reads)]
        return cells, [*findings, *(self._gaps(cells) if record else ()), *faults]

    def rows(self, cells: Cells) -> list[Row]:
        """Returns the row of each item, sorted by item; a response that is not there is null."""
        rows: list[Row] = []
        for item in self._items:
            epochs = [_cell(cells.get((item, epoch)), self._board) for epoch in range(1, self._board.epochs + 1)]
            rows.append((item, [outcome for outcome, _ in epochs], [severity for _, severity in epochs]))
        return rows

    def _gaps(self, cells: Cells) -> Iterator[Finding]:
        counts, epochs = Counter(item for item, _ in cells), self._board.epochs
        if missing := [item for item in self._items if not counts[item]]:
            present = f"{len(self._items) - len(missing)} of {len(self._items)} items are in the log"
            yield Finding("E_MISSING_ITEM", missing[0], present)
        if short := [item for item in self._items if 0 < counts[item] < epochs]:
            yield Finding(
                "E_EPOCHS", short[0], f"{len(short)} of {len(self._items)} items have fewer than {epochs} epochs"
            )

    def _item(self, value: object) -> str | None:
        """The item of that id; a whole number means the only id of that number, whatever zeros it begins with."""
        if type(value) is int:
            ids = self._by_number.get(value, [])
            return ids[0] if len(ids) == 1 else None
        return value if isinstance(value, str) and value in self._known else None

    def _unknown(self, value: object) -> str:
        if type(value) is int and value in self._by_number:
            return f"a number that {len(self._by_number[value])} items of the board share: give ids as text"
        if isinstance(value, str) and _number(value) in self._by_number:
            return "not an item of the board, which has this number with other zeros: give ids as in the manifest"
        return "not an item of the board: ids are read as the manifest has them"


def absent(value: object) -> bool:
    """Returns whether a value is null or NaN, which tools write for a score that is void."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def label(value: object) -> str:
    """Returns a label in the spelling of outcomes: in lower case, no spaces round it; "" for what is not text."""
    return value.strip().lower() if isinstance(value, str) else ""


def _number(id: str) -> int | None:
    return int(id) if re.fullmatch(r"[0-9]{1,40}", id) else None


def _severity(value: object) -> int | None:
    """A severity as a number or as text, or None if it is not one from 0 to 4."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-4](\.0{1,9})?\s*", value):
        value = float(value)
    return int(value) if isinstance(value, int | float) and value in range(5) else None


def _faults(response: Response, outcomes: Mapping[str, Outcome], board: Board, reads: str) -> Iterator[tuple[str, str]]:
    if response.misshapen:
        yield "E_SCHEMA", f"the score has a form that is not read; read is {reads}"
    elif not response.failed and not absent(response.outcome):
        outcome = outcomes.get(label(response.outcome))
        if outcome is None:
            yield "E_OUTCOME", f"not an outcome of the board, which are {', '.join(outcomes)}"
        elif not absent(response.severity) and _severity(response.severity) is None:
            yield "E_SCHEMA", "severity is not a whole number from 0 to 4"
        elif board.severity and absent(response.severity) and (outcome.harmful.unsafe or outcome.benign.unsafe):
            yield "E_INCONSISTENT", "an unsafe outcome without severity"


def _cell(response: Response | None, board: Board) -> tuple[str | None, int | None]:
    if response is None or response.failed or absent(response.outcome):
        return None, None
    return label(response.outcome), _severity(response.severity) if board.severity else None
