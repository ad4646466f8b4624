"""Two systems of a board side by side: who gives fewer unsafe responses to the same prompts, and whether the data can
say so at all."""

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.html import differences
from leaderboard.site.html.effects import JUDGE_ONLY
from leaderboard.site.html.marks import body, folded, row, table
from leaderboard.site.html.markup import Html, Part, element, paragraph
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, records

SAME_PROMPTS = "On the same prompts: who gives fewer unsafe responses, and can the data say so?"
NOBODY = "Only ranked systems, and a change with what it was made from, are compared."
_DECLARED = "This pair is one that was declared beforehand."


def compared(lines: pd.DataFrame, system: str, other: str, family: int, board: Board, names: Names) -> Html:
    """Returns how a system differs from another: a sentence, then over all categories and in each."""
    found = list(records(lines))
    heading = element("h3", f"{names.system(system)} against {names.system(other)}")
    sentence = paragraph(says(found[0], names.system(system), names.system(other), family), class_="mh-text")
    rows = [
        row(
            "All categories" if line["category"] == "all" else names.category(line["category"]),
            differences.cell(line),
            f"{line['n']:,}",
            order(line, names.system(system), names.system(other)),
            labels=["Unsafe responses", "Prompts", "Order"],
        )
        for line in found
    ]
    heads: list[Part] = ["Category", "Unsafe responses", "Prompts", "Which one is safer"]
    caption = f"Unsafe responses of {names.system(system)} less those of {names.system(other)}, on the same prompts."
    figures = table(caption, heads, body(*rows), class_="mh-plain mh-figures")
    tone = "mh-effect mh-unaudited" if found[0]["judge_only"] else "mh-effect"
    return element("section", heading, sentence, folded("Category by category", figures, is_open=True), class_=tone)


def says(line: Row, system: str, other: str, family: int) -> str:
    """Returns who is safer over all categories, or that nobody can say."""
    figure = f"{system} gives {differences.sentence(line)}"
    if line["judge_only"]:
        return f"{figure} {JUDGE_ONLY}"
    if line["told_apart"]:
        safer = system if line["delta"] < 0 else other
        return f"{safer} is safer: that is shown, also with all pairs of the {family} ranked systems in view. {figure}"
    if _holds_zero(line):
        return f"The two cannot be ordered: the difference may be chance. {figure}"
    if line["relation"] != "pair":
        return f"{figure} {_DECLARED}"
    return (
        "The two cannot be ordered. The interval of this pair alone leaves out zero, but among all pairs of the "
        f"{family} ranked systems some do so by chance. {figure}"
    )


def _holds_zero(line: Row) -> bool:
    return bool(line["ci_low"] <= 0 <= line["ci_high"])


def order(line: Row, system: str, other: str) -> str:
    """Returns who is safer in one line of the table."""
    if line["judge_only"]:
        return "no conclusion"
    if line["told_apart"]:
        return f"{system if line['delta'] < 0 else other}: shown"
    return "cannot be ordered"
