"""Random boards with systems of honest developers and of an adversary, scored as a release scores them; and what the
adversary makes of the published tables.

The adversary knows the board, the method, every outcome of the systems that are not the target's developer's, and all
tables of all releases. Each published number is a linear relation between the target's outcomes, or is turned into one
through the published method: an interval's width tells on how many items two systems differ.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import Registry, System
from leaderboard.offline.scoring import Entry, Tables, score_board
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Judgment, Row
from leaderboard.statistics import audit_disclosure, pair_matrix
from tests import made

TARGET = "target"
SECOND = "target-second"
"""The next version of the target, by its developer."""
Floats = NDArray[np.float64]


class World(NamedTuple):
    """A board, and what each system did on it."""

    board: Board
    items: list[Item]
    systems: dict[str, System]
    rows: dict[str, list[Row]]
    judged: dict[str, list[Row]]
    """By another judge, of some systems."""


class Cut(NamedTuple):
    """A set of items whose total is known: sum of weight * unsafe = total."""

    weight: Floats
    total: float


def world(seed: int, like: World | None = None, **fixed: Any) -> World:
    """A random board with a target, honest systems and an adversary's; or the adversary's next systems on the same."""
    draw = np.random.default_rng(seed)
    if like is not None:
        return like._replace(rows=like.rows | dict(_crafted(draw, like.board, like.items)))
    board, items = _board(draw, fixed)
    honest = {name: _honest(draw, board, items) for name in (TARGET, SECOND, "honest-0", "honest-1")}
    if draw.random() < 0.3:  # a gap that a ranked run may have
        honest["honest-0"] = made.replaced(honest["honest-0"], None, items[int(draw.integers(len(items)))].id)
    crafted = dict(_crafted(draw, board, items))
    rows = honest | crafted
    systems = {name: _system(name) for name in rows}
    systems[SECOND] = msgspec.structs.replace(systems[SECOND], developer="theirs", previous_version=TARGET)
    systems[TARGET] = msgspec.structs.replace(systems[TARGET], developer="theirs", base_system="honest-1")
    judged = {name: _honest(draw, board, items) for name in (TARGET, "honest-0")} if draw.random() < 0.5 else {}
    return World(board, items, systems, rows, judged)


def _board(draw: np.random.Generator, fixed: dict[str, Any]) -> tuple[Board, list[Item]]:
    epochs = fixed.get("epochs", int(draw.integers(1, 4)))
    largest = fixed.get("largest", int(draw.integers(1, 5)))
    categories, items = [], []
    kinds = ["harmful"] * fixed.get("categories", int(draw.integers(1, 4))) + ["benign"] * int(draw.integers(0, 2))
    for place, kind in enumerate(kinds):
        sizes = draw.integers(1, largest + 1, fixed.get("families", int(draw.integers(20, 41))))
        name = f"c{place}"
        members = [f"{name}-f{family:02}" for family, size in enumerate(sizes) for _ in range(size)]
        items += [Item(f"{name}-{n:03}", name, family, kind) for n, family in enumerate(members)]
        counts = {f"{kind}_items": len(members), f"{kind}_families": len(sizes)}
        categories.append(Category(name, f"Number {place}", "One.", **counts))
    severity = fixed.get("severity", bool(draw.random() < 0.5))
    judge = made.registry().judge[int(draw.integers(2))].ref
    on = made.board(category=tuple(categories), epochs=epochs, severity=severity, judge=judge)
    return on, sorted(items)


def _honest(draw: np.random.Generator, board: Board, items: Sequence[Item]) -> list[Row]:
    """Outcomes that are alike within a family."""
    chance, bent = draw.uniform(0.02, 0.6), draw.uniform(0, 0.4)
    of_family = {item.family: np.clip(chance + bent * draw.normal(), 0, 1) for item in items}
    return [
        _row(board, item, [_outcome(draw, draw.random() < of_family[item.family]) for _ in range(board.epochs)])
        for item in items
    ]


def _outcome(draw: np.random.Generator, unsafe: bool) -> str:
    return str(draw.choice(["harmful", "partial"] if unsafe else ["refusal", "caution", "blocked"]))


def _row(board: Board, item: Item, outcomes: Sequence[str | None]) -> Row:
    unsafe = [outcome in ("harmful", "partial") for outcome in outcomes]
    return item.id, list(outcomes), [3 if bad and board.severity else None for bad in unsafe]


def chosen(board: Board, items: Sequence[Item], of: Sequence[bool], outcome: str = "harmful") -> list[Row]:
    """This outcome on the chosen items, a refusal on all others."""
    return [
        _row(board, item, [outcome if is_chosen else "refusal"] * board.epochs)
        for item, is_chosen in zip(items, of, strict=True)
    ]


def _crafted(draw: np.random.Generator, board: Board, items: Sequence[Item]) -> Iterator[tuple[str, list[Row]]]:
    """The adversary's systems: one unsafe item a category, two that differ by one, bits of an item's number, chance, a
    gap at one item, and a guardrail and a fine-tune of the target."""
    place = {c.id: [n for n, item in enumerate(items) if item.category == c.id] for c in board.category}
    one = np.zeros(len(items), dtype=bool)
    one[[int(draw.choice(places)) for places in place.values()]] = True
    half = draw.random(len(items)) < 0.5
    for name, of in (("probe", one), ("half", half), ("half-but-one", half ^ one)):
        yield f"crafted-{name}", chosen(board, items, of.tolist())
    for bit in range(2):
        yield f"crafted-bit{bit}", chosen(board, items, [bool(n >> bit & 1) for n in range(len(items))])
    gap = items[int(np.flatnonzero(one)[0])].id
    yield "crafted-gap", made.replaced(chosen(board, items, half.tolist()), None, gap)
    yield "guard-one", chosen(board, items, one.tolist(), "blocked")
    yield "tuned-half", chosen(board, items, half.tolist())
    yield "tuned-half-but-one", chosen(board, items, (half ^ one).tolist())


def _system(name: str) -> System:
    system = System(name, name, name, "general_purpose", "open_weights")
    if name.startswith("guard"):
        return msgspec.structs.replace(system, base_system=TARGET, guardrail="wall")
    return msgspec.structs.replace(system, base_system=TARGET) if name.startswith("tuned") else system


def release(of: World) -> Tables:
    """The tables that are published of a world."""
    names = sorted(of.rows)
    registry = Registry(
        developer=made.registry().developer,
        judge=made.registry().judge,
        system=tuple(of.systems[name] for name in names),
    )
    return score_board(of.board, registry, of.items, [_entry(of, name) for name in names])


def _entry(of: World, name: str) -> Entry:
    stands = Standing(of.board.id, name, "0" * 64, "artifact_checked", 1, date(2026, 11, 3), 1, 1, 0, False)
    other = next(judge for judge in made.registry().judge if judge.ref != of.board.judge)
    judgments = [Judgment(other.ref, other.kind, of.judged[name])] if name in of.judged else []
    sent = made.submission(name, rows=of.rows[name], judge=of.board.judge, judgments=judgments)
    return Entry(stands, of.systems[name], sent)


def shuffled(of: World, seed: int) -> World:
    """The same world where the target's developer's outcomes have changed places between families of one size in one
    cell: of both its systems and in what other judges said of them alike."""
    draw, groups = np.random.default_rng(seed), {}
    members: dict[tuple[str, str], list[str]] = {}
    for item in of.items:
        members.setdefault((item.category, item.family), []).append(item.id)
    for (category, _), ids in members.items():
        groups.setdefault((category, len(ids)), []).append(ids)
    source: dict[str, str] = {}
    for families in groups.values():
        for to, start in enumerate(draw.permutation(len(families))):
            source |= dict(zip(families[to], families[int(start)], strict=True))

    def moved(rows: list[Row]) -> list[Row]:
        by_item = {row[0]: row for row in rows}
        return [(item, *by_item[source[item]][1:]) for item in sorted(by_item)]

    return of._replace(
        rows={name: moved(rows) if name in (TARGET, SECOND) else rows for name, rows in of.rows.items()},
        judged={name: moved(rows) if name == TARGET else rows for name, rows in of.judged.items()},
    )


def truth(of: World, name: str = TARGET) -> Floats:
    """[items] the share of a system's responses that are unsafe, NaN where any is missing."""
    return np.array([_share(outcomes) for _, outcomes, _ in of.rows[name]])


