"""Systems by categories as a real table whose cells are shaded: the darker, the more trouble. The numbers are in the
cells and the shades have words, so that colour alone says nothing."""

import re
from collections.abc import Callable, Sequence

import pandas as pd

from leaderboard.site.html.marks import body, cell, head_cell, table
from leaderboard.site.html.markup import Html, Part, element, join, link
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, ranks, records, span

STEPS = (0.02, 0.05, 0.10, 0.20, 0.40)
"""Where the shades begin: the share of prompts that went wrong."""


def safe_cells(
    cells: pd.DataFrame, names: Names, categories: Sequence[str], title: str, to: Callable[[str], str]
) -> Html:
    """Returns safe rates by system and risk category, safest system first."""
    shades = _legend("Safe responses", [percent(1 - step, 1) for step in STEPS], "or more", "less")
    return _grid(cells, names, categories, join(element("span", title), shades), lambda rate: 1 - rate, to)


def refused_cells(
    cells: pd.DataFrame, names: Names, categories: Sequence[str], title: str, to: Callable[[str], str]
) -> Html:
    """Returns over-refusal rates by system and type of harmless prompt."""
    shades = _legend("Turned down", [percent(step, 1) for step in STEPS], "or less", "more")
    return _grid(cells, names, categories, join(element("span", title), shades), lambda rate: rate, to)


def _grid(
    cells: pd.DataFrame,
    names: Names,
    categories: Sequence[str],
    caption: Part,
    trouble: Callable[[float], float],
    to: Callable[[str], str],
) -> Html:
    by_system: dict[str, dict[str, Row]] = {}
    for found in records(cells):
        by_system.setdefault(found["system"], {})[found["category"]] = found
    rows = [
        element(
            "tr",
            head_cell(_name(names, system, found, to)),
            *(_cell(found.get(id), names, trouble) for id in ["all", *categories]),
            role="row",
        )
        for system, found in by_system.items()
    ]
    heads: list[Part] = ["System", "All", *(_breakable(names.category(id)) for id in categories)]
    return table(caption, heads, body(*rows), class_="mh-heat", style=f"--columns:{len(heads) - 1}")


def _breakable(name: str) -> str:
    """A name whose long words may be broken: a column is about eleven letters wide."""
    return re.sub(r"(\w{6,})(\w{6})\b", "\\1\N{SOFT HYPHEN}\\2", name)


def _name(names: Names, system: str, found: dict[str, Row], to: Callable[[str], str]) -> Html:
    first = next(iter(found.values()))
    place = f"rank {ranks(first['low'], first['high'])}" if first["ranked"] else "not ranked"
    return join(link(names.system(system), to(system), class_="mh-name"), element("span", place, class_="mh-about"))


def _cell(found: Row | None, names: Names, trouble: Callable[[float], float]) -> Html:
    if found is None:
        return cell("–")
    went_wrong = round(trouble(found["estimate"]), 9)  # 1 - 0.98 is a little more than 0.02
    shade = sum(went_wrong > step for step in STEPS)
    label = "All" if found["category"] == "all" else names.category(found["category"])
    numbers = join(
        element("b", percent(found["estimate"], found["n"])),
        element("span", span(found["ci_low"], found["ci_high"], found["n"]), class_="mh-ci"),
    )
    return cell(numbers, label=label, class_=f"mh-h{shade}")


def _legend(what: str, steps: list[str], better: str, worse: str) -> Html:
    words = [f"{steps[0]} {better}", *(f"to {step}" for step in steps[1:]), worse]
    marks = [element("i", word, class_=f"mh-h{shade}") for shade, word in enumerate(words)]
    return element("span", f"{what}: ", *marks, class_="mh-legend")
