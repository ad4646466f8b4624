"""Imports a published label table, CSV or Parquet, as one submission per system. `labels.toml` says what to read.

Only the named columns are read, and each value must be one that the mapping or the registry names. A refusal gives a
column and a row, never the value. An empty label is a missing outcome, never a safe one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, shorten
from leaderboard.boards.board import Board, JudgeRef, Kind
from leaderboard.boards.labels import Guard, Labels, LongTable, Verdicts
from leaderboard.boards.registry import Registry
from leaderboard.boards.tools import TABLE
from leaderboard.offline.submissions import cells
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.cells import Cells
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Generation, ItemId, Judgment, Row, Source, Submission, Tool

MAX_OF_A_CODE = 50
"""Findings of one code that are reported: a maintainer corrects a table cell by cell."""
Outcomes = dict[str, str | None]
"""The outcome of each item; None is missing."""
T = TypeVar("T")


class Imported(NamedTuple):
    """The item manifest of the table, and a submission without a nonce for each system, in the registry's order."""

    items: list[Item]
    submissions: list[Submission]


def read(source: Path, board: Board, registry: Registry, labels: Labels) -> Imported:
    """Returns the manifest and the submissions that a label table holds.

    `source` is the main table, or its folder; second tables are beside it. Raises Refused with up to 50 findings of
    each code: E_FILE, E_SIZE, E_SCHEMA (a column, id, category or kind), E_SYSTEM, E_OUTCOME, E_JUDGE, E_DUP_ITEM,
    E_MISSING_ITEM, E_UNKNOWN_ITEM, E_INCONSISTENT (two descriptions of one item), E_BOARD (counts of another board).
    """
    return _Reader(board, registry, labels).read(source)


def files(source: Path, labels: Labels) -> list[Path]:
    """Returns the main table and the second ones beside it."""
    main = source / labels.file if source.is_dir() else source
    return [main, *(main.with_name(block.file) for block in (labels.verdicts, labels.guard) if block)]


