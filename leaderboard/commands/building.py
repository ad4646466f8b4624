"""From label tables, or the drawing of a synthetic board, into a vault."""

import argparse
from collections import Counter
from pathlib import Path

from leaderboard.base.findings import refuse
from leaderboard.boards.folder import LABELS
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.offline import demo
from leaderboard.offline.publishing import embedded, filling, ledgers
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.submissions import event_log


def build_board(options: argparse.Namespace) -> Answer:
    """Puts one board, or every board that has a label table, into a vault."""
    return _build_one(options) if options.board else _build_all(options)


def _build_one(options: argparse.Namespace) -> Answer:
    """A label table, or a stage of a drawing. A second call submits the systems again."""
    if options.adopt:
        raise refuse("E_BOARD", "--adopt", "it gives the whole ledger of a folder again: name no BOARD")
    board, registry = answers.board(options)
    vault, day = answers.vault(options), answers.day(options)
    before = {each.system for each in event_log.replay(vault.events()) if each.board == board.id}
    mapping: Path = options.results / "boards" / board.id / LABELS
    if demo.draws(board):
        events = embedded.build_demo_board(board, registry, options.stage, vault, day)
    elif not mapping.exists():
        raise refuse(
            "E_BOARD", "BOARD", f"has no {LABELS}: its rows are submitted one by one, see `import` and `accept`"
        )
    else:
        events = embedded.build_tables_board(board, registry, mapping, _labels(options), vault, day)
    lines = [f"{board.id}  {len(events)} events"]
    if again := {event.system for event in events if event.kind == "accept"} & before:
        lines.append(f"submitted again  {len(again)} systems that the vault had already, each as a new attempt")
    return {"events": len(events), "lines": lines}


def _build_all(options: argparse.Namespace) -> Answer:
    """Only what the vault lacks."""
    catalogue, sources = answers.catalogue(options), filling.Sources(options.results / "boards", _labels(options))
    published = ledgers.read(answers.present(options.adopt)) if options.adopt else Published()
    vault = answers.vault(options)
    events = filling.fill(catalogue, sources, vault, answers.day(options), published)
    counts = Counter(event.board for event in events)
    lines = [f"{board}  {count} events" for board, count in counts.items()]
    return {"events": len(events), "lines": lines or ["the vault has every system of every label table"]}


def _labels(options: argparse.Namespace) -> Path:
    if options.labels is None:
        raise refuse("E_FILE", "--labels", "name the folder of the published label tables")
    labels: Path = options.labels
    return labels
