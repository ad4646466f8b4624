"""Exports: a view, a table or the records of other formats, from any verified release."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.commands.answers import Answer, present

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.site.data.updater import Snapshot
    from leaderboard.site.exports import Exported
    from leaderboard.site.views.filters import Chosen
    from leaderboard.site.views.names import Names


def export(options: argparse.Namespace) -> Answer:
    """Writes one file, or a folder of records."""
    from leaderboard.site.views.names import names_of

    snapshot = _snapshot(options.results, options.root)
    board = snapshot.catalogue.boards.get(options.board)
    if board is None:
        raise refuse("E_BOARD", "--board")
    names = names_of(board, snapshot.catalogue.registries[board.id])
    made = _made(options, snapshot, board, names)
    for path, data in made.items():
        _write(path, data)
    return {"files": [str(path) for path in made], "lines": [_said(made, options.out)]}


def _snapshot(results: Path | str, root: Path | None) -> "Snapshot":
    """Opens what a source offers now. What it offered before is not handed out in the place of something refused."""
    from leaderboard.site.data.updater import Store

    store = Store(present(results), root)
    found = store.current()
    if store.state == "offline":
        raise OSError("no repository was found there")
    if found is None or store.state != "fresh":
        raise refuse(store.fault or "E_MISSING_RELEASE", "--results")
    return found


def _made(options: argparse.Namespace, snapshot: "Snapshot", board: "Board", names: "Names") -> dict[Path, bytes]:
    _check_filters(options)
    from leaderboard.site import exports
    from leaderboard.site.exports import croissant, eval_results, every_eval_ever

    records = {"eee": every_eval_ever.files, "eval-results": eval_results.files, "croissant": croissant.files}
    if options.format in records:
        found = records[options.format](snapshot, board, names)
        return {options.out / path: data for path, data in found.items()}
    write = exports.WRITERS[options.format]
    return {options.out: write(_table(options, snapshot, board, names))}


def _check_filters(options: argparse.Namespace) -> None:
    """A filter that would change nothing is refused: its file would pass for the filtered one."""
    given = [name for name in ("category", "group", "access", "tier", "kind", "q") if getattr(options, name)]
    given += ["sort"] if options.sort != "rank" else []
    whole = options.table is not None or options.format in ("eee", "eval-results", "croissant")
    if whole and given:
        raise Refused([Finding("E_CHOICE", f"--{name}", "only the leaderboard can be filtered") for name in given])


def _table(options: argparse.Namespace, snapshot: "Snapshot", board: "Board", names: "Names") -> "Exported":
    from leaderboard.site import exports

    if options.table is None:
        return exports.leaderboard(snapshot, board, names, _chosen(options, board))
    if options.table not in exports.TABLES:
        raise refuse("E_TABLE", "--table")
    return exports.table(snapshot, board, names, options.table)


def _chosen(options: argparse.Namespace, board: "Board") -> "Chosen":
    """Returns the view that is asked for. What no board knows is refused and not, as in an address, left out."""
    from leaderboard.site.views.filters import FILTERS, Chosen
    from leaderboard.site.views.sorting import is_offered

    offered = {"category": [category.id for category in board.risk_categories]}
    offered |= {name: list(terms) for name, (_heading, terms) in FILTERS.items()}
    unknown = [name for name, known in offered.items() if not set(getattr(options, name)) <= set(known)]
    if not is_offered(options.sort, board, options.category):
        unknown.append("sort")
    if not options.q.isprintable():  # bytes that are no UTF-8 come as unprintable characters
        unknown.append("q")
    if unknown:
        raise Refused([Finding("E_CHOICE", f"--{name}") for name in unknown])
    chosen = {name: tuple(id for id in known if id in getattr(options, name)) for name, known in offered.items()}
    category = chosen.pop("category")
    every = len(category) == len(offered["category"])
    return Chosen(() if every else category, chosen, options.q, options.sort)


def _write(path: Path, data: bytes) -> None:
    from leaderboard.base import durable

    durable.write(path, data)


def _said(made: dict[Path, bytes], out: Path) -> str:
    size = sum(map(len, made.values()))
    return f"{out.name}  {len(made)} {'file' if len(made) == 1 else 'files'}, {size:,} bytes"
