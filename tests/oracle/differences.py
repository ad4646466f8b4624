"""What a change does to a macro rate, and how surely (docs/statistics.md section 7)."""

from math import fsum, sqrt
from typing import NamedTuple

from tests.oracle.formulas import Whole, by_category, by_family
from tests.oracle.tables import Item


def less(after: Whole, before: Whole) -> dict[str, int]:
    return {item: after[item] - before[item] for item in after}


class Part(NamedTuple):
    """One category's change."""

    delta: float
    without: dict[str, float]
    """By family: how far the category's mean moves if that family is left out, scaled to be a deviation."""
    differ: int
    """Items whose scores differ."""


def part(members: list[Item], changes: Whole) -> Part:
    families, n = by_family(members), len(members)
    total = sum(changes[item.id] for item in members)
    scale, without = sqrt((len(families) - 1) / len(families)), {}
    for name, own in families.items():
        rest = (total - sum(changes[item.id] for item in own)) / (n - len(own))
        without[name] = scale * (total / n - rest)
    return Part(total / n, without, sum(changes[item.id] != 0 for item in members))


def without_each_family(items: list[Item], changes: Whole) -> dict[str, dict[str, float]]:
    """How far the macro change moves, by category and family, if that family is left out."""
    parts = {category: part(members, changes) for category, members in by_category(items).items()}
    return {c: {family: e / len(parts) for family, e in own.without.items()} for c, own in parts.items()}


class Moved(NamedTuple):
    """A macro change, with its standard error and degrees of freedom."""

    delta: float
    error: float
    df: float


def moved(items: list[Item], changes: Whole) -> Moved:
    return together(items, [part(members, changes) for members in by_category(items).values()])


def together(items: list[Item], parts: list[Part]) -> Moved:
    """Section 7: a jackknife over families; degrees of freedom by how unevenly they carry the variance."""
    squares = [[(e / len(parts)) ** 2 for e in own.without.values()] for own in parts]
    constant, total = guard(items, sum(own.differ for own in parts)), fsum(fsum(own) for own in squares)
    spread = fsum((v - fsum(own) / len(own)) ** 2 for own in squares for v in own)
    df = (total + constant) ** 2 / (spread + constant**2 / 2) - 1
    most = sum(len(own) - 1 for own in squares)
    return Moved(fsum(own.delta for own in parts) / len(parts), sqrt(total + constant), min(max(df, 5), most))


def guard(items: list[Item], differ: int) -> float:
    """Two items more that differ, of mean squared weight; two families of the heaviest category where fewer than five
    items differ."""
    categories = by_category(items).values()
    if differ >= 5:
        return 2 * fsum(1 / (len(categories) ** 2 * len(own)) for own in categories) / len(items)
    sizes = {name: len(own) for name, own in by_family(items).items()}
    heaviest = max(
        fsum(1 + (sizes[item.family] - 1) / 2 for item in own) / len(own) / (len(categories) * len(own))
        for own in categories
    )
    return 2 * heaviest**2
