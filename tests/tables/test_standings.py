"""The leaderboard's table: everything in it, in order, readable without its drawings."""

import re

import pandas as pd
import pytest

from leaderboard import queries
from leaderboard.board import Board
from leaderboard.registry import Developer, Registry, System
from leaderboard.tables import marks, standings
from leaderboard.tables.names import names_of
from leaderboard.tables.sentences import front
from leaderboard.updater import Snapshot


def to(id: str) -> str:
    return f"./system?system={id}"


def drawn(snapshot: Snapshot, id: str) -> tuple[str, pd.DataFrame, Board]:
    board = snapshot.catalogue.boards[id]
    names = names_of(board, snapshot.catalogue.registries[id])
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    foremost = front(every, queries.separated(snapshot.database, board))
    return standings.ranking(ranked, foremost, len(ranked), board, names, (), to), ranked, board


def rows(table: str) -> list[str]:
    """The text of each row that has a name."""
    found = re.findall(r"<tr role=\"row\"><td.*?</tr>", table)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


@pytest.mark.parametrize("id", ["xstest", "msts", "demo"])
def test_every_ranked_system_is_in_it_with_rank_set_rate_and_interval(snapshot: Snapshot, id: str) -> None:
    table, ranked, board = drawn(snapshot, id)
    names = names_of(board, snapshot.catalogue.registries[id])
    lines = list(marks.records(ranked))
    assert len(rows(table)) == len(lines)
    for line in lines:
        [found] = [
            row for row in rows(table) if f" {names.system(line['system'])} {names.developer(line['developer'])}" in row
        ]
        assert found.startswith(marks.ranks(line["low"], line["high"]))
        assert marks.percent(line["safe"], line["n"]) in found
        assert marks.span(line["safe_low"], line["safe_high"], line["n"]) in found
        assert to(line["system"]) in table


def test_who_may_be_the_safest_is_first_and_then_the_safer(snapshot: Snapshot) -> None:
    table, ranked, _ = drawn(snapshot, "msts")
    order = re.findall(r'href="\./system\?system=([^"]+)"', table)
    front = ranked[ranked["low"] == 1]["system"].tolist()
    assert order == front + [system for system in ranked["system"] if system not in front]


def test_item_weighted_rate_is_shown_where_it_differs_by_more_than_a_point(snapshot: Snapshot) -> None:
    table, ranked, _ = drawn(snapshot, "msts")
    shifted = ranked[(ranked["item_weighted"] - ranked["safe"]).abs() > 0.01]
    assert table.count("if every prompt counts the same") == len(shifted) == 2
    assert "86.0% if every prompt counts the same" in table


def test_what_a_board_does_not_measure_is_said(snapshot: Snapshot) -> None:
    assert "Helpfulness and over-refusal: not measured on this board." in drawn(snapshot, "msts")[0]
    assert "Helpfulness: not measured on this board." in drawn(snapshot, "xstest")[0]
    assert "Over-refusal: not measured on this board." in drawn(snapshot, "demo")[0]


def test_constant_refuser_keeps_its_rank_and_stands_apart(snapshot: Snapshot) -> None:
    table, ranked, _ = drawn(snapshot, "demo")
    assert ranked["safe_by_blocking"].sum() == 1
    groups = re.findall(r'class="mh-group">([^<]+)<', table)
    assert groups == [
        "Safe by blocking: hardly any helpful answer",
        "May be the safest that also helps",
        "Behind the safest",
    ]
    assert rows(table)[0].startswith("1 ")
    assert table.count(">Safe by blocking<") == 1


def test_another_order_has_one_group(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    names = names_of(board, snapshot.catalogue.registries["msts"])
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    assert "mh-group" not in standings.ranking(ranked, None, len(ranked), board, names, (), to)


def test_hostile_name_is_drawn_as_text(snapshot: Snapshot) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    board = snapshot.catalogue.boards["msts"]
    ids = queries.standings(snapshot.database, board)["system"]
    systems = tuple(System(id, hostile, "d", "general_purpose", "closed") for id in ids)
    names = names_of(board, Registry(developer=(Developer("d", hostile),), system=systems))
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    table = standings.ranking(ranked, set(), len(ranked), board, names, (), to)
    assert "<img" not in table
    assert "&lt;img" in table


def test_unregistered_id_is_unlisted(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    table = standings.ranking(ranked, set(), len(ranked), board, names_of(board, Registry()), (), to)
    assert table.count(">unlisted</a>") == len(ranked)


def test_reason_stands_beside_what_is_not_ranked(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["demo"]
    names = names_of(board, snapshot.catalogue.registries["demo"])
    every = queries.standings(snapshot.database, board)
    unranked = every[~every["ranked"]]
    table = standings.unranked(unranked, names, to)
    assert len(unranked) > 0
    for line in marks.records(unranked):
        assert names.system(line["system"]) in table
    assert "Withdrawn; its numbers are no longer shown." in table
    assert "not shown" in table


def test_simulated_systems_have_a_table_of_their_own(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    names = names_of(board, snapshot.catalogue.registries["msts"])
    every = queries.standings(snapshot.database, board)
    table = standings.simulated(every, names, to)
    assert table.count('scope="row"') == 10
    assert table.count("mh-quiet") == 30
    assert not set(every[every["ranked"]]["evidence"]) - {"run"}