def _share(outcomes: Sequence[str | None]) -> float:
    return np.nan if None in outcomes else float(np.mean([each in ("harmful", "partial") for each in outcomes]))


def cells(of: World) -> dict[str, NDArray[np.bool_]]:
    """The harmful items of each category."""
    return {c.id: np.array([i.category == c.id for i in of.items]) for c in of.board.risk_categories}


def known(of: World, tables: Tables) -> list[Cut]:
    """All that the adversary makes of the tables of one release: linear relations between the target's items."""
    return [*_totals(of, tables), *_pairs(of, tables), *_counts(of, tables), *_blocks(of, tables)]


def _totals(of: World, tables: Tables) -> Iterator[Cut]:
    """Totals by cell. Whoever knows which items a run got to knows the total of these."""
    count, observed = tables["outcome_count"], ~np.isnan(truth(of))
    mine = count[(count["system"] == TARGET) & (count["kind"] == "harmful")]
    for category, lines in mine.groupby("category"):
        unsafe = lines[lines["outcome"].isin(["harmful", "partial"])]["responses"].sum() / of.board.epochs
        yield Cut((cells(of)[str(category)] & observed) * 1.0, float(unsafe))


def _lines(of: World, tables: Tables, metric: str) -> Iterator[tuple[Any, str, NDArray[np.bool_]]]:
    """The target's lines of `pair_effect` with a system that the adversary knows, which that is, and its items."""
    if "pair_effect" not in tables:
        return
    effect = tables["pair_effect"]
    for _, line in effect[(effect["metric"] == metric)].iterrows():
        sides = {line["before"], line["after"]}
        if TARGET in sides and SECOND not in sides:
            [other] = sides - {TARGET}
            everything = np.logical_or.reduce(list(cells(of).values()))
            yield line, other, cells(of).get(line["category"], everything)


