"""The differences of every two systems over any set of categories, from what each category's families add.

What a family adds to a difference is the difference of what it adds to both rates, so that sums of its powers over all
pairs are products of matrices. Where no family lies in two categories they are taken once for each category, and a set
of categories costs a few additions.
"""

from typing import NamedTuple

import numpy as np

from leaderboard.statistics.arrays import BoolArray, FloatArray, IntArray
from leaderboard.statistics.clustering import RARE_EVENTS
from leaderboard.statistics.effects import guard
from leaderboard.statistics.influence import Design, category_means, cell_jackknife, effective_df, sum_by
from leaderboard.statistics.ranks import comparisons


class Contrast(NamedTuple):
    """Every two of S systems; [S, S]."""

    least: FloatArray
    """The least by which column's rate is above row's, whatever the missing outcomes were."""
    standard_error: FloatArray
    df: FloatArray
    covariance: FloatArray
    """Of the rates."""

    @property
    def statistic(self) -> FloatArray:
        """Of "column is above row", on the normal scale."""
        return comparisons(self.least, self.standard_error**2, self.df)


class Powers(NamedTuple):
    """Sums over families of powers of what they add to each difference; [strata, S, S]."""

    squares: FloatArray
    fourths: FloatArray


class Contrasts(NamedTuple):
    """What differences over sets of categories are made of, column less row."""

    design: Design
    lowest: FloatArray
    """[K, S] what each cell adds to its category's mean, missing outcomes counted as 0."""
    highest: FloatArray
    """[K, S] the same, missing outcomes counted as 1."""
    least: FloatArray
    """[C, S, S]"""
    moved: FloatArray
    """[C, S, S] items whose scores differ."""
    by_category: Powers | None
    """None where a family lies in two categories."""

    def over(self, rows: BoolArray, design: Design) -> Contrast:
        """Return the contrast over some categories: `rows` of those of the board, which are all that `design` has."""
        count = int(rows.sum())
        cells = rows[self.design.cell_category]
        if self.by_category:
            powers = Powers(self.by_category.squares[rows] / count**2, self.by_category.fourths[rows] / count**4)
        else:
            families = len(design.family_n)
            low, high = (sum_by(design.cell_family, each[cells], families) / count for each in self[1:3])
            powers = _powers(low, high, design.family_stratum)
        constant = guard(design, self.moved[rows].sum(axis=0) < RARE_EVENTS)
        df = effective_df(*powers, constant, design)
        error = np.sqrt(np.maximum(powers.squares.sum(axis=0), 0.0) + constant)
        by_family = sum_by(design.cell_family, self.highest[cells], len(design.family_n)) / count
        covariance = by_family.T @ by_family + np.diag(
            np.full(len(error), constant.min() / 2 if constant.size else 0.0)
        )
        # Each way of counting what is missing has its own variance: the larger and the fewer degrees hold for both.
        return Contrast(self.least[rows].mean(axis=0), np.maximum(error, error.T), np.minimum(df, df.T), covariance)


def contrasts(lowest: FloatArray, highest: FloatArray, design: Design) -> Contrasts:
    """Return what all differences between systems are made of.

    lowest and highest are floats[items, systems] in [0, 1]: the scores with what is missing counted as 0 and as 1, the
    same where nothing is.
    """
    low, high = cell_jackknife(lowest, design), cell_jackknife(highest, design)
    below, above = category_means(lowest, design), category_means(highest, design)
    moved = [sum_by(design.category, lowest != highest[:, [row]], len(below)) for row in range(highest.shape[1])]
    return Contrasts(
        design=design,
        lowest=low,
        highest=high,
        least=below[:, None, :] - above[:, :, None],
        moved=np.stack(moved, axis=1) if moved else np.zeros((len(below), 0, 0)),
        by_category=_powers(low, high, design.cell_category) if len(design.cell_n) == len(design.family_n) else None,
    )


def _powers(lowest: FloatArray, highest: FloatArray, stratum: IntArray) -> Powers:
    """The second and fourth powers of lowest[:, column] - highest[:, row], summed over the families of each stratum."""
    squares, fourths = [], []
    for number in range(int(stratum.max()) + 1):
        low, high = lowest[stratum == number], highest[stratum == number]
        low2, high2 = low**2, high**2
        squares.append(high2.sum(axis=0)[:, None] - 2 * high.T @ low + low2.sum(axis=0))
        cubes = high.T @ (low2 * low) + (high2 * high).T @ low
        fourths.append((high2**2).sum(axis=0)[:, None] - 4 * cubes + 6 * high2.T @ low2 + (low2**2).sum(axis=0))
    return Powers(np.array(squares), np.array(fourths))
