"""Which rows the filters of a view leave, and in which order. The ranking's script does the same in the browser."""

from collections.abc import Sequence

import pandas as pd

from leaderboard.boards import spelling as words
from leaderboard.site.html.standings import searched
from leaderboard.site.html.toolbar import Chosen
from leaderboard.site.views.names import Names
from leaderboard.site.views.sorting import in_order

SEPARATE = "These categories are not scored together, but each alone and all of them are. This is all of them."
"""Said where a release holds no scores for the categories that a reader chose."""


def narrow(standings: pd.DataFrame, chosen: Chosen, names: Names) -> pd.DataFrame:
    """Returns the rows that the filters leave, in the order that the visitor chose. Missing values come last. Simulated
    systems are left whole or not at all: beside a filtered list they would look like ranked ones."""
    kept = standings
    for name, values in chosen.filters.items():
        if values:
            kept = kept[kept[name].isin(values)]
    if wanted := words.fold(chosen.q):
        kept = kept.loc[[wanted in words.fold(text) for text in _searched(kept, names)]]
    if is_narrowed(chosen):
        kept = kept[kept["evidence"] == "run"]
    return in_order(kept, chosen.sort, names)


def is_narrowed(chosen: Chosen) -> bool:
    """Whether a view shows some of the rows only. A search of signs alone is a search for nothing."""
    return any(chosen.filters.values()) or bool(words.fold(chosen.q))


def _searched(rows: pd.DataFrame, names: Names) -> Sequence[str]:
    pairs = zip(rows["system"], rows["developer"], strict=True)
    return [searched(system, developer, names) for system, developer in pairs]
