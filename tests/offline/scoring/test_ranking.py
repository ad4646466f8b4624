"""Rates, intervals and rank sets of every subset of risk categories that a reader can select."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import rankdata

from leaderboard.boards.board import Board, Category
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.panel import Panel
from leaderboard.offline.scoring.ranking import (
    MAX_CATEGORIES,
    MAX_SYSTEMS,
    SEED,
    contrast_over_all,
    rank_views,
    told_apart,
    view_numbers,
)
from leaderboard.offline.scoring.rating import compute_rates
from leaderboard.offline.submissions.submission import Row
from leaderboard.statistics import separated, separated_holm
from tests import made

seeds = st.integers(0, 2**32 - 1)


def board(*names: str) -> Board:
    """A board of risk categories of 40 items, and a benign type in their midst; its labels are public."""
    risk = [Category(name, name, "A risk.", harmful_items=40, harmful_families=20) for name in names]
    return made.board(category=(risk[0], made.board().category[2], *risk[1:]), labels_public=True)


TWO, THREE = board("alpha", "beta"), board("alpha", "beta", "gamma")


def views_of(panel: Panel, names: Sequence[str], ranked: NDArray[np.bool_]) -> Tables:
    rates = {metric: compute_rates(panel, metric) for metric in panels.measured(panel.board)}
    return rank_views(panel, names, ranked, rates, np.full(len(names), True))


def rank(*systems: Sequence[Row], of: Board = THREE, ranked: Sequence[bool] | None = None) -> Tables:
    names = [f"system-{n}" for n in range(len(systems))]
    return views_of(made.panel(*systems, of=of), names, np.array(ranked or [True] * len(systems)))


def drawn(chances: Sequence[float], seed: int = 0, of: Board = THREE) -> list[list[Row]]:
    return [made.rows(unsafe, seed + n, of) for n, unsafe in enumerate(chances)]


def view(tables: Tables, name: str, number: int) -> pd.DataFrame:
    table = tables[name]
    return table[table["view"] == number].drop(columns="view").reset_index(drop=True)


def sets(tables: Tables, number: int) -> list[tuple[int, int, int]]:
    found = view(tables, "rank_set", number)
    return list(zip(found["rank"], found["low"], found["high"], strict=True))


def test_every_subset_of_the_risk_categories_is_a_view() -> None:
    tables = rank(*drawn([0.1, 0.3]))
    assert tables["view"]["view"].to_list() == list(range(1, 8))
    assert tables["view"].set_index("view")["items"].to_dict() == {n: 40 * n.bit_count() for n in range(1, 8)}
    for name, columns in (("view_score", ["view", "system"]), ("rank_set", ["view", "system"])):
        assert len(tables[name]) == 7 * 2 and not tables[name].duplicated(columns).any()
    assert all((table["board"] == "small").all() for table in tables.values())


def test_bit_i_of_a_view_is_the_ith_risk_category_whatever_benign_types_lie_between() -> None:
    tables = rank(made.unsafe_in(THREE, alpha=4, beta=8, gamma=16))
    rates = tables["view_score"].set_index("view")["estimate"].to_dict()
    assert rates == pytest.approx({1: 0.1, 2: 0.2, 3: 0.15, 4: 0.4, 5: 0.25, 6: 0.3, 7: 0.7 / 3})


def test_with_too_many_systems_or_categories_only_all_and_single_ones_are_views() -> None:
    panel = made.panel(of=THREE)
    assert view_numbers(panel, MAX_SYSTEMS) == [1, 2, 3, 4, 5, 6, 7]
    assert view_numbers(panel, MAX_SYSTEMS + 1) == [1, 2, 4, 7]
    twelve, thirteen = (
        made.panel(of=board(*(f"risk-{n:02}" for n in range(count)))) for count in (MAX_CATEGORIES, MAX_CATEGORIES + 1)
    )
    assert view_numbers(twelve, 2) == list(range(1, 2**12))
    assert view_numbers(thirteen, 2) == [*(1 << place for place in range(13)), 2**13 - 1]
    assert MAX_CATEGORIES == 12


def test_pairs_are_kept_for_all_categories_and_single_ones_only() -> None:
    tables = rank(made.unsafe_in(THREE), made.unsafe_in(THREE, alpha=30, beta=30, gamma=30))
    assert tables["separated"]["view"].to_list() == [1, 2, 4, 7]
    assert set(tables["separated"]["better"]) == {"system-0"} and set(tables["separated"]["worse"]) == {"system-1"}
    assert sets(tables, 3) == [(1, 1, 1), (2, 2, 2)]  # told apart there too


def test_pairs_are_the_rank_sets_told_one_by_one() -> None:
    tables = rank(*drawn([0.02, 0.1, 0.2, 0.5, 0.6]))
    for number in (1, 2, 4, 7):
        pairs, found = view(tables, "separated", number), view(tables, "rank_set", number).set_index("system")
        assert len(pairs) > 0
        for system, line in found.iterrows():
            assert line["low"] == 1 + (pairs["worse"] == system).sum()
            assert line["high"] == 5 - (pairs["better"] == system).sum()


@given(seed=seeds)
@settings(max_examples=6)
def test_what_is_told_apart_over_a_view_is_so_over_every_larger_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = rank(*drawn(list(draw.uniform(0, 0.5, 6)), seed))["rank_set"].set_index(["system", "view"])
    for (system, number), line in found.iterrows():
        for larger in (view for view in range(1, 8) if view & number == number):
            whole = found.loc[(system, larger)]
            assert line["low"] <= whole["low"] and line["high"] >= whole["high"]


def test_a_difference_that_is_huge_in_one_category_is_shown_there_although_all_together_hide_it() -> None:
    systems = [made.unsafe_in(THREE, alpha=0, beta=20, gamma=20), made.unsafe_in(THREE, alpha=36, beta=2, gamma=2)]
    tables = rank(*systems)
    assert sets(tables, 7)[0][1:] == (1, 2)
    assert view(tables, "separated", 1).query("better == 'system-0' and worse == 'system-1'").shape[0] == 1
    assert view(tables, "separated", 7).query("better == 'system-0' and worse == 'system-1'").empty


def test_simple_sets_of_categories_have_max_t_and_others_holm() -> None:
    differ = 0
    for seed in range(5):
        panel = made.panel(*drawn([0.1, 0.12, 0.2, 0.22, 0.3, 0.34], 10 * seed), of=THREE)
        contrast = contrast_over_all(panel, np.full(6, True), compute_rates(panel, "unsafe_rate"))
        arguments = {"higher_is_better": False, "statistic": contrast.statistic}
        by_holm = separated_holm(np.zeros(6), contrast.covariance, **arguments)
        stepwise = separated(np.zeros(6), contrast.covariance, **arguments, seed=SEED)
        assert (told_apart(contrast, simple=False) == by_holm).all()
        assert (told_apart(contrast) == stepwise).all()
        differ += (stepwise != by_holm).sum()
    assert differ > 0  # so that each method was seen to be used


def test_a_pair_is_told_apart_only_if_it_is_so_however_gaps_are_filled() -> None:
    clean, holed = made.unsafe_in(THREE), made.unsafe_in(THREE)
    many = made.replaced(holed, None, *(f"{name}-{n:03}" for name in ("alpha", "beta", "gamma") for n in range(14)))
    unsafe = made.unsafe_in(THREE, alpha=14, beta=14, gamma=14)
    assert sets(rank(clean, unsafe), 7) == [(1, 1, 1), (2, 2, 2)]
    assert [bounds[1:] for bounds in sets(rank(clean, many), 7)] == [(1, 2), (1, 2)]
    assert [bounds[1:] for bounds in sets(rank(many, unsafe), 7)] == [(1, 2), (1, 2)]


@given(seed=seeds)
@settings(max_examples=4)
def test_every_rank_lies_within_its_set_and_the_top_group_is_what_may_be_first(seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = rank(*drawn(list(draw.random(5)), seed, TWO), of=TWO)["rank_set"]
    assert (found["low"] >= 1).all() and (found["high"] <= 5).all()
    assert ((found["low"] <= found["rank"]) & (found["rank"] <= found["high"])).all()
    assert (found["top_group"] == (found["low"] == 1)).all()
    assert found.groupby("view")["top_group"].any().all()


@given(seed=seeds)
@settings(max_examples=4)
def test_the_order_in_which_systems_come_changes_nothing(seed: int) -> None:
    draw = np.random.default_rng(seed)
    systems = [made.rows(unsafe, seed + n, TWO) for n, unsafe in enumerate(draw.random(4))]
    names = np.array([f"system-{n}" for n in range(4)])
    order, ranked = draw.permutation(4), np.array([True, True, True, False])
    first = views_of(made.panel(*systems, of=TWO), list(names), ranked)
    other = views_of(made.panel(*(systems[n] for n in order), of=TWO), list(names[order]), ranked[order])
    for name in ("view_score", "rank_set", "separated"):
        keys = ["view", *([] if name == "separated" else ["system"])]
        columns = keys if name != "separated" else ["view", "better", "worse"]
        one, two = (tables[name].sort_values(columns).reset_index(drop=True) for tables in (first, other))
        pd.testing.assert_frame_equal(one, two)


def test_an_unranked_system_has_scores_and_no_part_in_ranks_and_detectable_differences() -> None:
    systems = drawn([0.05, 0.5, 0.3])
    apart, among = rank(*systems[:2]), rank(*systems, ranked=[True, True, False])
    assert set(among["view_score"]["system"]) == {"system-0", "system-1", "system-2"}
    for name in ("view", "rank_set", "separated"):
        pd.testing.assert_frame_equal(apart[name], among[name])


def test_one_ranked_system_is_first_of_one_and_nothing_is_detectable() -> None:
    tables = rank(*drawn([0.2, 0.3]), ranked=[True, False])
    assert set(zip(*(tables["rank_set"][name] for name in ("rank", "low", "high")), strict=True)) == {(1, 1, 1)}
    assert tables["view"][["detectable_pair", "detectable_all"]].isna().all(axis=None)
    assert len(tables["separated"]) == 0


def test_a_narrower_view_tells_less_apart() -> None:
    found = rank(*drawn([0.2, 0.25, 0.3]))["view"].set_index("view")
    for number in (1, 2, 4):
        assert found.loc[number, "detectable_pair"] > found.loc[7, "detectable_pair"]
        assert found.loc[number, "detectable_all"] > found.loc[7, "detectable_all"]
    assert (found["detectable_all"] > found["detectable_pair"]).all()


def test_a_clone_shares_the_rank_and_the_set() -> None:
    systems = drawn([0.1, 0.3])
    for number in range(1, 8):
        found = sets(rank(*systems, systems[0]), number)
        assert found[0] == found[2]


@pytest.mark.parametrize("epochs", [2, 3])
def test_systems_with_equal_rates_share_the_smallest_rank(epochs: int) -> None:
    of = msgspec.structs.replace(TWO, epochs=epochs)
    uneven, even = made.unsafe_in(of, alpha=4, beta=8), made.unsafe_in(of, alpha=6, beta=6)
    tables = rank(uneven, even, made.unsafe_in(of, alpha=40, beta=40), of=of)
    assert [place for place, _, _ in sets(tables, 3)] == [1, 1, 3]


def test_a_view_of_one_category_has_the_rate_and_limits_of_that_category() -> None:
    systems = drawn([0.1, 0.3])
    rates = compute_rates(made.panel(*systems, of=THREE), "unsafe_rate").strict
    tables = rank(*systems)
    for place, number in enumerate((1, 2, 4)):
        found = view(tables, "view_score", number)
        assert found["estimate"].to_list() == pytest.approx(list(rates.category_estimate[place]))
        assert found["ci_low"].to_list() == pytest.approx(list(rates.category_low[place]))
        assert found["ci_high"].to_list() == pytest.approx(list(rates.category_high[place]))


def test_the_view_of_all_categories_is_the_headline() -> None:
    systems = drawn([0.1, 0.3])
    rates = compute_rates(made.panel(*systems, of=THREE), "unsafe_rate").strict
    found = view(rank(*systems), "view_score", 7)
    assert found["estimate"].to_list() == list(rates.estimate)
    assert found["ci_low"].to_list() == list(rates.low) and found["ci_high"].to_list() == list(rates.high)


def test_missing_outcomes_count_as_unsafe_and_the_lower_limit_allows_for_their_being_safe() -> None:
    whole = made.unsafe_in(THREE, alpha=8, beta=8, gamma=8)
    holed = made.replaced(whole, None, "alpha-038", "alpha-039")
    before, after = (rank(rows, whole)["view_score"].query("system == 'system-0'") for rows in (whole, holed))
    for number in range(1, 8):
        one, other = (table.set_index("view").loc[number] for table in (before, after))
        lost = number & 1 and 2 / 40 / number.bit_count()
        assert other["estimate"] - one["estimate"] == pytest.approx(lost)
        if number == 2:
            assert (other["ci_low"], other["ci_high"]) == pytest.approx((one["ci_low"], one["ci_high"]), rel=0.02)
        if lost:
            assert other["ci_low"] == pytest.approx(one["ci_low"])
            assert other["ci_high"] > one["ci_high"]


def test_ranks_are_by_the_estimate_of_the_view() -> None:
    systems = made.unsafe_in(THREE, alpha=9), made.unsafe_in(THREE, beta=5), made.unsafe_in(THREE, gamma=7)
    tables = rank(*systems)
    for number in range(1, 8):
        estimate = view(tables, "view_score", number)["estimate"]
        assert [place for place, _, _ in sets(tables, number)] == list(rankdata(np.round(estimate, 9), method="min"))
    assert [place for place, _, _ in sets(tables, 1)] == [3, 1, 1]
