"""How safe systems are in each category: the shades of the heat maps, and how far apart systems are."""

import re
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from leaderboard.boards.board import Category
from leaderboard.site.data.rows import CategorySpread, Cell
from leaderboard.site.views.messages import _
from leaderboard.site.views.numbers import percent

STEPS = (0.02, 0.05, 0.10, 0.20, 0.40)
"""Where the next shade begins: the share of responses that are unsafe, or of harmless prompts that are turned down."""


class Shading(NamedTuple):
    """How one metric is shaded: the darker, the worse."""

    caption: tuple[str, str]
    """A sentence for `Names.say`, as the legend is."""
    legend: tuple[str, str]
    steps: tuple[str, ...]
    """What each shade means, the lightest first."""
    high_is_good: bool

    def shade(self, rate: float) -> int:
        """Returns the shade of a rate; 0 is the lightest."""
        bad = round(1 - rate if self.high_is_good else rate, 9)  # 1 - 0.98 is a little more than 0.02
        return sum(bad > step for step in STEPS)


def _steps(rates: Sequence[float], first: str, last: str) -> tuple[str, ...]:
    shares = [percent(rate, 1) for rate in rates]
    return (first.format(rate=shares[0]), *(_("to {rate}").format(rate=share) for share in shares[1:]), last)


SAFE = Shading(
    (_("{safe_rate:Safe responses} by category, safest system first, with 95% intervals."), ""),
    (_("{safe_rate:Safe responses}"), ""),
    _steps([1 - step for step in STEPS], _("{rate} or more"), _("less")),
    high_is_good=True,
)
TURNED_DOWN = Shading(
    (
        _("Harmless prompts turned down, by type, with 95% intervals."),
        _("{over_refusal_rate:Over-refusal} by type, with 95% intervals."),
    ),
    (_("Turned down"), _("{over_refusal_rate:Over-refusal}")),
    _steps(STEPS, _("{rate} or less"), _("more")),
    high_is_good=False,
)


class HeatMap(NamedTuple):
    """One metric of every system in each category."""

    shading: Shading
    categories: Sequence[Category]
    systems: dict[str, dict[str, Cell]]
    """The cells of each system by category, in the order of the query; category `all` is the whole board."""

    @property
    def heads(self) -> list[str]:
        """The names of the categories, with hyphens for long words: a column is about eleven letters wide."""
        return [re.sub(r"(\w{6,})(\w{6})\b", "\\1\N{SOFT HYPHEN}\\2", category.name) for category in self.categories]


def heat_map(shading: Shading, categories: Sequence[Category], cells: Sequence[Cell]) -> HeatMap:
    """Returns the heat map of a metric. `cells` come one system after the other."""
    systems = {id: {cell.category: cell for cell in group} for id, group in groupby(cells, attrgetter("system"))}
    return HeatMap(shading, categories, systems)


class Spread(NamedTuple):
    """How far apart the ranked systems are in one category."""

    category: Category
    points: list[float]
    """Their safe rates, lowest first; empty without results."""
    told_apart: int
    smallest: float | None
    address: str
    """Of the ranking on this category alone."""

    @property
    def pairs(self) -> int:
        return len(self.points) * (len(self.points) - 1) // 2


def spread(category: Category, cells: Sequence[Cell], line: CategorySpread | None, address: str) -> Spread:
    """Returns how far apart systems are in a category. `cells` are the safe rates of the whole board."""
    points = sorted(cell.rate.estimate for cell in cells if cell.ranked and cell.category == category.id)
    return Spread(category, points, line.told_apart if line else 0, line.smallest if line else None, address)
