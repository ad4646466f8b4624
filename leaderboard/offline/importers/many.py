"""Takes many logs at once, each as a single one would be: imported, verified, and accepted into a vault or written out.

One that is refused does not stop the others. What is done is known by the sha256 of the log, so a second run goes on
where the first one ended, and asks for no second attempt.
"""

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import TIERS as ORDER
from leaderboard.boards.board import Board, JudgeRef, Tier
from leaderboard.boards.registry import Registry
from leaderboard.boards.tools import LOG_TOOLS, LogTool
from leaderboard.offline.importers import sandbox
from leaderboard.offline.importers.assigning import LEFT_OUT, Assignment
from leaderboard.offline.submissions import event_log, intake, logs, submission, verification
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.evidence import pack
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.logs import Imported, Stated, Target
from leaderboard.offline.submissions.stating import possible
from leaderboard.offline.submissions.submission import Submission
from leaderboard.offline.submissions.vault import Vault

if TYPE_CHECKING:
    from leaderboard.release.trust.libraries import Key

TIERS: tuple[Tier, ...] = ("self_reported", "artifact_checked")
"""What can be shown for many logs at once: the pack of each log, or the log itself, which is at hand."""


class Where(NamedTuple):
    """What logs are taken for, and where from."""

    folder: Path
    board: Board
    registry: Registry
    items: list[Item]
    today: date


class Taken(NamedTuple):
    """What became of one log. Counts are None where it was not read."""

    log: str
    system: str
    state: str
    """`accepted`, `raised`, `accepted before`, `written`, `written before`, `refused`, `left out` or `open`."""
    items: int | None = None
    missing: int | None = None
    flags: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    line: int | None = None
    """The ledger line of its acceptance."""
    findings: tuple[Finding, ...] = ()


