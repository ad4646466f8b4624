"""Imports a published label table as one submission per system. `labels.toml` says what to read: docs/labels.md.

Only the named columns are read, and each value must be one that the mapping or the registry names. A refusal gives a
column, a row and what to change, never the value. An empty label is a missing outcome, never a safe one.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, shorten
from leaderboard.boards.board import Board, JudgeRef, Kind
from leaderboard.boards.mapping import Guard, Labels, LongTable, RaterColumn, Verdicts
from leaderboard.boards.registry import Registry
from leaderboard.boards.tools import TABLE
from leaderboard.offline.importers import label_fields as fields
from leaderboard.offline.importers.label_fields import Field, Judging
from leaderboard.offline.importers.label_rows import Judged, Responses, Rows
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import table_files
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Generation, Judgment, Row, Source, Submission, Tool
from leaderboard.offline.submissions.table_files import TableFile

MAX_OF_A_CODE = 50
"""Findings of one code that are reported: a maintainer corrects a table cell by cell."""
T = TypeVar("T")
MISSING: Judged = (None, None)
AS_GAPS = 'or state that absent rows are missing outcomes: absent = "gap" in labels.toml'


class Imported(NamedTuple):
    """What a table holds."""

    items: list[Item]
    submissions: list[Submission]
    """One for each system, without a nonce, in the registry's order."""
    ids: dict[str, str]
    """The ids of items and families that do not fit a submission, by the hash that it has instead. Private."""


def read(source: Path, board: Board, registry: Registry, labels: Labels) -> Imported:
    """Returns the manifest and the submissions that a label table holds.

    `source` is the main table, or its folder; second tables are beside it. Raises Refused with up to 50 findings of
    each code: E_FILE, E_SIZE, E_UTF8, E_SCHEMA (a column, id, category, kind or severity), E_SYSTEM, E_OUTCOME,
    E_JUDGE, E_EPOCHS, E_DUP_ITEM, E_MISSING_ITEM, E_UNKNOWN_ITEM, E_INCONSISTENT (two descriptions of one item, or an
    unsafe outcome without severity), E_BOARD (counts of another board).
    """
    return _Reader(board, registry, labels).read(source)


def files(source: Path, labels: Labels) -> list[Path]:
    """Returns the main table and the second ones beside it."""
    main = source / labels.file if source.is_dir() else source
    blocks = [block for block in (labels.verdicts, labels.guard) if block and block.file != labels.file]
    return [main, *(main.with_name(block.file) for block in blocks)]


