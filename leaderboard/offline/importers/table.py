"""Imports a published label table, CSV or Parquet, as one submission per system. `labels.toml` says what to read.

Only the named columns are read, and each value must be one that the mapping or the registry names. A refusal gives a
column and a row, never the value. An empty label is a missing outcome, never a safe one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.board import Board, JudgeRef, Kind
from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import cells
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.cells import Cells
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.labels import Guard, Labels, Verdicts
from leaderboard.offline.submissions.submission import Generation, ItemId, Judgment, Source, Submission, Tool

MAX_FINDINGS = 50

Outcomes = dict[str, str | None]
"""The outcome of each item; None is missing."""
Said = dict[str, dict[JudgeRef, Outcomes]]
"""What each further judge said of each system."""
Who = TypeVar("Who")


class Imported(NamedTuple):
    """The item manifest of the table, and a submission without a nonce for each system, in the registry's order."""

    items: list[Item]
    submissions: list[Submission]


def read(source: Path, board: Board, registry: Registry, labels: Labels) -> Imported:
    """Returns the manifest and the submissions that a label table holds.

    `source` is the main table, or the folder that it is in; second tables lie beside it. Raises Refused with up to 50
    findings: E_FILE, E_SIZE, E_SCHEMA (a column, id, category or kind), E_SYSTEM, E_OUTCOME, E_JUDGE, E_DUP_ITEM,
    E_MISSING_ITEM, E_UNKNOWN_ITEM, E_INCONSISTENT (one item described in two ways), E_BOARD (counts of another board).
    """
    source = source / labels.file if source.is_dir() else source
    data = cells.read_bytes(source)
    main = cells.parse(data, source.suffix, _main_columns(labels), {c: [v] for c, v in labels.where.items()})
    findings: list[Finding] = []
    systems = _translate(main, labels.system, _served_as(registry), "E_SYSTEM", findings)
    items = _collect_items(main, labels, findings)
    outcomes = _outcomes_of_record(main, labels, systems, items, findings)
    said = _said_in_columns(main, labels, systems, findings)
    _refuse(findings or manifest.check(items, board))
    if labels.verdicts:
        _add_verdicts(said, _open(source, labels.verdicts), labels.verdicts, registry, outcomes, findings)
    if labels.guard:
        outcomes |= _simulate(_open(source, labels.guard), labels.guard, registry, outcomes, findings)
    _refuse(findings)
    return Imported(items, list(_submissions(board, registry, labels, items, outcomes, said, canonical.sha256(data))))


def files(source: Path, labels: Labels) -> list[Path]:
    """Returns the main table and the second ones beside it."""
    main = source / labels.file if source.is_dir() else source
    return [main, *(main.with_name(block.file) for block in (labels.verdicts, labels.guard) if block)]


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Refused(findings[:MAX_FINDINGS])


def _main_columns(labels: Labels) -> list[str]:
    columns = [labels.system, labels.item, labels.category.column, labels.outcome.column]
    columns += [labels.family] if labels.family else []
    columns += [labels.kind.column] if labels.kind else []
    return columns + [judge.column for judge in labels.judge]


def _served_as(registry: Registry) -> dict[str, str]:
    return {name: system.id for system in registry.system if system.evidence == "run" for name in system.served_as}


def _translate(
    table: Cells,
    column: str,
    meaning: Mapping[str, Who],
    code: str,
    findings: list[Finding],
    may_be_empty: bool = False,
) -> list[Who | None]:
    """Returns what each cell means. A cell that means nothing is a finding and None; so is an empty one unless it may
    be empty."""
    meanings: list[Who | None] = []
    for index, text in enumerate(table.columns[column]):
        meanings.append(None if text is None else meaning.get(text))
        if meanings[-1] is None and not (text is None and may_be_empty):
            findings.append(Finding(code, table.place(column, index)))
    return meanings


def _collect_items(table: Cells, labels: Labels, findings: list[Finding]) -> list[Item]:
    """Returns the manifest, which every row of an item must repeat alike."""
    families = labels.family or labels.item
    for column in dict.fromkeys([labels.item, families]):
        _check_ids(table, column, findings)
    categories = _translate(table, labels.category.column, labels.category.map, "E_SCHEMA", findings)
    kinds: Sequence[Kind | None] = ["harmful"] * len(table.rows)
    if labels.kind:
        kinds = _translate(table, labels.kind.column, labels.kind.map, "E_SCHEMA", findings)
    known: dict[str, Item] = {}
    rows = zip(table.columns[labels.item], categories, table.columns[families], kinds, strict=True)
    for index, (id, category, family, kind) in enumerate(rows):
        if id and category and family and kind:
            item = Item(id, category, family, kind)
            if known.setdefault(id, item) != item:
                findings.append(Finding("E_INCONSISTENT", table.place(labels.item, index)))
    return sorted(known.values())


def _check_ids(table: Cells, column: str, findings: list[Finding]) -> None:
    well_formed = {text for text in set(table.columns[column]) if _is_id(text)}
    bad = [index for index, text in enumerate(table.columns[column]) if text not in well_formed]
    findings += [Finding("E_SCHEMA", table.place(column, index)) for index in bad]


def _is_id(text: str | None) -> bool:
    try:
        return bool(msgspec.convert(text, ItemId))
    except msgspec.ValidationError:
        return False


def _group(
    table: Cells, column: str, keys: Sequence[Who | None], meanings: Sequence[str | None], findings: list[Finding]
) -> dict[Who, Outcomes]:
    """Returns the outcomes by key, such as a system, and item. `column` holds the item; a second row is a finding."""
    grouped: dict[Who, Outcomes] = {}
    for index, (key, item, meaning) in enumerate(zip(keys, table.columns[column], meanings, strict=True)):
        if key is None or item is None:
            continue
        outcomes = grouped.setdefault(key, {})
        if item in outcomes:
            findings.append(Finding("E_DUP_ITEM", table.place(column, index)))
        outcomes[item] = meaning
    return grouped


