"""Releases: what changed and why, the ledger, and how to check what is shown."""

from collections.abc import Callable, Sequence

import pandas as pd

from leaderboard.tables import glossary
from leaderboard.tables.marks import Row, body, percent, ranks, records, row, table
from leaderboard.tables.markup import Html, Part, element, join, link, paragraph
from leaderboard.tables.masthead import short_date
from leaderboard.tables.names import Names
from leaderboard.tables.sentences import opening, plural
from leaderboard.updater import Snapshot


def says(changes: pd.DataFrame, number: int) -> list[str]:
    """Returns what a release changed, in words."""
    if changes.empty:
        return [f"Release {number} changed nothing on this board."]
    moved = int((changes["cause"] == "moved_by_others").sum())
    own = len(changes) - moved
    sentences = [f"Release {number} brought {plural(own, 'change')} to this board."]
    if moved:
        sentences.append(
            f"{opening(plural(moved, 'more system'))} kept their numbers and moved in rank because others changed."
        )
    return sentences


def changed(changes: pd.DataFrame, names: Names, to: Callable[[str], str]) -> Html:
    """Returns what differs from the release before, each with its cause."""
    rows = [
        row(
            link(names.system(line["system"]), to(line["system"])),
            glossary.words(glossary.CAUSES, line["cause"]),
            _move(_rank(line, "before"), _rank(line, "after")),
            _move(_rate(line["safe_before"]), _rate(line["safe_after"])),
            labels=["Why", "Rank", "Safe responses"],
        )
        for line in records(changes)
    ]
    return table(
        "Every row that differs from the release before.",
        ["System", "Why", "Rank", "Safe responses"],
        body(*rows),
        class_="mh-plain",
    )


def _rank(line: Row, when: str) -> str:
    low = line[f"low_{when}"]
    return ranks(low, line[f"high_{when}"]) if low is not None else "–"


def _rate(value: float | None) -> str:
    return percent(value) if value is not None else "–"


def _move(before: str, after: str) -> Html:
    if before == after:
        return join(after, " ", element("span", "as before", class_="mh-ci"))
    return join(element("span", before, class_="mh-ci"), element("span", " to ", class_="mh-ci"), element("b", after))


def list_releases(releases: pd.DataFrame, kept: Sequence[int], shown: int, address: Callable[[int], str]) -> Html:
    """Returns the releases that had rows of this board; those that are kept can be opened again."""
    rows = [
        row(
            _name(line["release"], kept, shown, address),
            short_date(line["released_on"]),
            str(line["systems"]),
            str(line["ranked"]),
            labels=["Date", "Systems", "Ranked"],
        )
        for line in records(releases)
    ]
    return table(
        "Releases with results on this board.", ["Release", "Date", "Systems", "Ranked"], body(*rows), class_="mh-plain"
    )


def _name(number: int, kept: Sequence[int], shown: int, address: Callable[[int], str]) -> Part:
    if number == shown:
        return element("b", f"Release {number}, shown here")
    return link(f"Open release {number}", address(number)) if number in kept else f"Release {number}"


def ledger(lines: pd.DataFrame, names: Names) -> Html:
    """Returns what happened to every submission to this board."""
    rows = [
        row(
            str(line["line"]),
            short_date(line["event_on"]),
            names.system(line["system"]),
            _event(line),
            glossary.label(glossary.TIERS, line["tier"]),
            labels=["Date", "System", "What happened", "Verified"],
        )
        for line in records(lines)
    ]
    return table(
        "The fate of every submission, latest first. Lines are only ever added.",
        ["Line", "Date", "System", "What happened", "Verified"],
        body(*rows),
        class_="mh-plain mh-tight",
    )


def _event(line: Row) -> str:
    words = glossary.words(glossary.EVENTS, line["event"])
    reason = glossary.words(glossary.REASONS, line["reason"])
    replaced = f", line {line['replaces']}" if line["replaces"] is not None else ""
    return words + (f": {reason}" if reason else "") + replaced


def how_to_check(snapshot: Snapshot) -> Html:
    """Returns how a reader makes sure that these are the published numbers."""
    facts = [
        ("Release", str(snapshot.number)),
        ("sha256 of the file", snapshot.digest),
        ("Digest over its rows", snapshot.content),
    ]
    terms = [join(element("dt", name), element("dd", element("code", value))) for name, value in facts]
    return join(
        paragraph(
            "This site reads a release only if its size, its digest, its shape and every word in it are what they must "
            "be. You can do the same with a copy of the repository:",
            class_="mh-text",
        ),
        element("pre", element("code", "python -m leaderboard check")),
        element("dl", *terms, class_="mh-facts-list"),
    )
