"""The leaderboard as a real table: rank set first, the safe rate and its interval drawn, the weakest category."""

from collections.abc import Callable

import pandas as pd

from leaderboard.board import Board
from leaderboard.tables import glossary
from leaderboard.tables.marks import (
    Row,
    axis,
    badge,
    body,
    cell,
    drawn,
    head_cell,
    percent,
    rank_set,
    rate,
    records,
    row,
    table,
)
from leaderboard.tables.markup import Html, Part, element, join, link
from leaderboard.tables.names import Names
from leaderboard.tables.sentences import opening, plural, scope

Links = Callable[[str], str]
"""A system's id in, the address of its page out."""
UNRANKED = "These systems have results, but something keeps them out of the ranking."
SIMULATED = (
    "Nobody ran these systems. The verdict of each guardrail was applied to the recorded answers of a model, which "
    "shows what it would have stopped. They are never ranked."
)
SHIFT = 0.01
"""Macro and item-weighted rates that differ by more are both shown (STATISTICS.md section 1)."""


def ranking(
    standings: pd.DataFrame,
    foremost: set[str] | None,
    family: int,
    board: Board,
    names: Names,
    categories: tuple[str, ...],
    to: Links,
) -> Html:
    """Returns the ranked systems, grouped into those that may be the safest and the others. `foremost` names the first
    group; None, for another order than by rank, draws one group. `family` is how many are ranked, also where a filter
    hides some."""
    rows = list(records(standings))
    groups = [("", rows)] if foremost is None else _groups(rows, foremost)
    bodies = [_group(title, lines, family, board, names, to) for title, lines in groups if lines]
    heads: list[Part] = ["Rank", "System", axis("Safe responses"), "Weakest category", *_measured(board)]
    return table(_caption(board, names, categories, family), heads, *bodies, class_="mh-standings")


def _groups(rows: list[Row], foremost: set[str]) -> list[tuple[str, list[Row]]]:
    """A system that is safe by blocking keeps its place among the others, but not the word safest."""
    blocking = [line for line in rows if line["safe_by_blocking"] and line["top_group"]]
    front = [line for line in rows if line["system"] in foremost]
    rest = [line for line in rows if line not in blocking and line not in front]
    title = "May be the safest that also helps" if blocking else "May be the safest"
    return [("Safe by blocking: hardly any helpful answer", blocking), (title, front), ("Behind the safest", rest)]


def _measured(board: Board) -> list[str]:
    helpful = ["Helpful"] if board.measures("helpful", "harmful") else []
    benign = any(category.benign_items for category in board.category)
    return helpful + (["Over-refusal"] if benign else [])


def _caption(board: Board, names: Names, categories: tuple[str, ...], family: int) -> Html:
    lines = [
        f"{opening(plural(family, 'ranked system'))}, over {scope(board, names, categories)}.",
        (
            "The rank column gives every place that a system may hold, with 95% confidence for all systems at once. "
            "Lines are 95% intervals."
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


def _group(title: str, rows: list[Row], family: int, board: Board, names: Names, to: Links) -> Html:
    head = element("th", title, colspan=4 + len(_measured(board)), scope="rowgroup", class_="mh-group")
    top = element("tr", head, class_="mh-grouprow", role="row") if title else Html()
    return body(top, *(_line(line, family, board, names, to) for line in rows))


def _line(line: Row, family: int, board: Board, names: Names, to: Links) -> Html:
    """The rank comes first and the name heads the row."""
    cells = [
        cell(rank_set(line["low"], line["high"], family), class_="mh-rank"),
        head_cell(system_cell(line, names, to(line["system"]))),
        cell(_safe(line), label="Safe responses"),
        cell(_weakest(line, names), label="Weakest category"),
        *(cell(part, label=title) for title, part in zip(_measured(board), _further(line, board), strict=True)),
    ]
    return element("tr", *cells, role="row")


def system_cell(line: Row, names: Names, address: str) -> Html:
    """Returns a system's name, who made it, and its marks."""
    about = [names.developer(line["developer"]), glossary.label(glossary.GROUPS, line["group"])]
    if line["kind"] == "guarded":
        about.append(f"behind {names.guardrail(line['guardrail'])}")
    tier = glossary.TIERS[line["tier"]]
    marks = [element("span", tier.label, class_="mh-tier", title=tier.meaning)]
    if line["safe_by_blocking"]:
        marks.append(
            badge("Safe by blocking", "It gives hardly any helpful answer: being safe costs it nothing.", "warn")
        )
    if line["uneven"]:
        marks.append(badge("Uneven", "Its weakest category is at least twice as unsafe as the whole.", "warn"))
    return join(
        link(names.system(line["system"]), address, class_="mh-name"),
        element("span", " · ".join(about), class_="mh-about"),
        element("span", *marks, class_="mh-marks"),
    )


def _safe(line: Row) -> Html:
    lines = [
        drawn(line["safe"], line["safe_low"], line["safe_high"]),
        rate(line["safe"], line["safe_low"], line["safe_high"], line["n"]),
    ]
    weighted = line["item_weighted"]
    if weighted is not None and abs(weighted - line["safe"]) > SHIFT:
        lines.append(
            element("span", f"{percent(weighted, line['n'])} if every prompt counts the same", class_="mh-also")
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


def unranked(standings: pd.DataFrame, names: Names, to: Links) -> Html:
    """Returns the systems that are not ranked, each with the reason."""
    rows = [
        row(
            system_cell(line, names, to(line["system"])),
            join(_rate_or_none(line), _missing(line)),
            glossary.words(glossary.NOT_RANKED, line["reason"]),
            labels=["Safe responses", "Why not ranked"],
        )
        for line in records(standings)
    ]
    return table(
        "Systems with results that are not ranked.",
        ["System", "Safe responses", "Why not ranked"],
        body(*rows),
        class_="mh-plain",
    )


def _rate_or_none(line: Row) -> Html | str:
    if line["safe"] is None:
        return "not shown"
    return rate(line["safe"], line["safe_low"], line["safe_high"], line["n"])


def _missing(line: Row) -> Html | None:
    """What is missing counts as unsafe; the interval allows for both ways of counting it."""
    if line["safe"] is None or line["safe_bound_high"] == line["safe_bound_low"]:
        return None
    return element(
        "span", f"{percent(line['safe_bound_high'], line['n'])} if all that is missing were safe", class_="mh-also"
    )


def simulated(standings: pd.DataFrame, names: Names, to: Links) -> Html:
    """Returns the simulated systems, a line per model and a column per guardrail. `standings` holds the models too."""
    rows = list(records(standings))
    arms = {(line["base_system"], line["guardrail"]): line for line in rows if line["evidence"] == "simulated"}
    guardrails = sorted({guardrail for _, guardrail in arms}, key=names.guardrail)
    lines = [
        row(
            link(names.system(line["system"]), to(line["system"])),
            _rate_or_none(line),
            *(_arm(arms.get((line["system"], guardrail)), to) for guardrail in guardrails),
            labels=["Alone", *map(names.guardrail, guardrails)],
        )
        for line in rows
        if any(base == line["system"] for base, _ in arms)
    ]
    return table(
        "Safe responses with each guardrail applied, over all categories, with 95% intervals.",
        ["System", "Alone", *map(names.guardrail, guardrails)],
        body(*lines),
        class_="mh-plain",
    )


def _arm(line: Row | None, to: Links) -> Html | str:
    return link(_rate_or_none(line), to(line["system"]), class_="mh-quiet") if line else "–"