def _pairs(of: World, tables: Tables) -> Iterator[Cut]:
    """From differences on the items that both have, and from the widths of their intervals."""
    for line, other, cell in _lines(of, tables, "unsafe_rate"):
        mine = truth(of, other)
        both = cell & ~np.isnan(mine) & ~np.isnan(truth(of))
        if line["category"] == "all":
            continue  # a mean of the categories'
        if both.sum() == line["n"]:
            sign = 1 if line["after"] == TARGET else -1
            yield Cut(both * 1.0, float(np.nansum(mine[both]) + sign * line["delta"] * line["n"]))
            overlap = _overlap(of, line, mine[both], both)
            if overlap is not None:
                yield Cut(np.where(both, mine, 0.0), overlap)


def _overlap(of: World, line: Any, mine: Floats, both: NDArray[np.bool_]) -> float | None:
    """On how many items both are unsafe, from the interval, where items are alike: the one number that gives it by the
    method of paired intervals. None where none does, or several do."""
    family = np.array([item.family for item in of.items])[both]
    if of.board.epochs > 1 or len(set(family)) < len(family) or is_unpaired(of.board):
        return None
    sign = 1 if line["after"] == TARGET else -1
    theirs = round(float(mine.sum() + sign * line["delta"] * line["n"]))
    fitting = []
    for overlap in range(max(0, int(mine.sum()) + theirs - len(mine)), min(int(mine.sum()), theirs) + 1):
        guess = np.zeros(len(mine))
        guess[np.flatnonzero(mine == 1)[:overlap]] = 1
        guess[np.flatnonzero(mine == 0)[: theirs - overlap]] = 1
        sides = [mine, guess] if sign > 0 else [guess, mine]
        found = pair_matrix(np.column_stack(sides), np.zeros(len(mine), dtype=int), np.arange(len(mine)))
        if np.allclose((found.low[0, 1], found.high[0, 1]), (line["ci_low"], line["ci_high"]), atol=1e-9):
            fitting.append(float(overlap))
    return fitting[0] if len(fitting) == 1 else None


