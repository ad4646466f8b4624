"""Fills a vault with every board that has a label table, so that its ledger continues a published one.

A ledger is never rewritten: what was published is given again first, in the same order and on the same dates. Boards
that are new follow.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.folder import LABELS
from leaderboard.offline import demo
from leaderboard.offline.publishing import embedded, ledgers
from leaderboard.offline.publishing.embedded import Labelled
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust.ledger import Line


class Sources(NamedTuple):
    """Where the definitions of boards and their label tables are."""

    boards: Path
    labels: Path


def fill(catalogue: Catalogue, sources: Sources, vault: Vault, today: date, published: Published) -> list[Event]:
    """Accepts into a vault every system of every label table that the vault lacks, and returns the events.

    First the lines of `published` that the vault lacks are given again, on their dates, those of drawn boards among
    them. Then come the boards that were never published, by the day on which their labels were recorded, dated `today`.
    All tables are read before anything is written: Refused with the findings of each. Refused E_FORKED at the first
    published line that neither a table nor a drawing gives."""
    tables = _read_tables(catalogue, sources)
    events = _give_again(catalogue, tables, vault, published)
    for table in sorted(tables.values(), key=lambda table: (table.recorded_on, table.board.id)):
        events += _accept_missing(table, vault, today)
    return events


def _read_tables(catalogue: Catalogue, sources: Sources) -> dict[str, Labelled]:
    tables: dict[str, Labelled] = {}
    findings: list[Finding] = []
    for id, board in catalogue.boards.items():
        mapping = sources.boards / id / LABELS
        if mapping.exists():
            try:
                tables[id] = embedded.read_table(board, catalogue.registries[id], mapping, sources.labels)
            except Refused as refused:
                findings += [finding._replace(place=f"{id}, {finding.place}") for finding in refused.findings]
    if findings:
        raise Refused(findings)
    return tables


def _give_again(catalogue: Catalogue, tables: dict[str, Labelled], vault: Vault, published: Published) -> list[Event]:
    events: list[Event] = []
    stages = Counter[str]()
    before = vault.guard, vault.clock_checked
    vault.guard, vault.clock_checked = ledgers.guard(published), True  # the published dates are what they are
    try:
        while line := _next_line(vault.events(), published):
            added = _accept_next(line, catalogue, tables, stages, vault)
            if not added:
                rule = f"the published line is: {ledgers.describe(line)}, which no label table and no drawing gives"
                raise refuse("E_FORKED", f"$.ledger[{line.n}]", rule)
            events += added
    finally:
        vault.guard, vault.clock_checked = before
    return events


def _next_line(events: Sequence[Event], published: Published) -> Line | None:
    """The first published line that the events lack; Refused where they have another one under its number."""
    compared = ledgers.compare(events, published)
    if compared.state == "forked":
        raise Refused(ledgers.findings(events, published))
    return published.lines[compared.common] if compared.state == "behind" else None


def _accept_next(
    line: Line, catalogue: Catalogue, tables: dict[str, Labelled], stages: Counter[str], vault: Vault
) -> list[Event]:
    """Accepts what a board has on the day of a published line: its label table, or the next stage of its drawing."""
    day, board = line.date, catalogue.boards.get(line.board)
    if line.board in tables:
        return _accept_missing(tables[line.board], vault, day)
    if board is None or not demo.draws(board) or stages[board.id] == len(demo.STAGES):
        return []
    stages[board.id] += 1
    return embedded.build_demo_board(board, catalogue.registries[board.id], stages[board.id], vault, day)


def _accept_missing(table: Labelled, vault: Vault, day: date) -> list[Event]:
    present = {event.system for event in vault.events() if event.accepts and event.board == table.board.id}
    return embedded.accept_table(table, vault, day, without=frozenset(filter(None, present)))
