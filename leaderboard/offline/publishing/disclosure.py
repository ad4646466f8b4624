"""The last check before a release is written: no two releases together give away what few items did.

Within a release that is settled by how it is made: no cell under the floor of observed items (`scoring.coverage`), and
nothing that joins two systems item by item where labels are not public (`scoring.unpaired`). What is left are versions
of a board: totals by category of two versions that cut the items differently have a difference, and it is the total of
the items that changed. Whether that would be of few depends on item counts and on who was published when, never on
outcomes: a refusal tells nothing of them.
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
    """Items that lie in the same cell in every version, and so cannot be told apart by subtracting."""

    cells: tuple[Cell, ...]
    items: int
    families: int


def audit_board(
    board: Board,
    versions: Sequence[Sequence[Item]],
    entries: Iterable[Entry],
    published: Mapping[str, Collection[int]],
) -> list[Finding]:
    """Returns E_DISCLOSURE for every system with numbers now and on earlier versions that cut the items into groups of
    fewer than 10 families or 20 items. `versions` are manifests that this board ever had, the present one last;
    `published` says on which of the earlier ones a system had numbers in a release. Nothing where the labels
    are public anyway."""
    if board.labels_public:
        return []
    return [
        Finding("E_DISCLOSURE", f"$.{board.id}.{entry.system.id}", _reason(board, group))
        for entry in scored(board, entries)
        for group in _thin(board, [versions[n] for n in _earlier(published, entry, versions)] + [versions[-1]])
    ]


def _earlier(
    published: Mapping[str, Collection[int]], entry: Entry, versions: Sequence[Sequence[Item]]
) -> Iterator[int]:
    yield from sorted(place for place in published.get(entry.system.id, ()) if place < len(versions) - 1)


def _thin(board: Board, versions: Sequence[Sequence[Item]]) -> Iterator[Group]:
    """The groups under the floor, in order of their cells."""
    places = [{item.id: (item.category, item.kind) for item in version} for version in versions]
    family = {item.id: item.family for version in versions for item in version}
    groups: dict[tuple[Cell, ...], list[str]] = {}
    for item in family:
        groups.setdefault(tuple(version.get(item) for version in places), []).append(item)
    for cells, members in sorted(groups.items(), key=repr):
        group = Group(cells, len(members), len({family[item] for item in members}))
        lowest = board.disclosure
        if below_floor(group.families, group.items) or group.items < lowest.items or group.families < lowest.families:
            yield group


def _reason(board: Board, group: Group) -> str:
    """Which cell, why, and what would pass."""
    *before, now = map(_said, group.cells)
    then = ", then ".join(dict.fromkeys(before)) or now
    items, families = max(board.disclosure.items, 20), max(board.disclosure.families, 10)
    return (
        f"{_several(group.items, 'item', 'items')} in {_several(group.families, 'family', 'families')} now {now}, "
        f"{then} in releases of earlier versions: subtracting gives their total. It passes where at least {items} "
        f"items in {families} families change so, where none do, or without this system (`withdraw` its new submission)"
    )


def _several(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _said(cell: Cell) -> str:
    return f"{cell[1]} items of {cell[0]}" if cell else "not on the board"