class _Reader:
    """Reads one table. Collects findings, and refuses the table once all of a stage have been collected."""

    def __init__(self, board: Board, registry: Registry, labels: Labels) -> None:
        self.board, self.registry, self.labels = board, registry, labels
        self.served_as = {name: s.id for s in registry.system if s.evidence == "run" for name in s.served_as}
        self.findings: list[Finding] = []
        self.outcomes: dict[str, Outcomes] = {}
        """By system, as the judge of record gave them."""
        self.verdicts: dict[str, dict[JudgeRef, Outcomes]] = {}
        """By system and further judge."""

    def read(self, source: Path) -> Imported:
        labels, source = self.labels, files(source, self.labels)[0]
        data = cells.read_bytes(source)
        columns = [("system", labels.system), ("item", labels.item)]
        columns += [("category.column", labels.category.column), ("outcome.column", labels.outcome.column)]
        columns += [("family", labels.family)] if labels.family else []
        columns += [("kind.column", labels.kind.column)] if labels.kind else []
        columns += [(f"judge[{number}].column", judge.column) for number, judge in enumerate(labels.judge)]
        table = cells.parse(data, source.suffix, columns, {column: [value] for column, value in labels.where.items()})
        systems = self._translate(table, labels.system, self.served_as, "E_SYSTEM")
        items = self._read_items(table)
        self._read_outcomes(table, systems, items)
        self._refuse()
        self.findings += manifest.check(items, self.board)
        self._refuse()
        if labels.verdicts:
            self._read_verdicts(self._open(source, labels.verdicts, "verdicts"), labels.verdicts)
        if labels.guard:
            self.outcomes |= self._simulate(self._open(source, labels.guard, "guard"), labels.guard)
        self._refuse()
        return Imported(items, list(self._submissions(items, canonical.sha256(data))))

    def _refuse(self) -> None:
        if self.findings:
            raise Refused(shorten(self.findings, MAX_OF_A_CODE))

    def _add(self, code: str, table: Cells, column: str, index: int) -> None:
        self.findings.append(Finding(code, table.position(column, index)))

    def _translate(
        self, table: Cells, column: str, meaning: Mapping[str, T], code: str, may_be_empty: bool = False
    ) -> list[T | None]:
        """Returns the meaning of each cell. A cell without a meaning gives None and a finding; so does an empty cell,
        unless `may_be_empty`."""
        meanings: list[T | None] = []
        for index, text in enumerate(table.columns[column]):
            meanings.append(None if text is None else meaning.get(text))
            if meanings[-1] is None and not (text is None and may_be_empty):
                self._add(code, table, column, index)
        return meanings

    def _read_items(self, table: Cells) -> list[Item]:
        """Returns the manifest, which all rows of an item must repeat identically."""
        labels = self.labels
        families = labels.family or labels.item
        for column in dict.fromkeys([labels.item, families]):
            ids = {text for text in set(table.columns[column]) if _is_id(text)}
            for index, text in enumerate(table.columns[column]):
                if text not in ids:
                    self._add("E_SCHEMA", table, column, index)
        categories = self._translate(table, labels.category.column, labels.category.map, "E_SCHEMA")
        kinds: Sequence[Kind | None] = ["harmful"] * len(table.rows)
        if labels.kind:
            kinds = self._translate(table, labels.kind.column, labels.kind.map, "E_SCHEMA")
        known: dict[str, Item] = {}
        rows = zip(table.columns[labels.item], categories, table.columns[families], kinds, strict=True)
        for index, (id, category, family, kind) in enumerate(rows):
            if id and category and family and kind:
                item = Item(id, category, family, kind)
                if known.setdefault(id, item) != item:
                    self._add("E_INCONSISTENT", table, labels.item, index)
        return sorted(known.values())

    def _group(
        self,
        table: Cells,
        column: str,
        keys: Sequence[T | None],
        meanings: Sequence[str | None],
        report: bool = True,
    ) -> dict[T, Outcomes]:
        """Returns the outcomes by key, such as a system, and item. `column` holds the item. A second row of the same
        key and item is a finding, if `report`."""
        grouped: dict[T, Outcomes] = {}
        for index, (key, item, meaning) in enumerate(zip(keys, table.columns[column], meanings, strict=True)):
            if key is None or item is None:
                continue
            outcomes = grouped.setdefault(key, {})
            if item in outcomes and report:
                self._add("E_DUP_ITEM", table, column, index)
            outcomes[item] = meaning
        return grouped

    def _read_outcomes(self, table: Cells, systems: list[str | None], items: list[Item]) -> None:
        """Reads the columns of the judge of record and of further judges."""
        labels = self.labels
        of_record = self._translate(table, labels.outcome.column, labels.outcome.map, "E_OUTCOME", may_be_empty=True)
        self.outcomes = self._group(table, labels.item, systems, of_record)
        for id, outcomes in self.outcomes.items():
            if {item.id for item in items} - outcomes.keys():
                self.findings.append(Finding("E_MISSING_ITEM", f"item, system {id}"))
        for judge in labels.judge:
            meaning = labels.outcome.map if judge.map is None else judge.map
            meanings = self._translate(table, judge.column, meaning, "E_OUTCOME", may_be_empty=True)
            # rows that occur twice have been reported with the outcome of record
            for system, outcomes in self._group(table, labels.item, systems, meanings, report=False).items():
                self.verdicts.setdefault(system, {})[judge.ref] = outcomes

    def _open(self, source: Path, block: LongTable, key: str) -> Cells:
        path, prefix = source.with_name(block.file), f"{key}, "
        where = {block.judge: block.guardrails.keys()} if isinstance(block, Guard) else {}
        columns = [(name, getattr(block, name)) for name in ("system", "item", "judge", "label")]
        return cells.parse(cells.read_bytes(path, prefix), path.suffix, columns, where, prefix)

    def _group_verdicts(
        self, table: Cells, block: LongTable, judges: Mapping[str, T], meaning: Mapping[str, str]
    ) -> dict[tuple[T, str], Outcomes]:
        """Returns the meaning of each verdict of a long table, by judge and system, then item."""
        served = {name: id for name, id in self.served_as.items() if id in self.outcomes}
        systems = self._translate(table, block.system, served, "E_SYSTEM")
        whose = self._translate(table, block.judge, judges, "E_JUDGE")
        meanings = self._translate(table, block.label, meaning, "E_OUTCOME", may_be_empty=True)
        known = set[str | None]().union(*self.outcomes.values())
        for index, item in enumerate(table.columns[block.item]):
            if item not in known:
                self._add("E_UNKNOWN_ITEM", table, block.item, index)
        keys = [(who, id) if who is not None and id else None for who, id in zip(whose, systems, strict=True)]
        return self._group(table, block.item, keys, meanings)

    def _read_verdicts(self, table: Cells, block: Verdicts) -> None:
        names = {name: judge.ref for judge in self.registry.judge for name in judge.names}
        for (judge, system), outcomes in self._group_verdicts(table, block, names, block.map).items():
            self.verdicts.setdefault(system, {})[judge] = outcomes

    def _simulate(self, table: Cells, block: Guard) -> dict[str, Outcomes]:
        """Returns the outcomes of the registry's simulated systems: a flagged response is blocked, a passed one has the
        outcome of the base system, one without a verdict is missing."""
        meaning = {block.flagged: "flagged", block.passed: "passed"}
        verdicts = self._group_verdicts(table, block, block.guardrails, meaning)
        results = {"flagged": block.blocked, None: None}
        simulated: dict[str, Outcomes] = {}
        for system in self.registry.system:
            base = self.outcomes.get(system.base_system or "")
            if system.evidence == "run" or base is None:
                continue
            own = verdicts.get((system.guardrail or "", system.base_system or ""), {})
            if base.keys() - own.keys():
                self.findings.append(Finding("E_MISSING_ITEM", f"{table.prefix}system {system.id}"))
            simulated[system.id] = {item: results.get(own.get(item), outcome) for item, outcome in base.items()}
        return simulated

    def _submissions(self, items: list[Item], sha256: str) -> Iterator[Submission]:
        kinds = {judge.ref: judge.kind for judge in self.registry.judge}
        for system in self.registry.system:
            if system.id in self.outcomes:
                further = sorted(self.verdicts.get(system.id, {}).items())
                yield Submission(
                    board=self.board.id,
                    board_version=self.board.version,
                    generation=Generation(),
                    items_digest=manifest.digest(items),
                    judge=self.board.judge,
                    judgments=[Judgment(judge, kinds[judge], _rows(outcomes)) for judge, outcomes in further],
                    nonce=None,
                    rows=_rows(self.outcomes[system.id]),
                    source=Source(commit=None, edited_scores=0, sha256=sha256),
                    started_on=self.labels.recorded_on,
                    submitted_on=self.labels.recorded_on,
                    system=system.id,
                    tool=Tool(TABLE, None, None),
                )


def _is_id(text: str | None) -> bool:
    try:
        return bool(msgspec.convert(text, ItemId))
    except msgspec.ValidationError:
        return False


def _rows(outcomes: Outcomes) -> list[Row]:
    return [(item, [outcome], [None]) for item, outcome in sorted(outcomes.items(), key=lambda pair: pair[0])]
