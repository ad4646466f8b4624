"""From a lab's labels to submissions and the evidence for them."""

import argparse
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from leaderboard.base import clock
from leaderboard.base.findings import Finding, Refused, refuse, shorten
from leaderboard.boards.tools import LOG_TOOLS, LogTool, log_tool
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

NO_NONCE = "no nonce  the maintainers give one for each attempt; verify asks for it"
ADVICE = {
    "E_DATE": "recorded_on in labels.toml must not be in the future: correct it",
    "E_SIZE": "more than 2 MiB: leave further judges out of labels.toml, or divide the board",
}
"""What to change where `verify` would refuse what a table gives."""

if TYPE_CHECKING:
    from datetime import date

    from leaderboard.boards.board import Board
    from leaderboard.boards.mapping import Labels
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.importers.table import Imported as Table
    from leaderboard.offline.submissions.evidence.pack import Origin
    from leaderboard.offline.submissions.items import Item
    from leaderboard.offline.submissions.logs import Imported
    from leaderboard.offline.submissions.submission import Submission


def import_log(options: argparse.Namespace) -> Answer:
    """Writes the submission that the log of one run gives, and reports what it was made of."""
    from leaderboard.base import durable
    from leaderboard.offline.submissions import submission, verification

    board, registry = answers.board(options)
    tool = next(tool for tool in LOG_TOOLS if tool.command == options.step)
    items, today = _items(options, board), clock.today()
    result, report = _read_log(options, tool, board, registry, items, today, _nonce(options))
    flags = verification.require_sound(result, board, registry, today=today, items=items)
    path = options.out / f"{result.system}.json" if options.out.is_dir() else options.out
    durable.write(path, submission.encode(result))
    stated, judge = [*result.source.stated], f"{result.judge.id}@{result.judge.version}"
    further = [f"{each.judge.id}@{each.judge.version}" for each in result.judgments]
    counts = ", ".join(f"{outcome} {count}" for outcome, count in report.outcomes.items())
    lines = [
        f"{result.system}  {len(result.rows)} items, judged by {judge}",
        f"responses  {counts or 'none has an outcome'}",
        f"missing  unscored {report.unscored}, errors {report.errors}",
        f"edited scores  {report.edited}",
        f"scorer of record  {report.scorer or ('the stated one' if options.scorer else 'the only one')}",
        f"further judges  {', '.join(further) or 'none'}, other scorers left out {report.left_out}",
        f"stated  {', '.join(stated) or 'nothing'}",
    ]
    if result.nonce is None:
        lines.append(NO_NONCE)
    facts = {"system": result.system, "judge": judge, **report._asdict(), "further": further, "stated": stated}
    return {**facts, "findings": answers.as_values(flags), "lines": lines}


def _items(options: argparse.Namespace, board: "Board") -> "list[Item]":
    items = answers.items(options, board)
    if items is None:
        raise refuse("E_ITEMS", "--items", "the manifest of this board comes with its gated data: name the file")
    return items


def _read_log(
    options: argparse.Namespace,
    tool: LogTool,
    board: "Board",
    registry: "Registry",
    items: "list[Item]",
    today: "date",
    nonce: str | None,
) -> "Imported":
    from leaderboard.boards.board import JudgeRef
    from leaderboard.offline.importers import sandbox
    from leaderboard.offline.submissions.logs import Imported, Stated, Target

    judge = JudgeRef(*options.judge) if options.judge else None
    stated = Stated(
        system=options.system,
        judge=judge,
        tool_version=options.tool_version,
        served_as_registered=options.served_as_registered,
        nonce=nonce,
        scorer=options.scorer,
    )
    target = Target(board, registry, items, today)
    return sandbox.call(_importer(tool).read, Imported, options.source, target, stated)


def _importer(tool: LogTool) -> Any:
    return import_module(f"leaderboard.offline.importers.{tool.id}")


