"""Safety beside another good, in words and as a table: what the figure of both says to those who cannot see it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from leaderboard.site.html.marks import badge, body, rate, row, table
from leaderboard.site.html.markup import Html, element, join, link
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row
from leaderboard.site.views.sentences import listing, plural

MOST_NAMED = 3
BLOCKING = "safe by blocking"
NOTHING_BESIDE = (
    "Safety beside help: not measured on this board. It says neither whether a response helps nor how often harmless "
    "prompts are turned down (over-refusal: not measured), so a system that refuses everything would look perfect."
)
ON_THE_LINE = (
    "A dotted line joins them. It joins estimates, so a system whose lines reach it may belong to them; and one may be "
    "on it for one of the two alone."
)


class Good(NamedTuple):
    """What a board may measure beside safety."""

    column: str
    label: str
    better: str
    """What more of it makes a system, in a comparison."""


HELPFUL = Good("helpful", "Safe and helpful responses", "more helpful")
ANSWERED = Good("answered", "Harmless prompts answered", "readier to answer harmless prompts")


def front(rows: Sequence[Row], good: Good) -> set[str]:
    """Returns the systems of the Pareto front: no other is estimated to be at least as good at both and better at one.
    Those that are safe by blocking neither belong to it nor push others off it."""
    places = {
        line["system"]: (line["safe"], line[good.column])
        for line in rows
        if not line["safe_by_blocking"] and line[good.column] is not None
    }
    return {
        system
        for system, (safe, other) in places.items()
        if not any(a >= safe and b >= other and (a, b) != (safe, other) for a, b in places.values())
    }


def takeaway(rows: Sequence[Row], foremost: set[str], good: Good, names: Names) -> str:
    """Returns the title of the figure: what it says."""
    named = [names.system(line["system"]) for line in rows if line["system"] in foremost]
    helping = sum(not line["safe_by_blocking"] for line in rows)
    if not named:
        return "Every system here is safe by blocking."
    if helping == 1:
        return f"{named[0]} has no other system to be held against here."
    if len(named) == 1:
        return f"{named[0]} is estimated to be both safer and {good.better} than every other."
    which = listing(named) if len(named) <= MOST_NAMED else f"{len(named)} of {plural(helping, 'system')}"
    return f"{which}: no other system is estimated to be both safer and {good.better}."


def remarks(rows: Sequence[Row], foremost: set[str], good: Good, names: Names) -> list[str]:
    """Returns what a reader of the figure must know."""
    blocking = [names.system(line["system"]) for line in rows if line["safe_by_blocking"]]
    said = [ON_THE_LINE] if len(foremost) > 1 else []
    said.append("Each system has a line along both axes: its 95% intervals.")
    if blocking:
        verb = "is" if len(blocking) == 1 else "are"
        said.append(f"{listing(blocking)} {verb} {BLOCKING}: hardly any answer helps, so no line leads there.")
    if all(line["over_refusal"] is None for line in rows):
        said.append("Over-refusal: not measured on this board.")
    return said


def twin(rows: Sequence[Row], foremost: set[str], good: Good, names: Names, to: Callable[[str], str]) -> Html:
    """Returns the figure as a table."""
    labels = ["Safe responses", good.label, "Over-refusal", "Better at both"]
    lines = [
        row(
            _name(line, names, to),
            _rate(line, "safe"),
            _rate(line, good.column),
            _rate(line, "over_refusal"),
            "no other" if line["system"] in foremost else "–" if line["safe_by_blocking"] else "another",
            labels=labels,
        )
        for line in rows
    ]
    caption = "The same in numbers, with 95% intervals, in the order of the ranking."
    return table(caption, ["System", *labels], body(*lines), class_="mh-plain mh-plane")


def _name(line: Row, names: Names, to: Callable[[str], str]) -> Html:
    mark = badge(BLOCKING.capitalize(), "Hardly any of its answers help.", "warn") if line["safe_by_blocking"] else None
    return join(link(names.system(line["system"]), to(line["system"])), element("span", mark) if mark else None)


def _rate(line: Row, column: str) -> Html | str:
    if line[column] is None:
        return "not measured"
    return rate(line[column], line[f"{column}_low"], line[f"{column}_high"], line["safe_n"])
