"""Which rows the filters of a view leave, and in which order. The ranking's script does the same in the browser."""

from collections.abc import Sequence

import pandas as pd

from leaderboard import words
from leaderboard.tables.names import Names
from leaderboard.tables.orders import in_order
from leaderboard.tables.standings import searched
from leaderboard.tables.toolbar import FILTERS
from leaderboard.ui.address import Address


def narrow(standings: pd.DataFrame, address: Address, names: Names) -> pd.DataFrame:
    """Returns the rows that the filters leave, in the order that the visitor chose. Missing values come last. Simulated
    systems are left whole or not at all: beside a filtered list they would look like ranked ones."""
    kept = standings
    for name in FILTERS:
        if chosen := getattr(address, name):
            kept = kept[kept[name].isin(chosen)]
    if wanted := words.fold(address.q):
        kept = kept[[wanted in words.fold(text) for text in _searched(kept, names)]]
    if is_narrowed(address):
        kept = kept[kept["evidence"] == "run"]
    return in_order(kept, address.sort, names)


def is_narrowed(address: Address) -> bool:
    """Whether a view shows some of the rows only. A search of signs alone is a search for nothing."""
    return any(getattr(address, name) for name in FILTERS) or bool(words.fold(address.q))


def _searched(rows: pd.DataFrame, names: Names) -> Sequence[str]:
    pairs = zip(rows["system"], rows["developer"], strict=True)
    return [searched(system, developer, names) for system, developer in pairs]
