"""A vault is filled with every board that has a label table, in the order and on the dates of a published ledger."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.offline.publishing import embedded, filling
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, intake
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import ledger
from tests import labelled

TODAY = date(2026, 12, 20)


def sources(folder: Path) -> filling.Sources:
    return filling.Sources(folder / "results" / "boards", folder / "labels")


def catalogue(folder: Path) -> Catalogue:
    return read_catalogue(folder / "results" / "boards")


def published(vault: Vault) -> Published:
    """The ledger of a vault, as a release publishes it."""
    data = attesting.ledger_of(vault.events())
    return Published(tuple(data.splitlines()), ledger.read(data))


def steps(vault: Vault) -> list[tuple[str, date]]:
    """Which boards the ledger has, each once for every time that it begins, and on which day."""
    lines = [(event.board, event.on) for event in event_log.ledger(vault.events())]
    return [line for number, line in enumerate(lines) if not number or lines[number - 1] != line]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Three boards: of the same day, and one of a later day that comes first by its id."""
    for id, day in (("mint", 2), ("nettle", 2), ("anise", 9)):
        labelled.write(tmp_path, id, mapped=labelled.labels(date(2026, 11, day)))
    return tmp_path


def fill(folder: Path, vault: Vault, day: date = TODAY, before: Published | None = None) -> list[Event]:
    return filling.fill(catalogue(folder), sources(folder), vault, day, before or Published())


def test_boards_that_nobody_has_published_are_taken_by_the_day_of_their_labels(three: Path) -> None:
    vault = Vault(three / "vault")
    events = fill(three, vault)
    assert steps(vault) == [("mint", TODAY), ("nettle", TODAY), ("anise", TODAY)]
    assert len(events) == 9 and {event.tier for event in events} == {"artifact_checked"}


def test_boards_of_a_published_ledger_are_given_again_in_its_order_and_on_its_dates(three: Path) -> None:
    """Also a board that is drawn, and has no table."""
    shutil.copytree(Path("results/boards/demo").absolute(), three / "results" / "boards" / "demo")
    first, defined = Vault(three / "first"), catalogue(three)
    for id, day in (("nettle", 15), ("demo", 16), ("anise", 18)):
        board, registry = defined.boards[id], defined.registries[id]
        on = date(2026, 11, day)
        if id == "demo":
            for stage in (1, 2):
                embedded.build_demo_board(board, registry, stage, first, on)
        else:
            embedded.build_tables_board(
                board, registry, three / "results" / "boards" / id / "labels.toml", three / "labels", first, on
            )
    before, again = published(first), Vault(three / "again")
    fill(three, again, before=before)
    assert published(again).texts[: len(before.texts)] == before.texts
    assert again.events()[: len(first.events())] == first.events(), "nonces are where they were"
    assert steps(again)[-1] == ("mint", TODAY), "what was not published follows"


def test_a_second_filling_takes_only_what_the_vault_lacks(three: Path) -> None:
    vault = Vault(three / "vault")
    fill(three, vault)
    assert fill(three, vault) == []
    labelled.write(three, "thyme")
    assert {event.board for event in fill(three, vault)} == {"thyme"}


def test_filling_that_was_interrupted_goes_on_where_it_ended(three: Path) -> None:
    whole, cut = Vault(three / "whole"), Vault(three / "cut")
    fill(three, whole)
    shutil.copytree(three / "whole", three / "cut")
    for event in whole.events()[9:]:
        (three / "cut" / "events" / f"{event.n:06}.json").unlink()
    fill(three, cut, before=published(whole))
    assert published(cut) == published(whole)


def test_table_that_cannot_be_read_is_named_with_its_board_and_nothing_is_written(three: Path) -> None:
    (three / "labels" / "mint" / "labels.csv").unlink()
    (three / "labels" / "nettle" / "labels.csv").write_text("item\n1\n")
    vault = Vault(three / "vault")
    with pytest.raises(Refused) as refused:
        fill(three, vault)
    places = [finding.place for finding in refused.value.findings]
    assert places[0] == "mint, $" and len(places) > 5 and all(place.startswith("nettle, ") for place in places[1:])
    assert vault.events() == []


def test_published_line_that_no_table_gives_is_refused_and_named(three: Path) -> None:
    first = Vault(three / "first")
    fill(three, first)
    standing = event_log.replay(first.events())[0]
    intake.withdraw(first, standing.submission, "developer_request", TODAY)
    with pytest.raises(Refused) as refused:
        fill(three, Vault(three / "again"), before=published(first))
    (finding,) = refused.value.findings
    assert (finding.code, finding.place) == ("E_FORKED", "$.ledger[10]")
    assert f"the published line is: withdraw of {standing.system} on anise" in finding.evidence


def test_table_that_has_changed_since_is_refused_at_the_first_line_that_differs(three: Path) -> None:
    first = Vault(three / "first")
    fill(three, first)
    (three / "labels" / "mint" / "labels.csv").write_text(labelled.table(labelled.rows(shift=1)))
    with pytest.raises(Refused, match=r"E_FORKED  \$\.ledger\[1\]: the published line is: accept of calm on mint"):
        fill(three, Vault(three / "again"), before=published(first))


def test_days_of_a_published_ledger_may_lie_far_apart(three: Path) -> None:
    first = Vault(three / "first", clock_checked=True)
    fill(three, first, date(2026, 11, 20))
    labelled.write(three, "thyme")
    fill(three, first, date(2027, 6, 1))
    again = Vault(three / "again")
    fill(three, again, date(2027, 6, 2), published(first))
    assert published(again) == published(first)