def models(tool: LogTool, source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls each of its models, the fullest name first. Refused as by the importer of its tool."""
    return sandbox.call(_importer(tool).models, list[tuple[str, ...]], source)


def _importer(tool: LogTool) -> Any:
    return import_module(f"leaderboard.offline.importers.{tool.id}")


def accept(
    assignments: Iterable[Assignment], where: Where, vault: Vault, tier: Tier, reviewers: "Iterable[Key]" = ()
) -> Iterator[Taken]:
    """Takes each log into a vault, under an attempt that was registered and not used, or else a new one. What stands at
    a lower tier is raised to this one."""
    if tier not in TIERS:
        raise refuse("E_TIER", "--tier", f"many logs are taken at one of {', '.join(TIERS)}")
    vault.keep_items(where.board, where.items)
    known = _accepted(vault, where.board)

    def take(each: Assignment, imported: Imported) -> Taken:
        before = known.get((each.system, imported.submission.source.sha256))
        if before:  # the same file, so that it is the same attempt
            taken = submission.decode(vault.accepted(before.submission))
        else:
            taken = replace(imported.submission, nonce=_attempt(vault, where, imported.submission.system))
        with _evidence(each, taken, imported, where, tier) as evidence:
            event, flags = intake.take(
                submission.encode(taken), where.board, where.registry, vault, where.today, tier, evidence, reviewers
            )
        line = len(event_log.ledger(vault.events()[: event.n]))
        state = "raised" if before else "accepted"
        return _taken(each, taken, state)._replace(line=line, flags=tuple(sorted({each.code for each in flags})))

    def done(each: Assignment, sha256: str) -> Taken | None:
        before = known.get((each.system, sha256))
        if before is None or ORDER.index(tier) > ORDER.index(before.tier):
            return None
        return Taken(each.log, each.system, "accepted before", line=before.line)

    others = {sha256: system for system, sha256 in known}
    return (_one(each, where, done, take, others) for each in assignments)


def write(assignments: Collection[Assignment], where: Where, out: Path) -> Iterator[Taken]:
    """Writes the submission of each log and its evidence pack into a folder; again where its row says something else by
    now."""
    known: set[tuple[str, str]] = set()
    for path in sorted(out.glob("*.json")) if out.is_dir() else ():
        if path.with_suffix(".pack").is_file():
            written = submission.decode(submission.read_bytes(path))
            if any(_is_of(written, each) for each in assignments):
                known.add((written.system, written.source.sha256))

    def take(each: Assignment, imported: Imported) -> Taken:
        result = replace(imported.submission, nonce=each.nonce or None)
        flags = verification.require_sound(result, where.board, where.registry, today=where.today, items=where.items)
        durable.write(out / f"{result.system}.json", submission.encode(result))
        durable.write(out / f"{result.system}.pack", _pack(each, result, imported, where))
        return _taken(each, result, "written")._replace(flags=tuple(sorted({flag.code for flag in flags})))

    def done(each: Assignment, sha256: str) -> Taken | None:
        return Taken(each.log, each.system, "written before") if (each.system, sha256) in known else None

    others: dict[str, str] = {}
    return (_one(each, where, done, take, others) for each in assignments)


def _is_of(written: Submission, each: Assignment) -> bool:
    """Whether a submission has the system and attempt of a row, and what this states of judge and tool. Whether it has
    the outcomes of a scorer, it does not say."""
    if each.scorer:
        return False
    judge, version = f"{written.judge.id}@{written.judge.version}", written.tool.version
    stated = each.judge in ("", judge) and each.tool_version in ("", version)
    return stated and (written.system, written.nonce or "") == (each.system, each.nonce)


def _one(
    each: Assignment,
    where: Where,
    done: Callable[[Assignment, str], Taken | None],
    take: Callable[[Assignment, Imported], Taken],
    others: dict[str, str],
) -> Taken:
    """What becomes of a log. `others` are the systems that logs were taken for, by the sha256 of the log: a copy of one
    under another name is refused, however alike the two systems may be."""
    if each.is_open:
        return Taken(each.log, each.system, "open")
    if each.system == LEFT_OUT:
        return Taken(each.log, "", "left out")
    try:
        tool = _tool(each)
        source = where.folder / each.log
        paths = _importer(tool).files(source)
        if any(path.is_symlink() for path in paths):
            raise refuse("E_FILE", "SOURCE", "a file of the log is a link: put the file itself there")
        sha256 = logs.digest(paths if tool.hashes_all_files else paths[:1])
        if before := done(each, sha256):
            return before
        if not tool.several_models and others.get(sha256, each.system) != each.system:
            raise refuse("E_REPLAY", "SOURCE", "the same log was taken for another system: one of the two is wrong")
        judge = JudgeRef(*each.judge.split("@", 1)) if "@" in each.judge else None
        stated = Stated(
            system=each.system,
            judge=judge,
            tool_version=each.tool_version or None,
            served_as_registered=each.by != "log" and _may_be(each, where.registry),
            scorer=each.scorer or None,
        )
        target = Target(where.board, where.registry, where.items, where.today)
        imported = sandbox.call(_importer(tool).read, Imported, source, target, stated)
        verification.require_sound(
            imported.submission, where.board, where.registry, today=where.today, items=where.items
        )
        taken = take(each, imported)
        others[sha256] = each.system  # not before: a row that was refused leaves the log to the right one
        return taken
    except Refused as refused:
        return Taken(each.log, each.system, "refused", findings=refused.findings)


def _may_be(each: Assignment, registry: Registry) -> bool:
    """Whether a person's word is enough that a log is of a system: not where it names the model of another one."""
    known = possible([each.model], {system.id: system for system in registry.system if system.evidence == "run"})
    return not known or each.system in {system.id for system in known}


def _tool(each: Assignment) -> LogTool:
    return next(tool for tool in LOG_TOOLS if tool.command == each.tool)


def _taken(each: Assignment, result: Submission, state: str) -> Taken:
    missing = sum(label is None for _, labels, _ in result.rows for label in labels)
    return Taken(each.log, result.system, state, len(result.rows), missing, stated=result.source.stated)


def _accepted(vault: Vault, board: Board) -> dict[tuple[str, str], Standing]:
    """The current acceptances of this version of the board, by system and log."""
    standings = [each for each in event_log.replay(vault.events()) if each.board == board.id and not each.withdrawn]
    return {
        (each.system, submission.decode(vault.accepted(each.submission)).source.sha256): each
        for each in standings
        if each.board_version == board.version
    }


def _attempt(vault: Vault, where: Where, system: str) -> str:
    """A nonce that was registered for this system and not used, for a run that ended in between; else a new one."""
    events = vault.events()
    issued = event_log.issued(events, where.board.id, where.board.version)
    unused = sorted({nonce for of, nonce in issued if of == system} - event_log.used(events, "nonce"))
    return unused[0] if unused else intake.register(where.board, system, vault, where.today)


@contextmanager
def _evidence(each: Assignment, taken: Submission, imported: Imported, where: Where, tier: Tier) -> Iterator[Path]:
    if tier == "artifact_checked":
        yield where.folder / each.log
        return
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "pack.json"
        path.write_bytes(_pack(each, taken, imported, where))
        yield path


def _pack(each: Assignment, result: Submission, imported: Imported, where: Where) -> bytes:
    tool = _tool(each)
    files = pack.measure(_importer(tool).files(where.folder / each.log))
    return canonical.encode(pack.make(result, pack.Origin(files, imported.report.errors)))
