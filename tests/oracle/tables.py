"""Label tables, read as `labels.toml` says: by docs/labels.md, and without the product's code.

Keys that no board has are refused by name: repeats, severity.
"""

import csv
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet

Outcomes = dict[str, str | None]
"""The outcome of each item, by item id; None is missing."""
Cells = dict[str, str | None]
"""One row of a table, by column, in normal form; None is empty."""
Meaning = Callable[[Cells], str | None]
Toml = dict[str, Any]

KNOWN_KEYS = {
    *("file", "recorded_on", "item", "system", "family", "category", "outcome", "kind", "where", "absent"),
    *("judge", "verdicts", "guard", "policy"),
}
"""The keys of `labels.toml` that this page reads."""


class Item(NamedTuple):
    """One question of a board."""

    id: str
    category: str
    family: str
    kind: str


def is_simulated(system: Toml) -> bool:
    """Whether a system was not run but is a guardrail's verdict on another's answers."""
    return bool(system.get("evidence") == "simulated")


class Tables(NamedTuple):
    """The label tables of a board, read as `labels.toml` says."""

    folder: Path
    registry: Toml
    mapping: Toml

    def rows(self) -> Iterator[Cells]:
        return selected(self.folder / self.mapping["file"], self.mapping.get("where", {}))

    def systems(self, column: Any) -> Meaning:
        """Which system a row is of: by a map, or by the names that it is served as."""
        return meaning(column) if isinstance(column, dict) else self._named("system", "served_as", "{id}", column)

    def _named(self, kind: str, names: str, label: str, column: str) -> Meaning:
        """Which of the registry's entries a row is of, by what they are called elsewhere."""
        entries = self.registry[kind]
        known = {name: label.format(**entry) for entry in entries for name in entry.get(names, [])}
        return meaning({"column": column, "map": known})

    def items(self) -> list[Item]:
        found: dict[str, Item] = {}
        category = meaning(self.mapping["category"])
        kind = meaning(self.mapping["kind"]) if "kind" in self.mapping else lambda row: "harmful"
        for row in self.rows():
            id = str(row[self.mapping["item"]])
            family = row[self.mapping["family"]] if "family" in self.mapping else id
            item = Item(id, str(category(row)), str(family), str(kind(row)))
            assert found.setdefault(id, item) == item, f"{id} is described in two ways"
        return sorted(found.values())

    def outcomes(self, field: Toml) -> dict[str, Outcomes]:
        """What a judge with a column in the main table said, by system."""
        found: dict[str, Outcomes] = {}
        system, outcome = self.systems(self.mapping["system"]), meaning(field)
        for row in self.rows():
            own, id = found.setdefault(str(system(row)), {}), str(row[self.mapping["item"]])
            assert id not in own, f"{id} has two rows"
            own[id] = outcome(row)
        return found

    def judged(self) -> dict[str, dict[str, Outcomes]]:
        """Judges with a column of their own, then those of the long table."""
        found: dict[str, dict[str, Outcomes]] = {}
        for judge in self.mapping.get("judge", []):
            field = {"column": judge["column"], "map": judge.get("map", self.mapping["outcome"]["map"])}
            found["{id}@{version}".format(**judge)] = self.outcomes(field)
        verdicts = self.mapping.get("verdicts")
        if verdicts:
            name, system = self._raters(verdicts["judge"]), self.systems(verdicts["system"])
            outcome = meaning({"column": verdicts["label"], "map": verdicts["map"]})
            for row in selected(self.folder / verdicts["file"], verdicts.get("where", {})):
                own = found.setdefault(str(name(row)), {}).setdefault(str(system(row)), {})
                own[str(row[verdicts["item"]])] = outcome(row)
        return found

    def _raters(self, column: Any) -> Meaning:
        if isinstance(column, dict):
            return meaning(column)
        return self._named("judge", "names", "{id}@{version}", column)

    def guarded(self, recorded: dict[str, Outcomes]) -> dict[str, Outcomes]:
        """A guardrail put in front: what it flags is blocked, what it passes stays, without a verdict nothing is
        known."""
        guard = self.mapping.get("guard")
        if not guard:
            return {}
        said, system = {}, self.systems(guard["system"])
        for row in selected(self.folder / guard["file"], guard.get("where", {})):
            guardrail = guard["guardrails"].get(row[guard["judge"]])
            if guardrail:
                said[system(row), guardrail, row[guard["item"]]] = row[guard["label"]]
        found: dict[str, Outcomes] = {}
        for simulated in filter(is_simulated, self.registry["system"]):
            base = simulated["base_system"]
            for item, outcome in recorded[base].items():
                behind = {guard["flagged"]: guard["blocked"], guard["passed"]: outcome, None: None}
                found.setdefault(simulated["id"], {})[item] = behind[said[base, simulated["guardrail"], item]]
        return found


def selected(path: Path, where: Toml) -> Iterator[Cells]:
    """The rows of a table that have the values of `where`, each cell in its normal form."""
    wanted = {
        column: {normal(value) for value in (values if isinstance(values, list) else [values])}
        for column, values in where.items()
    }
    for row in _read(path):
        cells = {column: normal(value) for column, value in row.items()}
        if all(cells[column] in values for column, values in wanted.items()):
            yield cells


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pyarrow.parquet.read_table(path).to_pylist())
    assert path.suffix == ".csv", "the oracle reads CSV and Parquet"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def normal(value: Any) -> str | None:
    """docs/labels.md: NFKC without white space around it, a whole number without decimals, nothing as None."""
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip()
    whole, _, decimals = text.partition(".")
    if whole.lstrip("-").isdecimal() and decimals and not decimals.strip("0"):
        text = whole
    return text or None


def meaning(field: Toml) -> Meaning:
    """Returns what the cells of a field's columns mean together in a row; nothing where all of them are empty."""
    columns = field["column"] if isinstance(field["column"], list) else [field["column"]]
    known = {}
    for key, value in field["map"].items():
        parts = [key] if len(columns) == 1 else key.split(" / ")
        known[tuple(map(normal, parts))] = str(value)

    def of(row: Cells) -> str | None:
        cells = tuple(row[column] for column in columns)
        return known[cells] if any(cells) else None

    return of
