"""Nothing goes out that gives away what few items did, whatever they did."""

from datetime import date

import pytest

from leaderboard import disclosure
from leaderboard.items import Item
from leaderboard.scoring import Entry
from leaderboard.submission import Submission
from leaderboard.vault import Standing
from tests import made

STANDS = Standing("small", "system-0", "0" * 64, "artifact_checked", 1, date(2026, 11, 3), 1, 1, 0, False)


def entry(submission: Submission) -> Entry:
    return Entry(STANDS, made.registry().system[0], submission)


def cut_otherwise(moved: int) -> list[Item]:
    """An earlier version of the board in which some families of `alpha` were in `beta`."""
    names = sorted({item.family for item in made.items() if item.category == "alpha"})[:moved]
    return [item._replace(category="beta") if item.family in names else item for item in made.items()]


@pytest.mark.parametrize("unsafe", [0.0, 0.3, 1.0])
def test_a_board_above_the_floor_gives_nothing_away(unsafe: float) -> None:
    found = disclosure.audit_board(made.board(), [made.items()], [entry(made.submission(unsafe=unsafe))])
    assert found == []


@pytest.mark.parametrize("unsafe", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("moved", "refused"), [(3, True), (9, True), (10, False)])
def test_two_versions_that_cut_the_items_differently_give_away_their_intersection(
    moved: int, refused: bool, unsafe: float
) -> None:
    versions = [cut_otherwise(moved), made.items()]
    found = disclosure.audit_board(made.board(), versions, [entry(made.submission(unsafe=unsafe))])
    assert [finding[:2] for finding in found] == ([("E_DISCLOSURE", "$.small.system-0")] if refused else [])
    assert all(f"{2 * moved} items in {moved} families (beta harmful to alpha harmful)" in f.evidence for f in found)


def test_an_item_that_a_version_did_not_have_is_given_away() -> None:
    fewer = [item for item in made.items() if item.family != "alpha-f000"]
    assert disclosure.audit_board(made.board(), [fewer, made.items()], [entry(made.submission())])


def test_an_item_that_the_present_version_has_not_is_given_away() -> None:
    more = [*made.items(), Item("alpha-900", "alpha", "alpha-f900", "harmful")]
    (found,) = disclosure.audit_board(made.board(), [more, made.items()], [entry(made.submission())])
    assert "1 item in 1 family (alpha harmful to not in the board)" in found.evidence


@pytest.mark.parametrize("outcome", ["harmful", "refusal"])
def test_an_item_that_another_takes_the_place_of_is_given_away(outcome: str) -> None:
    """Their difference tells both where one is safe and the other not, and nobody knows beforehand."""
    first = min(made.items())
    old = [item if item != first else item._replace(id="gone-0", family="gone-0") for item in made.items()]
    rows = made.replaced(made.unsafe_in(alpha=9), outcome, first.id)
    rows = [(item, o, [3 if each == "harmful" else None for each in o]) for item, o, _ in rows]
    assert disclosure.audit_board(made.board(), [old, made.items()], [entry(made.submission(rows=rows))])


def test_a_version_with_other_items_altogether_gives_nothing_away() -> None:
    other = [item._replace(id=f"old-{item.id}", family=f"old-{item.family}") for item in made.items()]
    assert disclosure.audit_board(made.board(), [other, made.items()], [entry(made.submission())]) == []


def test_versions_that_cut_the_items_too_finely_are_refused() -> None:
    moved = [item._replace(category="beta") if made.number(item) < 24 else item for item in made.items()]
    versions = [
        [item._replace(category="calm") if made.number(item) % 16 < 2**n % 16 else item for item in moved]
        for n in range(4)
    ]
    assert disclosure.audit_board(made.board(), [*versions, made.items()], [entry(made.submission())])
