"""The item manifest: which items a board has, and to which category, family and kind each belongs. Private."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from leaderboard.base import canonical, files
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board, Id, Kind
from leaderboard.offline.submissions.submission import ItemId

MAX_BYTES = 16 * 1024 * 1024


class Item(NamedTuple):
    """One gated query, known by an opaque id."""

    id: ItemId
    category: Id
    family: ItemId
    kind: Kind


_decoder = msgspec.json.Decoder(list[Item])


def encode(items: list[Item]) -> bytes:
    """Returns the canonical bytes of a manifest: its rows sorted by item id."""
    return canonical.encode(sorted(items))


def digest(items: list[Item]) -> str:
    """Returns the `items_digest` that a submission names."""
    return canonical.sha256(encode(items))


def read_items(path: Path, board: Board) -> list[Item]:
    """Returns the manifest of a board; Refused where the file is not a manifest, or its counts are not the board's."""
    return decode(files.read(path, MAX_BYTES), board)


def decode(data: bytes, board: Board) -> list[Item]:
    """Returns the manifest that canonical bytes hold; Refused with codes and places where it is not the board's."""
    items = parse(data)
    if findings := check(items, board):
        raise Refused(findings)
    return items


def parse(data: bytes) -> list[Item]:
    """Returns the rows that canonical bytes hold, of any board; Refused E_SCHEMA or E_CANON."""
    try:
        items = _decoder.decode(data)
    except (ValueError, RecursionError):  # of msgspec, or text that is not Unicode
        raise refuse("E_SCHEMA", "$") from None
    if encode(items) != data:
        raise refuse("E_CANON", "$")
    return items


def check(items: list[Item], board: Board) -> list[Finding]:
    """Returns what is wrong with a manifest: ids that occur twice, or counts other than those of `board.toml`."""
    findings = [Finding("E_DUP_ITEM", "$")] if len({item.id for item in items}) < len(items) else []
    if {item.category for item in items} - {category.id for category in board.category}:
        findings.append(Finding("E_BOARD", "$", "items of a category that board.toml does not have"))
    counted = Counter((item.category, item.kind) for item in items)
    families = Counter((category, kind) for category, kind, _ in {(i.category, i.kind, i.family) for i in items})
    for number, category in enumerate(board.category):
        for kind in get_args(Kind):
            cell: tuple[str, Kind] = (category.id, kind)
            expected = getattr(category, f"{kind}_items"), getattr(category, f"{kind}_families")
            if (counted[cell], families[cell]) != expected:
                rule = "{} items in {} families, and board.toml has {} in {}"
                rule = rule.format(counted[cell], families[cell], *expected)
                findings.append(Finding("E_BOARD", f"$.category[{number}].{kind}", rule))
    return findings
