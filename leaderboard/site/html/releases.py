"""Releases: what changed and why, the ledger, and how to check what is shown."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from leaderboard.site.data.rows import Attempts, Change, LedgerLine, ReleaseLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.templates import render
from leaderboard.site.views import releases as view
from leaderboard.site.views.about import signed_by
from leaderboard.site.views.names import Names

LATEST = 10
"""The number of ledger lines that are shown; the others are folded."""


class History(NamedTuple):
    """The history of a board, from a release."""

    changes: Sequence[Change]
    """Since the previous release."""
    releases: Sequence[ReleaseLine]
    attempts: Sequence[Attempts]
    ledger: Sequence[LedgerLine]
    """Latest first."""


def page(
    history: History,
    names: Names,
    snapshot: Snapshot,
    attempts_per_year: int,
    to_system: Callable[[str], str],
    to_release: Callable[[int], str],
) -> Markup:
    """Returns the page of a board with results. Changes that did not begin with the system itself are folded, and all
    but the latest lines of the ledger."""
    by_cause = {cause: [change for change in history.changes if change.cause == cause] for cause in view.FROM_OUTSIDE}
    listed = {line.release for line in history.releases}
    return render(
        "releases",
        view=view,
        history=history,
        own=[change for change in history.changes if change.cause not in view.FROM_OUTSIDE],
        from_outside={cause: changes for cause, changes in by_cause.items() if changes},
        earlier=[number for number in snapshot.kept if number not in listed],
        again=[line for line in history.attempts if line.attempts > 1 or line.withdrawals],
        attempts_per_year=attempts_per_year,
        latest=LATEST,
        lines=history.ledger,
        names=names,
        snapshot=snapshot,
        to_system=to_system,
        to_release=to_release,
    )


def ledger(lines: Sequence[LedgerLine], names: Names, snapshot: Snapshot) -> Markup:
    """Returns the ledger of a board alone, for a release that has no results of it."""
    return render("ledger", view=view, lines=lines, latest=LATEST, names=names, snapshot=snapshot)


def other_releases(earlier: Sequence[int], to_release: Callable[[int], str]) -> Markup:
    """Returns links to the stored releases that have no results of this board, or have them of another version."""
    return render("other_releases", earlier=earlier, to_release=to_release)


def how_to_check(snapshot: Snapshot) -> Markup:
    """Returns how a reader checks that these are the published numbers."""
    return render("how_to_check", snapshot=snapshot, signed_by=signed_by(snapshot))
