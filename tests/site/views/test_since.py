"""What became of the rows of an older release: read from the present ledger, by hashes, and never from names alone."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.offline.publishing import drafting
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Store
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.names import names_of
from leaderboard.site.views.since import notice, since
from tests import made, offered, published

ON = (made.board(), made.registry(9))
LATER = made.TODAY + timedelta(days=2)


def standing(keep: Vault, system: str) -> str:
    return next(each.submission for each in event_log.replay(keep.events()) if each.system == system)


def correct(keep: Vault, system: str, seed: int) -> None:
    wrong = standing(keep, system)
    data = submission.encode(made.submission(system, 0.3, seed, nonce=keep.submission(wrong).nonce))
    intake.correct(data, *ON, keep, made.TODAY, wrong, "maintainer_error", made.log(keep))


def withdraw(keep: Vault, system: str) -> None:
    intake.withdraw(keep, standing(keep, system), "copied", made.TODAY)


def reply(keep: Vault, system: str, *states: str) -> None:
    for state in states:
        intake.notify(keep, standing(keep, system), state, made.TODAY)


def publish(keep: Vault, results: Path) -> None:
    """The next release, without further attestations, dated after every event."""
    drafting.draft(results.with_name("draft"), keep, results, LATER, clock.now())
    published.publish(results)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Release 1 of eight systems. In release 2 one correction waits for signatures, which it has in release 3."""
    folder = tmp_path_factory.mktemp("since")
    keep, results = made.vault(folder / "vault", [0.1 + n / 20 for n in range(8)]), published.begin(folder)
    reply(keep, "system-6", "notified", "disputed")
    published.release(keep, results)
    correct(keep, "system-0", 91)
    correct(keep, "system-0", 92)
    withdraw(keep, "system-0")
    withdraw(keep, "system-1")
    reply(keep, "system-3", "notified", "disputed", "settled", "disputed")
    made.take(keep, "system-4", 0.2, seed=94)
    reply(keep, "system-4", "notified", "disputed")
    reply(keep, "system-5", "notified")
    reply(keep, "system-6", "settled")
    published.draft(keep, results)  # attests all so far
    correct(keep, "system-2", 93)
    publish(keep, results)
    published.draft(keep, results)
    publish(keep, results)
    return offered.store(results)


def labels(became: Mapping[str, Sequence[Term]]) -> dict[str, list[str]]:
    return {system: [term.label for term in terms] for system, terms in became.items()}


def became(store: Store, shown: int) -> Mapping[str, Sequence[Term]]:
    older, current = store.release(shown), store.current()
    assert older and current
    return since(older, current, made.board())


def test_each_row_has_its_own_fate(store: Store) -> None:
    assert labels(became(store, 1)) == {
        "system-0": ["Corrected since", "Corrected since", "Withdrawn since"],
        "system-1": ["Withdrawn since"],
        "system-2": ["Corrected since"],
        "system-3": ["Disputed since"],
        # nothing of system-4: the dispute is about another attempt than the one that release 1 shows
        "system-6": ["Settled since"],
    }


def test_correction_that_waits_is_told_once_it_is_signed(store: Store) -> None:
    second, third, current = store.release(2), store.release(3), store.current()
    assert second and third and current and current.number == 3
    assert labels(since(second, third, made.board())) == {"system-2": ["Corrected since"]}
    first = store.release(1)
    assert first and "system-2" not in since(first, second._replace(ledger=third.ledger), made.board())


def test_current_release_says_nothing_of_itself(store: Store) -> None:
    assert became(store, 3) == {}
    assert notice({}, names_of(*ON)) == ""


def test_notice_says_when_and_why_and_counts_where_there_are_many(store: Store) -> None:
    found = became(store, 1)
    text = notice(found, names_of(*ON))
    assert text.startswith("Since this release: Number 0: Corrected on 22 November 2026: an error of the maintainers. ")
    assert "Number 1: Withdrawn on 22 November 2026: the outcomes were copied." in text
    assert "Number 6: No dispute about it is open since 22 November 2026." in text
    many = {f"system-{n}": found["system-1"] for n in range(7)}
    assert notice(many, names_of(*ON)) == (
        "Since this release, seven of its rows were corrected, withdrawn or disputed. They are marked."
    )


def test_day_of_an_event_under_a_clock_that_was_ahead_is_that_of_the_reset(tmp_path: Path) -> None:
    keep, results = made.vault(tmp_path / "vault", [0.1, 0.3]), published.begin(tmp_path)
    published.release(keep, results)
    ahead = made.TODAY + timedelta(days=60)
    intake.withdraw(keep, standing(keep, "system-0"), "copied", ahead)
    keep.reset_clock(keep.events()[-1].n, made.TODAY)
    published.release(keep, results)
    store = offered.store(results)
    (term,) = became(store, 1)["system-0"]
    assert term.meaning == "Withdrawn on 22 November 2026: the outcomes were copied."
    current = store.current()
    assert current
    shown = {row.system: row for row in rows.read(rows.Standing, queries.standings(current.database, made.board()))}
    assert (shown["system-0"].withdrawn_on, shown["system-0"].withdrawn_for) == (made.TODAY, "copied")
    assert shown["system-1"].withdrawn_on is None