class _Reader:
    """Reads one board's tables. Collects findings, and refuses at the end: a later stage reports its own faults too, of
    what the earlier ones could read."""

    def __init__(self, board: Board, registry: Registry, labels: Labels) -> None:
        self.board, self.registry, self.labels = board, registry, labels
        self.findings: list[Finding] = []
        self.ids: dict[str, str] = {}
        self.outcomes: dict[str, Responses] = {}
        """By system, as the judge of record gave them."""
        self.verdicts: dict[str, dict[JudgeRef, Responses]] = {}
        """By system and further judge."""
        self.described = True
        """Whether every row says what its item is, so that the items can be counted."""

    def read(self, source: Path) -> Imported:
        path = files(source, self.labels)[0]
        data = table_files.read_bytes(path)
        items = self._read_main(table_files.unpack(data, path.name))
        if self.described:
            self.findings += self._miscounts(items)
        self._read_second(path)
        self._apply_policies(items)
        if self.findings:
            raise Refused(shorten(self.findings, MAX_OF_A_CODE))
        return Imported(items, list(self._submissions(items, canonical.sha256(data))), self.ids)

    def _open(self, main: Path, block: LongTable, key: str) -> TableFile:
        path, prefix = main if block.file == self.labels.file else main.with_name(block.file), f"{key}, "
        return table_files.unpack(table_files.read_bytes(path, prefix), path.name, prefix)

    def _read_second(self, path: Path) -> None:
        """Reads the tables of further verdicts. One that cannot be read leaves the other."""
        try:
            if verdicts := self.labels.verdicts:
                self._read_verdicts(self._open(path, verdicts, "verdicts"), verdicts)
        except Refused as refused:
            self.findings += refused.findings
        try:
            if guard := self.labels.guard:
                self.outcomes |= self._simulate(self._open(path, guard, "guard"), guard)
        except Refused as refused:
            self.findings += refused.findings

    # The main table

    def _read_main(self, table: TableFile) -> list[Item]:
        """Reads what the judge of record and further judges said, and returns the manifest."""
        labels = self.labels
        system = fields.system(labels.system, [each for each in self.registry.system if each.evidence == "run"])
        category = fields.with_map("category", labels.category, "E_SCHEMA")
        kind = None if labels.kind is None else fields.with_map("kind", labels.kind, "E_SCHEMA")
        epoch = fields.epoch(labels.epoch, self.board.epochs)
        outcome = labels.outcome
        record = fields.judging(
            "outcome.column", outcome.column, outcome.map, "outcome.map", labels.severity, "severity"
        )
        further = dict(self._further())
        judgings = [each for judging in (record, *further.values()) for each in judging]
        plain = {"item": labels.item, "family": labels.family}
        rows = Rows(table, self.board, [system, category, kind, epoch, *judgings], plain, labels.where)
        ids = rows.ids("item", self.ids)
        where = rows.translate(system), ids, rows.epochs(epoch)
        categories = rows.translate(category)
        kinds = rows.translate(kind) if kind else None
        items = self._read_items(rows, ids, categories, kinds)
        self.outcomes = rows.group(*where, rows.judged(record))
        for ref, judging in further.items():
            for id, responses in rows.group(*where, rows.judged(judging), report=False).items():
                self.verdicts.setdefault(id, {})[ref] = responses
        self.findings += rows.findings
        for id, responses in self.outcomes.items():
            self._fill_gaps(responses, f"system {id}", {item.id for item in items})
        return items

    def _further(self) -> Iterator[tuple[JudgeRef, Judging]]:
        """The judges with a column of their own."""
        for n, judge in enumerate(self.labels.judge):
            by, path = self.labels.outcome.map, "outcome.map"
            if judge.map is not None:
                by, path = judge.map, f"judge[{n}].map"
            key = f"judge[{n}].severity"
            yield judge.ref, fields.judging(f"judge[{n}].column", judge.column, by, path, judge.severity, key)

    def _read_items(
        self,
        rows: Rows,
        ids: Sequence[str | None],
        categories: Sequence[str | None],
        kinds: Sequence[Kind | None] | None,
    ) -> list[Item]:
        """Returns the manifest, which all rows of an item must repeat identically."""
        families = rows.ids("family", self.ids) if self.labels.family else ids
        known: dict[str, Item] = {}
        all_harmful: list[Kind | None] = ["harmful"] * len(ids)
        parts = zip(ids, categories, families, all_harmful if kinds is None else kinds, strict=True)
        for index, (id, category, family, kind) in enumerate(parts):
            if id and category and family and kind:
                item = Item(id, category, family, kind)
                if known.setdefault(id, item) != item:
                    self.described = False
                    rule = "an earlier row gives this item another category, family or kind: correct one of the two"
                    rows.add("E_INCONSISTENT", "item", index, rule)
            else:
                self.described = False
        return sorted(known.values())

    def _fill_gaps(self, responses: Responses, where: str, items: Collection[str], prefix: str = "") -> None:
        """Adds what a system or judge lacks: items, and epochs of the items that there are rows of. Where absent rows
        are no gaps, it is a finding."""
        absent = [item for item in items if item not in responses]
        short = [item for item, judged in responses.items() if None in judged]
        if self.labels.absent == "gap":
            responses |= {item: [None] * self.board.epochs for item in absent}
            return
        if absent:
            rule = f"no row for {len(absent)} of {len(items)} items: add the rows to the table, {AS_GAPS}"
            self.findings.append(Finding("E_MISSING_ITEM", f"{prefix}item, {where}", rule))
        if short:
            rule = (
                f"{len(short)} items have fewer than {self.board.epochs} epochs: add the rows to the table, {AS_GAPS}"
            )
            self.findings.append(Finding("E_EPOCHS", f"{prefix}epoch, {where}", rule))

    def _miscounts(self, items: list[Item]) -> Iterator[Finding]:
        advice = "correct board.toml, or category, kind or `where` in labels.toml"
        for finding in manifest.check(items, self.board):
            finding = finding.with_rule()
            yield finding._replace(evidence=f"{finding.evidence}: {advice}")

    # Second tables

    def _group_second(
        self, table: TableFile, block: Verdicts | Guard, judge: Field[T], judging: Judging
    ) -> dict[tuple[T, str], Responses]:
        """Returns the verdicts of a long table, by judge and system, then item."""
        system = fields.system(block.system, [each for each in self.registry.system if each.id in self.outcomes])
        epoch = fields.epoch(block.epoch, self.board.epochs)
        rows = Rows(table, self.board, [system, judge, epoch, *judging], {"item": block.item}, block.where)
        if isinstance(block, Guard):
            rows.select(judge)
        systems, whose = rows.translate(system), rows.translate(judge)
        ids = rows.known_ids("item", set[str]().union(*self.outcomes.values()))
        keys = [(who, id) if who is not None and id else None for who, id in zip(whose, systems, strict=True)]
        grouped = rows.group(keys, ids, rows.epochs(epoch), rows.judged(judging))
        self.findings += rows.findings
        return grouped

    def _read_verdicts(self, table: TableFile, block: Verdicts) -> None:
        others = {self.board.judge, *(judge.ref for judge in self.labels.judge)}
        judge = fields.judge(block.judge, [each for each in self.registry.judge if each.ref not in others])
        judging = fields.judging("label", block.label, block.map, "verdicts.map", block.severity, "severity")
        for (ref, system), responses in self._group_second(table, block, judge, judging).items():
            self._fill_gaps(responses, f"system {system}, judge {ref.id}", (), table.prefix)
            self.verdicts.setdefault(system, {})[ref] = responses

    def _simulate(self, table: TableFile, block: Guard) -> dict[str, Responses]:
        """Returns the outcomes of the registry's simulated systems: a flagged response is blocked, a passed one has the
        outcome of the base system, one without a verdict is missing."""
        by_name = block.judge if not isinstance(block.judge, RaterColumn) else block.judge.column
        judge = fields.mapped("judge", by_name, block.guardrails, "E_JUDGE", "guard.guardrails")
        judging = fields.guarding(block)
        verdicts = self._group_second(table, block, judge, judging)
        simulated: dict[str, Responses] = {}
        for system in self.registry.system:
            base = self.outcomes.get(system.base_system or "")
            if system.evidence != "simulated" or base is None:
                continue
            own = verdicts.get((system.guardrail or "", system.base_system or ""), {})
            self._fill_gaps(own, f"system {system.id}", base, table.prefix)
            simulated[system.id] = {
                item: [_guarded(*pair, block.blocked) for pair in zip(judged, own[item], strict=True)]
                for item, judged in base.items()
                if item in own
            }
        return simulated

    def _apply_policies(self, items: list[Item]) -> None:
        """Adds the systems whose outcome follows from the kind of the item."""
        for number, policy in enumerate(self.labels.policy):
            if policy.system in self.outcomes:
                rule = "the table has rows of this system: leave them out with `where` in labels.toml, or this policy"
                self.findings.append(Finding("E_SYSTEM", f"policy[{number}].system", rule))
            outcome = {"harmful": policy.harmful, "benign": policy.benign}
            self.outcomes[policy.system] = {item.id: [(outcome[item.kind], None)] * self.board.epochs for item in items}

    def _submissions(self, items: list[Item], sha256: str) -> Iterator[Submission]:
        kinds = {judge.ref: judge.kind for judge in self.registry.judge}  # `labels` refuses a judge without one
        for system in self.registry.system:
            if system.id in self.outcomes:
                further = sorted(self.verdicts.get(system.id, {}).items())
                yield Submission(
                    board=self.board.id,
                    board_version=self.board.version,
                    generation=Generation(),
                    items_digest=manifest.digest(items),
                    judge=self.board.judge,
                    judgments=[Judgment(judge, kinds[judge], _rows(of)) for judge, of in further if judge in kinds],
                    nonce=None,
                    rows=_rows(self.outcomes[system.id]),
                    source=Source(commit=None, edited_scores=0, sha256=sha256),
                    started_on=self.labels.recorded_on,
                    submitted_on=self.labels.recorded_on,
                    system=system.id,
                    tool=Tool(TABLE, None, None),
                )


def _guarded(judged: Judged | None, verdict: Judged | None, blocked: str) -> Judged:
    """The outcome of a response behind a guardrail."""
    match (verdict or MISSING)[0]:
        case fields.FLAGGED:
            return blocked, None
        case fields.PASSED:
            return judged or MISSING
        case _:
            return MISSING


def _rows(responses: Responses) -> list[Row]:
    rows: list[Row] = []
    for item, judged in sorted(responses.items(), key=lambda pair: pair[0]):
        outcomes, severities = zip(*(each or MISSING for each in judged), strict=True)
        rows.append((item, list(outcomes), list(severities)))
    return rows
