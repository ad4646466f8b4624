"""Exports: a view, a table or the records of other formats, from any verified release."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.commands.answers import Answer, as_values, present, require_outside
from leaderboard.site.views import filters

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.site.data.updater import Snapshot
    from leaderboard.site.exports import Exported
    from leaderboard.site.views.filters import Chosen
    from leaderboard.site.views.names import Names


FILTERS = ("category", *filters.FILTERS)
"""The filters of the leaderboard that take ids."""
RECORDS = ("eee", "eval-results", "croissant")
"""The formats that are a folder of files."""


def export(options: argparse.Namespace) -> Answer:
    """Writes one file, of CSV also its metadata, or a folder of records."""
    from leaderboard.base import durable
    from leaderboard.site.views.names import names_of

    snapshot = released(options.results, options.root)
    board = released_board(snapshot, options.board)
    names = names_of(board, snapshot.catalogue.registries[board.id])
    files = _files(options, snapshot, board, names)
    if options.format not in RECORDS:
        for path in files:
            require_outside(options, path)
    for path, data in files.items():
        durable.write(path, data)
    size = sum(map(len, files.values()))
    line = f"{options.out.name}  {len(files)} {'file' if len(files) == 1 else 'files'}, {size:,} bytes"
    findings = as_values(_findings(options.format, snapshot, board, names))
    return {"files": [str(path) for path in files], "findings": findings, "lines": [line]}


def released_board(snapshot: "Snapshot", id: str) -> "Board":
    """Returns a board of a release; Refused E_BOARD where it has none of that id."""
    board = snapshot.catalogue.boards.get(id)
    if board is None:
        raise refuse("E_BOARD", "--board", f"must be one of {', '.join(snapshot.catalogue.boards)}")
    return board


def released(results: Path | str, root: Path | None) -> "Snapshot":
    """Returns the current release of a source. If it is refused, no older release is used instead."""
    from leaderboard.site.data.updater import Store

    store = Store(present(results), root)
    snapshot = store.current()
    if store.state == "offline":
        raise OSError("no repository was found there")
    if snapshot is None or store.state != "fresh":
        raise refuse(store.fault or "E_MISSING_RELEASE", "--results")
    return snapshot


def _files(options: argparse.Namespace, snapshot: "Snapshot", board: "Board", names: "Names") -> dict[Path, bytes]:
    _check_filters(options)
    from leaderboard.site import exports
    from leaderboard.site.exports import croissant, csvw, eval_results, every_eval_ever

    if options.format in RECORDS:
        writers = dict(zip(RECORDS, (every_eval_ever.files, eval_results.files, croissant.files), strict=True))
        files = writers[options.format](snapshot, board, names)
        return {options.out / path: data for path, data in files.items()}
    table = _table(options, snapshot, board, names)
    if options.format != "csv":
        return {options.out: exports.WRITERS[options.format](table)}
    metadata = options.out.with_name(options.out.name + csvw.SUFFIX)
    return {
        options.out: exports.to_csv(table, comments=options.comments),
        metadata: exports.to_csvw(table, options.out.name, comments=options.comments),
    }


def _findings(form: str, snapshot: "Snapshot", board: "Board", names: "Names") -> list[Finding]:
    """What records say less than they could, and where to add it."""
    from leaderboard.site.exports import eval_results, every_eval_ever

    lists = {"eee": every_eval_ever.findings, "eval-results": eval_results.findings}
    return lists[form](snapshot, board, names) if form in lists else []


def _check_filters(options: argparse.Namespace) -> None:
    """A filter that would have no effect is refused: readers would take the file for a filtered one."""
    used = [name for name in (*FILTERS, "q") if getattr(options, name)]
    used += ["sort"] if options.sort != "rank" else []
    whole = options.table is not None or options.format in RECORDS
    if whole and used:
        raise Refused([Finding("E_CHOICE", f"--{name}", "only the leaderboard can be filtered") for name in used])
    if options.comments and options.format != "csv":
        raise refuse("E_CHOICE", "--comments", "only CSV can have lines of comment")


def _table(options: argparse.Namespace, snapshot: "Snapshot", board: "Board", names: "Names") -> "Exported":
    from leaderboard.site import exports

    if options.table is None:
        return exports.leaderboard(snapshot, board, names, _chosen(options, board))
    if options.table not in exports.TABLES:
        raise refuse("E_TABLE", "--table", f"must be one of {', '.join(exports.TABLES)}")
    return exports.table(snapshot, board, names, options.table)


def _chosen(options: argparse.Namespace, board: "Board") -> "Chosen":
    """Returns the view of these options. An unknown value is refused; in a URL it would be ignored."""
    from leaderboard.site.views.filters import Chosen
    from leaderboard.site.views.sorting import is_offered

    offered = {"category": [category.id for category in board.risk_categories]}
    offered |= {name: list(each.terms) for name, each in filters.FILTERS.items()}
    unknown = [name for name, known in offered.items() if not set(getattr(options, name)) <= set(known)]
    if not is_offered(options.sort, board, options.category):
        unknown.append("sort")
    if not options.q.isprintable():  # bytes that are not UTF-8 become unprintable characters
        unknown.append("q")
    if unknown:
        raise Refused([Finding("E_CHOICE", f"--{name}") for name in unknown])
    chosen = {name: tuple(id for id in known if id in getattr(options, name)) for name, known in offered.items()}
    category = chosen.pop("category")
    every = len(category) == len(offered["category"])
    return Chosen(() if every else category, chosen, options.q, options.sort)
