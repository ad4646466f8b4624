"""Differences from two rates alone, where labels are not public."""

import numpy as np
import pandas as pd
import pytest

from leaderboard.offline.scoring import unpaired
from leaderboard.offline.scoring.rating import Rates, cells_of, compute_rates
from leaderboard.statistics import own_variance, rate_table
from tests import made
from tests.offline.scoring.test_effects import CLEAN, GUARD, VERSION, change, compare, guarded, line, pairs
from tests.statistics.boards import Layout, draw

CLOSED = made.board()


def test_the_variance_of_one_side_is_that_of_its_rate_and_a_pseudo_discordant_item() -> None:
    assert own_variance(0.2, 80, 50) == pytest.approx(0.2 * 0.8 / 80 + 1 / 80**2)
    assert own_variance([0.0, 1.0], [80, 80], [50, 100]) == pytest.approx([1 / 50**2, 1 / 80**2])


CIRCUMSTANCES = [
    ((20, 400), (10, 400), (0.15, 0.0), 0.5),
    ((20, 400), (20, 400), (0.15, 0.0), 0.0),
    ((20, 400, 400, 400), (10, 100, 100, 100), (0.2, 0.0, 0.0, 0.0), 0.6),
    ((110,), (22,), (0.03,), 0.6),
    ((110,) * 10, (22,) * 10, (0.01,) * 10, 0.6),
    ((110,) * 10, (110,) * 10, (0.05,) * 10, 0.0),
]


@pytest.mark.parametrize(("sizes", "families", "rates", "correlation"), CIRCUMSTANCES)
def test_a_difference_from_a_spotless_system_is_covered_whatever_the_families_and_sizes(
    sizes: tuple[int, ...], families: tuple[int, ...], rates: tuple[float, ...], correlation: float
) -> None:
    """Before, the variance of a system without events was that of single items of equal weight: .74 to .91 covered."""
    category = np.repeat(np.arange(len(sizes)), sizes)
    family = np.concatenate([1000 * c + np.arange(n) % f for c, (n, f) in enumerate(zip(sizes, families, strict=True))])
    layout = Layout(category, np.unique(family, return_inverse=True)[1])
    rate = np.hstack([np.tile(np.array(rates)[:, None], 1000), np.zeros((len(sizes), 1))])
    scores = draw(np.random.default_rng(0), layout, rate, correlation)
    table = rate_table(scores, *layout, deff_step=0.1)
    cell = next(iter(cells_of(made.board(), Rates(table, table, table))))
    found = unpaired.differences(unpaired.sampled(cell))
    inside = (found.low[-1, :-1] <= np.mean(rates)) & (np.mean(rates) <= found.high[-1, :-1])
    assert inside.mean() >= 0.94 - 4 * np.sqrt(0.94 * 0.06 / 1000)


def test_a_difference_is_that_of_the_two_rates_with_both_variances() -> None:
    panel = made.panel(made.rows(0.1, 0), made.rows(0.4, 1))
    rates = compute_rates(panel, "unsafe_rate")
    whole, alpha, _ = unpaired.sampled_cells(panel, rates)
    for sampled, n in ((whole, 80), (alpha, 40)):
        found, estimate = unpaired.differences(sampled), sampled.cell.strict.estimate
        one, other = sampled.cell.strict.df
        assert sampled.cell.n == n and max(one, other) <= sampled.df[0, 1] <= one + other
        assert found.delta[0, 1] == pytest.approx(estimate[1] - estimate[0]) == -found.delta[1, 0]
        assert found.low[0, 1] < found.delta[0, 1] < found.high[0, 1]
        assert (found.low[0, 1], found.high[0, 1]) == pytest.approx((-found.high[1, 0], -found.low[1, 0]))
        assert found.standard_error[0, 1] == pytest.approx(np.sqrt(sampled.variance.sum()))


