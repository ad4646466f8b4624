"""A view as a CSV file: exactly the rows on the page, with where they come from in every line."""

import pandas as pd

from leaderboard.board import Board
from leaderboard.tables.names import Names

_COLUMNS = [
    "system", "rank", "low", "high", "safe", "safe_low", "safe_high", "n", "item_weighted", "weakest", "weakest_safe",
    "weakest_low", "weakest_high", "helpful", "helpful_low", "helpful_high", "over_refusal", "over_refusal_low",
    "over_refusal_high", "tier", "group", "access", "kind", "evidence", "ranked", "reason",
]  # fmt: skip


def csv(standings: pd.DataFrame, board: Board, names: Names, categories: tuple[str, ...], release: int) -> bytes:
    """Returns the file. Rates are in [0, 1]. A cell that a spreadsheet would take for a formula starts with `'`."""
    table = standings[_COLUMNS].rename(columns={"low": "rank_low", "high": "rank_high"})
    table.insert(0, "name", [_plain(names.system(id)) for id in standings["system"]])
    table.insert(0, "categories", "+".join(categories) or "all")
    table.insert(0, "release", release)
    table.insert(0, "board", f"{board.id}@{board.version}")
    if board.synthetic:
        table.insert(0, "note", "Synthetic demonstration data: no real model is described")
    return table.to_csv(index=False).encode()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
