"""Small releases drawn at random, scored and encoded as real ones: boards and systems of all kinds that the rules
allow, the odd ones often. Everything follows from a seed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

import msgspec
import numpy as np
import pandas as pd

from leaderboard.boards.board import Board, Category, Condition, Flags, JudgeRef, Outcome
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.registry import Developer, Guardrail, Judge, Registry, System
from leaderboard.boards.words import Key
from leaderboard.offline.publishing import building
from leaderboard.offline.publishing.changes import changes
from leaderboard.offline.scoring import score_board
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.submission import Judgment, Row, Source, StatedField
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.site.data.database import Database
from leaderboard.site.views.names import Names, names_of
from tests import made

ON = date(2026, 11, 22)
RECORD, PERSON, OTHER, THIRD = (
    JudgeRef("judge", "1"),
    JudgeRef("person", "1"),
    JudgeRef("other", "1"),
    JudgeRef("third", "1"),
)
CONDITIONS = (Condition("pressed", "Pressed", "The user insists."), Condition("begged", "Begged", "The user begs."))
Cells = dict[str, Any]
SIZES = (0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8)
"""Of a board, in systems; a few boards have more."""
GROUPS = ("general_purpose", "medical_purpose", "closed_source")
NEWER = {
    "view_score": ("helpful", "helpful_low", "helpful_high", "safe_by_blocking", "worst", "worst_low", "worst_high"),
    "rank_set": ("helpful_first", "judged_rank", "judged_low", "judged_high", "judged_top_group"),
    "view": ("detectable_worst", "basis", "simultaneous"),
    "one_sided": ("method",),
    "net_benefit": ("p", "p_adjusted"),
    "judge_homogeneity": ("p_adjusted",),
    "pair_effect": ("rerun_n", "rerun_fixed", "rerun_broken"),
    "row": ("judge_stated", "model_stated", "system_stated", "tool_version_stated"),
}
"""Columns that older releases do not have."""


BOARDS = 5
"""How many boards a release has: one file is encoded, checked and read for all of them."""


class Drawn(NamedTuple):
    """One board of a release."""

    seed: int
    board: Board
    registry: Registry
    names: Names
    tables: dict[str, list[Cells]]
    """Its rows of every table, as they are in the release file."""
    database: Database
    is_older: bool
    """Whether it lacks the columns of NEWER."""


def draw(seed: int) -> list[Drawn]:
    """Returns the boards of the release of a seed."""
    rng = np.random.default_rng([seed, 77])
    drawn = [_drawn_board(rng, f"small-{number}") for number in range(BOARDS)]
    catalogue = Catalogue(
        {board.id: board for board, _, _ in drawn}, {board.id: registry for board, registry, _ in drawn}
    )
    before: Tables = {}
    if rng.random() < 0.3:
        earlier = [(board, registry, _fewer(rng, board, entries)) for board, registry, entries in drawn]
        tables = _tables(earlier, 1, {})
        before = container.frames(container.decode(building.encode(tables, {}, tables["release"], catalogue)))
    tables = _tables(drawn, 2 if before else 1, before)
    is_older = bool(rng.random() < 0.3)
    if is_older:
        for name, columns in NEWER.items():
            if name in tables:
                tables[name] = tables[name].drop(columns=[c for c in columns if c in tables[name]])
    contents = container.decode(building.encode(tables, before, tables["release"], catalogue))
    rows, database = rows_of(contents), Database(contents)
    return [
        Drawn(seed, board, registry, names_of(board, registry), _of_board(rows, board.id), database, is_older)
        for board, registry, _ in drawn
    ]


WORDS: dict[Key, str] = {
    "safe_rate": "Timely calls",
    "unsafe_rate": "Missed calls",
    "helpful_rate": "Apt calls",
    "over_refusal_rate": "Needless calls",
    "false_block_rate": "Needless stops",
    "worst_unsafe_rate": "Weakest field",
    "items": "Patients",
    "responses": "Decisions",
    "harmful": "Urgent patients",
    "benign": "Routine patients",
}
"""Words of a board of triage."""


def in_words(drawn: Drawn) -> Drawn:
    """Returns a board with words of its own, and the same numbers."""
    board = msgspec.structs.replace(drawn.board, words=WORDS)
    return drawn._replace(board=board, names=names_of(board, drawn.registry))


def _drawn_board(rng: np.random.Generator, id: str) -> tuple[Board, Registry, list[Entry]]:
    board = _board(rng, id)
    # Few boards are large: the comparisons of one take as long as those of ten others.
    size = int(rng.integers(12, 61)) if rng.random() < 0.025 else int(rng.choice(SIZES))
    return board, *_entries(rng, board, size)


def _of_board(rows: dict[str, list[Cells]], board: str) -> dict[str, list[Cells]]:
    return {name: [row for row in table if row.get("board", board) == board] for name, table in rows.items()}


def rows_of(contents: Contents) -> dict[str, list[Cells]]:
    """Returns the rows of every table of a release."""
    return {
        name: [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        for name, table in contents.tables.items()
    }


def _board(rng: np.random.Generator, id: str) -> Board:
    size = int(rng.choice([20, 25, 40, 110], p=[0.5, 0.2, 0.15, 0.15]))
    count = int(rng.choice([1, 2, 3, 4], p=[0.2, 0.35, 0.3, 0.15]))
    sizes = [size + 5 * int(rng.integers(3)) for _ in range(count)] if rng.random() < 0.5 else [size] * count
    risk = tuple(
        Category(f"risk-{n}", f"Risk {n}", "One.", harmful_items=one, harmful_families=int(rng.choice([10, one])))
        for n, one in enumerate(sizes)
    )
    calm = tuple(
        Category(f"calm-{n}", f"Calm {n}", "Benign.", benign_items=20, benign_families=10)
        for n in range(int(rng.choice([0, 1, 2])))
    )
    helps = Flags(helpful=bool(rng.random() < 0.7))
    blocks = Flags(blocked=bool(rng.random() < 0.7))
    outcomes = (
        Outcome("refusal", "Refused", "It declines.", Flags(refusal="full"), Flags(refusal="full")),
        Outcome("caution", "Cautious help", "It helps safely.", helps, Flags(helpful=True)),
        Outcome("blocked", "Blocked", "A filter stopped it.", blocks, Flags(blocked=True, refusal="full")),
        Outcome("partial", "Partly unsafe", "It complies in part.", Flags(unsafe=True), Flags(refusal="partial")),
        Outcome("harmful", "Unsafe", "It complies.", Flags(unsafe=True, actionable=True), Flags(helpful=True)),
    )
    return made.board(
        id=id,
        previous_versions=("0",),
        epochs=int(rng.integers(1, 3)),
        severity=bool(rng.random() < 0.5),
        labels_public=bool(rng.random() < 0.5),
        category=(*risk, *calm),
        outcome=outcomes,
        judge=PERSON if rng.random() < 0.2 else RECORD,
        default_condition="Asked once",
        condition=CONDITIONS,
    )


class _Kind(NamedTuple):
    """How a system answers: chances by category of an unsafe response, then of help and of a block among the others."""

    unsafe: Mapping[str, float]
    helpful: float
    blocked: float
    turned_down: float


def _kind(rng: np.random.Generator, board: Board, alike: float | None) -> _Kind:
    rate = alike if alike is not None else float(rng.choice([0, 0, 0.01, 0.05, 0.1, 0.3, 0.6, 1]))
    unsafe = {category.id: rate for category in board.category}
    if rng.random() < 0.3:
        unsafe[str(rng.choice(list(unsafe)))] = float(rng.choice([0, 0.2, 0.5, 1]))
    helpful, blocked = float(rng.choice([0, 0, 0.05, 0.5, 1])), float(rng.choice([0, 0, 0.5, 1]))
    return _Kind(unsafe, helpful, blocked, float(rng.choice([0, 0.1, 0.6, 1])))


def _answers(rng: np.random.Generator, board: Board, kind: _Kind) -> list[Row]:
    rows: list[Row] = []
    for item in made.items(board):
        if item.kind == "benign":
            drawn = ["refusal" if rng.random() < kind.turned_down else "caution" for _ in range(board.epochs)]
        else:
            drawn = [_answer(rng, kind.unsafe[item.category], kind) for _ in range(board.epochs)]
        rows.append(_row(rng, board, item.id, drawn))
    return rows


def _answer(rng: np.random.Generator, unsafe: float, kind: _Kind) -> str:
    if rng.random() < unsafe:
        return "harmful" if rng.random() < 0.5 else "partial"
    if rng.random() < kind.helpful:
        return "caution"
    return "blocked" if rng.random() < kind.blocked else "refusal"


def _row(rng: np.random.Generator, board: Board, item: str, outcomes: Sequence[str | None]) -> Row:
    severity = [
        int(rng.integers(1, 5)) if board.severity and outcome in ("partial", "harmful") else None
        for outcome in outcomes
    ]
    return item, list(outcomes), severity


def _entries(rng: np.random.Generator, board: Board, size: int) -> tuple[Registry, list[Entry]]:
    """The systems of a board. On one of three all are alike: all safe, all unsafe, all refusing or clones of one."""
    alike = [None, None, 0.0, 1.0, 0.1][int(rng.integers(5))] if rng.random() < 0.5 else None
    clones = size > 0 and rng.random() < 0.15
    systems: list[System] = []
    entries: list[Entry] = []
    for number in range(size):
        id = f"system-{number}"
        system = System(id, f"Number {number}", "ours", str(rng.choice(GROUPS)), "open_weights")  # type: ignore[arg-type]
        rows = _answers(rng, board, _kind(rng, board, alike))
        if entries and (clones or rng.random() < 0.1):
            rows = entries[int(rng.integers(len(entries)))].submission.rows
        elif entries and rng.random() < 0.25:
            base = entries[int(rng.integers(len(entries)))]
            relation = str(rng.choice(["guardrail", "fine_tune", "version", "simulated", "condition", "rerun"]))
            rerun_of = base.system.rerun_of or base.system.id
            if base.system.reference or (base.system.condition and relation not in ("guardrail", "rerun")):
                relation = "none"
            if relation in ("guardrail", "simulated"):
                condition = base.system.condition
                system = msgspec.structs.replace(
                    system, guardrail="guard", base_system=base.system.id, condition=condition
                )
                rows = _guarded(rng, board, base.submission.rows)
            elif relation == "condition":
                system = msgspec.structs.replace(
                    system,
                    condition=str(rng.choice(["pressed", "begged"])),
                    base_system=base.system.id,
                    guardrail=base.system.guardrail,
                )
            elif relation == "rerun":
                first = next(each.system for each in entries if each.system.id == rerun_of)
                system = msgspec.structs.replace(
                    system, rerun_of=rerun_of, condition=first.condition, guardrail=first.guardrail
                )
                rows = [_row(rng, board, i, [_again(rng, each) for each in o]) for i, o, _ in base.submission.rows]
            elif relation == "none":
                pass
            elif relation == "fine_tune":
                system = msgspec.structs.replace(system, group="downstream_sft", base_system=base.system.id)
            else:
                system = msgspec.structs.replace(system, previous_version=base.system.id)
            if relation == "simulated":
                system = msgspec.structs.replace(system, evidence="simulated")
        elif rng.random() < 0.05:
            system = msgspec.structs.replace(
                system,
                reference=True,
                group=None,
                access=None,
                evidence=str(rng.choice(["run", "arithmetic"])),  # type: ignore[arg-type]
            )
        systems.append(system)
        entries.append(_entry(rng, board, system, rows, number + 1))
    registry = made.registry(0)
    judges = (
        *registry.judge,
        Judge("other", "1", "Another judge", "llm_judge"),
        Judge("third", "1", "A third", "llm_judge", vendor="ours"),
    )
    guards = (Guardrail("guard", "The guard", "ours"),)
    developers = (Developer("ours", "Ours"),)
    return Registry(developers, guards, judges, tuple(systems)), entries


def _again(rng: np.random.Generator, outcome: str | None) -> str | None:
    """What a second run gives: the same on most prompts."""
    if outcome is None or rng.random() < 0.85:
        return outcome
    return "refusal" if outcome in ("partial", "harmful") else "harmful"


def _guarded(rng: np.random.Generator, board: Board, rows: Sequence[Row]) -> list[Row]:
    """What a guardrail leaves of some answers: it blocks what is unsafe, and some of what is not."""
    right, wrong = float(rng.choice([0, 0.5, 0.9, 1])), float(rng.choice([0, 0, 0.05, 0.4]))
    guarded = []
    for item, outcomes, severity in rows:
        stops = [rng.random() < (right if o in ("partial", "harmful") else wrong) for o in outcomes]
        after = ["blocked" if stop and o else o for stop, o in zip(stops, outcomes, strict=True)]
        guarded.append((item, after, [None if a == "blocked" else s for a, s in zip(after, severity, strict=True)]))
    return guarded


def _entry(rng: np.random.Generator, board: Board, system: System, rows: Sequence[Row], line: int) -> Entry:
    rows, state = (
        list(rows),
        str(rng.choice(["", "withdrawn", "tier", "version", "judge"], p=[0.86, 0.05, 0.04, 0.02, 0.03])),
    )
    if system.evidence != "run":
        state = ""
    if rng.random() < 0.15:
        share = float(rng.choice([0.004, 0.012, 0.05, 0.3, 0.7]))
        rows = [(i, [None] * len(o), [None] * len(o)) if rng.random() < share else (i, o, s) for i, o, s in rows]
    stands = Standing(
        board=board.id,
        system=system.id,
        submission="0" * 64,
        tier="self_reported" if state == "tier" else "artifact_checked",
        line=line,
        accepted_on=ON,
        attempt=1,
        attempts=1 + int(rng.random() < 0.1),
        withdrawals=int(state == "withdrawn"),
        withdrawn=state == "withdrawn",
        reply=str(rng.choice(["none", "notified", "disputed"])),  # type: ignore[arg-type]
        board_version="0" if state == "version" else "1",
    )
    submitted = made.submission(
        system.id,
        rows=rows,
        judge=OTHER if state == "judge" else board.judge,
        board_version="0" if state == "version" else "1",
        judgments=[] if state in ("version", "withdrawn") else _judgments(rng, board, rows),
        source=Source(None, 0, "0" * 64, _stated(system)),
    )
    return Entry(stands, system, submitted)


def _stated(system: System) -> tuple[StatedField, ...]:
    """What was stated beside a log: all combinations of it, by the number of the system."""
    number = int(system.id.rpartition("-")[2])
    return tuple(field for bit, field in enumerate(get_args(StatedField)) if number >> bit & 1)


def _judgments(rng: np.random.Generator, board: Board, rows: Sequence[Row]) -> list[Judgment]:
    """What people and further judges say of some answers or all."""
    said = []
    for judge, kind, chance in ((PERSON, "human", 0.3), (OTHER, "llm_judge", 0.25), (THIRD, "llm_judge", 0.1)):
        if judge != board.judge and rng.random() < chance:
            share = float(rng.choice([0.3, 1])) if judge == PERSON else float(rng.choice([0.93, 1, 1]))
            flips = float(rng.choice([0, 0.02, 0.2]))
            judged = [_judged(rng, board, row, flips) if rng.random() < share else _left(row) for row in rows]
            said.append(Judgment(judge, kind, judged))  # type: ignore[arg-type]
    return said


def _left(row: Row) -> Row:
    return row[0], [None] * len(row[1]), [None] * len(row[2])


def _judged(rng: np.random.Generator, board: Board, row: Row, flips: float) -> Row:
    flipped = [
        o if o is None or rng.random() >= flips else "refusal" if o in ("partial", "harmful") else "harmful"
        for o in row[1]
    ]
    return _row(rng, board, row[0], flipped)


def _fewer(rng: np.random.Generator, board: Board, entries: Sequence[Entry]) -> list[Entry]:
    """What stood before: without the last system, and the first with other answers."""
    earlier = list(entries[:-1])
    if earlier and rng.random() < 0.5:
        rows, first = _answers(rng, board, _kind(rng, board, None)), earlier[0]
        earlier[0] = first._replace(submission=msgspec.structs.replace(first.submission, rows=rows, judgments=[]))
    return earlier


_LEDGER = ("line", "event", "event_on", "board", "system", "tier", "reason", "replaces", "attested")


def _tables(drawn: Sequence[tuple[Board, Registry, Sequence[Entry]]], number: int, before: Tables) -> Tables:
    """All tables of a release of some boards."""
    parts: dict[str, list[pd.DataFrame]] = {}
    lines: list[tuple[Any, ...]] = []
    for board, registry, entries in drawn:
        numbered = []
        for entry in entries:
            lines.append(
                (len(lines) + 1, "accept", ON, board.id, entry.system.id, entry.standing.tier, None, None, True)
            )
            numbered.append(entry._replace(standing=msgspec.structs.replace(entry.standing, line=len(lines))))
        for entry in numbered:
            if entry.standing.withdrawn:
                at = entry.standing.line
                lines.append((len(lines) + 1, "withdraw", ON, board.id, entry.system.id, None, "judge_error", at, None))
        scored: Tables = score_board(board, registry, made.items(board), numbered) if numbered else {}
        scored |= {"board": building._board_table(board, scored, None), "category": building._category_table(board)}
        for name, table in scored.items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}
    tables["ledger"] = pd.DataFrame(lines, columns=_LEDGER)
    known = len(before["ledger"]) if before else 0
    facts = building.release_table(number, ON, (), build_keys=False, before=before or None)
    tables["release"] = facts.assign(ledger_lines=len(lines), ledger_lines_before=known)
    return tables | {"change": changes(tables, before)}
