"""Reads the mapping of a label table, `results/boards/<id>/labels.toml`, and checks it against board and registry.

A fault names keys and positions, never what the file holds, and says what to change.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from leaderboard.boards import spelling, values
from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.definition import read_definition
from leaderboard.boards.mapping import AnyColumn, Columns, Guard, Labels, Policy, Verdicts, allowed, columns
from leaderboard.boards.registry import Registry


def read_labels(path: Path, board: Board | None = None, registry: Registry | None = None) -> Labels:
    """Returns the mapping that a `labels.toml` holds; InvalidDefinition with all its faults, also where it does not fit
    the board and the registry. Without these, as for one that was signed, only its form and spelling are checked."""

    def check(labels: Labels) -> list[str]:
        return faults(labels, board, registry) if board and registry else [*_bad_texts(labels)]

    return read_definition(path, Labels, check)


def faults(labels: Labels, board: Board, registry: Registry) -> list[str]:
    """Returns the rules that a mapping breaks, and where it does not fit the board and the registry."""
    alone = [*_bad_texts(labels), *_bad_keys(labels), *_bad_outcomes(labels, board), *_bad_numbers(labels, board)]
    return [*alone, *_unknown_names(labels, board, registry), *_bad_policies(labels.policy, board, registry)]


class _Source(NamedTuple):
    """A column, or several, that the mapping reads."""

    path: str
    columns: Columns
    map_path: str = ""
    map: Mapping[str, object] = {}
    """What its values mean; empty where no map says it."""


def _source(path: str, column: AnyColumn | None) -> Iterator[_Source]:
    """A key that names a column, plain or with a map of its own, or nothing."""
    if isinstance(column, str | tuple):
        yield _Source(path, column)
    elif column is not None:
        yield _Source(f"{path}.column", column.column, f"{path}.map", column.map)


def _sources(labels: Labels) -> Iterator[_Source]:
    for name in ("item", "system", "category", "outcome", "kind", "family", "epoch", "severity"):
        yield from _source(name, getattr(labels, name))
    for number, judge in enumerate(labels.judge, 1):
        yield _Source(f"judge {number} column", judge.column, f"judge {number} map", judge.map or {})
        yield from _source(f"judge {number} severity", judge.severity)
    for name, block in _blocks(labels):
        for key in ("system", "item", "epoch"):
            yield from _source(f"{name}.{key}", getattr(block, key))
        if isinstance(block, Guard):
            meanings = dict.fromkeys((block.flagged, block.passed))
            yield _Source(f"{name}.label", block.label, name, meanings)
            if isinstance(block.judge, str | tuple):
                yield _Source(f"{name}.judge", block.judge, f"{name}.guardrails", block.guardrails)
        else:
            yield _Source(f"{name}.label", block.label, f"{name}.map", block.map)
            yield from _source(f"{name}.judge", block.judge)
            yield from _source(f"{name}.severity", block.severity)


def _blocks(labels: Labels) -> Iterator[tuple[str, Verdicts | Guard]]:
    if labels.verdicts:
        yield "verdicts", labels.verdicts
    if labels.guard:
        yield "guard", labels.guard


def _filters(labels: Labels) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each column of a `where`, with the values that it may have."""
    for path, where in (("where", labels.where), *((f"{name}.where", block.where) for name, block in _blocks(labels))):
        for column, some in allowed(where).items():
            yield path, column, some


# What is published with the mapping


def _bad_texts(labels: Labels) -> Iterator[str]:
    texts: dict[str, list[str]] = {}
    for source in _sources(labels):
        texts.setdefault(f"{source.path} names a column that", []).extend(columns(source.columns))
        count = len(columns(source.columns))
        split = [values.parts(key, count) for key in source.map]
        shown = [part for parts in split for part in parts if part or not any(parts)]
        texts.setdefault(f"{source.map_path} holds a value that", []).extend(shown)
    for path, column, some in _filters(labels):
        texts.setdefault(f"{path} names a column that", []).append(column)
        texts.setdefault(f"{path} holds a value that", []).extend(text for text in some if text)
    for words, several in texts.items():
        yield from sorted({f"{words} {reason}" for text in several if (reason := spelling.fault(text))})


