"""From a vault to a release file: replay the events, score every board, compare with the release before."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import pandas as pd

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.vocabulary import judge_label
from leaderboard.offline.publishing import board_tables
from leaderboard.offline.publishing.changes import changes, history
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.store import Store
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.release.schema import Schema
from leaderboard.release.trust import superseding

Faults = dict[str, tuple[Finding, ...]]
"""The findings of each board that has a fault."""
SIZES = ("harmful_items", "harmful_families", "benign_items", "benign_families")


def build(
    vault: Vault,
    catalogue: Catalogue,
    events: Sequence[Event],
    waiting: Collection[int],
    before: Tables,
    facts: pd.DataFrame,
    store: Store | None = None,
    without: Mapping[str, str] | None = None,
    version: Schema | None = None,
) -> bytes:
    """Returns the release file after `events`, in the newest schema or in another. `before` are the tables of the
    release before, `facts` the table of the release itself, `without` the boards that it leaves out, each with the
    reason. Refused where another board has a fault, or where the file would not pass its own audit."""
    before = with_versions(before, events)
    tables, faults = build_tables(vault, events, waiting, catalogue, before, store or Store(), without or {})
    if faults:
        raise Refused(finding for findings in faults.values() for finding in findings)
    return encode(tables, before, facts, catalogue, version)


def build_tables(
    vault: Vault,
    events: Sequence[Event],
    waiting: Collection[int],
    catalogue: Catalogue,
    before: Tables,
    store: Store,
    without: Mapping[str, str],
    changed: Mapping[str, tuple[Finding, ...]] | None = None,
) -> tuple[Tables, Faults]:
    """Returns the tables of what stands after `events` with their differences from the release before; and the boards
    that have a fault, those of `changed` among them. A board with a fault is left out, and so is each of `without`: it
    has its row in the table of boards, with the reason, and no others."""
    standings = event_log.replay(events, waiting)
    published = board_tables.published_versions(events, waiting, before)
    parts: dict[str, list[pd.DataFrame]] = {}
    faults = {id: findings for id, findings in (changed or {}).items() if id not in without}
    for number, (id, board) in enumerate(catalogue.boards.items(), start=1):
        own = [standing for standing in standings if standing.board == id and id not in {**without, **faults}]
        store.watch(f"[{number}/{len(catalogue.boards)}] {id}  {len(own)} systems")
        tables: Tables = {}
        try:
            if own:
                with _no_collection():
                    tables = board_tables.score(vault, own, catalogue.registries[id], board, store, published)
        except Refused as refused:
            faults[id] = refused.findings
        except board_tables.BUGS as error:
            faults[id] = (board_tables.describe_bug(board, error),)
        tables |= {
            "board": _board_table(board, tables, "fault" if id in faults else without.get(id)),
            "category": _category_table(board),
        }
        for name, table in tables.items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}
    tables["ledger"] = _ledger_table(events, waiting)
    tables["change"] = changes(tables, before)
    return tables, faults


@contextmanager
def _no_collection() -> Iterator[None]:
    """Scoring makes millions of small lists without cycles: garbage collection would take longer than the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def encode(
    tables: Tables, before: Tables, facts: pd.DataFrame, catalogue: Catalogue, version: Schema | None = None
) -> bytes:
    """Returns the release file with these tables; Refused where it would not pass its own audit."""
    number, released_on = int(facts["number"].iloc[0]), facts["released_on"].iloc[0]
    tables |= {
        "release": facts,
        "history": history(tables, before, number, released_on),
        "ledger": _with_first_releases(tables["ledger"], before, number),
    }
    data = container.encode(tables, version)
    release = container.decode(data)
    if findings := container.audit(release, release.schema.vocabulary(catalogue)):
        raise Refused(findings)
    return data


def with_versions(before: Tables, events: Sequence[Event]) -> Tables:
    """Returns the tables of the release before, with the board version of each row from the ledger."""
    if "row" not in before:
        return before
    versions = {line: event.board_version for line, event in enumerate(event_log.ledger(events), start=1)}
    return before | {"row": before["row"].assign(board_version=before["row"]["ledger_line"].map(versions))}


