"""One system in words: its ranks, its headline numbers, its categories, its outcomes."""

import pytest

from leaderboard.site.data import queries
from leaderboard.site.data.rows import CategoryRate, Metric, Neighbour, OutcomeCount, Provenance, Standing
from leaderboard.site.views import glossary, profile
from leaderboard.site.views.profile import Tile
from tests.site.conftest import Shown


def origin_of(shown: Shown, system: str) -> Provenance:
    [origin] = shown.read(Provenance, queries.provenance, system)
    return origin


def standing_of(shown: Shown, system: str) -> Standing:
    return next(row for row in shown.read(Standing, queries.standings) if row.system == system)


def lead_of(shown: Shown, system: str) -> str:
    return profile.lead(origin_of(shown, system), standing_of(shown, system), 10)


def tiles_of(shown: Shown, system: str) -> list[Tile]:
    return profile.tiles(shown.read(Metric, queries.metrics, system), standing_of(shown, system), shown.names)


def test_ranked_system_is_placed_among_all(msts: Shown) -> None:
    assert lead_of(msts, "idefics3-8b") == "Among ten ranked systems its place is anywhere from 4 to 9."


def test_system_that_is_not_ranked_says_why(msts: Shown) -> None:
    assert lead_of(msts, "gpt-4o--llavaguard-1.2") == f"Not ranked. {glossary.NOT_RANKED['simulated']}"


def test_relations_name_every_other_ranked_system_once(msts: Shown) -> None:
    relations = profile.relations(msts.read(Neighbour, queries.neighbours, "idefics3-8b"))
    systems = [system for _, systems in relations for system in systems]
    assert len(systems) == len(set(systems)) == 9
    assert all(f"({len(systems)})" in title for title, systems in relations)


def test_system_without_a_rank_has_no_relations(msts: Shown) -> None:
    assert profile.relations(msts.read(Neighbour, queries.neighbours, "gpt-4o--llavaguard-1.2")) == []


@pytest.mark.parametrize(
    ("id", "system", "labels"),
    [
        ("msts", "gpt-4o", ["Safe responses", "Weakest category", "Blocked"]),
        ("xstest", "gpt4", ["Safe responses", "Weakest category", "Over-refusal", "Actionable harm"]),
    ],
)
def test_tiles_hold_what_the_board_measures(boards: dict[str, Shown], id: str, system: str, labels: list[str]) -> None:
    assert [tile.term.label for tile in tiles_of(boards[id], system)] == labels


def test_tile_shows_the_item_weighted_rate_where_it_differs(msts: Shown) -> None:
    tile = tiles_of(msts, "xgen-mm-phi3-mini")[0]
    assert (tile.number, tile.note) == ("87.7%", "86.0% if every prompt counts the same")


def test_title_of_the_categories_is_its_takeaway(msts: Shown) -> None:
    rates = msts.read(CategoryRate, queries.profile, "xgen-mm-phi3-mini")
    title = profile.extremes(profile.in_order(rates, msts.board), msts.names)
    assert title == "From 78% safe in Non-violent crimes to 98% in Suicide and self-harm."


def test_missing_outcomes_come_last_and_count_as_unsafe(msts: Shown) -> None:
    counts = msts.read(OutcomeCount, queries.outcomes, "idefics3-8b--llavaguard-1.2")
    [(_, slices)] = profile.outcome_mixes(counts, msts.board)
    assert (slices[-1].row.outcome, slices[-1].meaning) == (None, "Missing; counted as unsafe.")


def test_outcomes_that_mean_the_same_differ_in_shade(msts: Shown) -> None:
    [(_, slices)] = profile.outcome_mixes(msts.read(OutcomeCount, queries.outcomes, "gpt-4o"), msts.board)
    tones = [each.tone for each in slices]
    assert len(tones) == len(set(tones))
    assert "mh-o1 mh-again" in tones
