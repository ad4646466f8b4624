"""From a vault to a draft: replay, score every board, compare with the release before, build the file."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from leaderboard import disclosure, firewall, release, scoring, vault
from leaderboard.board import Board
from leaderboard.catalogue import Catalogue
from leaderboard.changes import changes, history
from leaderboard.findings import Refused, refuse
from leaderboard.pointer import target_name
from leaderboard.registry import Registry
from leaderboard.release import Draft, Repository
from leaderboard.scoring.entries import Entry, Tables
from leaderboard.vault import Event, Vault
from leaderboard.vocabulary import judge_label, vocabulary


def draft(
    folder: Path,
    keep: Vault,
    repository: Repository,
    catalogue: Catalogue,
    released_on: date,
    *,
    as_of: int | None = None,
    build_keys: bool = False,
) -> Draft:
    """Builds the next release in a folder, or with `as_of` builds release N again from the events that it was made of,
    dated as it was. The same vault gives the same content digest."""
    pointer = release.read_pointer(repository)
    number = as_of or (pointer.release + 1 if pointer else 1)
    if as_of and (pointer is None or not 1 <= as_of <= pointer.release):
        raise refuse("E_RELEASE", "$.as_of")
    before = _read_tables(repository.release(number - 1) / release.FILE) if number > 1 else {}
    events = keep.events()
    if as_of:
        made = _read_tables(repository.release(as_of) / release.FILE)["release"].iloc[0]
        released_on, events = pd.Timestamp(made["released_on"]).date(), events[: int(made["vault_events"])]
        build_keys = bool(made["build_keys"])
    previous = pointer.targets[target_name(number - 1)].content if pointer and number > 1 else None
    tables = build_tables(keep, events, catalogue, before)
    tables["release"] = _release_table(number, released_on, events, build_keys)
    tables["history"] = history(tables, before, number, released_on)
    return release.write_draft(folder, number, previous, released_on, tables, vocabulary(catalogue))


def build_tables(keep: Vault, events: Sequence[Event], catalogue: Catalogue, before: Tables) -> Tables:
    """Returns what stands after `events`, and how it differs from the release before; Refused E_DISCLOSURE where that
    would give away what few items did."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for board in catalogue.boards.values():
        for name, table in _board_tables(keep, events, catalogue, board).items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}
    tables["ledger"] = _ledger_table(events)
    tables["change"] = changes(tables, before)
    return tables


def _board_tables(keep: Vault, events: Sequence[Event], catalogue: Catalogue, board: Board) -> Tables:
    registry = catalogue.registries[board.id]
    with _no_collection():
        entries = list(_entries(keep, events, registry, board))
        tables = _score(keep, registry, board, entries) if entries else {}
    ranked = int(tables["row"]["ranked"].sum()) if entries else 0
    return tables | {"board": _board_table(board, ranked), "category": _category_table(board)}


def _entries(keep: Vault, events: Sequence[Event], registry: Registry, board: Board) -> Iterator[Entry]:
    systems = {system.id: system for system in registry.system}
    for standing in vault.replay(events):
        if standing.board == board.id:
            yield Entry(standing, systems[standing.system], keep.submission(standing.submission))


def _score(keep: Vault, registry: Registry, board: Board, entries: Sequence[Entry]) -> Tables:
    versions = keep.versions(board)
    if findings := disclosure.audit_board(board, versions, entries):
        raise Refused(findings)
    return scoring.score_board(board, registry, versions[-1], entries)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of small lists without a cycle: looking for one among them takes longer than reading them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _release_table(number: int, released_on: date, events: Sequence[Event], build_keys: bool) -> pd.DataFrame:
    return _one_row(
        number=number,
        released_on=released_on,
        previous=number - 1 or None,
        ledger_lines=len(vault.ledger(events)),
        vault_events=len(events),
        method_version=scoring.METHOD_VERSION,
        build_keys=build_keys,
    )


def _one_row(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame([columns])


def _board_table(board: Board, ranked: int) -> pd.DataFrame:
    counts = {
        name: sum(getattr(category, name) for category in board.category)
        for name in ("harmful_items", "harmful_families", "benign_items", "benign_families")
    }
    return _one_row(
        board=board.id, state=board.state, epochs=board.epochs, **counts, ranked=ranked, judge=judge_label(board.judge)
    )


def _category_table(board: Board) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "board": board.id,
            "category": category.id,
            "harmful_items": category.harmful_items,
            "harmful_families": category.harmful_families,
            "benign_items": category.benign_items,
            "benign_families": category.benign_families,
            "misuse_sensitive": category.misuse_sensitive,
        }
        for category in board.category
    )


def _ledger_table(events: Sequence[Event]) -> pd.DataFrame:
    """The published history of every submission's fate, without digests: those travel in `ledger.jsonl`."""
    published = vault.ledger(events)
    accepted = {
        event.submission: line for line, event in enumerate(published, 1) if event.kind in ("accept", "correct")
    }
    return pd.DataFrame(
        {
            "line": line,
            "event": event.kind,
            "event_on": event.on,
            "board": event.board,
            "system": event.system,
            "tier": event.tier,
            "reason": event.reason,
            "replaces": accepted.get(event.replaces or (event.submission if event.kind == "withdraw" else None)),
        }
        for line, event in enumerate(published, start=1)
    )


def _read_tables(path: Path) -> Tables:
    """The tables of a published release that the next one is compared with."""
    with duckdb.connect(str(path), read_only=True, config=firewall.ISOLATED) as connection:
        return {
            name: connection.execute(f'select * from "{name}"').df().astype(object)
            for name in ("release", "row", "score", "rank_set", "history", "board", "ledger")
        }


def describe(folder: Path) -> list[str]:
    """Returns what a draft changes, a line each: board, system, cause, and the rank sets before and after."""
    sql = "select board, system, cause, low_before, high_before, low_after, high_after from change order by all"
    with duckdb.connect(str(folder / release.FILE), read_only=True, config=firewall.ISOLATED) as connection:
        lines = connection.execute(sql).fetchall()
    return [
        f"{board}  {system}  {cause}  {_span(*ranks[:2])} -> {_span(*ranks[2:])}"
        for board, system, cause, *ranks in lines
    ]


def _span(low: int | None, high: int | None) -> str:
    return "not ranked" if low is None else f"{low}" if low == high else f"{low}-{high}"
