"""The tables beside the ranking."""

from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import standings
from leaderboard.site.views import numbers
from leaderboard.site.views.names import names_of


def to(id: str) -> str:
    return f"./system?system={id}"


def test_reason_stands_beside_what_is_not_ranked(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["demo"]
    names = names_of(board, snapshot.catalogue.registries["demo"])
    every = queries.standings(snapshot.database, board)
    unranked = every[~every["ranked"]]
    table = standings.unranked(standings.unranked_lines(unranked, names, to), set(unranked["system"]))
    assert len(unranked) > 0
    for line in numbers.records(unranked):
        assert names.system(line["system"]) in table
    assert "Withdrawn; its numbers are no longer shown." in table
    assert "not shown" in table


def test_a_run_without_a_rate_says_how_much_it_covers_and_what_its_rate_can_be() -> None:
    few = {"observed": 9, "items": 466, "reason": "coverage_too_low", "safe_bound_low": None, "safe_bound_high": None}
    assert standings.observed(few) == "9 of 466 prompts have an outcome"
    half = few | {"observed": 1_049, "items": 1_100, "safe_bound_low": 0.7, "safe_bound_high": 0.8}
    said = "1,049 of 1,100 prompts have an outcome: 70.0–80.0% safe, whatever the others were"
    assert standings.observed(half) == said
    assert standings.observed(half | {"observed": 1_100}) is None
    assert standings.observed(half | {"reason": "withdrawn"}) is None


def test_simulated_systems_have_a_table_of_their_own(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    names = names_of(board, snapshot.catalogue.registries["msts"])
    every = queries.standings(snapshot.database, board)
    table = standings.simulated(every, names, to)
    assert table.count('scope="row"') == 10
    assert table.count("mh-quiet") == 30
    assert not set(every[every["ranked"]]["evidence"]) - {"run"}


def test_row_that_a_filter_leaves_out_is_hidden(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["demo"]
    names = names_of(board, snapshot.catalogue.registries["demo"])
    every = queries.standings(snapshot.database, board)
    lines = standings.unranked_lines(every[~every["ranked"]], names, to)
    first, *others = lines
    table = standings.unranked(lines, {first})
    assert table.count("<tr hidden ") == len(others)
    assert lines[first] in table