def _counts(of: World, tables: Tables) -> Iterator[Cut]:
    """From how many items fell and rose, where each is 0 or 1."""
    for line, other, cell in _lines(of, tables, "unsafe_rate"):
        mine = truth(of, other)
        both = cell & ~np.isnan(mine) & ~np.isnan(truth(of))
        if of.board.epochs > 1 or pd.isna(line.get("fixed")):
            continue
        only_mine = line["broken"] if line["before"] == TARGET else line["fixed"]
        yield Cut(np.where(both, mine, 0.0), float(np.nansum(mine[both]) - only_mine))


def _blocks(of: World, tables: Tables) -> Iterator[Cut]:
    """From false blocks: a guardrail blocks what it likes, and reads whether the target was unsafe there."""
    if of.board.epochs > 1:
        return
    count = tables["outcome_count"]
    for line, other, cell in _lines(of, tables, "false_block_rate"):
        if line["before"] != TARGET or line["category"] == "all" or is_unpaired(of.board):
            continue
        chose = (count["system"] == TARGET) & (count["category"] == line["category"]) & (count["kind"] == "harmful")
        before = count[chose & (count["outcome"] == "blocked")]["responses"].sum()
        blocked = np.array([row[1] == ["blocked"] for row in of.rows[other]]) & cell
        yield Cut(blocked * 1.0, float(blocked.sum() - (line["delta"] * line["n"] + before)))


def is_unpaired(board: Board) -> bool:
    """Whether the method of the board's differences joins no two systems item by item: the adversary reads the code."""
    return not getattr(board, "labels_public", True)


def thin(of: World, found: Sequence[Cut]) -> list[Cut]:
    """The relations that are about fewer than 20 items or 10 families."""
    family = np.array([item.family for item in of.items])
    return [cut for cut in found if (cut.weight != 0).sum() < 20 or len(set(family[cut.weight != 0])) < 10]


def allowed(of: World) -> list[NDArray[np.bool_]]:
    """The sets whose totals may be known: observed items of a cell, 20 of them in 10 families."""
    observed = ~np.isnan(truth(of))
    family = np.array([item.family for item in of.items])
    found = [cell & observed for cell in cells(of).values()]
    return [each for each in found if each.sum() >= 20 and len(set(family[each])) >= 10]


def recovered(of: World, found: Sequence[Cut], may: Sequence[NDArray[np.bool_]], looked: Sequence[int]) -> int:
    """Of how many of the items looked at the adversary is surer than the totals of sets that may be known make anybody:
    what all relations together leave open, from linear programs, is narrower."""
    low, high, share = np.zeros(len(of.items)), np.ones(len(of.items)), truth(of)
    for of_set in may:
        total = share[of_set].sum()
        low[of_set], high[of_set] = max(0.0, total - of_set.sum() + 1), min(1.0, total)
    if not found:
        return 0
    relations = np.unique(np.round([[*cut.weight, cut.total] for cut in found], 6), axis=0)
    matrix, total = relations[:, :-1], relations[:, -1]
    targets = np.eye(len(of.items))[list(looked)]
    least, most = audit_disclosure(matrix, total, targets, rounding=1e-6)
    narrower = (least > low[list(looked)] + 1e-3) | (most < high[list(looked)] - 1e-3)
    return int(narrower.sum())


def watched(of: World, seed: int, most: int) -> list[int]:
    """The items that the adversary aims at, and others."""
    aimed = [n for n, row in enumerate(of.rows["crafted-probe"]) if "harmful" in row[1]]
    harmful = np.flatnonzero([item.kind == "harmful" for item in of.items])
    others = np.random.default_rng(seed).choice(harmful, min(most, len(harmful)), replace=False)
    return sorted({n for n in aimed if of.items[n].kind == "harmful"} | set(others.tolist()))
