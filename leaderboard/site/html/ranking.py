"""The ranking with its sentences and controls, drawn once for the first paint and the live page."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from leaderboard.boards import spelling
from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Standing
from leaderboard.site.html.templates import render
from leaderboard.site.views import columns, filters, ranking, sorting
from leaderboard.site.views.filters import FILTERS, Chosen
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.ranking import Scores
from leaderboard.site.views.sentences import listing, number, opening, scope
from leaderboard.site.views.since import Since
from leaderboard.site.views.sorting import REVERSED

NOBODY = _("No ranked system fits these filters.")


class Download(NamedTuple):
    """A link to the same table as a file."""

    label: str
    address: str
    file: str


class Around(NamedTuple):
    """What the ranking needs from its page."""

    release_board: str
    """The board and the release. While it stays the same, the script leaves the controls as they are."""
    parameters: Sequence[str]
    """The parameters of an address, in their order."""
    link: Callable[[str], str]
    """The address of a system's page."""
    each_alone: Sequence[tuple[str, str]]
    """The ranking over all categories and over each, with its address."""
    downloads: Sequence[Download]
    since: Since
    """What became of the rows of an older release."""
    cells: dict[str, tuple[Markup, Markup, Markup, Markup]]
    """By system, what was drawn already: a row's attributes, the cell of its rank, what stands under its name, and the
    cells behind it. What is drawn now is added."""


def draw(
    scores: Scores, shown: Sequence[Standing], chosen: Chosen, board: Board, names: Names, around: Around
) -> Markup:
    """Returns the ranking. `shown` are the systems that the filters leave, sorted. The markup has the other systems
    too, hidden, so that the script of the page can show them."""
    visible = [row.system for row in shown]
    ranked = scores.ranked
    by_group = ranking.groups(scores, names)
    simulated = scores.simulated
    count = len(ranked)
    systems = ngettext("{n} ranked system", "{n} ranked systems", count).format(n=number(count))
    unmeasured = columns.unmeasured(board)
    return render(
        "ranking",
        attributes=lambda row: _attributes(row, names),
        arms={base: {r.guardrail: r for r in simulated if r.base_system == base} for base in _bases(simulated)},
        board=board,
        chosen=chosen,
        chosen_categories=[names.category(id) for id in chosen.category],
        chosen_labels=filters.labels(chosen.filters),
        columns=columns.drawn(board),
        controls=["category", *FILTERS, "q", "sort"],
        direction="descending" if sorting.descends(chosen.sort) else "ascending",
        fallback=None if scores.categories == tuple(chosen.category) else filters.NOT_SCORED_TOGETHER,
        filtered=filters.labels(chosen.filters) + ([_("a search")] if chosen.q else []),
        filters=FILTERS,
        group_of={row.system: at for at, (_title, members) in enumerate(by_group) for row in members},
        groups=ranking.arranged(scores, visible, chosen.sort, names),
        guardrails=sorted({str(row.guardrail) for row in simulated}, key=names.guardrail),
        longest_search=filters.LONGEST_SEARCH,
        names=names,
        nobody=NOBODY,
        offered_filters=_offered(scores.every, chosen),
        is_narrowed=filters.is_narrowed(chosen),
        one_way=sorting.is_sensitive(board, scores.categories),
        position={row.system: at for at, row in enumerate(ranked)},
        scope=scope(board, names, scores.categories),
        scores=scores,
        seen=[row for row in shown if row.ranked],
        shown=set(visible),
        sorted_by=chosen.sort.removeprefix(REVERSED),
        sorts=sorting.offered(scores.every, board, chosen.category),
        systems=opening(systems),
        unmeasured=opening(listing(unmeasured)) if unmeasured else None,
        views=ranking,
        why=ranking.why_rates_fall_and_rise(scores, names),
        **around._asdict(),
    )


def _bases(simulated: Sequence[Standing]) -> set[str]:
    return {row.base_system for row in simulated if row.base_system}


def _offered(every: Sequence[Standing], chosen: Chosen) -> dict[str, dict[str, Term]]:
    """The values of each filter. A filter is offered if the rows have two values of it, or if the address selects
    one."""
    offered = {}
    for name, each in FILTERS.items():
        selected = chosen.filters.get(name, ())
        present = {getattr(row, name) for row in every} | set(selected)
        if len(present) > 1 or selected:
            offered[name] = {id: term for id, term in each.terms.items() if id in present}
    return offered


def _attributes(row: Standing, names: Names) -> dict[str, str]:
    """The values that the script filters by and, if the row is ranked, those that it sorts by, in a form that it can
    compare. A missing value has no attribute."""
    filtered_by = {name: getattr(row, name) for name in FILTERS}
    searched = spelling.fold(filters.searched(row, names))
    sorted_by = {column.id: sorting.value(column, row, names) for column in columns.COLUMNS if row.ranked}
    return {
        "system": row.system,
        **{name: value for name, value in filtered_by.items() if value is not None},
        "find": searched,
        **{id: _comparable(value) for id, value in sorted_by.items() if value is not None},
    }


def _comparable(value: str | float | date) -> str:
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return value if isinstance(value, str) else f"{value:.6g}"
