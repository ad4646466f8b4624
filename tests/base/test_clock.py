"""A clock that was ahead: it locks nothing for long, the way out is public and signed, and no attempt is gained."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from leaderboard.base import canonical, clock
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import rebuilding
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, intake, submission, vault
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trust import ledger
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Store
from leaderboard.site.html import releases
from leaderboard.site.views.names import names_of
from tests import made, offered, published

AHEAD = made.TODAY + timedelta(days=400)
DONE, REFUSED = 0, 1


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leaderboard", *map(str, arguments)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)


def accept(keep: Vault, system: str, day: date, seed: int) -> str:
    nonce = intake.register(made.board(), system, keep, day)
    data = submission.encode(made.submission(system, 0.2, seed, nonce=nonce))
    event = intake.accept(data, made.board(), made.registry(9), keep, day, "artifact_checked", made.log(keep))
    assert event.submission
    return event.submission


@pytest.fixture
def locked(tmp_path: Path) -> Vault:
    """A vault of two right events (1 and 2), and two under a clock that was 400 days ahead (3 and 4)."""
    made.vault(tmp_path / "vault", (0.1,))
    keep = Vault(tmp_path / "vault", clock_checked=True)
    accept(keep, "system-1", AHEAD, 1)
    return Vault(tmp_path / "vault")


def test_date_long_after_the_last_event_needs_a_word(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", (0.1,))
    with pytest.raises(Refused, match=r"E_DATE  \$\.date: .* 400 days after event 2; .* --clock-checked"):
        intake.register(made.board(), "system-1", keep, AHEAD)
    intake.register(made.board(), "system-1", keep, made.TODAY + vault.LONGEST_GAP)
    assert len(keep.events()) == 3


def test_date_that_goes_back_is_refused_and_names_the_way_out(locked: Vault) -> None:
    with pytest.raises(Refused, match=r"before .*, the date of event 4; if a clock was ahead then, see `reset-clock`"):
        intake.withdraw(locked, event_log.replay(locked.events())[0].submission, "takedown", made.TODAY)


def test_takedown_goes_on_after_a_reset_and_all_agree(locked: Vault, tmp_path: Path) -> None:
    results = published.begin(tmp_path)
    where = ["--vault", locked.folder, "--date", made.TODAY]
    taken = event_log.replay(locked.events())[0].submission
    takedown = ["withdraw", taken, "--reason", "takedown", *where]
    assert run(*takedown).returncode == REFUSED
    reset = run("reset-clock", 3, *where)
    assert (reset.returncode, reset.stderr) == (DONE, "")
    assert reset.stdout.startswith(f"dates start again at {made.TODAY}  ledger line 3\n")
    assert run(*takedown).returncode == DONE

    drafted = published.draft(locked, results)
    shown = run("release", "show", tmp_path / "draft").stdout
    assert f"dates start again at {made.TODAY}  ledger line 3; dated later: 2\n" in shown
    published.publish(results)
    root = offered.root(results)
    said = "\n".join(checking.check(results, trusted.read_trusted(root), clock.now()))
    assert "state fresh: release 1" in said and "4 ledger lines are chained" in said

    store = Store(results, root, tmp_path / "cache")
    snapshot = store.current()
    assert snapshot is not None and store.state == "fresh"
    lines = queries.ledger(snapshot.database, made.board())
    assert [*zip(lines["line"], lines["event"], strict=True)][1:3] == [(3, "clock"), (2, "accept")]
    assert lines["replaces"][1] == 2, "the line that was dated later"
    history = releases.History([], [], [], rows.read(rows.LedgerLine, lines))
    names = names_of(made.board(), made.registry(9))
    drawn = releases.page(history, names, snapshot, 5, lambda id: id, str)
    assert "All boards" in drawn and "Dates start again: a clock was ahead; " in drawn
    dated = snapshot.database.rows("select system, accepted_on from row order by system")
    assert [day.date() for day in dated["accepted_on"]] == [made.TODAY] * len(dated), (
        "no row was accepted in the future"
    )
    assert drafted.sha256 == canonical.sha256(rebuilding.rebuild(locked, results, 1))


def test_reset_names_the_first_event_that_was_ahead(locked: Vault) -> None:
    for event in (0, 2, 4):
        with pytest.raises(Refused, match="E_EVENT"):
            locked.reset_clock(event, made.TODAY)
    with pytest.raises(Refused, match=r"is event 1$"):  # a clock that is behind resets nothing by mistake
        locked.reset_clock(3, made.TODAY - timedelta(days=1))
    locked.reset_clock(3, made.TODAY)
    with pytest.raises(Refused, match="there is nothing to reset"):
        locked.reset_clock(3, made.TODAY)


def test_reset_gives_no_attempts(tmp_path: Path) -> None:
    """Attempts under a clock that was ahead count in the year of the reset, not in a year to come."""
    made.vault(tmp_path, (0.1,))
    keep, board = Vault(tmp_path, clock_checked=True), made.board()
    for _ in range(board.attempts_per_year):
        intake.register(board, "system-1", keep, AHEAD)
    keep.reset_clock(3, made.TODAY)
    with pytest.raises(Refused, match="E_CAP"):
        intake.register(board, "system-1", keep, made.TODAY)
    intake.register(board, "system-1", keep, AHEAD)


def test_two_resets_correct_each_what_was_ahead_then(locked: Vault) -> None:
    locked.reset_clock(3, made.TODAY)
    keep = Vault(locked.folder, clock_checked=True)
    later = made.TODAY + timedelta(days=3)
    accept(keep, "system-2", AHEAD, 2)
    keep.reset_clock(6, later)
    assert event_log.dates(keep.events()) == [made.TODAY] * 5 + [later] * 3


def test_ledger_that_goes_back_without_saying_so_is_refused(locked: Vault) -> None:
    locked.reset_clock(3, made.TODAY)
    events = event_log.ledger(locked.events())
    assert [line.event for line in ledger.read(attesting.write_ledger(events, {}))] == ["accept", "accept", "clock"]
    silent = [event for event in events if event.kind != "clock"]
    with pytest.raises(Refused, match=r"E_LEDGER  \$\[2\]\.date"):
        ledger.read(attesting.write_ledger(silent[::-1], {}))


def test_release_is_not_dated_before_its_events(locked: Vault, tmp_path: Path) -> None:
    results = published.begin(tmp_path)
    with pytest.raises(Refused, match="E_DATE  --date"):
        published.draft(locked, results)
