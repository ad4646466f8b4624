"""What a label table holds, as far as a definition needs it: labels and counts. Read in a process of its own.

Of cells, only those of columns that have a role leave this module, and of these only labels, systems and raters: no id
of an item, and no text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards import spelling, values
from leaderboard.offline.authoring import columns as roles_of
from leaderboard.offline.authoring.columns import LONGEST, MOST_LABELS, MOST_SYSTEMS, Column, Roles
from leaderboard.offline.submissions import cells, table_files
from leaderboard.offline.submissions.table_files import TableFile

Where = dict[str, tuple[str, ...]]
"""The values that a column may have; rows with others are not read."""
FEW = {"system": MOST_SYSTEMS, "kind": 4, "epoch": 20}
"""Different values that a role may have, if not `MOST_LABELS`."""


class Options(Struct, frozen=True):
    """What the maintainer says of a table."""

    roles: dict[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] = ()
    where: Where = {}
    harmful: tuple[str, ...] = ()
    """Values of the kind that mean a harmful item."""
    record: str | None = None
    """The rater whose labels are of record."""


class Cell(Struct, frozen=True):
    """The items of one category and kind."""

    category: str
    kind: str
    items: int
    families: int


class Reading(Struct, frozen=True):
    """What a table holds. Values of several columns have " / " between them."""

    rows: int
    columns: int
    roles: Roles
    items: int
    families: int
    systems: dict[str, str | None]
    """Each with its developer, if a column says it."""
    labels: dict[str, int]
    """How many rows have each label of the outcome."""
    missing: int
    """Rows without a label."""
    kinds: dict[str, bool]
    """Whether each value of the kind means a harmful item."""
    cells: list[Cell]
    epochs: list[str]
    raters: list[str]
    absent: int
    """Responses of an item and a system that no row is of."""
    unread: list[str]
    """Columns without a role, that were not told to be left out."""


def read(path: Path, options: Options) -> Reading:
    """Returns what a table holds. Refused as by `table_files`, `cells` and `columns.choose`; E_SCHEMA where a column
    with a role holds something that cannot be published, such as texts, or where an option has to decide."""
    table = table_files.unpack(table_files.read_bytes(path), path.name)
    stated = [*options.where, *options.ignored, *(name for named in options.roles.values() for name in named)]
    names = cells.names(table, list(dict.fromkeys(stated)))
    once = [name for name in names if name and names.count(name) == 1]
    if strange := [name for name in options.where if name not in once]:
        raise Refused(Finding("E_SCHEMA", "--where", "the table must have one column of this name") for _ in strange)
    columns = _columns(table, once, options.where)
    if not columns or not columns[0].values:
        raise refuse("E_SCHEMA", "--table", "no row is left to be read: correct the table, or --where")
    roles = roles_of.choose(columns, options.roles, (*options.ignored, *options.where))
    summary = _Table(table, len(names), roles, options).summarise({each.name: each for each in columns})
    used = {name for several in roles.values() for name in several} | {*options.ignored, *options.where}
    return replace(summary, unread=[_spelled(name) for name in names if name not in used])


def _spelled(name: str) -> str:
    return name if len(name) <= LONGEST and not spelling.fault(name) else "a column that is spelled otherwise"


def _columns(table: TableFile, names: Sequence[str], where: Where) -> list[Column]:
    """Every column whose cells are plain values; lists and objects have no role."""
    keys = {f"column {number}": (name,) for number, name in enumerate(names, 1)}
    try:
        read = cells.parse(table, keys, where).columns
    except Refused as refused:
        read = {key: part[key] for key, name in keys.items() if (part := _plain(table, key, name, where))}
        if not read:
            raise refused from None
    return [roles_of.column(keys[key][0], texts) for key, texts in read.items()]


def _plain(table: TableFile, key: str, name: tuple[str], where: Where) -> Mapping[str, list[str | None]]:
    try:
        return cells.parse(table, {key: name}, where).columns
    except Refused:
        return {}


class _Table:
    """The columns that have a role."""

    def __init__(self, table: TableFile, columns: int, roles: Roles, options: Options) -> None:
        self.roles, self.options, self.width = roles, options, columns
        wanted = {role: names for role, names in roles.items() if role != "further"}
        selected = cells.parse(table, wanted, options.where)
        self.columns, self.rows = selected.columns, selected.rows
        self.findings: list[Finding] = []

    def summarise(self, columns: Mapping[str, Column]) -> Reading:
        for role in ("item", "system", "category", "kind", "family", "epoch", "rater"):
            self._require_whole(role)
        for role in ("system", "category", "kind", "outcome", "epoch", "rater", "developer"):
            self._require_labels(role)
        kinds = self._kinds(columns)
        record = self._record()
        if self.findings:
            raise Refused(self.findings)
        items = self._items(kinds)
        systems, epochs = self._values("system"), self._values("epoch")
        developers = dict(zip(self._column("system"), self._column("developer"), strict=True))
        labels = self._count("outcome", record)
        return Reading(
            rows=len(self._column("item")),
            columns=self.width,
            roles=self.roles,
            items=len(items),
            families=len({family for _, family, _ in items.values()}),
            systems={_shown(system): _shown(developers[system]) or None for system in systems},
            labels={_shown(label): count for label, count in labels.items() if label is not None},
            missing=labels.get(None, 0),
            kinds={_shown(value): is_harmful for value, is_harmful in kinds.items()},
            cells=_cells(items),
            epochs=epochs,
            raters=sorted(self._values("rater")),
            unread=[],
            absent=len(items) * len(systems) * max(1, len(epochs)) - len(self._responses()),
        )

    def _column(self, role: str) -> list[str | None]:
        return self.columns.get(role) or [None] * len(self.columns["item"])

    def _values(self, role: str) -> list[str]:
        """The different values of a role, in the order of the table; numbers by their size."""
        different = [value for value in dict.fromkeys(self._column(role)) if value is not None]
        return sorted(different, key=int) if all(value.isdecimal() for value in different) else different

    def _require_whole(self, role: str) -> None:
        empty = [row for row, value in zip(self.rows, self._column(role), strict=True) if value is None]
        if role in self.roles and empty:
            rule = f"row {empty[0]} and {len(empty) - 1} others have no value: fill the cells, or leave the rows out"
            self.findings.append(Finding("E_SCHEMA", f"--{role}", f"{rule} with --where"))

    def _require_labels(self, role: str) -> None:
        """What is written to a definition is published, so it must be short, of few values and plainly spelled."""
        different, most = self._values(role), FEW.get(role, MOST_LABELS)
        if len(different) > most or any(len(value) > LONGEST for value in different):
            rule = f"holds texts, or more than {most} values: name another column with --{role}"
            self.findings.append(Finding("E_SCHEMA", f"--{role}", rule))
        else:
            faults = sorted({fault for value in different if (fault := _fault(value))})
            self.findings += [Finding("E_SCHEMA", f"--{role}", f"holds a value that {fault}") for fault in faults]

    def _kinds(self, columns: Mapping[str, Column]) -> dict[str, bool]:
        different = self._values("kind")
        if not different:
            return {}
        stated = {values.normal(value) for value in self.options.harmful}
        if stated:
            if strange := stated - set(different):
                rule = "the kind has no such value: name one that it has"
                self.findings += [Finding("E_SCHEMA", "--harmful", rule) for _ in strange]
            return {value: value in stated for value in different}
        (name,) = self.roles["kind"]
        harmful = roles_of.harmful_values(columns[name])
        if harmful is None:
            rule = "the words of the kind do not say it: name each value that means a harmful item"
            self.findings.append(Finding("E_SCHEMA", "--harmful", rule))
        return {value: value in (harmful or ()) for value in different}

    def _record(self) -> str | None:
        """The rater of record."""
        raters = self._values("rater")
        record = self.options.record and values.normal(self.options.record)
        if raters and record not in raters:
            rule = f"the table has {len(raters)} raters: name the one whose labels are of record"
            self.findings.append(Finding("E_JUDGE", "--record", rule))
        return record or None

    def _items(self, kinds: Mapping[str, bool]) -> dict[str | None, tuple[str, str, str]]:
        """Category, family and kind of each item. Where rows contradict each other, the first is taken: `board check`
        names them."""
        items: dict[str | None, tuple[str, str, str]] = {}
        family = "family" if "family" in self.roles else "item"
        parts = zip(*(self._column(role) for role in ("item", "category", family, "kind")), strict=True)
        for item, category, of, value in parts:
            kind = "benign" if value is not None and not kinds[value] else "harmful"
            items.setdefault(item, (_shown(category), of or "", kind))
        return items

    def _count(self, role: str, record: str | None) -> dict[str | None, int]:
        counts: dict[str | None, int] = dict.fromkeys(self._values(role), 0)
        for value, rater in zip(self._column(role), self._column("rater"), strict=True):
            if record in (None, rater):
                counts[value] = counts.get(value, 0) + 1
        return counts

    def _responses(self) -> set[tuple[str | None, ...]]:
        return set(zip(*(self._column(role) for role in ("item", "system", "epoch")), strict=True))


def _cells(items: Mapping[str | None, tuple[str, str, str]]) -> list[Cell]:
    families: dict[tuple[str, str], list[str]] = {}
    for category, family, kind in items.values():
        families.setdefault((category, kind), []).append(family)
    return [Cell(*key, len(each), len(set(each))) for key, each in families.items()]


def _shown(value: str | None) -> str:
    """A value as a key of a map has it."""
    return (value or "").replace(values.JOINT, values.SEPARATOR)


def _fault(value: str) -> str | None:
    """Why a value cannot be published with the mapping."""
    return next((rule for part in value.split(values.JOINT) if part and (rule := spelling.fault(part))), None)
