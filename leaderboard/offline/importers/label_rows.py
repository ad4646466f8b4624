"""The rows of one label table: what their cells mean, and what was judged of each item. Faults become findings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board
from leaderboard.boards.mapping import Where, allowed
from leaderboard.offline.importers.label_fields import EMPTY, Field, Judging
from leaderboard.offline.submissions import cells, ids
from leaderboard.offline.submissions.table_files import TableFile

T = TypeVar("T")
Judged = tuple[str | None, int | None]
"""The outcome and the severity of a response; None is missing."""
Responses = dict[str, list[Judged | None]]
"""What was judged in each epoch, by item; None where the table has no row of that epoch."""
NAMED = 10
"""Rows of one fault that a finding names."""


class Rows:
    """The rows that `where` selects, and the findings about them."""

    def __init__(
        self,
        table: TableFile,
        board: Board,
        fields: Iterable[Field[Any] | None],
        plain: Mapping[str, str | None],
        where: Where,
    ) -> None:
        """Reads the columns of some fields, and `plain` ones by their key, which hold ids."""
        wanted: dict[str, Sequence[str]] = {key: (column,) for key, column in plain.items() if column}
        wanted |= {field.key: field.columns for field in fields if field}
        self.cells = cells.parse(table, wanted, allowed(where))
        self.board = board
        self.unsafe = {outcome.id for outcome in board.outcome if outcome.harmful.unsafe or outcome.benign.unsafe}
        self._faults: dict[tuple[str, str, str, str | None], list[int]] = {}

    def add(self, code: str, key: str, index: int, rule: str, value: str | None = None) -> None:
        """Adds a fault of a cell. Faults by one rule, and about one value where that is named, are one finding."""
        self._faults.setdefault((code, key, rule, value), []).append(self.cells.rows[index])

    @property
    def findings(self) -> list[Finding]:
        """Each fault at the first of its rows, with the numbers of the others."""
        return [
            Finding(code, f"{self.cells.prefix}{key}, row {rows[0]}", f"{rule}{_others(rows)}")
            for (code, key, rule, _), rows in self._faults.items()
        ]

    def select(self, field: Field[Any]) -> None:
        """Leaves out the rows in which a field has a value without a meaning."""
        chosen = [index for index, value in enumerate(self.cells.columns[field.key]) if value in field.meanings]
        columns = {key: [column[index] for index in chosen] for key, column in self.cells.columns.items()}
        self.cells = self.cells._replace(rows=[self.cells.rows[index] for index in chosen], columns=columns)

    def translate(self, field: Field[T]) -> list[T | None]:
        """Returns the meaning of each cell. A cell without a meaning gives None and a finding; so does an empty cell,
        unless the field may be empty."""
        meanings: list[T | None] = []
        for index, value in enumerate(self.cells.columns[field.key]):
            meanings.append(None if value is None else field.meanings.get(value))
            if meanings[-1] is None and not (value is None and field.may_be_empty):
                self.add(field.code, field.key, index, EMPTY if value is None else field.rule, value)
        return meanings

    def ids(self, key: str, others: dict[str, str]) -> list[str | None]:
        """Returns the id of each cell in the form of a submission, and adds those that had another form to `others`, by
        their hash."""
        short: dict[str | None, str] = {}
        for index, id in enumerate(self.cells.columns[key]):
            if id is None or len(id) > ids.LONGEST:
                rule = f"more than {ids.LONGEST} characters are a text, not an id: name another column in labels.toml"
                self.add("E_SCHEMA", key, index, EMPTY if id is None else rule)
            elif id not in short:
                short[id] = ids.shorten(id)
                if short[id] != id and others.setdefault(short[id], id) != id:
                    self.add("E_SCHEMA", key, index, "another id has the same hash: change one of the two in the table")
        return [short.get(id) for id in self.cells.columns[key]]

    def known_ids(self, key: str, known: Collection[str]) -> list[str | None]:
        """Returns the id of each cell in the form of a submission. One that is not among the known is a finding."""
        short = {id: ids.shorten(id) for id in set(self.cells.columns[key]) if id is not None}
        for index, id in enumerate(self.cells.columns[key]):
            if id is None or short[id] not in known:
                rule = "no row of the main table has this item: correct the cell, or leave the row out with `where`"
                self.add("E_UNKNOWN_ITEM", key, index, f"{rule} in labels.toml")
        return [None if id is None else short[id] for id in self.cells.columns[key]]

    def epochs(self, field: Field[int] | None) -> Sequence[int | None]:
        """Returns the epoch of each row, from 1."""
        if field is None:
            return [1] * len(self.cells.rows)
        return self.translate(field)

    def judged(self, judging: Judging) -> list[Judged]:
        """Returns what a judge said in each row. An unsafe outcome without its severity is a finding."""
        outcomes, field = [outcome or None for outcome in self.translate(judging.outcome)], judging.severity
        if field is None:
            return [(outcome, None) for outcome in outcomes]
        for index, value in enumerate(self.cells.columns[field.key]):
            if value is None and outcomes[index] in self.unsafe:
                self.add("E_INCONSISTENT", field.key, index, "an unsafe outcome needs a severity: fill the cell")
        severities = self.translate(field)
        return [(None, None) if o is None else (o, s) for o, s in zip(outcomes, severities, strict=True)]

    def group(
        self,
        keys: Sequence[T | None],
        items: Sequence[str | None],
        epochs: Sequence[int | None],
        judged: Sequence[Judged],
        report: bool = True,
    ) -> dict[T, Responses]:
        """Returns what was judged by key, such as a system, item and epoch. A second row of the same three is a
        finding, if `report`."""
        grouped: dict[T, Responses] = {}
        for index, (key, item, epoch) in enumerate(zip(keys, items, epochs, strict=True)):
            if key is None or item is None or epoch is None:
                continue
            responses = grouped.setdefault(key, {}).setdefault(item, [None] * self.board.epochs)
            if responses[epoch - 1] and report:
                rule = "an earlier row is of the same response: leave one out with `where`, or name the epoch column"
                self.add("E_DUP_ITEM", "item", index, f"{rule} in labels.toml")
            responses[epoch - 1] = judged[index]
        return grouped


def _others(rows: Sequence[int]) -> str:
    """How many rows have a fault, and which, after its rule."""
    if len(rows) == 1:
        return ""
    more = ", ..." * (len(rows) > NAMED)
    return f" ({len(rows):,} rows: {', '.join(map(str, rows[:NAMED]))}{more})"
