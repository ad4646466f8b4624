"""Adds to a registry what a table of a few lines lists: judges, guardrails, models, and the models behind guardrails.

A row has what a person knows of one entry; `guardrails` of a model names those in front of which it was run too, and
each becomes a system of its own. So fifteen models in five arms take fifteen rows and four of guardrails.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from leaderboard.base.findings import Finding, Refused
from leaderboard.boards import definition, registry
from leaderboard.boards.registry import Developer, Guardrail, Judge, Registry, System
from leaderboard.offline.submissions import cells
from leaderboard.offline.submissions.table_files import TableFile

KINDS: dict[str, type[Struct]] = {"developer": Developer, "judge": Judge, "guardrail": Guardrail, "system": System}
"""What a row may be, in the column `entry`."""
FIELDS = {name: [field.name for field in msgspec.structs.fields(kind)] for name, kind in KINDS.items()}
COLUMNS = ("entry", "guardrails", *dict.fromkeys(name for names in FIELDS.values() for name in names))
DEVELOPERS = ("developer", "vendor", "run_by", "paid_by")
"""Columns that hold a developer: an id, or a name, of which a new developer is made."""
LISTS = ("served_as", "names")
"""Columns that hold several names, with spaces between them."""
_Entries = dict[str, dict[str, dict[str, Any]]]
"""The entries of each kind, by id, with the plain values that TOML would have."""


def enrol(table: TableFile, known: Registry) -> Registry:
    """Returns a registry with the rows of a table added; an entry of the same id is replaced.

    Refused E_SCHEMA with every fault: a column that no entry has, a cell that does not fit, an entry that the registry
    refuses. Each has its row."""
    present = cells.names(table, COLUMNS)
    findings = [Finding("E_SCHEMA", "$", f"a column is none of {', '.join(COLUMNS)}")] * bool({*present} - {*COLUMNS})
    needed = [name for name in ("entry", "id") if name not in present]
    findings += [Finding("E_SCHEMA", name, "the table has no such column") for name in needed]
    if findings:
        raise Refused(findings)
    read = cells.parse(table, {name: (name,) for name in COLUMNS if name in present})
    entries: _Entries = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for entry in getattr(known, kind):
            entries[kind][entry.id] = msgspec.to_builtins(entry, builtin_types=(date,))
    origin: dict[tuple[str, str], int] = {}
    """By kind and id, the row that an entry comes from."""
    later: list[tuple[int, dict[str, str]]] = []
    for index, number in enumerate(read.rows):
        row = {name: value for name, column in read.columns.items() if (value := column[index])}
        kind = row.pop("entry", "")
        if kind not in KINDS:
            findings.append(Finding("E_SCHEMA", f"entry, row {number}", f"must be one of {', '.join(KINDS)}"))
        elif (kind, row.get("id", "")) in origin:
            findings.append(Finding("E_SCHEMA", f"id, row {number}", "another row has this id: give each its own"))
        else:
            _add(kind, row, entries)
            origin[kind, row.get("id", "")] = number
            later += [(number, row)] if kind == "system" and "guardrails" in row else []
    for number, row in later:
        for fault in _add_arms(row, entries, origin, number):
            findings.append(Finding("E_SCHEMA", f"guardrails, row {number}", fault))
    return _checked(entries, origin, findings)


def _add(kind: str, row: Mapping[str, str], entries: _Entries) -> None:
    entry = {name: _value(name, text) for name, text in row.items() if name != "guardrails"}
    for column in DEVELOPERS:
        if column in entry:
            entry[column] = _developer(entry[column], entries["developer"])
    entries[kind][row.get("id", "")] = entry


def _developer(text: str, developers: dict[str, dict[str, Any]]) -> str:
    """The id of a developer that is named by id or name."""
    by_name = {entry["name"]: id for id, entry in developers.items() if "name" in entry}
    if text in developers or text in by_name:
        return by_name.get(text, text)
    id = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
    developers.setdefault(id, {"id": id, "name": text})
    return id


def _value(name: str, text: str) -> Any:
    """The value that TOML would have for a cell. One that cannot be read stays a text, which the registry refuses."""
    if name in LISTS:
        return text.split()
    try:
        if name == "parameters":
            return float(text)
        if name == "released_on":
            return date.fromisoformat(text)
    except ValueError:
        return text
    return text == "true" if name == "reference" and text in ("true", "false") else text


def _add_arms(
    row: Mapping[str, str], entries: _Entries, origin: dict[tuple[str, str], int], number: int
) -> Iterator[str]:
    """Adds a model behind each guardrail that its row names. Yields what keeps one out."""
    base, known = entries["system"][row.get("id", "")], entries["guardrail"]
    named = [*known] if row["guardrails"] == "all" else row["guardrails"].split()
    for guardrail in named:
        if guardrail not in known:
            yield f"names a guardrail without a row: `all`, or ids of {', '.join(known) or 'none'}"
            continue
        id = f"{base['id']}--{guardrail}"
        name = f"{base.get('name', '')} + {known[guardrail].get('name', '')}"
        entries["system"][id] = {**base, "id": id, "name": name, "base_system": base["id"], "guardrail": guardrail}
        entries["system"][id].pop("previous_version", None)
        origin["system", id] = number


def _checked(entries: _Entries, origin: Mapping[tuple[str, str], int], findings: list[Finding]) -> Registry:
    """The registry of these entries. Its faults name their position in it, which a person with a table cannot look up:
    the row is named instead."""
    parsed = {kind: [*of.values()] for kind, of in entries.items()}
    rows = {
        f"{kind} {number} ": origin.get((kind, id), 0)
        for kind, of in entries.items()
        for number, id in enumerate(of, start=1)
    }
    faults = definition.form_faults(parsed, Registry)
    result = None if faults else msgspec.convert(parsed, Registry)
    for fault in faults or registry.faults(result or Registry()):
        start = next((start for start in rows if fault.startswith(start)), "")
        where = f"row {rows[start]}" if rows.get(start) else "systems.toml"
        findings.append(Finding("E_SCHEMA", where, fault.removeprefix(start)))
    if findings or result is None:
        raise Refused(dict.fromkeys(findings))
    return result
