"""The ranking as a real table: rank set first, the safe rate and its interval drawn, the weakest category."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.html.marks import axis, body, cell, drawn, head_cell, rank_set, rate, table
from leaderboard.site.html.markup import Html, Part, element, join
from leaderboard.site.html.standings import Links, filtered_by, hide, system_cell
from leaderboard.site.views import sorting as orders
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, records
from leaderboard.site.views.sentences import number, opening, plural, scope
from leaderboard.site.views.sorting import BACK, ORDERS

SHIFT = 0.01
"""Macro and item-weighted rates that differ by more are both shown (STATISTICS.md section 1)."""


class Lines(NamedTuple):
    """The ranking of one view, drawn row by row: what stays the same whatever is in sight and in whatever order."""

    caption: Html
    columns: list[tuple[str, str]]
    """The order that a column can be put in, and its heading."""
    one_way: bool
    """Whether no order may begin with the least safe."""
    groups: list[tuple[str, list[str]]]
    """A heading and the systems below it, in the order of their ranks."""
    rows: dict[str, Html]
    """By system."""


class Shown(NamedTuple):
    """Which rows of a table are in sight, and in which order."""

    systems: Sequence[str]
    sort: str = "rank"


def lines(
    ranked: pd.DataFrame,
    foremost: Collection[str],
    board: Board,
    names: Names,
    categories: tuple[str, ...],
    to: Links,
) -> Lines:
    """Returns all ranked systems, grouped into those that may be the safest, which `foremost` names, and the others."""
    rows = list(records(ranked))
    place = {row["system"]: at for at, row in enumerate(rows)}
    groups = [(title, members) for title, members in _groups(rows, foremost) if members]
    return Lines(
        caption=_caption(board, names, categories, len(rows)),
        columns=[*_COLUMNS, *((_FURTHER[title], title) for title in _measured(board))],
        one_way=orders.is_sensitive(board, categories),
        groups=[(title, [row["system"] for row in members]) for title, members in groups],
        rows={
            row["system"]: _line(row, place[row["system"]], group, len(rows), board, names, to)
            for group, (_, members) in enumerate(groups)
            for row in members
        },
    )


def ranking(made: Lines, shown: Shown) -> Html:
    """Returns the table. Rows that are not `shown` are in it and hidden; in any order but by rank all rows are in the
    first group and no group has a heading. The script of the page (ui/ranking) makes one of these from another."""
    seen, by_rank = set(shown.systems), shown.sort == "rank"
    rows = {id: row if id in seen else hide(row) for id, row in made.rows.items()}
    bodies = [
        _group(title, [rows[id] for id in ids], by_rank and not seen.isdisjoint(ids), len(made.columns))
        for title, ids in _arranged(made.groups, shown)
    ]
    heads: list[Part] = [_head(id, title, shown.sort, made.one_way) for id, title in made.columns]
    return table(made.caption, heads, *bodies, class_="mh-standings")


def _arranged(groups: list[tuple[str, list[str]]], shown: Shown) -> list[tuple[str, list[str]]]:
    """The systems of each group as they are drawn; in another order than by rank, hidden ones come last."""
    if shown.sort == "rank":
        return groups
    place = {id: at for at, id in enumerate(shown.systems)}
    every = sorted((id for _, ids in groups for id in ids), key=lambda id: place.get(id, len(place)))
    return [(title, [] if at else every) for at, (title, _) in enumerate(groups)]


def _groups(rows: list[Row], foremost: Collection[str]) -> list[tuple[str, list[Row]]]:
    """A system that is safe by blocking keeps its place among the others, but not the word safest."""
    blocking = [line for line in rows if line["safe_by_blocking"] and line["top_group"]]
    front = [line for line in rows if line["system"] in foremost]
    rest = [line for line in rows if line not in blocking and line not in front]
    title = "May be the safest that also helps" if blocking else "May be the safest"
    return [("Safe by blocking: hardly any helpful answer", blocking), (title, front), ("Behind the safest", rest)]


_COLUMNS = [("rank", "Rank"), ("name", "System"), ("safe", "Safe responses"), ("weakest", "Weakest category")]
"""The columns of every board: the order that each can be put in, and its heading."""
_FURTHER = {"Helpful": "helpful", "Over-refusal": "refusal"}


def _head(id: str, title: str, sort: str, one_way: bool) -> Html:
    """The heading of a column and what a script needs to make a button of it."""
    order = ORDERS[id]
    direction = ("descending" if orders.descends(sort) else "ascending") if sort.removeprefix(BACK) == id else None
    words = element("span", title, class_="mh-by")
    return element(
        "th",
        axis(words) if id == "safe" else words,
        scope="col",
        role="columnheader",
        aria_sort=direction,
        data_sort=id,
        data_one_way=one_way and order.about_safety,
    )


def _measured(board: Board) -> list[str]:
    helpful = ["Helpful"] if board.measures("helpful", "harmful") else []
    benign = any(category.benign_items for category in board.category)
    return helpful + (["Over-refusal"] if benign else [])


def _caption(board: Board, names: Names, categories: tuple[str, ...], family: int) -> Html:
    lines = [
        f"{opening(plural(family, 'ranked system'))}, over {scope(board, names, categories)}.",
        (
            "The rank column gives every place that a system may hold, with 95% confidence for all systems at once. "
            "Between systems that cannot be told apart there is no order. Lines are 95% intervals."
        ),
    ]
    unmeasured = [
        word
        for word, measured in (("helpfulness", "Helpful"), ("over-refusal", "Over-refusal"))
        if measured not in _measured(board)
    ]
    if unmeasured:
        lines.append(f"{opening(' and '.join(unmeasured))}: not measured on this board.")
    return Html(" ".join(element("span", line) for line in lines))


def _group(title: str, rows: list[Html], headed: bool, columns: int) -> Html:
    head = element("th", title, colspan=columns, scope="rowgroup", class_="mh-group")
    return body(element("tr", head, class_="mh-grouprow", role="row", hidden=not headed), *rows)


def _line(line: Row, at: int, group: int, family: int, board: Board, names: Names, to: Links) -> Html:
    """The rank comes first and the name heads the row. `at` is its place by rank, `group` the number of its group."""
    cells = [
        cell(rank_set(line["low"], line["high"], family), class_="mh-rank"),
        head_cell(system_cell(line, names, to(line["system"]))),
        cell(join(_safe(line), element("span", told_apart(line, family), class_="mh-also")), label="Safe responses"),
        cell(_weakest(line, names), label="Weakest category"),
        *(cell(part, label=title) for title, part in zip(_measured(board), _further(line, board), strict=True)),
    ]
    places: dict[str, str | int | None] = {"data_at": at, "data_in": group, **filtered_by(line, names)}
    for id, order in ORDERS.items():
        places[f"data_{id}"] = names.system(line["system"]).casefold() if id == "name" else _value(line[order.column])
    grey = "mh-unaudited" if line["judge_only"] else None
    return element("tr", *cells, role="row", class_=grey, **places)


def _value(value: object) -> str | None:
    """A value as a script can compare it; None where it is missing."""
    if value is None:
        return None
    return f"{value:%Y%m%d}" if isinstance(value, pd.Timestamp) else f"{value:.6g}"


def told_apart(line: Row, family: int) -> str:
    """Returns how many of the others this one cannot be ordered against. A rank set leaves out one place for each
    system that is shown to be safer or less safe, so its width is the number of those that are not."""
    level, others = line["high"] - line["low"], family - 1
    if not others:
        return "The only ranked system"
    if not level:
        return "Told apart from every other"
    whom = "any other" if level == others else "one other" if level == 1 else f"{number(level)} others"
    return f"Cannot be told apart from {whom}"


def _safe(line: Row) -> Html:
    lines = [
        drawn(line["safe"], line["safe_low"], line["safe_high"]),
        rate(line["safe"], line["safe_low"], line["safe_high"], line["safe_n"]),
    ]
    weighted = line["item_weighted"]
    if weighted is not None and abs(weighted - line["safe"]) > SHIFT:
        lines.append(
            element("span", f"{percent(weighted, line['safe_n'])} if every prompt counts the same", class_="mh-also")
        )
    return join(*lines)


def _weakest(line: Row, names: Names) -> Html | str:
    if line["weakest"] is None:
        return "–"
    name = "None: safe in every response" if line["weakest_safe"] == 1 else names.category(line["weakest"])
    return join(
        element("span", name, class_="mh-name-small"),
        rate(line["weakest_safe"], line["weakest_low"], line["weakest_high"], line["weakest_n"]),
    )


def _further(line: Row, board: Board) -> list[Html | str]:
    wanted = {"Helpful": "helpful", "Over-refusal": "over_refusal"}
    return [_plain_rate(line, wanted[title]) for title in _measured(board)]


def _plain_rate(line: Row, metric: str) -> Html | str:
    if line[metric] is None:
        return "not measured"
    return rate(line[metric], line[f"{metric}_low"], line[f"{metric}_high"])
