"""What stands for a log that stays with the lab: the pack made of it, and the record of a reviewer who saw it there."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base import clock
from leaderboard.base.findings import refuse
from leaderboard.commands import answers, importing, signing
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.submissions.evidence.pack import Origin
    from leaderboard.offline.submissions.submission import Submission


def pack(options: argparse.Namespace) -> Answer:
    """Imports a log again, holds it against the submission, and writes what it holds without its text."""
    from leaderboard.base import canonical, durable
    from leaderboard.offline.submissions import submission
    from leaderboard.offline.submissions.evidence import pack as packs

    board, registry = answers.board(options)
    made = submission.decode(submission.read_bytes(options.submission))
    if made.board != board.id:
        raise refuse("E_BOARD", "$.board", "the submission is of another board")
    again, origin = _import_again(options, made, board, registry)
    packs.require_same(again, made)
    data = canonical.encode(packs.make(made, origin))
    durable.write(options.out, data)
    digest = canonical.sha256(data)
    return {"pack": digest, "lines": [f"the log gives this submission, pack {digest}"]}


def _import_again(
    options: argparse.Namespace, made: "Submission", board: "Board", registry: "Registry"
) -> "tuple[Submission, Origin]":
    from leaderboard.offline.importers import helm, inspect_ai, lm_eval
    from leaderboard.offline.importers import sandbox as contained
    from leaderboard.offline.submissions.evidence.pack import Origin, measure
    from leaderboard.offline.submissions.logs import Imported, Target

    if made.tool.name == "table":
        return _table_again(options.source, made, board, registry, options.results)
    target = Target(board, registry, importing.gated_items(options, board), made.submitted_on)
    read, files = {
        "helm": (helm.read, helm.files),
        "inspect_ai": (inspect_ai.read, inspect_ai.files),
        "lm_eval": (lm_eval.read, lm_eval.files),
    }[made.tool.name]
    said = importing.stated(options, made.nonce)
    again, report = contained.call(read, Imported, options.source, target, said)
    return again, Origin(measure(files(options.source)), report.errors, importing.options_given(options))


def _table_again(
    source: Path, made: "Submission", board: "Board", registry: "Registry", results: Path
) -> "tuple[Submission, Origin]":
    """A table says which systems it holds and who judged, and of a missing label nothing more."""
    import msgspec

    from leaderboard.offline.importers import sandbox as contained
    from leaderboard.offline.importers import table
    from leaderboard.offline.submissions.evidence.pack import Origin, measure
    from leaderboard.offline.submissions.labels import read_labels

    labels = read_labels(results / "boards" / board.id / "labels.toml", board, registry)
    imported = contained.call(table.read, table.Imported, source, board, registry, labels)
    found = [each for each in imported.submissions if each.system == made.system]
    if not found:
        raise refuse("E_SYSTEM", "$.system", "the table does not hold this system")
    return msgspec.structs.replace(found[0], nonce=made.nonce), Origin(measure(table.files(source, labels)), 0, ())


def sign(options: argparse.Namespace) -> Answer:
    """Signs a pack that the reviewer made of a log, as the record that the log was seen."""
    from leaderboard.base import durable
    from leaderboard.offline.signing import attesting
    from leaderboard.offline.submissions import submission
    from leaderboard.offline.submissions.evidence import pack as packs

    made = packs.decode(submission.read_bytes(options.pack))
    signers = [signing.signer(key) for key in options.key]
    durable.write(options.out, attesting.sign_record(made, options.date or clock.today(), signers))
    return {"submission": made.submission, "lines": [f"record of {made.submission}, {len(signers)} signatures"]}