# The mapping alone


def _bad_keys(labels: Labels) -> Iterator[str]:
    for source in _sources(labels):
        count = len(columns(source.columns))
        if len(set(columns(source.columns))) < count:
            yield f"{source.path} names a column twice: remove one"
        keys = [values.key(key, count) for key in source.map]
        if any(len(values.parts(key, count)) != count for key in source.map):
            rule = f'holds a key that is not of {count} parts with "{values.SEPARATOR}" between them'
            yield f"{source.map_path} {rule}: correct it"
        if len(set(keys)) < len(keys) and source.map_path != "guard":
            yield f"{source.map_path} holds two keys that are one value, as 1 and 1.0 are, or true and TRUE: remove one"
    for number, judge in enumerate(labels.judge, 1):
        if judge.map is None and len(columns(judge.column)) != len(columns(labels.outcome.column)):
            yield f"judge {number} has no map of its own, and other columns than the outcome: give it one"
    for path, _, some in _filters(labels):
        if not some:
            yield f"{path} holds a list without a value, so no row would be read: add one"
    if labels.guard and not isinstance(labels.guard.judge, str | tuple):
        yield "guard.judge must be a column: guard.guardrails says what its values mean"


# Beside the board


def _bad_outcomes(labels: Labels, board: Board) -> Iterator[str]:
    known = {outcome.id for outcome in board.outcome}
    of_record = {outcome.id for outcome in board.outcome if not outcome.judge_only}
    maps = [("outcome", labels.outcome.map, of_record)]
    maps += [(f"judge {n}", judge.map, known) for n, judge in enumerate(labels.judge, 1) if judge.map is not None]
    if labels.verdicts:
        maps.append(("verdicts", labels.verdicts.map, known))
    for name, meaning, ids in maps:
        if set(meaning.values()) - ids - {""}:
            yield f"{name} maps to an outcome that this judge cannot give: correct it, or add it to board.toml"
    if set(labels.category.map.values()) - {category.id for category in board.category}:
        yield "category maps to a category that the board does not have: correct it, or add it to board.toml"
    if labels.recorded_on < board.earliest:
        yield "recorded_on is before earliest in board.toml, the first day on which a response is possible: correct one"
    if labels.kind is None and any(category.benign_items for category in board.category):
        yield "kind is missing, and the board has benign items: add the column and its map"
    if labels.guard and not any(o.id == labels.guard.blocked and o.harmful.blocked for o in board.outcome):
        yield "guard.blocked is not an outcome that the board flags as blocked: name one"
    if labels.guard and values.normal(labels.guard.flagged) == values.normal(labels.guard.passed):
        yield "guard.flagged and guard.passed are the same label: correct one"


def _bad_numbers(labels: Labels, board: Board) -> Iterator[str]:
    tables = [("", labels.epoch), *((f"{name}.", block.epoch) for name, block in _blocks(labels))]
    for prefix, epoch in tables:
        if epoch is None and board.epochs > 1:
            yield f"{prefix}epoch is missing, and the board has {board.epochs} epochs: add the column"
        if _stray(epoch, range(1, board.epochs + 1)):
            rule = f"names an epoch that the board does not have: they are 1 to {board.epochs}"
            yield f"{prefix}epoch.map {rule}, correct it"
    for path, severity, meaning in _severities(labels):
        if board.severity and severity is None and _may_be_unsafe(meaning, board):
            yield f"{path} is missing, and the board has severity: add the column"
        if not board.severity and severity is not None:
            yield f"{path} is there, and the board has no severity: remove it"
        if _stray(severity, range(5)):
            yield f"{path}.map names a severity over 4: correct it"


def _severities(labels: Labels) -> Iterator[tuple[str, AnyColumn | None, Collection[str]]]:
    """Of each judge the key of the severity, its column and the outcomes that the judge may give."""
    yield "severity", labels.severity, labels.outcome.map.values()
    for number, judge in enumerate(labels.judge, 1):
        yield f"judge {number} severity", judge.severity, (judge.map or labels.outcome.map).values()
    if labels.verdicts:
        yield "verdicts.severity", labels.verdicts.severity, labels.verdicts.map.values()


