"""Boards drawn at random within the rules: sizes of categories, shares of families, and rates drawn anew each time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tests.statistics.boards import Floats, Ints, Layout

FEWEST_FAMILIES, FEWEST_ITEMS, MOST_ITEMS = 10, 20, 400
LARGEST_SHARE = 0.4
"""Of a category's items in one family."""


class Drawn(NamedTuple):
    """A design, how alike families are, and what each category's rate is in each of the boards drawn on it."""

    layout: Layout
    correlation: float
    rates: Floats
    """[C, boards]"""

    @property
    def category_n(self) -> Ints:
        return np.bincount(self.layout.category)

    @property
    def truth(self) -> Floats:
        """[boards] the macro rate."""
        return np.asarray(self.rates.mean(axis=0))

    @property
    def events(self) -> Floats:
        """[boards] events (or non-events) to be expected that are independent of each other, of families with several
        items: those of one count as one where they are correlated by a half, families by their pairs of items. Of all
        items where no family has several."""
        family_n = np.bincount(self.layout.family)
        several = (family_n > 1)[self.layout.family] if (family_n > 1).any() else np.full(len(self.layout.family), True)
        pairs = family_n * np.maximum(family_n - 1, 1e-9)
        expected = np.bincount(self.layout.category[several], minlength=len(self.rates)) @ self.rates
        size = (pairs @ family_n) / pairs.sum()
        return np.asarray(np.minimum(expected, several.sum() - expected) / (1 + (size - 1) / 2))


def random_designs(seed: int, designs: int, boards: int) -> Iterator[tuple[np.random.Generator, Drawn]]:
    """Yields designs with the generator to go on with."""
    for number in range(designs):
        generator = np.random.default_rng([seed, number])
        design = random_layout(generator)
        rates = random_rates(generator, np.bincount(design.category), boards)
        yield generator, Drawn(design, float(generator.uniform(0, 0.6)), rates)


def random_layout(generator: np.random.Generator) -> Layout:
    """1 to 12 categories of 20 to 400 items in families: all of one size, of a size by category, uneven, dominated by
    one of up to 40 %, or spanning categories."""
    categories = int(generator.integers(1, 13))
    sizes = np.full(categories, _size(generator))
    if generator.random() < 0.6:
        sizes = np.array([_size(generator) for _ in range(categories)])
    style = str(generator.choice(["alike", "by category", "uneven", "dominated", "spanning"]))
    mean_size = int(generator.integers(1, 6))
    category = np.repeat(np.arange(categories), sizes)
    if style == "spanning":
        families = int(generator.integers(12, 60))
        family = np.concatenate([_spread(generator, families, size) for size in sizes])
        return Layout(category, np.unique(family, return_inverse=True)[1])
    family_n = [_families(generator, style, int(size), mean_size) for size in sizes]
    return Layout(category, np.repeat(np.arange(sum(map(len, family_n))), np.concatenate(family_n)))


def random_rates(generator: np.random.Generator, category_n: Ints, boards: int) -> Floats:
    """[C, boards]: alike, each its own, one bad category among clean ones, or the smallest one bad."""
    categories = len(category_n)
    pattern = generator.integers(0, 4, boards)
    rates = np.tile(_rate(generator, boards), (categories, 1))
    rates[:, pattern == 1] = _rate(generator, (categories, int((pattern == 1).sum())))
    bad = np.where(pattern == 2, generator.integers(0, categories, boards), int(np.argmin(category_n)))
    one_bad = np.flatnonzero(pattern >= 2)
    rates[:, one_bad] = np.minimum(rates[:, one_bad], 0.05)
    rates[bad[one_bad], one_bad] = generator.uniform(0.2, 0.5, len(one_bad))
    return rates


def _rate(generator: np.random.Generator, shape: int | tuple[int, int]) -> Floats:
    return np.asarray(np.exp(generator.uniform(np.log(0.003), np.log(0.5), shape)))


def _size(generator: np.random.Generator) -> int:
    return int(np.exp(generator.uniform(np.log(FEWEST_ITEMS), np.log(MOST_ITEMS))))


def _spread(generator: np.random.Generator, families: int, items: int) -> Ints:
    """The family of each item, of at least ten in every category."""
    first = generator.permutation(families)[:FEWEST_FAMILIES]
    return np.r_[first, generator.integers(0, families, items - FEWEST_FAMILIES)]


def _families(generator: np.random.Generator, style: str, items: int, mean_size: int) -> Ints:
    """Items of each family of a category."""
    if style == "by category":
        style, mean_size = "alike", int(generator.choice([1, 2, 10, 40]))
    if style == "alike":
        return _even(items, max(FEWEST_FAMILIES, items // mean_size))
    families = int(generator.integers(FEWEST_FAMILIES, max(FEWEST_FAMILIES + 1, items // 2)))
    if style == "dominated":
        largest = min(int(generator.uniform(0.2, LARGEST_SHARE) * items), items - families + 1)
        return np.r_[largest, _even(items - largest, families - 1)]
    share = generator.dirichlet(np.full(families, generator.uniform(1.0, 3.0)))
    return np.asarray(1 + generator.multinomial(items - families, share))


def _even(items: int, families: int) -> Ints:
    return items // families + (np.arange(families) < items % families)
