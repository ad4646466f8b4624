"""How numbers are written: rates, intervals, rank sets, dates, positions on a scale."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from leaderboard.site.views.messages import _

FINE = 200
"""From so many items on a rate is printed with a decimal: a percentage point is then more than two items."""
_MONTHS = (
    *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
    *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
)
_SHORT_MONTHS = (
    *(_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun")),
    *(_("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec")),
)

Row = dict[str, Any]


def records(frame: pd.DataFrame) -> Iterator[Row]:
    """Yields a frame's rows as plain values, None where a value is missing."""
    names = [str(name) for name in frame.columns]
    for values in zip(*(_plain(frame[name]) for name in frame.columns), strict=True):
        yield dict(zip(names, values, strict=True))


def _plain(column: "pd.Series[Any]") -> list[Any]:
    missing = column.isna()
    if not missing.any():
        return column.tolist()
    return [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)]


def percent(rate: float, n: int = FINE) -> str:
    """Returns a rate as a percentage, never rounded to a certainty: 99.96 % of 4,000 items is not 100 %."""
    digits = 1 if n >= FINE else 0
    text = f"{rate:.{digits}%}"
    if rate < 1 and text.startswith("100"):
        return f">{1 - 10 ** -(digits + 2):.{digits}%}"
    if rate > 0 and not float(text.rstrip("%")):
        return f"<{10 ** -(digits + 2):.{digits}%}"
    return text.replace(".0%", "%") if rate in (0, 1) else text


def span(low: float, high: float, n: int = FINE) -> str:
    """Returns an interval in percent, such as `84.1–90.6%`. An end next to 0 or 100 % is rounded outwards."""
    ends = [percent(low, n), percent(high, n)]
    if ends[0].startswith("<"):
        ends[0] = "0%"
    if ends[1].startswith(">"):
        ends[1] = "100%"
    return ends[0] if ends[0] == ends[1] else f"{ends[0].rstrip('%')}–{ends[1]}"


def ranks(low: int, high: int) -> str:
    """Returns a rank set in words, such as `3–7`, or `4` where only one rank is possible."""
    return str(low) if low == high else f"{low}–{high}"


def position(rate: float) -> str:
    """Returns where a rate lies on a scale from 0 to 100, for a style sheet."""
    return f"{100 * min(max(rate, 0.0), 1.0):.2f}"


def long_date(day: date) -> str:
    """Returns a date as `22 November 2026`."""
    return _date(day, _MONTHS)


def short_date(day: date) -> str:
    """Returns a date as `22 Nov 2026`."""
    return _date(day, _SHORT_MONTHS)


def _date(day: date, months: Sequence[str]) -> str:
    return _("{day} {month} {year}").format(day=day.day, month=months[day.month - 1], year=day.year)


def anchor(title: str) -> str:
    """Returns the name that a part of a page has in an address."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
