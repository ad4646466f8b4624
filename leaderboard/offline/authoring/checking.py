"""Everything that keeps a board from being published, in one run: definition, import, verification, scoring, audit.

The stages are those of `build-board` and `release draft`, on a vault that is thrown away. A later stage runs on what
earlier ones leave of the board, so that its faults are reported in the same run.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused, shorten
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.examining import examine_board
from leaderboard.boards.folder import BOARD, LABELS
from leaderboard.boards.registry import Registry
from leaderboard.offline.importers import sandbox, table
from leaderboard.offline.importers.table import Imported
from leaderboard.offline.publishing import board_tables, building, embedded
from leaderboard.offline.submissions import intake, submission
from leaderboard.offline.submissions.submission import Submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.container import Contents

WAYS = {
    "E_BOARD": "correct the counts in board.toml, or the mapping in labels.toml",
    "E_DATE": "correct recorded_on in labels.toml, or earliest in board.toml",
    "E_DISCLOSURE": "merge categories, or change more items in a further version",
    "E_EPOCHS": "correct epochs in board.toml, or the epoch column in labels.toml",
    "E_EVIDENCE": "set tier in board.toml to artifact_checked: the table is the evidence of its rows",
    "E_INCONSISTENT": "correct severity in board.toml, or the severity column in labels.toml",
    "E_JUDGE": "register the judge in systems.toml, or correct it in board.toml or labels.toml",
    "E_MISSING_ITEM": 'add the rows to the table, or absent = "gap" to labels.toml',
    "E_OUTCOME": "add the outcome to board.toml, or correct outcome.map in labels.toml",
    "E_SCORE": "report it, with the version of the code",
    "E_SIZE": "divide the board: a submission has at most 2 MiB",
    "E_SYSTEM": "register the system in systems.toml, or correct the mapping in labels.toml",
    "E_UNKNOWN_ITEM": "correct the mapping in labels.toml",
    "E_VOCABULARY": "report it, with the version of the code",
}
"""What to do where a finding of a later stage states only its rule."""
_ENTRY = re.compile(r"(category|outcome|system|judge|developer|guardrail|condition) (\d+) (.+)")
"""The list, the position and the fault of one entry."""
_CELL = re.compile(r"\$\.category\[(\d+)\]\.(harmful|benign)")
"""Where the items of a category and kind are not as many as the definition says."""


class Row(NamedTuple):
    """What the board would show of one system."""

    system: str
    rank_low: int | None
    rank_high: int | None
    reason: str | None
    """Why it is not ranked."""
    unsafe: int
    """Responses to harmful items that are unsafe."""
    judged: int
    """Responses to harmful items that have an outcome."""
    missing: int
    """Responses to all items that have none."""
    flags: tuple[str, ...]


class Checked(NamedTuple):
    """All faults of a board, and what it would show."""

    findings: tuple[Finding, ...]
    board: Board | None
    rows: tuple[Row, ...]
    """Empty where the faults leave nothing to be scored, or no table was named."""


def check(boards: Path, id: str, source: Path | None, today: date) -> Checked:
    """Returns what is wrong with a board and, if its label table is named, with the table; and what it would show."""
    examined = examine_board(boards / id, today)
    board, registry, labels, findings = *examined[:3], _together(examined.findings)
    if source is None or board is None or registry is None:
        return Checked(tuple(findings), board, ())
    if labels is None:
        if not any(finding.place == f"{id}/{LABELS}" for finding in findings):
            rule = "the file is missing: it says how the table is read, see docs/labels.md"
            findings.append(Finding("E_DEFINITION", f"{id}/{LABELS}", rule))
        return Checked(tuple(findings), board, ())
    if source.is_file() and source.name != labels.file:
        rule = "file names another table than --table: `build-board` would look for it, correct one of the two"
        findings.append(Finding("E_DEFINITION", f"{id}/{LABELS}", rule))
    try:
        imported = sandbox.call(table.read, Imported, source, board, registry, labels)
    except Refused as refused:
        return Checked((*findings, *_with_ways(_counted(id, refused.findings))), board, ())
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        main = table.files(source, labels)[0]
        rehearsal = _Rehearsal(board, registry, main, Vault(Path(folder)), today)
        later = rehearsal.run(imported)
    if findings:  # a fault of our own code may follow from a value that stands in for a missing one
        later = [finding for finding in later if finding.code != "E_SCORE"]
    return Checked((*findings, *_with_ways(later)), board, tuple(rehearsal.rows))


class _Rehearsal:
    """The way of one board into a release, in a vault that is thrown away."""

    def __init__(self, board: Board, registry: Registry, source: Path, vault: Vault, today: date) -> None:
        self.board, self.registry, self.source, self.vault, self.today = board, registry, source, vault, today
        self.flags: dict[str, tuple[str, ...]] = {}
        self.rows: list[Row] = []

    def run(self, imported: Imported) -> list[Finding]:
        """Accepts and scores what was imported, and returns what refuses it."""
        self.vault.keep_items(self.board, imported.items)
        refused = {each.system: self._accept(each) for each in imported.submissions}
        findings = _of_systems(refused)
        if any(not each for each in refused.values()):
            try:
                release = self._build()
            except Refused as fault:
                return [*findings, *fault.findings]
            except board_tables.BUGS as error:
                return [*findings, board_tables.describe_bug(self.board, error)]
            self.rows += _rows(release, self.board, imported, self.flags)
        return findings

    def _accept(self, submitted: Submission) -> tuple[Finding, ...]:
        board, vault = self.board, self.vault
        try:
            data = submission.encode(embedded.with_nonce(submitted, board, vault, self.today))
            _, flags = intake.take(data, board, self.registry, vault, self.today, board.tier, self.source, ())
        except Refused as refused:
            return refused.findings
        self.flags[submitted.system] = tuple(sorted({flag.code for flag in flags}))
        return ()

    def _build(self) -> Contents:
        boards = Catalogue({self.board.id: self.board}, {self.board.id: self.registry})
        events = self.vault.events()
        facts = building.release_table(1, self.today, events, build_keys=False)
        return container.decode(building.build(self.vault, boards, events, (), {}, facts))


def _together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a definition; one that several entries of a list have names all of them."""
    entries: dict[Finding, list[int]] = {}
    for finding in findings:
        match = _ENTRY.match(finding.evidence)
        key = finding._replace(evidence=f"{match[1]} NUMBERS {match[3]}") if match else finding
        entries.setdefault(key, []).append(int(match[2]) if match else 0)
    return [key._replace(evidence=key.evidence.replace("NUMBERS", _spans(numbers))) for key, numbers in entries.items()]