def _outcomes_of_record(
    table: Cells, labels: Labels, systems: list[str | None], items: list[Item], findings: list[Finding]
) -> dict[str, Outcomes]:
    meanings = _translate(table, labels.outcome.column, labels.outcome.map, "E_OUTCOME", findings, may_be_empty=True)
    grouped = _group(table, labels.item, systems, meanings, findings)
    gaps = [id for id, outcomes in grouped.items() if {item.id for item in items} - outcomes.keys()]
    findings += [Finding("E_MISSING_ITEM", f"{labels.item}, system {id}") for id in gaps]
    return grouped


def _said_in_columns(table: Cells, labels: Labels, systems: list[str | None], findings: list[Finding]) -> Said:
    said: Said = {}
    for judge in labels.judge:
        meaning = labels.outcome.map if judge.map is None else judge.map
        meanings = _translate(table, judge.column, meaning, "E_OUTCOME", findings, may_be_empty=True)
        # doubled rows have been reported with the outcome of record
        for system, outcomes in _group(table, labels.item, systems, meanings, []).items():
            said.setdefault(system, {})[judge.ref] = outcomes
    return said


def _open(source: Path, block: Verdicts | Guard) -> Cells:
    path = source.with_name(block.file)
    where = {block.judge: block.guardrails.keys()} if isinstance(block, Guard) else {}
    columns = [block.system, block.item, block.judge, block.label]
    prefix = f"{block.file}, "
    return cells.parse(cells.read_bytes(path, prefix), path.suffix, columns, where, prefix)


def _group_verdicts(
    table: Cells,
    block: Verdicts | Guard,
    judges: Mapping[str, Who],
    meaning: Mapping[str, str],
    registry: Registry,
    outcomes: dict[str, Outcomes],
    findings: list[Finding],
) -> dict[tuple[Who, str], Outcomes]:
    """Returns the meaning of each verdict of a long table, by judge and system, then item."""
    served = {name: id for name, id in _served_as(registry).items() if id in outcomes}
    systems = _translate(table, block.system, served, "E_SYSTEM", findings)
    whose = _translate(table, block.judge, judges, "E_JUDGE", findings)
    meanings = _translate(table, block.label, meaning, "E_OUTCOME", findings, may_be_empty=True)
    known = set[str | None]().union(*outcomes.values())
    strangers = [index for index, item in enumerate(table.columns[block.item]) if item not in known]
    findings += [Finding("E_UNKNOWN_ITEM", table.place(block.item, index)) for index in strangers]
    keys = [(who, id) if who is not None and id else None for who, id in zip(whose, systems, strict=True)]
    return _group(table, block.item, keys, meanings, findings)


def _add_verdicts(
    said: Said,
    table: Cells,
    block: Verdicts,
    registry: Registry,
    outcomes: dict[str, Outcomes],
    findings: list[Finding],
) -> None:
    names = {name: judge.ref for judge in registry.judge for name in judge.names}
    grouped = _group_verdicts(table, block, names, block.map, registry, outcomes, findings)
    for (judge, system), verdicts in grouped.items():
        said.setdefault(system, {})[judge] = verdicts


def _simulate(
    table: Cells, block: Guard, registry: Registry, outcomes: dict[str, Outcomes], findings: list[Finding]
) -> dict[str, Outcomes]:
    """Returns the outcomes of the registry's simulated systems: a flagged response is blocked, a passed one keeps its
    outcome, one without a verdict is missing."""
    meaning = {block.flagged: "flagged", block.passed: "passed"}
    verdicts = _group_verdicts(table, block, block.guardrails, meaning, registry, outcomes, findings)
    simulated: dict[str, Outcomes] = {}
    for system in registry.system:
        base = outcomes.get(system.base_system or "")
        if system.evidence == "run" or base is None:
            continue
        mine = verdicts.get((system.guardrail or "", system.base_system or ""), {})
        if base.keys() - mine.keys():
            findings.append(Finding("E_MISSING_ITEM", f"{table.prefix}system {system.id}"))
        results = {"flagged": block.blocked, None: None}
        simulated[system.id] = {item: results.get(mine.get(item), outcome) for item, outcome in base.items()}
    return simulated


def _submissions(
    board: Board,
    registry: Registry,
    labels: Labels,
    items: list[Item],
    outcomes: dict[str, Outcomes],
    said: Said,
    digest: str,
) -> Iterator[Submission]:
    kinds = {judge.ref: judge.kind for judge in registry.judge}
    for system in registry.system:
        if system.id in outcomes:
            further = sorted(said.get(system.id, {}).items())
            yield Submission(
                board=board.id,
                board_version=board.version,
                generation=Generation(),
                items_digest=manifest.digest(items),
                judge=board.judge,
                judgments=[Judgment(judge, kinds[judge], _rows(verdicts)) for judge, verdicts in further],
                nonce=None,
                rows=_rows(outcomes[system.id]),
                source=Source(commit=None, edited_scores=0, sha256=digest),
                started_on=labels.recorded_on,
                submitted_on=labels.recorded_on,
                system=system.id,
                tool=Tool("table", None, None),
            )


def _rows(outcomes: Outcomes) -> list[tuple[ItemId, list[str | None], list[int | None]]]:
    return [(item, [outcome], [None]) for item, outcome in sorted(outcomes.items(), key=lambda pair: pair[0])]
