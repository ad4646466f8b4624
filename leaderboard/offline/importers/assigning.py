"""Which log is of which system: proposed from the logs and their names, confirmed once by a person, stored as a table.

A log names the model that was asked, and not what was put in front of it. Where several systems answer to that name,
names of folders and files are a hint and never a proof, so a person has to look at the table before anything is taken.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.base.fitting import fits
from leaderboard.boards.registry import Registry, ServedAs, System
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.offline.importers.finding import LogFile
from leaderboard.offline.submissions import table_text
from leaderboard.offline.submissions.stating import possible
from leaderboard.offline.submissions.submission import Hex32
from leaderboard.offline.submissions.table_files import TableFile

BARE = ("alone", "bare", "base", "none", "plain", "unguarded")
"""Words in a path that say that nothing was put in front of the model."""
LEFT_OUT = "-"
"""Instead of a system: the log is not to be taken."""
BY = ("log", "name", "person", "")
"""Who says so: the log alone, its file or folder name, a person, nobody yet."""


class Assignment(NamedTuple):
    """A log and the system that it is of."""

    log: str
    tool: str
    model: str
    """What the log calls its model; empty where that is no name."""
    system: str
    by: str
    judge: str = ""
    """`ID@VERSION`, where the log does not show who judged."""
    tool_version: str = ""
    scorer: str = ""
    nonce: str = ""
    """The attempt, where no vault is at hand to register one."""

    @property
    def is_open(self) -> bool:
        return not self.system or self.by == ""

    @property
    def is_guess(self) -> bool:
        return self.by == "name"


def propose(file: LogFile, names: Sequence[str], registry: Registry) -> Assignment:
    """Returns the system that a log seems to be of, which calls its model by these names: certain where one system only
    is served by one of them."""
    registered = [name for name in names if is_served(name, registry)]
    model = next((name for name in [*registered, *names] if fits(name, ServedAs)), "")
    known = {system.id: system for system in registry.system if system.evidence == "run"}
    served = possible(names, known)
    if len(served) == 1:
        return Assignment(file.name, file.tool.command, model, served[0].id, "log")
    guessed = _guess(file.name, served or [*known.values()], registry, named=not served) if names else ""
    return Assignment(file.name, file.tool.command, model, guessed, "name" if guessed else "")


def is_served(name: str, registry: Registry) -> bool:
    """Returns whether a system of the board is served by a name."""
    return any(name in system.served_as for system in registry.system)


def _guess(path: str, systems: Sequence[System], registry: Registry, *, named: bool) -> str:
    """The only system whose guardrail and condition, and no other ones, are named in the path of a log, or of which the
    path says that it has none; where the log's model is unknown, also its model must be named there. Nothing where no
    system fits, or several do."""
    arms = {each for system in registry.system for each in (system.guardrail, system.condition) if each}
    named_here = [arm for arm in arms if _holds(path, arm)]
    present = {arm for arm in named_here if not any(arm != other and _holds(other, arm) for other in named_here)}
    if len(systems) > 1 and not present and not any(_holds(path, word) for word in BARE):
        return ""
    fitting = [
        system
        for system in systems
        if {each for each in (system.guardrail, system.condition) if each} == present
        and (not named or _holds(path, system.base_system or system.id))
    ]
    return fitting[0].id if len(fitting) == 1 else ""


def _holds(path: str, id: str) -> bool:
    """Whether a path has an id as a word of its own, however it is spelled: `Llama_Guard-3` is `llama-guard-3`."""
    plain, wanted = (re.sub("[^a-z0-9]+", "-", text.lower()).strip("-") for text in (path, id))
    return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", plain) is not None


def encode(assignments: Iterable[Assignment]) -> bytes:
    """Returns the table as CSV, which spreadsheets open."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Assignment._fields)
    writer.writerows(assignments)
    return text.getvalue().encode()


def decode(table: TableFile, registry: Registry, log_files: Iterable[LogFile]) -> list[Assignment]:
    """Returns the assignments of a table. Refused E_SCHEMA, E_FILE, E_SYSTEM, E_JUDGE or E_NONCE with the row of each
    fault: a log that is not in the folder, a tool, system or judge that does not exist, an attempt of no such
    form, a log that occurs twice, or one system for two logs."""
    names = table_text.names(table, Assignment._fields)
    if sorted(names) != sorted(Assignment._fields):
        raise refuse("E_SCHEMA", table.position, f"the columns must be {', '.join(Assignment._fields)}")
    in_folder = {(each.name, each.tool.command) for each in log_files}
    result, findings = list[Assignment](), list[Finding]()
    logs, taken = set[tuple[str, str]](), set[str]()
    for number, (log, *others) in table_text.rows(table, {name: name for name in Assignment._fields}):
        each = Assignment(log or "", *((cell or "").strip() for cell in others))
        if not any(each):  # a program has left an empty line at the end
            continue
        if (each.log, each.model) in logs:
            findings.append(Finding("E_SCHEMA", f"log, row {number}", "the log has a row already: remove one"))
        if each.system in taken - {"", LEFT_OUT}:
            rule = f"a log before it is of this system too: write {LEFT_OUT} for one of them"
            findings.append(Finding("E_SYSTEM", f"system, row {number}", rule))
        for code, column, rule in _faults(each, registry, in_folder):
            findings.append(Finding(code, f"{column}, row {number}", rule))
        logs.add((each.log, each.model))
        taken.add(each.system)
        result.append(each)
    if findings:
        raise Refused(findings)
    return result


def _faults(
    each: Assignment, registry: Registry, in_folder: Collection[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """What is wrong with one row by itself: code, column and rule."""
    tools = sorted(tool.command for tool in LOG_TOOLS)
    if each.tool not in tools:
        yield "E_SCHEMA", "tool", f"must be one of {', '.join(tools)}"
    elif (each.log, each.tool) not in in_folder:
        yield "E_FILE", "log", "no log of this tool is there in SOURCE: correct its path or tool, or remove the row"
    if each.model and not fits(each.model, ServedAs):
        yield "E_SCHEMA", "model", "not what a log calls a model: leave it as it was drafted"
    if each.by not in BY:
        yield "E_SCHEMA", "by", "must be log, name, person or empty"
    systems = {system.id for system in registry.system if system.evidence == "run"}
    if each.system not in {*systems, "", LEFT_OUT}:
        rule = f"no system to be run on this board: correct it, or write {LEFT_OUT} to leave the log out"
        yield "E_SYSTEM", "system", rule
    if each.judge and each.judge not in {f"{judge.id}@{judge.version}" for judge in registry.judge}:
        yield "E_JUDGE", "judge", "must be ID@VERSION of a judge of this board, or empty where the log names the judge"
    if each.nonce and not fits(each.nonce, Hex32):
        yield "E_NONCE", "nonce", "must be what `nonce` has printed, or empty"
