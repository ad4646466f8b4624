"""The filters of the ranking: one list, from which the form on the page, its script, addresses, the API and the command
line follow. The script (streamlit/ranking) filters in the browser as `narrow` does."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from leaderboard.boards import spelling
from leaderboard.site.views import glossary
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _

if TYPE_CHECKING:  # the command line reads FILTERS, and its help must not wait for heavy imports
    from leaderboard.site.data.rows import Standing
    from leaderboard.site.views.names import Names

NOT_SCORED_TOGETHER = _(
    "These categories are not scored together, but each alone and all of them are. This is all of them."
)
LONGEST_SEARCH = 60


class Filter(NamedTuple):
    """What the ranking may be filtered by: a field of `rows.Standing`, and the words for each of its values."""

    heading: str
    terms: dict[str, Term]


FILTERS = {
    "group": Filter(_("Group"), glossary.GROUPS),
    "access": Filter(_("Access"), glossary.ACCESS),
    "kind": Filter(_("Guardrail"), glossary.KINDS),
    "tier": Filter(_("Verification"), glossary.TIERS),
}
"""By the name of the field, which is also the parameter's name in addresses. The form on the page and its script, the
API and the command line follow from this list."""


class Chosen(NamedTuple):
    """What a reader has chosen; by default nothing."""

    category: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By the names of FILTERS."""
    q: str = ""
    sort: str = "rank"


def narrow(rows: "Iterable[Standing]", chosen: Chosen, names: "Names") -> "list[Standing]":
    """Returns the rows that the filters leave, sorted. Simulated systems are shown whole or not at all: beside a
    filtered list they would look like ranked ones."""
    from leaderboard.site.views.sorting import in_order  # here for the same reason

    wanted = spelling.fold(chosen.q)
    left = [
        row
        for row in rows
        if all(getattr(row, name) in values for name, values in chosen.filters.items() if values)
        and wanted in spelling.fold(searched(row, names))
        and (row.evidence == "run" or not is_narrowed(chosen))
    ]
    return in_order(left, chosen.sort, names)


def searched(row: "Standing", names: "Names") -> str:
    """Returns the text in which a search looks for a system."""
    return f"{names.system(row.system)} {names.developer(row.developer)}"


def is_narrowed(chosen: Chosen) -> bool:
    """Whether a view shows some of the rows only. A search of punctuation alone searches for nothing."""
    return any(chosen.filters.values()) or bool(spelling.fold(chosen.q))


def labels(chosen: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the words of the chosen values."""
    return [FILTERS[name].terms[id].label for name, ids in chosen.items() for id in ids]
