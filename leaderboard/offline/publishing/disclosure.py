"""The last check before a release is written: no two releases together give away what few items did.

Within a release that follows from how it is made: no cell under the floor of observed items (`scoring.coverage`), and
nothing that joins two systems item by item where labels are not public (`scoring.unpaired`). What remains are versions
of a board that cut the items into categories differently: the difference of two totals is the total of the items that
changed. Whether these are few depends on item counts and on which systems were published when, never on outcomes, so a
refusal tells nothing of outcomes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Finding
from leaderboard.boards.board import Board
from leaderboard.offline.scoring.entries import Entry, scored
from leaderboard.offline.submissions.items import Item
from leaderboard.statistics import below_floor

Cell = tuple[str, str] | None
"""Category and kind of an item in one version of a board; None where that version does not have the item."""


class Group(NamedTuple):
    """Items that lie in the same cell in every version: subtracting cannot tell them apart."""

    cells: tuple[Cell, ...]
    items: int
    families: int


def audit_board(
    board: Board,
    earlier: Mapping[str, Sequence[Item]],
    items: Sequence[Item],
    entries: Iterable[Entry],
    published: Mapping[str, Collection[str]],
) -> list[Finding]:
    """Returns E_DISCLOSURE for every system with numbers now and on earlier versions that cut the items into groups of
    fewer than 10 families or 20 items.

    `earlier` are the manifests of earlier versions, oldest first, and `items` the present one; `published` says on
    which versions a system had numbers in a release. Nothing where the labels are public anyway.
    """
    if board.labels_public:
        return []
    return [
        Finding("E_DISCLOSURE", f"$.{board.id}.{entry.system.id}", _reason(board, group))
        for entry in scored(board, entries)
        for group in _small_groups(
            board, [earlier[v] for v in earlier if v in published.get(entry.system.id, ())] + [items]
        )
    ]


def _small_groups(board: Board, versions: Sequence[Sequence[Item]]) -> Iterator[Group]:
    """The groups under the floor, in order of their cells."""
    cell_of = [{item.id: (item.category, item.kind) for item in version} for version in versions]
    family = {item.id: item.family for version in versions for item in version}
    groups: dict[tuple[Cell, ...], list[str]] = {}
    for item in family:
        groups.setdefault(tuple(version.get(item) for version in cell_of), []).append(item)
    floor = board.disclosure
    for cells, members in sorted(groups.items(), key=repr):
        items, families = len(members), len({family[item] for item in members})
        if below_floor(families, items) or items < floor.items or families < floor.families:
            yield Group(cells, items, families)


def _reason(board: Board, group: Group) -> str:
    """Which cell, why, and what would pass."""
    *before, now = (f"{cell[1]} items of {cell[0]}" if cell else "not on the board" for cell in group.cells)
    then = ", then ".join(dict.fromkeys(before)) or now
    items, families = max(board.disclosure.items, 20), max(board.disclosure.families, 10)
    few = f"{group.items} {'item' if group.items == 1 else 'items'}"
    of_few = f"{group.families} {'family' if group.families == 1 else 'families'}"
    return (
        f"{few} in {of_few} now {now}, {then} in releases of earlier versions: subtracting gives their total. It "
        f"passes where at least {items} items in {families} families change so, where none do, or without this system "
        "(`withdraw` its new submission)"
    )
