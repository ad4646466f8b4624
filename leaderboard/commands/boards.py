"""A board's definition: drafted from a label table, checked with it, and written in the form that is published."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base import clock, durable
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Disclosure
from leaderboard.boards.folder import FOLDER, LABELS, read_definitions
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.commands.arguments import ROLES
from leaderboard.site.views import glossary
from leaderboard.site.views.words import words_of

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.offline.authoring.checking import Checked, Row
    from leaderboard.offline.authoring.reading import Options, Reading

LEAST = Disclosure()


def new(options: argparse.Namespace) -> Answer:
    """Writes the definition of a board as far as its label table says it. Nothing is overwritten."""
    from leaderboard.boards import toml
    from leaderboard.offline.authoring import drafting, reading
    from leaderboard.offline.importers import sandbox

    folder: Path = answers.present(options.results) / "boards" / _id(options.id)
    if folder.exists():
        raise refuse("E_EXISTS", "ID", "there is a board of this id: name another, or remove its folder first")
    stated = _options(options)
    read = sandbox.call(reading.read, reading.Reading, options.table, stated)
    drafted = drafting.draft(folder.name, options.table.name, read, stated.where, stated.record, clock.today())
    files = {name: toml.encode(definition) for name, definition in drafted.items()}
    for name, data in files.items():
        durable.create(folder / name, data)
    count = drafting.unstated(files)
    lines = [
        *_describe(read),
        f"drafted  {', '.join(f'{folder.name}/{name}' for name in files)}",
        f"to state  {count} answers: `board check {folder.name}` asks for each",
    ]
    return {"board": folder.name, "rows": read.rows, "columns": read.roles, "to_state": count, "lines": lines}


def _id(id: str) -> str:
    if not re.fullmatch(FOLDER, id):
        raise refuse("E_BOARD", "ID", "an id is of a-z, 0-9, _ and -")
    return id


def _options(options: argparse.Namespace) -> "Options":
    from leaderboard.offline.authoring.reading import Options

    named = {role: getattr(options, role) for role in ROLES}
    roles = {role: tuple([names] if isinstance(names, str) else names) for role, names in named.items() if names}
    where: dict[str, tuple[str, ...]] = {}
    for column, value in options.where:
        where[column] = (*where.get(column, ()), value)
    return Options(roles, tuple(options.ignore), where, tuple(options.harmful), options.record)


def _describe(read: "Reading") -> Iterator[str]:
    """What was read, without any text of the table but names of columns with a role, and labels."""
    from leaderboard.offline.authoring import drafting

    named = {role: " and ".join(names) for role, names in read.roles.items()}
    yield f"read  {read.rows:,} rows of {read.columns} columns"
    yield f"item  {named['item']}: {read.items:,} items"
    family = f"{named['family']}: {read.families:,} families" if "family" in named else "each item is its own"
    yield f"family  {family}"
    yield f"system  {named['system']}: {len(read.systems)} systems"
    yield f"category  {named['category']}: {len({cell.category for cell in read.cells})} categories"
    kinds = ", ".join(f"{value} is {'harmful' if is_harmful else 'benign'}" for value, is_harmful in read.kinds.items())
    yield f"kind  {named['kind']}: {kinds}" if kinds else "kind  every item is harmful"
    labels = "".join(f"{label} in {count:,} rows, " for label, count in read.labels.items())
    yield f"outcome  {named['outcome']}: {labels}no label in {read.missing:,}"
    if read.epochs:
        yield f"epoch  {named['epoch']}: {len(read.epochs)} epochs"
    if read.raters:
        yield f"rater  {named['rater']}: {len(read.raters)} raters"
    if empty := sum(count for label, count in read.labels.items() if drafting.is_no_label(label)):
        yield f"missing  {empty:,} rows have a label that says that there is none: it is drafted as no outcome"
    yield from (f"{role}  {named[role]}" for role in ("severity", "developer", "further") if role in named)
    if read.unread:
        yield f"not read  {', '.join(read.unread)}: name a column with the option of its role if it has one"
    if read.absent:
        yield f"absent  {read.absent:,} responses have no row"
    for cell in read.cells:
        if cell.items < LEAST.items or cell.families < LEAST.families:
            size = f"{cell.items} {cell.kind} items in {cell.families} families"
            yield f"small  {cell.category}: {size}, under {LEAST.items} in {LEAST.families}: merge it with another"


def check(options: argparse.Namespace) -> Answer:
    """Prints what keeps definitions from being published: of one board with its label table, or of all."""
    folder = answers.present(options.results) / "boards"
    if options.id:
        return _check_board(options, folder)
    if options.table:
        raise refuse("E_BOARD", "ID", "a table is of one board: name it")
    defined = read_definitions(folder)
    count = len(defined.catalogue.boards)
    return {"lines": [f"{count} boards in {len(defined.files)} files: nothing else is there, and no comment"]}


def _check_board(options: argparse.Namespace, folder: Path) -> Answer:
    from leaderboard.offline.authoring import checking

    if not (folder / _id(options.id)).is_dir():
        raise refuse("E_BOARD", "ID", "there is no such board: `board new` drafts one")
    checked = checking.check(folder, options.id, options.table, clock.today())
    findings, rows = answers.as_values(checked.findings), [row._asdict() for row in checked.rows]
    answer = {"board": options.id, "refused": bool(findings), "findings": findings, "rows": rows}
    return answer | {"lines": [*_conclude(checked, options.table, (folder / options.id / LABELS).exists())]}


def _conclude(checked: "Checked", table: Path | None, has_table: bool) -> Iterator[str]:
    """What the board would show."""
    if checked.board and checked.rows:
        yield _items(checked.board)
        yield from map(_row, checked.rows)
        for reason in sorted({row.reason for row in checked.rows if row.reason}):
            yield f"{reason}  {words_of(checked.board).say(glossary.NOT_RANKED[reason])}"
    elif table:
        yield "not scored  because of these faults"
    elif has_table:
        yield "not scored  name its label table: --table"
    else:
        yield "not scored  its rows come as submissions, not from a label table"
    if not checked.findings:
        yield "no fault"


def _items(board: "Board") -> str:
    parts = []
    for kind in ("harmful", "benign"):
        sizes = [size for category in board.category if (size := getattr(category, f"{kind}_items"))]
        if sizes:
            parts.append(f"{sum(sizes):,} {kind} in {len(sizes)} {'category' if len(sizes) == 1 else 'categories'}")
    return f"items  {', '.join(parts)}"


def _row(row: "Row") -> str:
    counts = f"{row.system}: {row.unsafe:,} of {row.judged:,} unsafe, {row.missing:,} missing"
    counts += "".join(f", {flag}" for flag in row.flags)
    if row.reason:
        return f"not ranked  {counts}, {row.reason}"
    rank = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"
    return f"ranked {rank}  {counts}"


def list_items(options: argparse.Namespace) -> Answer:
    """Writes the item list that a table gives, and counts it. Where ids were hashed, which they are of is beside it."""
    from leaderboard.base import git_exclude
    from leaderboard.offline.importers import sandbox
    from leaderboard.offline.submissions import ids, item_lists, items

    board, _ = answers.board(options)
    listed = sandbox.call(item_lists.read, item_lists.Listed, options.file, board)
    path: Path = options.out / "items.json" if options.out.is_dir() else options.out
    if listed.ids:
        private = path.with_name("ids.json")
        git_exclude.keep_out(private, "ids of items, which are private", "E_OUT")
        durable.write(private, ids.encode(listed.ids), private=True)
    durable.write(path, items.encode(listed.items))
    counts, digest = item_lists.count(listed.items, board), items.digest(listed.items)
    categories = len({each.category for each in counts})
    lines = [f"items  {len(listed.items):,} in {categories} {'category' if categories == 1 else 'categories'}"]
    lines += [f"{each.category}  {each.items:,} {each.kind} in {each.families:,} families" for each in counts]
    if listed.ids:
        lines.append(f"hashed  {len(listed.ids)} ids: ids.json has which they are of, and is private")
    lines.append(f"digest  {digest}")
    facts = {"items": len(listed.items), "counts": [each._asdict() for each in counts], "items_digest": digest}
    return {"board": board.id, **facts, "hashed": len(listed.ids), "lines": lines}


def enrol(options: argparse.Namespace) -> Answer:
    """Writes a registry with what a table lists added."""
    from leaderboard.boards import toml
    from leaderboard.boards.registry import read_registry
    from leaderboard.offline.authoring import enrolling
    from leaderboard.offline.submissions import table_files

    path: Path = answers.present(options.results) / "boards" / _id(options.board) / "systems.toml"
    before = read_registry(path)
    table = table_files.unpack(table_files.read_bytes(options.file), options.file.name)
    after = enrolling.enrol(table, before)
    durable.write(path, toml.encode(after))
    counts = {name: (len(getattr(before, name)), len(getattr(after, name))) for name in enrolling.KINDS}
    lines = [f"{name}  {now}, before {then}" for name, (then, now) in counts.items()]
    return {"board": path.parent.name, "entries": {name: now for name, (_, now) in counts.items()}, "lines": lines}


def rewrite(options: argparse.Namespace) -> Answer:
    """Writes each definition that is not of the canonical form again. Comments are lost."""
    folder = answers.present(options.results) / "boards"
    changed = {
        name: data
        for name, data in read_definitions(folder, canonical=False).files.items()
        if (folder / name).read_bytes() != data
    }
    for name, data in changed.items():
        durable.write(folder / name, data)
    return {"lines": [f"written  {name}" for name in changed] or ["every file has the canonical form"]}
