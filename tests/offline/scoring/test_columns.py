"""A column follows from one submission alone."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.offline.scoring.columns import Array, Columns, each_array, join_columns, score_columns, take_columns
from leaderboard.offline.submissions.submission import Row
from tests import made

HOLED = made.replaced(made.rows(0.4, 3), None, "alpha-000", "beta-039", "calm-000")
SYSTEMS = [made.rows(0.2, 0), HOLED, made.unsafe_in(), made.unsafe_in(alpha=40, beta=40), made.rows(0.01, 5)]


def columns(*systems: Sequence[Row]) -> Columns:
    return score_columns(made.board(), made.items(), systems)


def bits(of: Columns) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Every array with its type and shape, by name."""
    found = {}

    def collect(name: str, _: int, arrays: list[Array]) -> Array:
        found[name] = arrays[0].dtype.str, arrays[0].shape, arrays[0].tobytes()
        return arrays[0]

    each_array(collect, of)
    return found


@given(order=st.permutations(range(len(SYSTEMS))), cut=st.integers(0, len(SYSTEMS)))
@settings(max_examples=25)
def test_a_column_is_to_the_bit_the_same_whoever_is_beside_it(order: list[int], cut: int) -> None:
    parts = (columns(*(SYSTEMS[n] for n in some)) for some in (order[:cut], order[cut:]))
    together = take_columns(join_columns(*parts), [order.index(n) for n in range(len(SYSTEMS))])
    assert bits(together) == bits(columns(*SYSTEMS))
    for number, rows in enumerate(SYSTEMS):
        assert bits(columns(rows)) == bits(take_columns(together, [number]))


def test_columns_hold_every_rate_and_the_influence_of_the_one_that_ranks() -> None:
    found = columns(*SYSTEMS)
    ranks = {(metric, n) for metric, rate in found.rates.items() for n, each in enumerate(rate) if len(each.influence)}
    assert ranks == {("unsafe_rate", 0)}
    strict = found.rates["unsafe_rate"].strict
    assert strict.influence.shape == (40, len(SYSTEMS))
    assert np.array_equal(found.panel.outcome, made.panel(*SYSTEMS).outcome)
