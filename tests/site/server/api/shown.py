"""The numbers in the tables of a page, row by row, and the forms that a number of the API may have there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from typing import Any, NamedTuple

INTERVAL = "95% interval"
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")


class Line(NamedTuple):
    """One row of a table: what heads it, and the numbers and days in its cells."""

    head: str
    numbers: frozenset[str]


class Tables(HTMLParser):
    """Collects the rows of every table in a page's markup."""

    def __init__(self, markup: str, names: Iterable[str]) -> None:
        """`names` are left out: a number in one is no figure."""
        super().__init__()
        longest_first = sorted(names, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, longest_first)))
        self.lines: list[Line] = []
        self._cells: dict[str, list[str]] = {}
        self._into: str | None = None
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._cells = {"th": [], "td": []}
        elif tag in ("th", "td"):
            self._into = tag
            self._cells[tag].append("")
        elif self._into:
            self._cells[self._into][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._into = None
        elif tag == "tr" and self._cells["td"]:
            head, text = (" ".join(self._cells[tag]).replace("\u00ad", "") for tag in ("th", "td"))
            self.lines.append(Line(" ".join(head.split()), numbers(self._names.sub(" ", text))))

    def handle_data(self, data: str) -> None:
        if self._into:
            self._cells[self._into][-1] += data


def numbers(text: str) -> frozenset[str]:
    """Returns the numbers and days of a text, as they are printed."""
    plain = " ".join(text.replace(INTERVAL, " ").split())
    return frozenset([*_DAY.findall(plain), *_NUMBER.findall(_DAY.sub(" ", plain))])


Row = Mapping[str, Any]


def forms(row: Row) -> Iterator[str]:
    """Yields every form in which a page may print a value of a row: a rate or what it leaves of one in percent, with a
    decimal or without; a difference in points; an agreement; a count; a day."""
    for value in row.values():
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int):
            yield f"{value:,}"
        elif isinstance(value, float):
            yield from _rates(value)
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value)
            yield f"{day.day} {day:%b %Y}"
    yield from _sums(row)


def _rates(value: float) -> Iterator[str]:
    for rate in (abs(value), 1 - value):
        for text in (f"{100 * rate:.1f}", f"{100 * rate:.0f}"):
            yield text
            yield from {"0.0": ("0", "0.1"), "100.0": ("100", "99.9"), "100": ("99",), "0": ("1",)}.get(text, ())
    yield f"{value:.2f}"


def _sums(row: Row) -> Iterator[str]:
    """A page says "24 of 25 unsafe", which is a sum of two counts, and "47 of 190 pairs", which are those of 20."""
    if row.get("told_apart") is not None:
        yield f"{row['systems'] * (row['systems'] - 1) // 2:,}"
    for prefix in ("", "all_"):
        for one, other in (("both_unsafe", "missed"), ("false_alarms", "both_safe")):
            counts = row.get(prefix + one), row.get(prefix + other)
            if None not in counts:
                yield f"{sum(counts):,}"


class Served:
    """The rows that the API has for a page, by what they name."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.forms: set[str] = set()
        self._about: dict[str, set[str]] = {}
        for row in rows:
            printed = set(forms(row))
            self.forms |= printed
            for value in row.values():
                if isinstance(value, str):
                    self._about.setdefault(value, set()).update(printed)

    def about(self, ids: set[str]) -> set[str]:
        """Returns the forms of all numbers in rows that name any of some ids, or of all rows where none is given."""
        return set().union(*(self._about.get(id, set()) for id in ids)) if ids else self.forms
