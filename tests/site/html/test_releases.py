"""The releases page: every change has its cause in words, every submission its fate."""

import re

import pandas as pd
import pytest

from leaderboard.release import container
from leaderboard.site.data import queries, updater
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import releases
from leaderboard.site.html.limits import limits
from leaderboard.site.views import glossary, numbers
from tests import offered
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


@pytest.fixture(scope="module", params=offered.numbers()[1:])
def changes(request: pytest.FixtureRequest, demo: Shown) -> pd.DataFrame:
    """What each embedded release but the first changed on the demo board."""
    return queries.changes(Database(container.decode(offered.file(request.param))), demo.board)


def test_every_change_has_its_cause_in_words(changes: pd.DataFrame, demo: Shown) -> None:
    drawn = releases.changed(changes, demo.names, to)
    assert drawn.count('scope="row"') == len(changes)
    for cause in set(changes["cause"]):
        assert glossary.CAUSES[cause] in drawn


def test_changes_of_a_system_itself_are_counted_apart_from_moves() -> None:
    causes = ["new", "method", "moved_by_others", "moved_by_others", "moved_by_others"]
    assert releases.says(pd.DataFrame({"cause": causes}), 3) == [
        "Release 3 brought two changes to this board.",
        "Three more systems kept their numbers and moved in rank because others changed.",
    ]
    assert len(releases.says(pd.DataFrame({"cause": causes[:2]}), 3)) == 1


def test_board_without_changes_says_so(msts: Shown) -> None:
    none = queries.changes(Database(container.decode(offered.file(1))), msts.board).iloc[:0]
    assert releases.says(none, 3) == ["Release 3 changed nothing on this board."]
    assert releases.changed(none, msts.names, to) == ""


def test_ledger_has_every_line_latest_first(demo: Shown, snapshot: Snapshot) -> None:
    ledger = queries.ledger(demo.database, demo.board)
    drawn = releases.ledger(ledger, demo.names, snapshot)
    numbers = [int(number) for number in re.findall(r'role="rowheader">(\d+)<', drawn)]
    assert numbers == sorted(ledger["line"], reverse=True)
    assert "Withdrawn: " in drawn
    assert "Corrected: " in drawn


def test_only_kept_releases_can_be_opened(demo: Shown) -> None:
    every = queries.releases(demo.database, demo.board)
    drawn = releases.list_releases(every, (3, 2), 3, lambda number: f"?release={number}")
    assert "<b>Release 3, shown here</b>" in drawn
    assert re.findall(r"\?release=(\d)", drawn) == ["2"]


def test_digests_are_shown_for_checking(snapshot: Snapshot) -> None:
    drawn = releases.how_to_check(snapshot)
    assert snapshot.digest in drawn
    assert "python -m leaderboard check" in drawn


def test_every_rate_of_a_change_has_the_interval_of_its_release(changes: pd.DataFrame, demo: Shown) -> None:
    for when in ("before", "after"):
        rates = changes[changes[f"safe_{when}"].notna()]
        assert (rates[f"safe_{when}_low"] < rates[f"safe_{when}"]).all()
        assert (rates[f"safe_{when}"] < rates[f"safe_{when}_high"]).all()
    drawn = releases.changed(changes, demo.names, to)
    assert drawn.count('class="mh-rate"') == drawn.count("95% interval ") >= len(changes) / 2


def test_move_shows_before_and_after(changes: pd.DataFrame, demo: Shown) -> None:
    """A dash stands where a release has no rank or no rate of the system."""
    for line in numbers.records(changes):
        drawn = releases.changed(changes[changes["system"] == line["system"]], demo.names, to)
        for when in ("before", "after"):
            low, high = line[f"low_{when}"], line[f"high_{when}"]
            assert f"<b>{'–' if low is None else numbers.ranks(low, high)}</b>" in drawn
            safe = line[f"safe_{when}"]
            assert ("<b>–</b>" if safe is None else numbers.percent(safe)) in drawn


def test_ledger_says_who_signed_what_there_is_to_sign(demo: Shown, snapshot: Snapshot) -> None:
    ledger = queries.ledger(demo.database, demo.board)
    drawn = releases.ledger(ledger, demo.names, snapshot)
    assert drawn.count("two build keys") == ledger["event"].isin(["accept", "correct"]).sum()
    waits = releases.ledger(ledger.assign(attested=False), demo.names, snapshot)
    assert waits.count("waits for more") == len(ledger)


def test_attempts_are_counted_in_public(demo: Shown, msts: Shown) -> None:
    drawn = releases.tried(queries.attempts(demo.database, demo.board), demo.names, demo.board.attempts_per_year)
    assert "Gypsum 8" in drawn and "six times" not in drawn and "6 times in a calendar year" in drawn
    once = releases.tried(queries.attempts(msts.database, msts.board), msts.names, 6)
    assert "Each of the ten systems was tried once." in once


def test_a_release_of_method_1_does_not_say_that_it_compared_by_rates_alone() -> None:
    """Its definitions are from before boards said whether their labels are public; it compared item by item."""
    assert updater.store(offered.EMBEDDED).current() is not None
    first = updater.store(offered.EMBEDDED).release(1)
    assert first is not None and first.method == 1
    for board in first.catalogue.boards.values():
        assert "rest on the two rates alone" not in " ".join(limits(board))