def _may_be_unsafe(outcomes: Collection[str], board: Board) -> bool:
    return any(o.id in outcomes and (o.harmful.unsafe or o.benign.unsafe) for o in board.outcome)


def _stray(column: AnyColumn | None, numbers: range) -> bool:
    return any(set(source.map.values()) - set(numbers) for source in _source("", column))


# Beside the registry


def _unknown_names(labels: Labels, board: Board, registry: Registry) -> Iterator[str]:
    judges = {judge.ref for judge in registry.judge}
    if {judge.ref for judge in labels.judge} - judges:
        yield "a judge is not registered: add it to systems.toml"
    if len({judge.ref for judge in labels.judge} | {board.judge}) <= len(labels.judge):
        yield "a further judge is named twice, or is the judge of record: remove it"
    if labels.guard and set(labels.guard.guardrails.values()) - {guardrail.id for guardrail in registry.guardrail}:
        yield "guard.guardrails names a guardrail that is not registered: add it to systems.toml"
    for prefix, table in [("", labels), *((f"{name}.", block) for name, block in _blocks(labels))]:
        yield from _unknown_systems(f"{prefix}system", table.system, registry)
    if labels.verdicts:
        yield from _unknown_raters(labels, board, registry)


def _unknown_systems(path: str, column: AnyColumn, registry: Registry) -> Iterator[str]:
    if isinstance(column, str):
        names = [(name, system.id) for system in registry.system for name in system.served_as]
        if _ambiguous(names):
            yield f"{path} reads served_as of systems.toml, where two systems have one name: use a map"
    run = {system.id for system in registry.system if system.evidence == "run"}
    if any(set(source.map.values()) - run for source in _source(path, column)):
        yield f"{path}.map names a system that is not registered, or that nobody ran: correct it, or add it"


def _unknown_raters(labels: Labels, board: Board, registry: Registry) -> Iterator[str]:
    column = labels.verdicts.judge if labels.verdicts else ""
    if isinstance(column, str | tuple):
        if _ambiguous([(name, judge.ref) for judge in registry.judge for name in judge.names]):
            yield "verdicts.judge reads names of systems.toml, where two judges have one name: use a map"
        return
    named = {reference(name) for name in column.map.values()}
    if named - {judge.ref for judge in registry.judge}:
        yield "verdicts.judge.map names a judge that is not registered: add it to systems.toml"
    if named & {board.judge, *(judge.ref for judge in labels.judge)}:
        yield "verdicts.judge.map names the judge of record, or one that has a column of its own: leave it out"


def reference(name: str) -> JudgeRef:
    """Returns the judge that `id@version` names."""
    id, _, version = name.rpartition("@")
    return JudgeRef(id, version)


def _ambiguous(names: Iterable[tuple[str, object]]) -> bool:
    """Whether one name, in its normal form, is that of two."""
    owners: dict[str, object] = {}
    return any(owners.setdefault(values.normal(name), owner) != owner for name, owner in names)


def _bad_policies(policies: tuple[Policy, ...], board: Board, registry: Registry) -> Iterator[str]:
    outcomes = {outcome.id: outcome for outcome in board.outcome if not outcome.judge_only}
    systems = {system.id for system in registry.system if system.evidence == "arithmetic"}
    has_benign = any(category.benign_items for category in board.category)
    for number, policy in enumerate(policies, 1):
        named = [policy.harmful, *([] if policy.benign is None else [policy.benign])]
        if policy.system not in systems:
            yield f"policy {number} names a system whose evidence in systems.toml is not arithmetic: correct one"
        if policy.system in [each.system for each in policies[: number - 1]]:
            yield f"policy {number} has the system of another: remove one"
        if set(named) - outcomes.keys():
            yield f"policy {number} names an outcome that the judge of record cannot give: correct it"
        elif board.severity and _may_be_unsafe(named, board):
            yield f"policy {number} gives an unsafe outcome, which needs a severity on this board: remove it"
        if has_benign and policy.benign is None:
            yield f"policy {number} has no benign outcome, and the board has benign items: add it"
