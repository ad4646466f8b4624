"""No two releases together give away what few items did, whatever they did."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import Board, Disclosure
from leaderboard.offline.publishing import building, disclosure
from leaderboard.offline.scoring import Entry
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission as canonical_submission
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from tests import made

STANDS = Standing("small", "system-0", "0" * 64, "artifact_checked", 1, date(2026, 11, 3), 1, 1, 0, False)
ENTRY = Entry(STANDS, made.registry().system[0], made.submission())


def audit(*versions: Sequence[Item], board: Board | None = None, published: Sequence[int] = (0,)) -> list[str]:
    *earlier, now = versions
    manifests, on = {str(n): version for n, version in enumerate(earlier)}, {"system-0": {str(n) for n in published}}
    found = disclosure.audit_board(board or made.board(), manifests, now, [ENTRY], on)
    return [str(finding) for finding in found]


def cut_otherwise(moved: int) -> list[Item]:
    """An earlier version of the board in which some families of `alpha` were in `beta`."""
    return [item._replace(category="beta") if item.family in families(moved) else item for item in made.items()]


def families(count: int, category: str = "alpha") -> list[str]:
    return sorted({item.family for item in made.items() if item.category == category})[:count]


def families_of(count: int) -> str:
    return "1 family" if count == 1 else f"{count} families"


def without(count: int) -> list[Item]:
    return [item for item in made.items() if item.family not in families(count)]


def test_a_board_that_never_changed_gives_nothing_away() -> None:
    assert audit(made.items()) == []


@pytest.mark.parametrize(("moved", "refused"), [(1, True), (9, True), (10, False), (20, False)])
def test_two_versions_that_cut_the_items_differently_give_away_their_intersection(moved: int, refused: bool) -> None:
    found = audit(cut_otherwise(moved), made.items())
    expected = (
        f"E_DISCLOSURE  $.small.system-0: {2 * moved} items in {families_of(moved)} now harmful items of alpha, "
        "harmful items of beta in releases of earlier versions: subtracting gives their total. It passes where at "
        "least 20 items in 10 families change so, where none do, or without this system (`withdraw` its new submission)"
    )
    assert found == ([expected] if refused else [])


@pytest.mark.parametrize(("count", "refused"), [(1, True), (9, True), (10, False)])
def test_items_that_were_dropped_are_given_away(count: int, refused: bool) -> None:
    found = audit(made.items(), without(count))
    assert bool(found) is refused
    assert all(f"{2 * count} items in {families_of(count)} now not on the board" in each for each in found)


@pytest.mark.parametrize(("count", "refused"), [(1, True), (9, True), (10, False)])
def test_items_that_were_added_are_given_away(count: int, refused: bool) -> None:
    found = audit(without(count), made.items())
    assert bool(found) is refused
    assert all("of alpha, not on the board in releases" in each for each in found)


def test_an_item_that_left_and_came_back_is_told_by_the_version_between() -> None:
    assert audit(made.items(), without(1), made.items(), published=(0,)) == []
    assert audit(made.items(), without(1), made.items(), published=(0, 1))


def test_a_new_set_of_items_gives_nothing_of_the_old_one_away() -> None:
    other = [item._replace(id=f"new-{item.id}", family=f"new-{item.family}") for item in made.items()]
    assert audit(other, made.items()) == []


def test_a_system_that_was_on_no_earlier_version_is_not_refused() -> None:
    assert audit(without(1), made.items(), published=()) == []
    assert audit(without(1), made.items(), published=(1,)) == []


def test_labels_that_are_public_anyway_are_not_protected() -> None:
    assert audit(without(1), made.items(), board=made.board(labels_public=True)) == []


def test_a_boards_own_higher_floor_counts() -> None:
    strict = made.board(disclosure=Disclosure(families=11))
    assert audit(without(10), made.items()) == []
    found = audit(without(10), made.items(), board=strict)
    assert found and "at least 20 items in 11 families" in found[0]


def test_a_system_that_was_published_on_an_earlier_version_is_refused_and_no_other(tmp_path: Path) -> None:
    """Version 1 with two systems, released; version 2 lacks one family. Who submits again is refused, who does not is
    not."""
    keep = made.vault(tmp_path / "vault", [0.1, 0.4])
    released = container.frames(container.decode(made.release(keep)))
    calm, alpha, beta = sorted(made.board().category, key=lambda category: category.id != "calm")
    smaller = msgspec.structs.replace(alpha, harmful_items=38, harmful_families=19)
    board = made.board(version="2", previous_versions=("1",), category=(smaller, beta, calm))
    keep.keep_items(board, without(1))
    accept_on(keep, board, "system-2")
    build(keep, board, released)
    accept_on(keep, board, "system-0")
    with pytest.raises(Refused) as refused:
        build(keep, board, released)
    [finding] = refused.value.findings
    assert (finding.code, finding.place) == ("E_DISCLOSURE", "$.small.system-0")
    assert finding.evidence.startswith("2 items in 1 family now not on the board, harmful items of alpha in releases")


def accept_on(keep: Vault, board: Board, system: str) -> None:
    present = {item.id for item in without(1)}
    rows = [row for row in made.rows(0.2, 3) if row[0] in present]
    nonce = intake.register(board, system, keep, made.TODAY)
    sent = made.submission(system, rows=rows, board_version="2", items_digest=manifest.digest(without(1)), nonce=nonce)
    data = canonical_submission.encode(sent)
    intake.accept(data, board, made.registry(9), keep, made.TODAY, "artifact_checked", made.log(keep))


def build(keep: Vault, board: Board, before: Tables) -> bytes:
    catalogue = made.catalogue(9)._replace(boards={"small": board})
    facts = building.release_table(2, made.TODAY, keep.events(), build_keys=False)
    return building.build(keep, catalogue, keep.events(), (), before, facts)
