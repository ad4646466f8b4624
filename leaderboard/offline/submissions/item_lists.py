"""Makes the item manifest of a board from a plain table with the columns `id`, `category`, `kind` and `family`.

The table may be of any form that label tables have. Other columns, such as the prompts, are not read. A refusal gives a
column, a row and what to change, never a cell.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast, get_args

from leaderboard.base.findings import Finding, Refused, shorten
from leaderboard.boards.board import Board, Kind
from leaderboard.offline.submissions import cells, ids, items, table_files
from leaderboard.offline.submissions.items import Item

COLUMNS = ("id", "category", "kind", "family")
MAX_OF_A_CODE = 50
"""Findings of one code that are reported: a table is corrected cell by cell."""


class Listed(NamedTuple):
    """The items of a board."""

    items: list[Item]
    """Sorted by id, with the counts that the board fixes."""
    ids: dict[str, str]
    """The ids of items and families that do not fit a submission, by the hash that it has instead. Private."""


class ItemCount(NamedTuple):
    """How many items and families a category has of one kind."""

    category: str
    kind: Kind
    items: int
    families: int


def read(path: Path, board: Board) -> Listed:
    """Returns the items that a table lists. An empty `family` makes an item a family of its own. Raises Refused with
    E_FILE, E_SIZE, E_UTF8, E_SCHEMA (a column, an id, a category or a kind), E_DUP_ITEM, or E_BOARD (other counts than
    those of the board): up to 50 findings of a code."""
    table = table_files.unpack(table_files.read_bytes(path), path.name)
    names = cells.names(table, COLUMNS)
    if absent := [name for name in COLUMNS if names.count(name) != 1]:
        raise Refused(Finding("E_SCHEMA", name, "the table must have one column of this name") for name in absent)
    parsed = cells.parse(table, {name: (name,) for name in COLUMNS})
    findings: list[Finding] = []
    known: dict[str, Item] = {}
    hashed: dict[str, str] = {}
    for index, row in enumerate(zip(*(parsed.columns[name] for name in COLUMNS), strict=True)):
        if faults := [*_faults(row, board)]:
            findings += [Finding("E_SCHEMA", parsed.position(name, index), rule) for name, rule in faults]
            continue
        id, category, kind, family = (cell or "" for cell in row)
        item = Item(ids.shorten(id), category, ids.shorten(family or id), cast(Kind, kind))
        if item.id in known:
            findings.append(
                Finding("E_DUP_ITEM", parsed.position("id", index), "an earlier row has this id: correct one")
            )
        known[item.id] = item
        hashed |= {ids.shorten(each): each for each in (id, family or id) if ids.shorten(each) != each}
    if findings:
        raise Refused(shorten(findings, MAX_OF_A_CODE))
    listed = sorted(known.values())
    if faults_of_counts := items.check(listed, board):
        advice = "correct the table, or board.toml"
        raise Refused(each._replace(evidence=f"{each.evidence}: {advice}") for each in faults_of_counts)
    return Listed(listed, hashed)


def _faults(row: tuple[str | None, ...], board: Board) -> Iterable[tuple[str, str]]:
    """What is wrong with a row, each with its column."""
    id, category, kind, family = row
    long = f"more than {ids.LONGEST} characters are a text, not an id: name the item otherwise"
    if id is None or len(id) > ids.LONGEST:
        yield "id", "the cell is empty: fill it" if id is None else long
    if category not in {each.id for each in board.category}:
        yield "category", "not the id of a category of board.toml: correct the cell"
    if kind not in get_args(Kind):
        yield "kind", f"must be one of {', '.join(get_args(Kind))}: correct the cell"
    if family is not None and len(family) > ids.LONGEST:
        yield "family", long


def count(listed: list[Item], board: Board) -> list[ItemCount]:
    """Returns the counts of each category and kind that has items, in the board's order."""
    counts = []
    for category in board.category:
        for kind in get_args(Kind):
            families = [item.family for item in listed if (item.category, item.kind) == (category.id, kind)]
            if families:
                counts.append(ItemCount(category.id, kind, len(families), len(set(families))))
    return counts
