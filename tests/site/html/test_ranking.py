"""The leaderboard's table: everything in it, in order, readable without its drawings."""

import re

import pandas as pd
import pytest

from leaderboard.boards.board import Board
from leaderboard.boards.registry import Developer, Registry, System
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import ranking
from leaderboard.site.html.ranking import Shown
from leaderboard.site.views import numbers
from leaderboard.site.views.names import names_of
from leaderboard.site.views.sentences import front, number


def to(id: str) -> str:
    return f"./system?system={id}"


def drawn(snapshot: Snapshot, id: str) -> tuple[str, pd.DataFrame, Board]:
    board = snapshot.catalogue.boards[id]
    names = names_of(board, snapshot.catalogue.registries[id])
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    foremost = front(every, queries.separated(snapshot.database, board))
    made = ranking.lines(ranked, foremost, board, names, (), to)
    return ranking.ranking(made, Shown(ranked["system"].tolist())), ranked, board


def rows(table: str) -> list[str]:
    """The text of each row that has a name."""
    found = re.findall(r"<tr[^>]* data-system=[^>]*><td.*?</tr>", table)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


@pytest.mark.parametrize("id", ["xstest", "msts", "demo"])
def test_every_ranked_system_is_in_it_with_rank_set_rate_and_interval(snapshot: Snapshot, id: str) -> None:
    table, ranked, board = drawn(snapshot, id)
    names = names_of(board, snapshot.catalogue.registries[id])
    lines = list(numbers.records(ranked))
    assert len(rows(table)) == len(lines)
    for line in lines:
        [found] = [
            row for row in rows(table) if f" {names.system(line['system'])} {names.developer(line['developer'])}" in row
        ]
        assert found.startswith(numbers.ranks(line["low"], line["high"]))
        assert numbers.percent(line["safe"], line["safe_n"]) in found
        assert numbers.span(line["safe_low"], line["safe_high"], line["safe_n"]) in found
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


def shown(table: str) -> list[str]:
    """The systems in sight, from the top."""
    lines = re.findall(r"<tr( hidden)? role=\"row\"[^>]*data-system=\"([^\"]+)\"", table)
    return [system for hidden, system in lines if not hidden]


def test_another_order_is_one_list_without_headings(snapshot: Snapshot) -> None:
    made, ranked = msts_lines(snapshot)
    order = sorted(ranked["system"])
    table = ranking.ranking(made, Shown(order, "name"))
    assert shown(table) == order
    assert re.findall(r'class="mh-grouprow" role="row"( hidden)?', table) == [" hidden"] * len(made.groups)
    assert re.findall(r'aria-sort="(\w+)" data-sort="(\w+)"', table) == [("ascending", "name")]


def test_filtered_rows_are_in_the_table_and_out_of_sight(snapshot: Snapshot) -> None:
    made, ranked = msts_lines(snapshot)
    kept = [system for system in ranked["system"] if system not in made.groups[0][1]]
    table = ranking.ranking(made, Shown(kept))
    assert shown(table) == kept
    assert len(rows(table)) == len(ranked)
    assert re.findall(r'class="mh-grouprow" role="row"( hidden)?', table) == [" hidden", ""]


def test_view_of_a_category_that_could_be_misused_has_no_way_from_the_least_safe(snapshot: Snapshot) -> None:
    made, ranked = msts_lines(snapshot, ("violent_crimes",))
    table = ranking.ranking(made, Shown(ranked["system"].tolist()))
    assert re.findall(r'data-sort="(\w+)" data-one-way', table) == ["rank", "safe", "weakest"]
    every, _ = msts_lines(snapshot)
    assert "data-one-way" not in ranking.ranking(every, Shown(ranked["system"].tolist()))


def msts_lines(snapshot: Snapshot, categories: tuple[str, ...] = ()) -> tuple[ranking.Lines, pd.DataFrame]:
    board = snapshot.catalogue.boards["msts"]
    every = queries.standings(snapshot.database, board, categories)
    ranked = every[every["ranked"]]
    foremost = front(every, queries.separated(snapshot.database, board, categories))
    names = names_of(board, snapshot.catalogue.registries["msts"])
    return ranking.lines(ranked, foremost, board, names, categories, to), ranked


@pytest.mark.parametrize("id", ["xstest", "msts", "demo"])
def test_every_ranked_system_says_what_it_cannot_be_told_apart_from(snapshot: Snapshot, id: str) -> None:
    table, ranked, board = drawn(snapshot, id)
    pairs = list(numbers.records(queries.separated(snapshot.database, board)))
    names = names_of(board, snapshot.catalogue.registries[id])
    for line in numbers.records(ranked):
        level = len(ranked) - 1 - sum(line["system"] in pair.values() for pair in pairs)
        whom = {0: "Told apart from every other", 1: "apart from one other", len(ranked) - 1: "apart from any other"}
        [found] = [
            row for row in rows(table) if f" {names.system(line['system'])} {names.developer(line['developer'])}" in row
        ]
        assert whom.get(level, f"Cannot be told apart from {number(level)} others") in found


def test_selection_without_kept_pairs_says_it_too(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    chosen = ("violent_crimes", "other")
    assert queries.separated(snapshot.database, board, chosen) is None
    made, ranked = msts_lines(snapshot, chosen)
    table = ranking.ranking(made, Shown(ranked["system"].tolist()))
    assert len(re.findall("old apart from (every|any|one|[a-z]+) other", table)) == len(ranked)


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
    assert ranking.told_apart({"low": low, "high": high}, family) == said


def test_row_of_its_judge_alone_is_grey_and_says_so(snapshot: Snapshot) -> None:
    table, ranked, _ = drawn(snapshot, "demo")
    grey = re.findall(r'<tr role="row" class="mh-unaudited"[^>]*>.*?</tr>', table)
    assert len(grey) == ranked["judge_only"].sum() == 2
    assert all("Judge only: no verdict" in row for row in grey)
    assert table.count("Judge only: no verdict") == 2


def test_hostile_name_is_drawn_as_text(snapshot: Snapshot) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    board = snapshot.catalogue.boards["msts"]
    ids = queries.standings(snapshot.database, board)["system"]
    systems = tuple(System(id, hostile, "d", "general_purpose", "closed") for id in ids)
    names = names_of(board, Registry(developer=(Developer("d", hostile),), system=systems))
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    table = ranking.ranking(ranking.lines(ranked, set(), board, names, (), to), Shown(ranked["system"].tolist()))
    assert "<img" not in table
    assert "&lt;img" in table


def test_unregistered_id_is_unlisted(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["msts"]
    every = queries.standings(snapshot.database, board)
    ranked = every[every["ranked"]]
    made = ranking.lines(ranked, set(), board, names_of(board, Registry()), (), to)
    table = ranking.ranking(made, Shown(ranked["system"].tolist()))
    assert table.count(">unlisted</a>") == len(ranked)
