"""A folder of logs: which system each is of, asked once, and all of them taken."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base import durable
from leaderboard.base.findings import Refused, refuse
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.importers.assigning import Assignment
    from leaderboard.offline.importers.finding import LogFile
    from leaderboard.offline.importers.many import Taken

DONE = ("accepted", "raised", "accepted before", "written", "written before", "left out")


def intake(options: argparse.Namespace) -> Answer:
    """Drafts which log is of which system; once that is confirmed, imports, verifies and accepts them, or writes them
    out."""
    from leaderboard.offline.importers import assigning, many

    answers.require_outside(options, options.manifest, "manifest")
    if options.manifest.suffix != ".csv":  # what is written there is CSV
        raise refuse("E_FILE", "--manifest", "let its name end in .csv")
    board, registry = answers.board(options)
    if (options.vault is None) == (options.out is None):
        if options.vault or options.confirm:
            raise refuse("E_OUT", "--vault", "name the vault that takes the logs, or with --out the folder to write to")
        return _draft(options, registry)
    assignments = _confirmed(options, registry)
    items = answers.items(options, board)
    if items is None:
        raise refuse("E_ITEMS", "--items", "the manifest of this board comes with its gated data: name the file")
    where = many.Where(options.source, board, registry, items, answers.day(options))
    if options.vault:
        reviewers = answers.reviewers(options)
        taken = many.accept(assignments, where, answers.vault(options), options.tier, reviewers)
    else:
        taken = many.write(assignments, where, options.out)
    if options.confirm:  # not before all that is refused as a whole
        durable.write(options.manifest, assigning.encode(assignments))
    done = [*_watched(taken, len(assignments))]
    counts = Counter(each.state for each in done)
    summary = ", ".join(f"{count} {state}" for state, count in counts.items())
    rows = [{**each._asdict(), "findings": answers.as_values(each.findings)} for each in done]
    return {
        "board": board.id,
        "refused": any(each.state not in DONE for each in done),
        "logs": rows,
        "lines": [*_table(done), summary],
    }


def _draft(options: argparse.Namespace, registry: "Registry") -> Answer:
    """Writes the table, or adds to it the logs that it lacks."""
    from leaderboard.offline.importers import assigning, finding

    log_files = _find(options.source)
    known = _read(options.manifest, registry, log_files) if os.path.lexists(options.manifest) else []
    names = {each.log for each in known}
    unread: list[str] = []
    new = [*_proposed([each for each in log_files if each.name not in names], options, registry, unread)]
    systems = Counter(each.system for each in [*known, *new])
    new = [each._replace(system="", by="") if systems[each.system] > 1 else each for each in new]
    durable.write(options.manifest, assigning.encode([*known, *new]))
    counts = {
        "logs": len(log_files),
        "added": len(new),
        "by the log": sum(each.by == "log" for each in new),
        "guessed by name": sum(each.is_guess for each in new),
        "to be answered": sum(each.is_open for each in [*known, *new]),
        "files that are no log": finding.count_others(options.source, log_files),
    }
    lines = [*unread, *(f"{what}  {count}" for what, count in counts.items())]
    lines.append(f"read {options.manifest.name}, correct it, and run this again with --confirm and --vault or --out")
    return {"manifest": counts, "unread": unread, "lines": lines}


def _find(folder: Path) -> "list[LogFile]":
    from leaderboard.offline.importers import finding

    return finding.find(folder)


def _proposed(
    log_files: "list[LogFile]", options: argparse.Namespace, registry: "Registry", unread: list[str]
) -> "Iterator[Assignment]":
    """A log that cannot be read has a row without a system, so that it is not forgotten, and is added to `unread`."""
    from leaderboard.offline.importers import assigning, many

    judge = "@".join(options.judge) if options.judge else ""
    for number, each in enumerate(log_files, start=1):
        answers.progress(f"[{number}/{len(log_files)}] {each.name}")
        try:
            models = many.models(each.tool, options.source / each.name)
        except Refused as refused:
            unread.append(f"not read  {each.name}: {refused.findings[0].with_rule()}")
            models = []
        version = "" if each.tool.records_version else options.tool_version or ""
        for names in models or [()]:
            yield assigning.propose(each, names, registry)._replace(judge=judge, tool_version=version)


def _confirmed(options: argparse.Namespace, registry: "Registry") -> "list[Assignment]":
    """The table, in which guesses have been confirmed. Refused E_SYSTEM where one has not, or logs have no row."""
    log_files = _find(options.source)
    if not os.path.lexists(options.manifest):
        raise refuse("E_FILE", "--manifest", "there is no such table: run this without --vault and --out to draft it")
    known = _read(options.manifest, registry, log_files)
    if options.confirm:
        known = [each._replace(by="person") if each.system and each.by != "log" else each for each in known]
    if guesses := sum(each.is_guess for each in known):
        rule = f"{guesses} systems are guessed from names of files: read them, correct them, and add --confirm"
        raise refuse("E_SYSTEM", "--manifest", rule)
    if new := len({each.name for each in log_files} - {each.log for each in known}):
        rule = f"{new} logs have no row: run this without --vault and --out to add them"
        raise refuse("E_FILE", "--manifest", rule)
    return known


def _read(path: Path, registry: "Registry", log_files: "list[LogFile]") -> "list[Assignment]":
    from leaderboard.offline.importers import assigning
    from leaderboard.offline.submissions import table_files

    return assigning.decode(table_files.unpack(table_files.read_bytes(path), path.name), registry, log_files)


def _watched(taken: "Iterable[Taken]", count: int) -> "Iterator[Taken]":
    for number, each in enumerate(taken, start=1):
        answers.progress(f"[{number}/{count}] {each.system or each.log}  {each.state}")
        yield each


def _table(done: "list[Taken]") -> Iterator[str]:
    """A line for each log, and below it why it was not taken."""
    for each in done:
        counts = [] if each.items is None else [f"{each.items:,} items", f"{each.missing:,} missing"]
        parts = [
            *counts,
            *([f"ledger line {each.line}"] if each.line else []),
            *each.flags,
            *([f"stated: {', '.join(each.stated)}"] if each.stated else []),
        ]
        yield "  ".join([each.state, each.system or each.log, ", ".join(parts)]).rstrip()
        if each.state == "open":
            yield "    no system has been named for it: write one into the table, or - to leave it out"
        if each.findings:
            yield f"    {each.log}"
        yield from (f"    {line}" for line in answers.describe(each.findings))
