"""From a lab's labels to submissions and the evidence for them, and from the embedded boards into a vault."""

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaderboard.base import clock
from leaderboard.base.findings import refuse
from leaderboard.boards.tools import LOG_TOOLS, LogTool, log_tool
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from datetime import date

    from leaderboard.boards.board import Board
    from leaderboard.boards.mapping import Labels
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.importers.table import Imported as Table
    from leaderboard.offline.submissions.evidence.pack import Origin
    from leaderboard.offline.submissions.logs import Imported
    from leaderboard.offline.submissions.submission import Submission


def import_log(options: argparse.Namespace) -> Answer:
    """Writes the submission that the log of one run gives, and reports what it was made of."""
    from leaderboard.base import durable
    from leaderboard.offline.submissions import submission

    board, registry = answers.board(options)
    tool = next(tool for tool in LOG_TOOLS if tool.command == options.step)
    imported = _read_log(options, tool, board, registry, clock.today(), _nonce(options))
    result, report = imported
    path = options.out / f"{result.system}.json" if options.out.is_dir() else options.out
    durable.write(path, submission.encode(result))
    stated, judge = _stated_options(options), f"{result.judge.id}@{result.judge.version}"
    counts = ", ".join(f"{outcome} {count}" for outcome, count in report.outcomes.items())
    lines = [
        f"{result.system}  {len(result.rows)} items, judged by {judge}",
        f"responses  {counts or 'none has an outcome'}",
        f"missing  unscored {report.unscored}, errors {report.errors}",
        f"edited scores  {report.edited}",
        f"stated  {', '.join(stated) or 'nothing'}",
    ]
    if options.nonce is None:
        lines.append("no nonce  the maintainers give one for each attempt; verify asks for it")
    return {"system": result.system, "judge": judge, **report._asdict(), "stated": stated, "lines": lines}


def _read_log(
    options: argparse.Namespace, tool: LogTool, board: "Board", registry: "Registry", today: "date", nonce: str | None
) -> "Imported":
    from leaderboard.boards.board import JudgeRef
    from leaderboard.offline.importers import sandbox
    from leaderboard.offline.submissions.logs import Imported, Stated, Target

    items = answers.items(options, board)
    if items is None:
        raise refuse("E_ITEMS", "--items", "the manifest of this board comes with its gated data: name the file")
    judge = JudgeRef(*options.judge) if options.judge else None
    stated = Stated(options.system, judge, options.tool_version, options.served_as_registered, nonce)
    target = Target(board, registry, items, today)
    return sandbox.call(_importer(tool).read, Imported, options.source, target, stated)


def _importer(tool: LogTool) -> Any:
    return import_module(f"leaderboard.offline.importers.{tool.id}")


def _stated_options(options: argparse.Namespace) -> list[str]:
    """The options by which the lab stated what the log does not prove."""
    names = ("system", "served_as_registered", "judge", "tool_version")
    return ["--" + name.replace("_", "-") for name in names if getattr(options, name)]


def _nonce(options: argparse.Namespace) -> str | None:
    if options.nonce is not None and not re.fullmatch("[0-9a-f]{32}", options.nonce):
        raise refuse("E_NONCE", "--nonce", "32 hexadecimal digits, as `nonce` prints them")
    return options.nonce or None


def import_table(options: argparse.Namespace) -> Answer:
    """Writes one submission per system, and the item manifest, into a folder."""
    from msgspec.structs import replace

    from leaderboard.base import durable
    from leaderboard.offline.submissions import items, submission

    board, registry = answers.board(options)
    nonce = _nonce(options)
    imported, _ = _read_table(options, board, registry)
    chosen = [each for each in imported.submissions if options.system in (None, each.system)]
    if not chosen:
        raise refuse("E_SYSTEM", "--system", "the table does not hold this system")
    for each in chosen:
        durable.write(options.out / f"{each.system}.json", submission.encode(replace(each, nonce=nonce)))
    durable.write(options.out / "items.json", items.encode(imported.items))
    return {
        "systems": [each.system for each in chosen],
        "lines": [f"{len(chosen)} of {len(imported.submissions)} systems, {len(imported.items)} items each"],
    }