def _nonce(options: argparse.Namespace) -> str | None:
    if options.nonce is not None and not re.fullmatch("[0-9a-f]{32}", options.nonce):
        raise refuse("E_NONCE", "--nonce", "32 hexadecimal digits, as `nonce` prints them")
    return options.nonce or None


def import_table(options: argparse.Namespace) -> Answer:
    """Writes one submission per system, the item manifest and, where ids were hashed, which they are of, into a folder:
    all of it, or nothing where `verify` would refuse a submission."""
    from msgspec.structs import replace

    from leaderboard.base import durable, git_exclude
    from leaderboard.offline.submissions import ids, items, submission

    board, registry = answers.board(options)
    nonce = _nonce(options)
    imported, _ = _read_table(options, board, registry)
    chosen = [replace(each, nonce=nonce) for each in imported.submissions if options.system in (None, each.system)]
    if not chosen:
        raise refuse("E_SYSTEM", "--system", "the table does not hold this system")
    flags = _require_sound(chosen, board, registry, imported.items)
    if imported.ids:
        git_exclude.keep_out(options.out / "ids.json", "ids of items, which are private", "E_OUT")
        durable.write(options.out / "ids.json", ids.encode(imported.ids), private=True)
    for each in chosen:
        durable.write(options.out / f"{each.system}.json", submission.encode(each))
    durable.write(options.out / "items.json", items.encode(imported.items))
    missing = {each.system: sum(row[1].count(None) for row in each.rows) for each in chosen}
    lines = [f"{len(chosen)} of {len(imported.submissions)} systems, {len(imported.items)} items each"]
    lines += [f"missing  {system} {count}" for system, count in missing.items() if count]
    if imported.ids:
        lines.append(f"hashed  {len(imported.ids)} ids: ids.json has which they are of, and is private")
    if nonce is None:
        lines.append(NO_NONCE)
    answer = {"systems": [*missing], "missing": missing, "hashed": len(imported.ids)}
    return {**answer, "findings": answers.as_values(flags), "lines": lines}


def _require_sound(
    submissions: "list[Submission]", board: "Board", registry: "Registry", items: "list[Item]"
) -> list[Finding]:
    """Returns the flags of all submissions; Refused with the findings of all where one is refused."""
    from leaderboard.offline.submissions import verification

    flags, findings = list[Finding](), list[Finding]()
    for each in submissions:
        try:
            flags += verification.require_sound(
                each, board, registry, today=clock.today(), items=items, prefix=f"{each.system} "
            )
        except Refused as refused:
            findings += [fault._replace(evidence=ADVICE.get(fault.code, fault.evidence)) for fault in refused.findings]
    if findings:
        raise Refused([*shorten(findings), *flags])
    return flags


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
    notes = packs.require_same(again, submitted)
    data = canonical.encode(packs.make(submitted, origin))
    durable.write(options.out, data)
    digest = canonical.sha256(data)
    lines = [f"since then  {note}" for note in notes]
    return {"pack": digest, "notes": notes, "lines": [*lines, f"the log gives this submission, pack {digest}"]}


def _import_again(
    options: argparse.Namespace, submitted: "Submission", board: "Board", registry: "Registry"
) -> "tuple[Submission, Origin]":
    from msgspec.structs import replace

    from leaderboard.offline.importers import table
    from leaderboard.offline.submissions.evidence.pack import Origin, measure

    if tool := log_tool(submitted.tool.name):
        items = _items(options, board)
        again, report = _read_log(options, tool, board, registry, items, submitted.submitted_on, submitted.nonce)
        return again, Origin(measure(_importer(tool).files(options.source)), report.errors)
    # a table names its systems and judges, and does not say why a label is missing
    imported, labels = _read_table(options, board, registry)
    for each in imported.submissions:
        if each.system == submitted.system:
            return replace(each, nonce=submitted.nonce), Origin(measure(table.files(options.source, labels)), 0)
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
