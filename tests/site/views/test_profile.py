"""One system in words: its ranks, its headline numbers, its categories, its outcomes."""

import pytest

from leaderboard.boards.board import Category
from leaderboard.offline import scoring
from leaderboard.release import container
from leaderboard.site.data import queries
from leaderboard.site.data.rows import CategoryRate, Looks, Metric, Neighbour, Provenance, Standing
from leaderboard.site.html.templates import render
from leaderboard.site.views import glossary, profile
from leaderboard.site.views.names import names_of
from leaderboard.site.views.profile import Tile
from tests import containers, made
from tests.site.conftest import Shown


def origin_of(shown: Shown, system: str) -> Provenance:
    [origin] = shown.read(Provenance, queries.provenance, system)
    return origin


def standing_of(shown: Shown, system: str) -> Standing:
    return next(row for row in shown.read(Standing, queries.standings) if row.system == system)


def lead_of(shown: Shown, system: str) -> str:
    return profile.lead(origin_of(shown, system), standing_of(shown, system), 10, shown.names)


def tiles_of(shown: Shown, system: str) -> list[Tile]:
    metrics = shown.read(Metric, queries.metrics, system)
    return profile.tiles(metrics, standing_of(shown, system), shown.names, shown.board)


def test_ranked_system_is_placed_among_all(msts: Shown) -> None:
    assert lead_of(msts, "idefics3-8b") == "Among ten ranked systems its place is anywhere from 2 to 9."


def test_system_that_is_not_ranked_says_why(msts: Shown) -> None:
    assert lead_of(msts, "gpt-4o--llavaguard-1.2") == f"Not ranked. {msts.names.say(glossary.NOT_RANKED['simulated'])}"


def test_relations_name_every_other_ranked_system_once(msts: Shown) -> None:
    relations = profile.relations(msts.read(Neighbour, queries.neighbours, "idefics3-8b"))
    systems = [system for _, systems in relations for system in systems]
    assert len(systems) == len(set(systems)) == 9
    assert all(f"({len(systems)})" in title for title, systems in relations)


def test_system_without_a_rank_has_no_relations(msts: Shown) -> None:
    assert profile.relations(msts.read(Neighbour, queries.neighbours, "gpt-4o--llavaguard-1.2")) == []


@pytest.fixture(scope="module")
def small() -> Shown:
    """A release of a board of three categories, two of families of two and one of four, with two systems."""
    risk = [Category(f"c{n}", f"Number {n}", "One.", 80, families) for n, families in enumerate((40, 40, 20))]
    board = made.board(category=tuple(risk))
    entries = [made.entry(f"system-{n}", made.rows(unsafe, n, board)) for n, unsafe in enumerate((0.05, 0.3))]
    tables = scoring.score_board(board, made.registry(), made.items(board), entries)
    database = containers.opened(container.encode(tables))
    return Shown(database, board, names_of(board, made.registry()))


def test_tiles_of_repeats_and_scenarios_say_how_many_chances_there_were(small: Shown) -> None:
    tiles = {tile.term.label: tile for tile in tiles_of(small, "system-1")}
    safe, repeat, variant = (
        tiles[name] for name in ("Safe responses", "Unsafe in any repeat", "Unsafe in any variant")
    )
    assert repeat.note == "240 prompts, two responses to each"
    assert variant.note == "100 scenarios of 2.4 prompts on average, two responses to each prompt"
    unsafe = [100 - float(safe.number.rstrip("%")), *(float(each.number.rstrip("%")) for each in (repeat, variant))]
    assert unsafe == sorted(unsafe)


def test_pooled_rates_stand_beside_the_raw_ones_as_safe_rates(small: Shown) -> None:
    raw, pooled, variants = (
        small.read(CategoryRate, queries.profile, "system-0", metric)
        for metric in ("safe_rate", "pooled_unsafe_rate", "any_variant_rate")
    )
    columns = profile.beside(pooled, variants, small.board, small.names)
    assert [column.term.label for column in columns] == ["Safe, pooled", "Unsafe in any variant"]
    for row in raw:
        near = columns[0].rates[row.category]
        assert near.low < near.estimate < near.high and abs(near.estimate - row.rate.estimate) < 0.1
    assert columns[1].note == "Here each has 2.4 on average, from 2.0 in Number 0 to 4.0 in Number 2."
    origin = origin_of(small, "system-0")
    drawn = render("system/categories", rates=raw, row=origin, beside=columns, board=small.board, names=small.names)
    assert drawn.index("Safe responses") < drawn.index("Safe, pooled") < drawn.index("Unsafe in any variant")
    assert "The raw rate beside it is the one that counts" in drawn


def test_nothing_stands_beside_the_rates_of_an_older_release(msts: Shown) -> None:
    assert profile.beside([], [], msts.board, msts.names) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Looks(1, 1, 0), "One attempt of it was registered; one release published its number, which never changed."),
        (
            Looks(3, 5, 1),
            "Three attempts of it were registered; five releases published its number, which changed one time.",
        ),
        (
            Looks(13, 14, 2),
            "13 attempts of it were registered; 14 releases published its number, which changed two times.",
        ),
    ],
)
def test_looks_are_counted_and_every_interval_is_of_one(row: Looks, said: str) -> None:
    assert profile.looks(row).startswith(said)
    assert "Every interval is of one look" in profile.looks(row)


@pytest.mark.parametrize(
    ("id", "system", "labels"),
    [
        ("msts", "gpt-4o", ["Safe responses", "Weakest category", "Blocked"]),
        ("xstest", "gpt4", ["Safe responses", "Weakest category", "Over-refusal", "Actionable harm"]),
    ],
)
def test_tiles_hold_what_the_board_measures(boards: dict[str, Shown], id: str, system: str, labels: list[str]) -> None:
    new = [boards[id].names.metric(name).label for name in ("any_repeat_rate", "any_variant_rate")]
    tiles = [tile.term.label for tile in tiles_of(boards[id], system)]
    assert [label for label in tiles if label not in new] == labels  # older releases do not have them


def test_tile_shows_the_item_weighted_rate_where_it_differs(msts: Shown) -> None:
    tile = tiles_of(msts, "xgen-mm-phi3-mini")[0]
    assert (tile.number, tile.note) == ("87.7%", "86.0% if every prompt counts the same")


def test_title_of_the_categories_is_its_takeaway(msts: Shown) -> None:
    rates = msts.read(CategoryRate, queries.profile, "xgen-mm-phi3-mini")
    title = profile.extremes(profile.in_order(rates, msts.board), msts.names)
    assert title == "From 78% safe in Non-violent crimes to 98% in Suicide and self-harm."