def _spans(numbers: list[int]) -> str:
    """Numbers in rising order as spans: 1-3, 5."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans)


def _of_systems(refused: dict[str, tuple[Finding, ...]]) -> list[Finding]:
    """The findings of all systems; one that several have is reported once."""
    systems: dict[Finding, list[str]] = {}
    for system, findings in refused.items():
        for finding in findings:
            systems.setdefault(finding, []).append(system)
    return shorten(finding._replace(place=f"{_some(names)}, {finding.place}") for finding, names in systems.items())


def _some(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more systems"


def _counted(id: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Names a cell with other counts as the definition does: its file, and the position of the category from 1."""
    for finding in findings:
        if match := _CELL.fullmatch(finding.place):
            rule = f"category {int(match[1]) + 1} {match[2]}: the table has {finding.evidence}"
            finding = Finding(finding.code, f"{id}/{BOARD}", rule)
        yield finding


def _with_ways(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        stated, way = finding.with_rule(), WAYS.get(finding.code)
        yield stated._replace(evidence=f"{stated.evidence}: {way}") if way and not finding.evidence else stated


def _rows(release: Contents, board: Board, imported: Imported, flags: dict[str, tuple[str, ...]]) -> Iterator[Row]:
    """The ranked systems by their rank, then the others."""
    cells, ranks = release.tables["row"], release.tables.get("rank_set", {})
    whole = 2 ** len(board.risk_categories) - 1
    views = zip(*(ranks.get(name, []) for name in ("view", "system", "low", "high")), strict=True)
    ends = {system: (low, high) for view, system, low, high in views if view == whole}
    reasons = dict(zip(cells["system"], cells["reason"], strict=True))
    counts = {each.system: _count(each, board, imported) for each in imported.submissions}
    for system in sorted(reasons, key=lambda system: (ends.get(system, (len(reasons) + 1, 0)), system)):
        low, high = ends.get(system, (None, None))
        yield Row(system, low, high, reasons[system], *counts[system], flags.get(system, ()))


def _count(submitted: Submission, board: Board, imported: Imported) -> tuple[int, int, int]:
    """How many responses to harmful items are unsafe, how many of them were judged, and how many of all are missing."""
    harmful = {item.id for item in imported.items if item.kind == "harmful"}
    unsafe = {outcome.id for outcome in board.outcome if outcome.harmful.unsafe}
    of_harmful = Counter(o for item, outcomes, _ in submitted.rows if item in harmful for o in outcomes)
    missing = sum(outcomes.count(None) for _, outcomes, _ in submitted.rows)
    judged = of_harmful.total() - of_harmful[None]
    return sum(of_harmful[outcome] for outcome in unsafe), judged, missing
