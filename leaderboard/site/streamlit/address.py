"""The address of a view: everything that a visitor has chosen, as the parameters of the URL.

Choices are stored in the URL and nowhere else. The URL holds ids, which stay valid when a label is reworded. It also
holds choices that the page does not use, so that filters survive a visit to another page. (Streamlit's own binding does
neither: it writes labels into the URL and drops the parameters of widgets that are not on the page.) Unknown values are
replaced by the default.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.site.views.filters import FILTERS, LONGEST_SEARCH, Chosen
from leaderboard.site.views.sorting import is_offered

HOME = "medharm"
MOST_COMPARED = 3
"""The largest number of systems that the system of a page is compared with."""

Default = TypeVar("Default")

Parameters = Mapping[str, Sequence[str]]
"""A URL's parameters, each with all its values."""


class Address(NamedTuple):
    """The choices of a visitor. A default is not in the URL."""

    board: str = HOME
    release: int | None = None
    category: tuple[str, ...] = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The filters that are set, by the names of FILTERS and in their order."""
    q: str = ""
    sort: str = "rank"
    system: str | None = None
    systems: tuple[str, ...] = ()
    """The systems that `system` is compared with."""

    def chosen(self) -> Chosen:
        """Returns the choices that filter and sort the rows of the board."""
        return Chosen(self.category, {name: () for name in FILTERS} | dict(self.filters), self.q, self.sort)

    def parameters(self, **changes: Any) -> dict[str, str | list[str]]:
        """Returns the URL parameters of this view, or of one that differs from it; defaults are left out."""
        wanted = self._replace(**changes)
        values = {
            name: value for name, value in wanted._asdict().items() if value != Address._field_defaults[name]
        } | dict(wanted.filters)
        return {
            name: list(values[name]) if isinstance(values[name], tuple) else str(values[name])
            for name in PARAMETERS
            if name in values
        }

    def link(self, page: str = "", **changes: Any) -> str:
        """Returns a relative link to a page in this view, or in one that differs from it."""
        query = urlencode(self.parameters(**changes), doseq=True)
        return f"./{page}" + (f"?{query}" if query else "")

    def here(self, **changes: Any) -> str:
        """Returns a link to the same page, in a view that differs from this one."""
        return f"?{urlencode(self.parameters(**changes), doseq=True)}"


PARAMETERS = tuple(name for field in Address._fields for name in ((*FILTERS,) if field == "filters" else (field,)))
"""The parameters of an address, in their order."""


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
        filters=tuple((name, chosen) for name in FILTERS if (chosen := _known(parameters, name, FILTERS[name].terms))),
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


def _known(parameters: Parameters, name: str, options: Collection[str]) -> tuple[str, ...]:
    """The chosen options in the order of `options`. All options is the same as none: no filter."""
    chosen = tuple(option for option in options if option in parameters.get(name, ()))
    return () if len(chosen) == len(options) else chosen


def _some(parameters: Parameters, name: str, options: Iterable[str]) -> tuple[str, ...]:
    """The chosen options in the order of the URL, each once."""
    chosen = dict.fromkeys(value for value in parameters.get(name, ()) if value in options)
    return tuple(chosen)[:MOST_COMPARED]


def _one_of(value: str, options: Iterable[str], default: Default) -> str | Default:
    return value if value in options else default
