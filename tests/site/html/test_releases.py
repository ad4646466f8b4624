"""The releases page: every change has its cause in words, every submission its fate."""

import re

import pytest

from leaderboard.release import container
from leaderboard.site.data import queries, rows, updater
from leaderboard.site.data.database import Database
from leaderboard.site.data.rows import Change
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import releases
from leaderboard.site.html.releases import History
from leaderboard.site.views import glossary, numbers
from leaderboard.site.views import releases as view
from leaderboard.site.views.about import limits
from tests import offered
from tests.site.conftest import Shown


def history(shown: Shown, changes: list[Change] | None = None) -> History:
    database, board = shown.database, shown.board
    return History(
        rows.read(Change, queries.changes(database, board)) if changes is None else changes,
        rows.read(rows.ReleaseLine, queries.releases(database, board)),
        rows.read(rows.Attempts, queries.attempts(database, board)),
        rows.read(rows.LedgerLine, queries.ledger(database, board)),
    )


def page(shown: Shown, snapshot: Snapshot, changes: list[Change] | None = None) -> str:
    board = shown.board
    links = (lambda id: f"./system?system={id}", lambda number: f"?release={number}")
    return releases.page(history(shown, changes), shown.names, snapshot, board.attempts_per_year, *links)


def part(page: str, title: str) -> str:
    """The part of a page under a heading; what comes before the first has none."""
    return page.partition(f">{title}</h2>" if title else "")[2].partition("<h2")[0]


@pytest.fixture(scope="module", params=offered.numbers()[1:])
def changes(request: pytest.FixtureRequest, demo: Shown) -> list[Change]:
    """What each embedded release but the first changed on the demo board."""
    return rows.read(Change, queries.changes(Database(container.decode(offered.file(request.param))), demo.board))


def changed(shown: Shown, snapshot: Snapshot, changes: list[Change]) -> str:
    return page(shown, snapshot, changes).partition("<h2")[0]


def test_every_change_has_its_cause_in_words(changes: list[Change], demo: Shown, snapshot: Snapshot) -> None:
    drawn = changed(demo, snapshot, changes)
    assert drawn.count('scope="row"') == len(changes)
    for change in changes:
        assert glossary.CAUSES[change.cause] in drawn


def test_change_from_outside_is_folded_and_not_among_what_changed_by_itself(
    changes: list[Change], demo: Shown, snapshot: Snapshot
) -> None:
    shown, _, folded = changed(demo, snapshot, changes).partition("<details")
    for change in changes:
        row = f'system={change.system}"'
        assert row in (folded if change.cause in view.FROM_OUTSIDE else shown)


def test_board_without_changes_has_no_table_of_them(msts: Shown, snapshot: Snapshot) -> None:
    assert "<table" not in changed(msts, snapshot, [])


def test_ledger_has_every_line_latest_first(demo: Shown, snapshot: Snapshot) -> None:
    drawn = part(page(demo, snapshot), "Ledger")
    lines = [int(number) for number in re.findall(r'role="rowheader" data-label="Line">(\d+)<', drawn)]
    assert lines == sorted((line.line for line in history(demo).ledger), reverse=True)
    assert "Withdrawn: " in drawn
    assert "Corrected: " in drawn
    assert drawn.partition("<details")[0].count('role="rowheader"') == releases.LATEST
    assert f"<summary>{len(lines) - releases.LATEST} earlier lines</summary>" in drawn


def test_only_stored_releases_can_be_opened(demo: Shown, snapshot: Snapshot) -> None:
    drawn = page(demo, snapshot._replace(number=3, kept=(3, 2)))
    assert "<b>Release 3, shown here</b>" in drawn
    assert re.findall(r"\?release=(\d)", drawn) == ["2"]


def test_stored_releases_without_results_of_the_board_can_be_opened(demo: Shown, snapshot: Snapshot) -> None:
    drawn = page(demo, snapshot._replace(kept=(*snapshot.kept, 77)))
    assert re.search(r"with none:\s*<a href=\"\?release=77\"", drawn)
    assert releases.other_releases([], str) == ""


def test_hashes_are_shown_for_checking(snapshot: Snapshot) -> None:
    drawn = releases.how_to_check(snapshot)
    assert snapshot.digest in drawn
    assert "python -m leaderboard check" in drawn


def test_every_rate_of_a_change_has_the_interval_of_its_release(
    changes: list[Change], demo: Shown, snapshot: Snapshot
) -> None:
    rates = [rate for change in changes for rate in (change.safe_before, change.safe_after) if rate]
    assert all(rate.low <= rate.estimate <= rate.high and rate.low < rate.high for rate in rates)
    drawn = changed(demo, snapshot, changes)
    assert drawn.count('class="mh-rate"') == drawn.count("95% interval ") >= len(changes) / 2


def test_move_shows_before_and_after(changes: list[Change], demo: Shown, snapshot: Snapshot) -> None:
    """A dash stands where a release has no rank or no rate of the system."""
    for change in changes:
        drawn = changed(demo, snapshot, [change])
        for low, high in ((change.low_before, change.high_before), (change.low_after, change.high_after)):
            assert f"<b>{'–' if low is None or high is None else numbers.ranks(low, high)}</b>" in drawn
        for rate in (change.safe_before, change.safe_after):
            assert ("<b>–</b>" if rate is None else numbers.percent(rate.estimate)) in drawn


def test_attempts_are_counted_in_public(demo: Shown, msts: Shown, snapshot: Snapshot) -> None:
    drawn = part(page(demo, snapshot), "Attempts")
    assert "Gypsum 8" in drawn and "six times" not in drawn and "6 times in a calendar year" in drawn
    assert "Each of the ten systems was tried once." in part(page(msts, snapshot), "Attempts")


def test_a_release_of_method_1_does_not_say_that_it_compared_by_rates_alone() -> None:
    """Its definitions are from before boards said whether their labels are public; it compared item by item."""
    assert updater.store(offered.EMBEDDED).current() is not None
    first = updater.store(offered.EMBEDDED).release(1)
    assert first is not None and first.method == 1
    for board in first.catalogue.boards.values():
        assert "rest on the two rates alone" not in " ".join(limits(board))