def _read_table(options: argparse.Namespace, board: "Board", registry: "Registry") -> "tuple[Table, Labels]":
    from leaderboard.boards.labels import read_labels
    from leaderboard.offline.importers import sandbox, table

    labels = read_labels(options.results / "boards" / board.id / "labels.toml", board, registry)
    return sandbox.call(table.read, table.Imported, options.source, board, registry, labels), labels


def pack(options: argparse.Namespace) -> Answer:
    """Imports a log again, compares the result with the submission, and summarises the log without its text."""
    from leaderboard.base import canonical, durable
    from leaderboard.offline.submissions import submission
    from leaderboard.offline.submissions.evidence import pack as packs

    board, registry = answers.board(options)
    submitted = submission.decode(submission.read_bytes(options.submission))
    if submitted.board != board.id:
        raise refuse("E_BOARD", "$.board", "the submission is of another board")
    again, origin = _import_again(options, submitted, board, registry)
    packs.require_same(again, submitted)
    data = canonical.encode(packs.make(submitted, origin))
    durable.write(options.out, data)
    digest = canonical.sha256(data)
    return {"pack": digest, "lines": [f"the log gives this submission, pack {digest}"]}


def _import_again(
    options: argparse.Namespace, submitted: "Submission", board: "Board", registry: "Registry"
) -> "tuple[Submission, Origin]":
    from msgspec.structs import replace

    from leaderboard.offline.importers import table
    from leaderboard.offline.submissions.evidence.pack import Origin, measure

    if tool := log_tool(submitted.tool.name):
        again, report = _read_log(options, tool, board, registry, submitted.submitted_on, submitted.nonce)
        return again, Origin(measure(_importer(tool).files(options.source)), report.errors, _stated_options(options))
    # a table names its systems and judges, and does not say why a label is missing
    imported, labels = _read_table(options, board, registry)
    for each in imported.submissions:
        if each.system == submitted.system:
            return replace(each, nonce=submitted.nonce), Origin(measure(table.files(options.source, labels)), 0, ())
    raise refuse("E_SYSTEM", "$.system", "the table does not hold this system")


def sign_pack(options: argparse.Namespace) -> Answer:
    """Signs a pack that the reviewer made of a log, as the record that the reviewer saw the log."""
    from leaderboard.base import durable
    from leaderboard.commands import signing
    from leaderboard.offline.signing import attesting
    from leaderboard.offline.submissions import submission
    from leaderboard.offline.submissions.evidence import pack as packs

    seen = packs.decode(submission.read_bytes(options.pack))
    signers = [signing.signer(key) for key in options.key]
    durable.write(options.out, attesting.sign_record(seen, answers.day(options), signers))
    return {"submission": seen.submission, "lines": [f"record of {seen.submission}, {len(signers)} signatures"]}


def build_board(options: argparse.Namespace) -> Answer:
    """Puts an embedded board, or a stage of the demo, into a vault. A second call submits its systems again."""
    from leaderboard.offline.publishing import embedded
    from leaderboard.offline.submissions import event_log

    board, registry = answers.board(options)
    vault, day = answers.vault(options), answers.day(options)
    before = {each.system for each in event_log.replay(vault.events()) if each.board == board.id}
    if board.id == "demo":
        events = embedded.build_demo_board(board, registry, options.stage, vault, day)
    elif options.labels is None:
        raise refuse("E_FILE", "--labels", "name the folder of the published label tables")
    else:
        mapping: Path = options.results / "boards" / board.id / "labels.toml"
        events = embedded.build_tables_board(board, registry, mapping, options.labels, vault, day)
    lines = [f"{board.id}  {len(events)} events"]
    if again := {event.system for event in events if event.kind == "accept"} & before:
        lines.append(f"submitted again  {len(again)} systems that the vault had already, each as a new attempt")
    return {"events": len(events), "lines": lines}
