"""The address of a view: everything that a visitor has chosen, as the parameters of the URL.

The URL is the one place where a choice is kept. It holds ids, which stay true when a label is reworded, and it keeps
what a page does not draw: filters survive a visit to another page. (Streamlit's own binding writes the label into the
URL and drops the parameters of widgets that are not on the page.) Unknown values fall back to the default.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, get_args
from urllib.parse import urlencode

from leaderboard.boards.board import TIERS, Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.registry import GROUPS, Access
from leaderboard.site.html.toolbar import FILTERS, Chosen
from leaderboard.site.views.sorting import is_offered

HOME = "medharm"
KINDS = ("bare", "guarded")
LONGEST_SEARCH = 60
MOST_COMPARED = 3
"""How many systems may stand beside the one that a page is about."""

Default = TypeVar("Default")

Parameters = Mapping[str, Sequence[str]]
"""A URL's parameters, each with all its values."""


class Address(NamedTuple):
    """What a visitor looks at. Every default leaves the URL clean."""

    board: str = HOME
    release: int | None = None
    category: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    q: str = ""
    sort: str = "rank"
    system: str | None = None
    systems: tuple[str, ...] = ()
    """Those that `system` is compared with."""

    def chosen(self) -> Chosen:
        """Returns which rows of the board are looked at, and in which order."""
        return Chosen(self.category, {name: getattr(self, name) for name in FILTERS}, self.q, self.sort)

    def parameters(self, **changes: Any) -> dict[str, str | list[str]]:
        """Returns the URL parameters of this view, or of one that differs from it; defaults are left out."""
        wanted = self._replace(**changes)
        pairs = ((name, value, Address._field_defaults[name]) for name, value in wanted._asdict().items())
        return {
            name: list(value) if isinstance(value, tuple) else str(value)
            for name, value, default in pairs
            if value != default
        }

    def link(self, page: str = "", **changes: Any) -> str:
        """Returns a relative link to a page in this view, or in one that differs from it."""
        query = urlencode(self.parameters(**changes), doseq=True)
        return f"./{page}" + (f"?{query}" if query else "")

    def here(self, **changes: Any) -> str:
        """Returns a link to the page that it is drawn on, in a view that differs from this one."""
        return f"?{urlencode(self.parameters(**changes), doseq=True)}"


def read_address(parameters: Parameters, catalogue: Catalogue) -> Address:
    """Returns the view that a URL asks for, with everything unknown left out."""
    board = catalogue.boards.get(_last(parameters, "board"), catalogue.boards.get(HOME))
    if board is None:
        board = next(iter(catalogue.boards.values()))
    systems = {system.id for system in catalogue.registries[board.id].system}
    categories, sort = _known(parameters, "category", _risk_categories(board)), _last(parameters, "sort")
    return Address(
        board=board.id,
        release=_number(_last(parameters, "release")),
        category=categories,
        group=_known(parameters, "group", GROUPS),
        access=_known(parameters, "access", get_args(Access)),
        tier=_known(parameters, "tier", TIERS),
        kind=_known(parameters, "kind", KINDS),
        q=_last(parameters, "q").strip()[:LONGEST_SEARCH],
        sort=sort if is_offered(sort, board, categories) else "rank",
        system=_one_of(_last(parameters, "system"), systems, None),
        systems=_some(parameters, "systems", systems),
    )


def _risk_categories(board: Board) -> list[str]:
    return [category.id for category in board.risk_categories]


def _last(parameters: Parameters, name: str) -> str:
    values = parameters.get(name) or [""]
    return values[-1]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0 else None


def _known(parameters: Parameters, name: str, options: Sequence[str]) -> tuple[str, ...]:
    """In the order in which they are offered; all of them is the same as none."""
    chosen = tuple(option for option in options if option in parameters.get(name, ()))
    return () if len(chosen) == len(options) else chosen


def _some(parameters: Parameters, name: str, options: Iterable[str]) -> tuple[str, ...]:
    """In the order in which they were chosen, each once."""
    chosen = dict.fromkeys(value for value in parameters.get(name, ()) if value in options)
    return tuple(chosen)[:MOST_COMPARED]


def _one_of(value: str, options: Iterable[str], default: Default) -> str | Default:
    return value if value in options else default
