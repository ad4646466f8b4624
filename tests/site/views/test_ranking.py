"""What the ranking says of its rows, and how it arranges them."""

from collections.abc import Collection

import pytest
from msgspec.structs import replace

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.views import ranking
from leaderboard.site.views.names import names_of
from leaderboard.site.views.ranking import Scores, scores_of
from tests import made, offered
from tests.site.conftest import Shown, standing

NAMES = names_of(made.board(), made.registry(9))


def scores(shown: Shown, *categories: str) -> Scores:
    return scores_of(shown.database, shown.board, shown.names, categories)


@pytest.mark.parametrize(
    ("low", "high", "family", "said"),
    [
        (1, 1, 1, "The only ranked system"),
        (3, 3, 9, "Told apart from every other"),
        (3, 4, 9, "Cannot be told apart from one other"),
        (2, 8, 9, "Cannot be told apart from six others"),
        (1, 9, 9, "Cannot be told apart from any other"),
    ],
)
def test_width_of_a_rank_set_is_said_as_systems(low: int, high: int, family: int, said: str) -> None:
    assert ranking.told_apart(standing("a", low=low, high=high), family) == said


def test_a_run_without_a_rate_says_how_much_it_covers_and_what_its_rate_can_be() -> None:
    few = standing(
        "a", observed=9, items=466, reason="coverage_too_low", safe=None, safe_bound_low=None, safe_bound_high=None
    )
    assert ranking.observed(few, NAMES) == "9 of 466 prompts have an outcome"
    half = replace(few, observed=1_049, items=1_100, safe_bound_low=0.7, safe_bound_high=0.8)
    said = "1,049 of 1,100 prompts have an outcome: 70.0–80.0% safe, whatever the others were"
    assert ranking.observed(half, NAMES) == said
    assert ranking.observed(replace(half, observed=1_100), NAMES) is None
    assert ranking.observed(replace(half, reason="withdrawn"), NAMES) is None


def test_item_weighted_rate_is_said_where_it_differs_by_more_than_a_point() -> None:
    row = standing("a", safe=Rate(0.9, 0.8, 0.95, 1100), item_weighted=0.86)
    assert ranking.item_weighted(row, NAMES) == "86.0% if every prompt counts the same"
    assert ranking.item_weighted(replace(row, item_weighted=0.905), NAMES) is None
    assert ranking.item_weighted(replace(row, item_weighted=None), NAMES) is None
    assert ranking.item_weighted(replace(row, safe=None), NAMES) is None


def test_rate_if_the_missing_were_safe_is_said_where_anything_is_missing() -> None:
    row = standing("a", safe_bound_low=0.9, safe_bound_high=0.93)
    assert ranking.if_missing_were_safe(row) == "93.0% if all that is missing were safe"
    assert ranking.if_missing_were_safe(replace(row, safe_bound_high=0.9)) is None
    assert ranking.if_missing_were_safe(replace(row, safe=None)) is None


def test_row_says_who_made_a_system_its_group_and_its_guardrail(demo: Shown) -> None:
    guarded = next(row for row in demo.standings() if row.kind == "guarded")
    said = ranking.about(guarded, demo.names)
    assert said.startswith(f"{demo.names.developer(guarded.developer)} · ")
    assert said.endswith(f" · behind {demo.names.guardrail(guarded.guardrail)}")
    assert "behind" not in ranking.about(next(row for row in demo.standings() if row.kind == "bare"), demo.names)


@pytest.mark.parametrize("id", offered.ranking())
def test_every_system_is_in_one_group_or_in_one_table_beside_the_ranking(boards: dict[str, Shown], id: str) -> None:
    found = scores(boards[id])
    grouped = [row.system for _, members in ranking.groups(found, boards[id].names) for row in members]
    assert sorted(grouped) == sorted(row.system for row in found.ranked)
    beside = [row for row in found.every if row.kind == "reference" or row.condition or row.rerun_of]
    parts = [*found.ranked, *found.unranked, *found.simulated, *beside]
    assert len(parts) == len(found.every) and {row.system for row in parts} == {row.system for row in found.every}


def test_system_that_is_safe_by_blocking_is_in_no_group_that_is_called_safest(demo: Shown) -> None:
    (blocking, alone), (safest, front), (behind, rest) = ranking.groups(scores(demo), demo.names)
    assert (blocking, safest, behind) == (
        "Safe by blocking: hardly any helpful answer",
        "May be the safest that is not safe by blocking, as judged by Invented judge",
        "Behind the safest, as judged by Invented judge",
    )
    assert all(row.safe_by_blocking for row in alone)
    assert not any(row.safe_by_blocking for row in (*front, *rest))


def test_sorted_by_anything_but_rank_all_rows_are_in_the_first_group_hidden_ones_last(msts: Shown) -> None:
    found = scores(msts)
    assert ranking.arranged(found, [], "rank", msts.names) == ranking.groups(found, msts.names)
    shown = sorted(row.system for row in found.ranked)[:4]
    (_, first), *others = ranking.arranged(found, shown, "name", msts.names)
    assert [row.system for row in first[:4]] == shown
    assert len(first) == len(found.ranked) and all(members == [] for _, members in others)


def test_categories_that_are_not_scored_together_fall_back_to_all(msts: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scores(msts, "other").categories == ("other",)
    monkeypatch.setattr(queries, "has_view", lambda *_: False)
    found = scores(msts, "other", "violent_crimes")
    assert found.categories == () and found.every == scores(msts).every
    assert found.says[0].startswith("On all five categories, ")


def seen(*rows: Standing, foremost: Collection[str]) -> Scores:
    return Scores(every=list(rows), categories=(), foremost=foremost, says=[], precision=None)


def test_a_lower_rate_above_a_higher_one_is_explained() -> None:
    names = names_of(made.board(), made.registry(9))
    noisy = standing("system-0", rank=2, low=1, high=3, safe=Rate(0.979, 0.9, 1, 400))
    sure = standing("system-1", rank=1, low=2, high=2, safe=Rate(0.982, 0.96, 1, 400))
    text = ranking.why_rates_fall_and_rise(seen(sure, noisy, foremost={"system-0"}), names)
    assert text and text.startswith(
        "Number 0, with 97.9% safe responses, is listed above Number 1, with 98.2%: Number 1 is shown "
    )
    assert ranking.why_rates_fall_and_rise(seen(sure, noisy, foremost={"system-0", "system-1"}), names) is None
    blocking = replace(noisy, safe_by_blocking=True)
    text = ranking.why_rates_fall_and_rise(seen(sure, blocking, foremost={"system-1"}), names)
    assert text and text.endswith("because systems that are safe by blocking stand in a group of their own.")
    audited = [replace(row, basis="audited") for row in (sure, noisy)]
    assert ranking.why_rates_fall_and_rise(seen(*audited, foremost={"system-0"}), names) is None


def test_rate_that_people_checked_stands_beside_the_judged_one_with_the_ranks_as_judged() -> None:
    row = standing("a", safe=Rate(0.9, 0.88, 0.92, 1100))
    assert ranking.audited(row) is None
    checked = replace(row, audited=Rate(0.95, 0.93, 0.97, 1100), judged_low=2, judged_high=5)
    assert ranking.audited(checked) == "95.0% (93.0–97.0%) as people checked it; ranks as judged: 2–5"
