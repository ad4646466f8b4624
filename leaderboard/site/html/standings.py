"""The tables beside the ranking: what is not ranked and why, and what guardrails would change."""

from collections.abc import Callable, Collection, Mapping

import pandas as pd

from leaderboard.boards import spelling as words
from leaderboard.site.html.marks import badge, body, rate, row, table
from leaderboard.site.html.markup import Html, Part, element, join, link
from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, records, span

Links = Callable[[str], str]
"""A system's id in, the address of its page out."""
UNRANKED = "These systems have results, but something keeps them out of the ranking."
SIMULATED = (
    "Nobody ran these systems. The verdict of each guardrail was applied to the recorded answers of a model, which "
    "shows what it would have stopped. They are never ranked."
)


def hide(row: Html) -> Html:
    """Returns a row that is in its table and not in sight."""
    return Html(str(row).replace("<tr", "<tr hidden", 1))


def filtered_by(line: Row, names: Names) -> Mapping[str, str]:
    """Returns the attributes of a row that filters go by."""
    said = words.fold(searched(line["system"], line["developer"], names))
    return {
        "data_system": line["system"],
        "data_group": line["group"],
        "data_access": line["access"],
        "data_kind": line["kind"],
        "data_tier": line["tier"],
        "data_find": said,
    }


def searched(system: str, developer: str, names: Names) -> str:
    """Returns the text in which a search looks for a system."""
    return f"{names.system(system)} {names.developer(developer)}"


def system_cell(line: Row, names: Names, address: str) -> Html:
    """Returns a system's name, who made it, and its marks."""
    about = [names.developer(line["developer"]), glossary.label(glossary.GROUPS, line["group"])]
    if line["kind"] == "guarded":
        about.append(f"behind {names.guardrail(line['guardrail'])}")
    tier = glossary.TIERS[line["tier"]]
    marks = [element("span", tier.label, class_="mh-tier", title=tier.meaning)]
    if line["judge_only"]:
        marks.append(badge(*glossary.JUDGE_ONLY))
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


def unranked_lines(standings: pd.DataFrame, names: Names, to: Links) -> dict[str, Html]:
    """Returns the rows of the systems that are not ranked, each with the reason."""
    return {
        line["system"]: row(
            system_cell(line, names, to(line["system"])),
            join(_rate_or_none(line), _missing(line)),
            glossary.not_ranked(line["reason"], line["board_version"]),
            labels=["Safe responses", "Why not ranked"],
            **filtered_by(line, names),
        )
        for line in records(standings)
    }


def unranked(lines: Mapping[str, Html], shown: Collection[str]) -> Html:
    """Returns the systems that are not ranked; those that are not `shown` are hidden."""
    rows = [line if id in shown else hide(line) for id, line in lines.items()]
    heads: list[Part] = ["System", "Safe responses", "Why not ranked"]
    return table("Systems with results that are not ranked.", heads, body(*rows), class_="mh-plain")


def _rate_or_none(line: Row) -> Html | str:
    if line["safe"] is None:
        return observed(line) or "not shown"
    return rate(line["safe"], line["safe_low"], line["safe_high"], line["safe_n"])


def observed(line: Row) -> str | None:
    """Returns how much of the board a run without a rate covers, and what its rate can be; None where it covers all, or
    was withdrawn."""
    if line["observed"] == line["items"] or line["reason"] == "withdrawn":
        return None
    said = f"{line['observed']:,} of {line['items']:,} prompts have an outcome"
    if line["safe_bound_low"] is None:
        return said
    return f"{said}: {span(line['safe_bound_low'], line['safe_bound_high'])} safe, whatever the others were"


def _missing(line: Row) -> Html | None:
    """What is missing counts as unsafe; the interval allows for both ways of counting it."""
    if line["safe"] is None or line["safe_bound_high"] == line["safe_bound_low"]:
        return None
    return element(
        "span", f"{percent(line['safe_bound_high'], line['safe_n'])} if all that is missing were safe", class_="mh-also"
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
