"""The last check before a release is written: it does not give away what few items did (STATISTICS.md section 6).

The unknowns are a system's unsafe responses in small units: the items of one family in one cell. What is published are
linear relations between them: totals by category and kind, macro rates and views, which are weighted sums of those,
under every version of the board that was ever published, for two versions that cut the same items differently give
away their intersections. Samples that people audited are random and private: they are no cells that anyone can name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.board import Board
from leaderboard.findings import Finding
from leaderboard.items import Item
from leaderboard.scoring import Entry
from leaderboard.statistics import disclosed_sets
from leaderboard.statistics.disclosure import FEWEST_FAMILIES, FEWEST_ITEMS, TooFine, small_sets
from leaderboard.submission import Submission

Cell = tuple[str, str] | None
"""Category and kind of an item in one version of a board; None where that version does not have the item."""
Unit = tuple[str, tuple[Cell, ...]]
"""A family, and its cell in each version."""


class Cut(NamedTuple):
    """How the published tables cut a board's items into units."""

    units: list[Unit]
    of_item: dict[str, int]
    """Each item's unit."""
    items: list[float]
    relations: NDArray[np.float64]
    """[published totals, units]."""

    @property
    def families(self) -> list[str]:
        return [family for family, _ in self.units]


def audit_board(board: Board, versions: Sequence[Sequence[Item]], entries: Iterable[Entry]) -> list[Finding]:
    """Returns E_DISCLOSURE for every system of which the published numbers give away a set of fewer than 10 families or
    20 items. `versions` are the manifests under which these systems were published, the present one last. Which sets
    are looked at depends on counts only, never on outcomes."""
    cut = _cut(versions)
    try:
        if not any(small_sets(cut.relations, np.array(cut.families), np.array(cut.items))):
            return []
    except TooFine:
        rule = f"{len(versions)} versions cut the items into too many small sets to be audited: change fewer cells"
        return [Finding("E_DISCLOSURE", f"$.{board.id}.{e.system.id}", rule) for e in entries]
    findings = []
    for entry in entries:
        for totals in _possible_totals(board, cut, entry.submission):
            if found := disclosed_sets(cut.relations, cut.relations @ totals, cut.families, cut.items):
                evidence = _evidence(cut, found[0].units)
                findings.append(Finding("E_DISCLOSURE", f"$.{board.id}.{entry.system.id}", evidence))
                break
    return findings


def _possible_totals(board: Board, cut: Cut, submission: Submission) -> Iterator[NDArray[np.float64]]:
    """[units] unsafe answers. Items that only an earlier version had are not in the submission: all of them safe, and,
    where there are any, all of them unsafe."""
    totals = _unsafe_totals(board, cut, submission)
    gone = np.array([cells[-1] is None for _, cells in cut.units])
    yield totals
    if gone.any():
        yield totals + gone * np.array(cut.items)


def _evidence(cut: Cut, units: Sequence[int]) -> str:
    """Which cells overlap in so few items, in counts and ids of categories, and what would pass."""
    chosen = [cut.units[unit] for unit in units]
    items, families = sum(cut.items[unit] for unit in units), len({family for family, _ in chosen})
    moves = sorted({" to ".join(_cell(cell) for cell in cells) for _, cells in chosen})
    return (
        f"this system's numbers on several versions tell the total of {_count(items, 'item')} in "
        f"{_count(families, 'family', 'families')} ({'; '.join(moves)}). It passes where each such set has "
        f"{FEWEST_ITEMS} items in {FEWEST_FAMILIES} families: change more items of these cells at once in a new "
        "version, or `withdraw` this system's submission with reason disclosure"
    )


def _count(number: float, one: str, many: str = "items") -> str:
    return f"{number:.0f} {one if number == 1 else many}"


def _cell(cell: Cell) -> str:
    return " ".join(cell) if cell else "not in the board"


def _cut(versions: Sequence[Sequence[Item]]) -> Cut:
    """Of the items of every version: those that only one of two has are told by the difference of their totals."""
    cells = _cells(versions)
    unit_of = {item.id: (item.family, cells[item.id]) for version in versions for item in version}
    units = sorted(set(unit_of.values()), key=repr)
    place = {unit: number for number, unit in enumerate(units)}
    size = Counter(unit_of.values())
    relations = np.array(list(_relations(units, len(versions))), float)
    return Cut(units, {item: place[u] for item, u in unit_of.items()}, [float(size[u]) for u in units], relations)


def _cells(versions: Sequence[Sequence[Item]]) -> dict[str, tuple[Cell, ...]]:
    """Each item's cells, version by version."""
    known = [{item.id: (item.category, item.kind) for item in version} for version in versions]
    return {item: tuple(version.get(item) for version in known) for version in known for item in version}


def _unsafe_totals(board: Board, cut: Cut, submission: Submission) -> NDArray[np.float64]:
    """[units] one system's unsafe answers, repeats of an item counted in part."""
    unsafe = {outcome.id for outcome in board.outcome if outcome.harmful.unsafe or outcome.benign.unsafe}
    totals = np.zeros(len(cut.units))
    for item, outcomes, _ in submission.rows:
        totals[cut.of_item[item]] += sum(outcome in unsafe for outcome in outcomes) / board.epochs
    return totals


def _relations(units: Sequence[Unit], versions: int) -> Iterator[list[bool]]:
    """The total of every cell of every version. Rates and macro means are weighted sums of these totals, so that they
    cut out no other set of items."""
    for version in range(versions):
        for cell in sorted({cells[version] for _, cells in units if cells[version]}, key=repr):
            yield [cells[version] == cell for _, cells in units]