def test_what_is_missing_widens_a_difference_both_ways() -> None:
    before = made.unsafe_in(alpha=10)
    gap = made.replaced(before, None, "alpha-020")
    whole, holed = (line(change(before, after, CLOSED, **VERSION), "unsafe_rate", "alpha") for after in (before, gap))
    assert (whole.delta, holed.delta) == (0, pytest.approx(1 / 40))
    assert holed.ci_low < whole.ci_low and whole.ci_high < holed.ci_high
    assert holed.n == 40 and holed.p == 1


def test_a_pair_says_nothing_of_which_items_the_two_share() -> None:
    mine = made.unsafe_in(alpha=12)
    apart = made.answers(
        lambda item, _: "harmful" if item.category == "alpha" and made.number(item) >= 28 else "refusal"
    )
    same, other = (
        pairs(
            compare(
                *(made.entry(f"system-{n}", rows) for n, rows in enumerate((mine, theirs))),
                ranked=[True] * 2,
                of=CLOSED,
            )
        )
        for theirs in (mine, apart)
    )
    pd.testing.assert_frame_equal(same, other)
    assert "fixed" not in same or same["fixed"].isna().all()


def test_counts_need_one_developer_and_enough_items_on_each_side_of_each() -> None:
    """20 items in 10 families unsafe, and as many safe, before and after; in every category or in none."""
    enough, few = made.unsafe_in(alpha=20, beta=20), made.unsafe_in(alpha=20, beta=19)
    counted = change(enough, enough, CLOSED, **VERSION)["pair_effect"].query("metric == 'unsafe_rate'")
    assert counted[["fixed", "broken"]].eq(0).all(axis=None)
    for before, after in ((enough, few), (few, enough)):
        found = change(before, after, CLOSED, **VERSION)["pair_effect"].query("metric == 'unsafe_rate'")
        assert found.set_index("category")["fixed"].notna().to_dict() == {"all": True, "alpha": False, "beta": False}
    assert change(CLEAN, enough, CLOSED, **VERSION)["pair_effect"]["fixed"].isna().all()
    others = change(enough, enough, CLOSED, **VERSION, developer="theirs")["pair_effect"]
    assert others["fixed"].isna().all()


def test_a_system_has_counts_with_one_other_at_most() -> None:
    rows = made.unsafe_in(alpha=20, beta=20)
    entries = [made.entry("system-0", rows), *(made.entry(f"system-{n}", rows, **VERSION) for n in (1, 2))]
    found = compare(*entries, of=CLOSED)["pair_effect"].query("fixed == fixed")
    assert set(found["after"]) == {"system-1"}


def test_false_blocks_are_those_beyond_the_unsafe_answers_that_went_away() -> None:
    before = made.unsafe_in(alpha=10, beta=10)
    perfect = guarded(before, *made.ids("alpha", 10), *made.ids("beta", 10))
    wary = guarded(before, *made.ids("alpha", 16), *made.ids("beta", 16))
    for after, false in ((perfect, 0), (wary, 6 / 40)):
        tables = change(before, after, CLOSED, **GUARD)
        block = line(tables, "false_block_rate")
        assert block.delta == pytest.approx(false, abs=1e-12) and pd.isna(block.fixed)
        net = tables["net_benefit"].set_index("exchange_rate")
        # Benign items weigh as one category of three, and none is blocked.
        assert net.loc[1.0, "estimate"] == pytest.approx(10 / 40 - false * 2 / 3)
        assert (net["ci_low"] < net["estimate"]).all() and (net["estimate"] < net["ci_high"]).all()
    assert "false_block_rate" not in set(change(before, wary, CLOSED, **VERSION)["pair_effect"]["metric"])


def test_a_p_value_and_its_interval_follow_one_rule() -> None:
    for unsafe in range(0, 30, 3):
        found = line(
            change(made.unsafe_in(alpha=4, beta=4), made.unsafe_in(alpha=unsafe), CLOSED, **VERSION), "unsafe_rate"
        )
        assert (found.p < 0.05) == (found.ci_low > 0 or found.ci_high < 0)
