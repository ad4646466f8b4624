"""A lab's labels, and the boards that come with the site, into submissions."""

import argparse
from typing import Any

from leaderboard import clock
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.findings import refuse


def import_table(options: argparse.Namespace) -> Answer:
    """Writes one submission per system, and the item manifest, into a folder."""
    from leaderboard import durable, items, submission
    from leaderboard.importers import table
    from leaderboard.labels import read_labels

    board, registry = answers.board(options)
    labels = read_labels(options.results / "boards" / board.id / "labels.toml", board, registry)
    imported = table.read(options.source, board, registry, labels)
    made = [each for each in imported.submissions if options.system in (None, each.system)]
    if not made:
        raise refuse("E_SYSTEM", "--system")
    for each in made:
        durable.write(options.out / f"{each.system}.json", submission.encode(_with_nonce(each, options.nonce)))
    durable.write(options.out / "items.json", items.encode(imported.items))
    return {
        "systems": [each.system for each in made],
        "lines": [f"{len(made)} of {len(imported.submissions)} systems, {len(imported.items)} items each"],
    }


def _with_nonce(made: Any, nonce: str | None) -> Any:
    import msgspec

    return msgspec.structs.replace(made, nonce=nonce) if nonce else made


def build_board(options: argparse.Namespace) -> Answer:
    """Puts an embedded board, or a stage of the demo, into a vault."""
    from leaderboard import embedded

    board, registry = answers.board(options)
    vault, day = answers.vault(options.vault), options.date or clock.today()
    if board.id == "demo":
        events = embedded.build_demo_board(board, registry, options.stage, vault, day)
    elif options.labels is None:
        raise refuse("E_FILE", "--labels")
    else:
        mapping = options.results / "boards" / board.id / "labels.toml"
        events = embedded.build_tables_board(board, registry, mapping, options.labels, vault, day)
    return {"events": len(events), "lines": [f"{board.id}  {len(events)} events"]}
