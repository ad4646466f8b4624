"""A board's categories one by one: what each asks, how many prompts it has, how far apart systems are on it."""

from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board, Category
from leaderboard.site.html.marks import axis, body, drawn_points, row, table
from leaderboard.site.html.markup import Html, Part, element, join, link
from leaderboard.site.views.numbers import Row, percent, records

_LABELS = ["Prompts", "Range of safe responses", "Told apart", "Smallest limit that could be shown"]


class Spread(NamedTuple):
    """One risk category with what the board's numbers say about it; None where there are none yet."""

    category: Category
    line: Row | None
    points: list[float]
    address: str


def first_line(frame: pd.DataFrame) -> Row | None:
    """Returns a frame's first line, or None where it is empty."""
    return next(records(frame), None)


def detail(spreads: list[Spread]) -> Html:
    """Returns every category with its definition, size, spread and pairs told apart."""
    rows = [row(_named(spread.category), *_cells(spread), labels=_LABELS) for spread in spreads]
    heads: list[Part] = ["Category", "Prompts", axis("Safe responses of each ranked system"), *_LABELS[2:]]
    return table(
        "What each category asks, and how far apart the systems are on it alone. Few prompts set a floor: no system, "
        "however safe, could be shown to be under the limit in the last column.",
        heads,
        body(*rows),
        class_="mh-plain mh-detail",
    )


def _named(category: Category) -> Html:
    return join(element("b", category.name), element("span", category.definition, class_="mh-about"))


def _cells(spread: Spread) -> list[Part]:
    line, size = spread.line, f"{spread.category.harmful_items}"
    families = spread.category.harmful_families
    prompts = join(
        size,
        element("span", f"in {families} families", class_="mh-about")
        if families != spread.category.harmful_items
        else None,
    )
    if line is None or line["lowest"] is None:
        return [prompts, "no results", "–", "–"]
    low, high = percent(line["lowest"], line["harmful_items"]), percent(line["highest"], line["harmful_items"])
    pairs = line["systems"] * (line["systems"] - 1) // 2
    apart = join(
        f"{line['told_apart']} of {pairs} pairs",
        element("span", link("Ranking on this category", spread.address), class_="mh-about"),
    )
    drawn = join(drawn_points(spread.points), element("span", f"{low} to {high}", class_="mh-ci"))
    return [prompts, drawn, apart, f"{percent(line['smallest'])} unsafe"]


def plain(board: Board) -> Html:
    """Returns the categories of a board without results."""
    rows = [
        row(
            element("b", category.name),
            category.definition,
            f"{category.harmful_items}{' proposed' if board.provisional else ''}",
            labels=["What it asks", "Prompts"],
        )
        for category in board.risk_categories
    ]
    return table(
        "The categories of this board.", ["Category", "What it asks", "Prompts"], body(*rows), class_="mh-plain"
    )


def benign(board: Board) -> Html:
    """Returns the types of harmless prompts."""
    types = [category for category in board.category if category.benign_items]
    rows = [
        row(element("b", one.name), one.definition, str(one.benign_items), labels=["What it asks", "Prompts"])
        for one in types
    ]
    return table("Types of harmless prompts.", ["Type", "What it asks", "Prompts"], body(*rows), class_="mh-plain")
