"""Releases: what changed and why, the ledger, and how to check what is shown."""

from collections.abc import Callable, Sequence

import pandas as pd

from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.marks import body, folded, rate, row, table
from leaderboard.site.html.markup import Html, Part, element, join, link, paragraph
from leaderboard.site.html.masthead import long_date, short_date, signed_by
from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, ranks, records
from leaderboard.site.views.sentences import opening, plural

LATEST = 10
"""How many lines of the ledger are shown at once."""
_CHANGED = ["Why", "Rank", "Safe responses"]
_LABELS = ["Date", "System", "What happened", "Verified", "Signed"]
_LEDGER: list[Part] = ["Line", *_LABELS]


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
    """Returns what differs from the release before, each with its cause. Those that only moved because of others are
    folded away: their own numbers are what they were."""
    lines = list(records(changes))
    own = [line for line in lines if line["cause"] != "moved_by_others"]
    moved = [line for line in lines if line["cause"] == "moved_by_others"]
    rows = [
        row(_system(line, names, to), glossary.words(glossary.CAUSES, line["cause"]), *_moves(line), labels=_CHANGED)
        for line in own
    ]
    others = [row(_system(line, names, to), *_moves(line), labels=_CHANGED[1:]) for line in moved]
    what = "What changed by itself since the release before."
    why = f"{glossary.CAUSES['moved_by_others']}."
    title = f"{opening(plural(len(moved), 'more system'))} moved in rank"
    return join(
        table(what, ["System", *_CHANGED], body(*rows), class_="mh-plain") if own else None,
        folded(title, table(why, ["System", *_CHANGED[1:]], body(*others), class_="mh-plain")) if moved else None,
    )


def _system(line: Row, names: Names, to: Callable[[str], str]) -> Html:
    return link(names.system(line["system"]), to(line["system"]))


def _moves(line: Row) -> tuple[Html, Html]:
    return _move(_rank(line, "before"), _rank(line, "after")), _move(_rate(line, "before"), _rate(line, "after"))


def _rank(line: Row, when: str) -> Html:
    low = line[f"low_{when}"]
    return element("b", ranks(low, line[f"high_{when}"]) if low is not None else "–")


def _rate(line: Row, when: str) -> Html:
    value, low, high = (line[f"safe_{when}{end}"] for end in ("", "_low", "_high"))
    return rate(value, low, high) if value is not None else element("b", "–")


def _move(before: Html, after: Html) -> Html:
    if before == after:
        return join(after, " ", element("span", "as before", class_="mh-ci"))
    return join(element("span", before, " to ", class_="mh-before"), after)


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


def other_releases(numbers: Sequence[int], address: Callable[[int], str]) -> Html:
    """Returns the way to the kept releases that this list leaves out."""
    ways: list[Part] = [link(f"Open release {number}", address(number), class_="mh-go") for number in numbers]
    said = "Releases with results on another version of this benchmark, or with none:"
    return paragraph(said, *(part for way in ways for part in (" ", way)), class_="mh-text")


def _name(number: int, kept: Sequence[int], shown: int, address: Callable[[int], str]) -> Part:
    if number == shown:
        return element("b", f"Release {number}, shown here")
    return link(f"Open release {number}", address(number)) if number in kept else f"Release {number}"


def tried(attempts: pd.DataFrame, names: Names, most: int) -> Html:
    """Returns how often systems were tried: whoever may try often enough gets the best of many draws."""
    rule = f"A system may be tried {most} times in a calendar year."
    again = attempts[(attempts["attempts"] > 1) | (attempts["withdrawals"] > 0)]
    if again.empty:
        return paragraph(f"{rule} Each of the {plural(len(attempts), 'system')} was tried once.", class_="mh-text")
    rows = [
        row(
            names.system(line["system"]), str(line["attempts"]), str(line["withdrawals"]), labels=["Tried", "Withdrawn"]
        )
        for line in records(again)
    ]
    caption = f"{rule} Systems that are not listed were tried once."
    return table(caption, ["System", "Tried", "Withdrawn"], body(*rows), class_="mh-plain mh-tight")


def ledger(lines: pd.DataFrame, names: Names, snapshot: Snapshot) -> Html:
    """Returns what happened to every submission to this board; all but the latest lines are folded away."""
    rows = [
        row(
            str(line["line"]),
            short_date(line["event_on"]),
            "All boards" if line["event"] == "clock" else names.system(line["system"]),
            _event(line),
            glossary.label(glossary.TIERS, line["tier"]),
            _signatures(line, snapshot),
            labels=_LABELS,
        )
        for line in records(lines)
    ]
    latest, older = rows[:LATEST], rows[LATEST:]
    what = "The fate of every submission, latest first. Lines are only added; each names the one before by digest."
    return join(
        _lines(what, latest), folded(f"{len(older)} earlier lines", _lines("Earlier lines.", older)) if older else None
    )


def _lines(caption: str, rows: list[Html]) -> Html:
    return table(caption, _LEDGER, body(*rows), class_="mh-plain mh-tight mh-ledger")


def _signatures(line: Row, snapshot: Snapshot) -> str:
    if line["attested"] is None:
        return "–"
    count = snapshot.signers.get(snapshot.ledger[line["line"] - 1].attestation or "", 0)
    who = plural(count, "build key" if snapshot.build_keys else "reviewer")
    return who if line["attested"] else f"{who}; waits for more"


def _event(line: Row) -> str:
    words = glossary.words(glossary.EVENTS, line["event"])
    reason = glossary.words(glossary.REASONS, line["reason"])
    replaced = f", line {line['replaces']}" if line["replaces"] is not None else ""
    return words + (f": {reason}" if reason else "") + replaced


def how_to_check(snapshot: Snapshot) -> Html:
    """Returns how a reader proves that these are the published numbers."""
    signature, last = snapshot.signature, len(snapshot.ledger)
    facts: list[tuple[str, Part]] = [
        ("Release", str(snapshot.number)),
        ("Signed by", signed_by(snapshot)),
        ("Signatures hold until", long_date(signature.expires.date())),
        ("Ledger", f"{last} lines, for all boards"),
        ("sha256 of the file", element("code", snapshot.digest)),
    ]
    terms = [join(element("dt", name), element("dd", value)) for name, value in facts]
    return join(
        paragraph(
            "Before this site shows a release it verifies the signatures on it, on its definitions and on every row, "
            "that it is newer than the last one, that the ledger goes on from where it was, and that every word in it "
            "is of a closed list. You can prove the same, and more, with a clone of the project and one command:",
            class_="mh-text",
        ),
        element("pre", element("code", "python -m leaderboard check"), tabindex="0"),
        paragraph(
            "For results from another place, name it, and the root that its maintainers gave you by another way:",
            class_="mh-text",
        ),
        element("pre", element("code", "python -m leaderboard check --results ADDRESS --root root.json"), tabindex="0"),
        element("dl", *terms, class_="mh-facts-list"),
    )