def release_table(
    number: int, released_on: date, events: Sequence[Event], build_keys: bool, before: Tables | None = None
) -> pd.DataFrame:
    """Returns the facts of a release: its number, its date, what it was built from, and how far the ledger went in the
    release before."""
    row = {
        "number": number,
        "released_on": released_on,
        "previous": int(before["release"]["number"].iloc[0]) if before else None,
        "ledger_lines": len(event_log.ledger(events)),
        "ledger_lines_before": int(before["release"]["ledger_lines"].iloc[0]) if before else 0,
        "vault_events": len(events),
        "method_version": METHOD_VERSION,
        "build_keys": build_keys,
    }
    return pd.DataFrame([row])


def _board_table(board: Board, tables: Tables, left_out: str | None) -> pd.DataFrame:
    row = {
        "board": board.id,
        "version": board.version,
        "state": board.state,
        "epochs": board.epochs,
        **{name: sum(getattr(category, name) for category in board.category) for name in SIZES},
        "ranked": int(tables["row"]["ranked"].sum()) if tables else 0,
        "judge": judge_label(board.judge),
        "left_out": left_out,
        "licence": board.licence,
    }
    return pd.DataFrame([row])


def _category_table(board: Board) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "board": board.id,
            "category": category.id,
            **{name: getattr(category, name) for name in SIZES},
            "misuse_sensitive": category.misuse_sensitive,
        }
        for category in board.category
    )


def _ledger_table(events: Sequence[Event], waiting: Collection[int]) -> pd.DataFrame:
    """The published history of every submission, without sha256: these are in `ledger.jsonl`."""
    published = event_log.ledger(events)
    replaces = _replaced_lines(published)
    return pd.DataFrame(
        {
            "line": line,
            "event": event.kind,
            "event_on": event.on,
            "board": event.board,
            "system": event.system,
            "tier": event.tier,
            "reason": event.reason,
            "replaces": replaces[line - 1],
            "attested": line not in waiting if event.accepts else None,
            # The nonce itself stays with the lab and the vault: it is what a lab is recognised by.
            "attempt_sha256": canonical.sha256(event.nonce.encode()) if event.accepts and event.nonce else None,
        }
        for line, event in enumerate(published, start=1)
    )


def _with_first_releases(ledger: pd.DataFrame, before: Tables, number: int) -> pd.DataFrame:
    """Adds to each line the first release that had it, attested where there is something to sign: from the release
    before, or this one. NULL where it still waits, or where releases that did not record it had it."""
    known = before.get("ledger", pd.DataFrame(columns=["line", "attested", "release"]))
    cells = zip(known["line"], known["attested"], known["release"], strict=True)
    had = {line: release for line, attested, release in cells if attested is not False}
    releases = [
        had.get(line) if line in had else None if attested is False else number
        for line, attested in zip(ledger["line"], ledger["attested"], strict=True)
    ]
    return ledger.assign(release=pd.Series(releases, index=ledger.index, dtype=object))


def _replaced_lines(published: Sequence[Event]) -> list[int | None]:
    """For each line, the line before it that it corrects, withdraws or speaks of. An acceptance of a file that was
    accepted or rejected before raises it to a higher tier, or takes it after all."""
    latest: dict[str | None, int] = {None: 0}
    lines: list[int | None] = []
    for line, event in enumerate(published, start=1):
        of_file = latest.get(event.replaces or event.submission) or None
        if event.kind == "clock":
            lines.append(_first_corrected(published, line))
        elif event.kind == "revoke":  # the last line that stays
            lines.append(superseding.named(attesting.ledger_of(published[: line - 1]).splitlines(), event.replaces))
        else:
            lines.append(of_file)
        if event.submission and (event.accepts or event.kind == "reject"):
            latest[event.submission] = line
    return lines


def _first_corrected(published: Sequence[Event], line: int) -> int | None:
    """The first line whose date a `clock` line corrects."""
    on = published[line - 1].on
    later = (number for number, day in enumerate(event_log.dates(published[: line - 1]), start=1) if day > on)
    return next(later, None)
