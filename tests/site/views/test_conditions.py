"""What other conditions change: in the order of the definition, never by size."""

import random

import msgspec
import pytest

from leaderboard.boards.board import Condition
from leaderboard.offline import scoring
from leaderboard.release import container
from leaderboard.site.data import queries, rows
from leaderboard.site.html.templates import render
from leaderboard.site.views import conditions
from leaderboard.site.views.names import names_of
from tests import containers, made
from tests.site.conftest import Shown

ASKED = ("first", "second", "third", "fourth")
BOARD = made.board(
    labels_public=True,
    epochs=1,
    severity=False,
    default_condition="Asked once",
    condition=tuple(Condition(id, f"Pressed, {id} turn", "The user insists.") for id in ASKED),
)
UNSAFE = {"first": 4, "second": 30, "third": 0, "fourth": 12}


@pytest.fixture(scope="module")
def pressed() -> Shown:
    """A release with one model under four conditions, each also behind a guardrail and run twice."""
    entries = [made.entry("system-0", made.unsafe_in(BOARD, alpha=12, beta=12))]
    for id in random.Random(1).sample(ASKED, 4):
        arm = f"pressed-{id}"
        rate = {"alpha": UNSAFE[id], "beta": UNSAFE[id]}
        own = {"condition": id, "base_system": "system-0"}
        entries.append(made.entry(arm, made.unsafe_in(BOARD, **rate), **own))
        guard = {"condition": id, "base_system": arm, "guardrail": "wall"}
        entries.append(made.entry(f"{arm}-guarded", made.unsafe_in(BOARD), **guard))
        entries.append(made.entry(f"{arm}-again", made.unsafe_in(BOARD, **rate), condition=id, rerun_of=arm))
    entries.append(made.entry("other", made.unsafe_in(BOARD)))
    registry = msgspec.structs.replace(made.registry(0), system=tuple(entry.system for entry in entries))
    tables = scoring.score_board(BOARD, registry, made.items(BOARD), entries)
    database = containers.opened(container.encode(tables))
    return Shown(database, BOARD, names_of(BOARD, registry))


def arms(shown: Shown) -> tuple[list[rows.Arm], list[rows.Arm]]:
    return conditions.split(shown.read(rows.Arm, queries.arms, "system-0"), shown.board)


def test_arms_come_in_the_order_of_the_definition_whatever_they_change(pressed: Shown) -> None:
    bare, guarded = arms(pressed)
    assert [arm.condition for arm in bare] == [arm.condition for arm in guarded] == list(ASKED)
    assert {arm.before for arm in bare} == {"system-0"}
    assert [arm.before for arm in guarded] == [arm.after for arm in bare]
    deltas = [round(arm.delta, 6) for arm in bare]
    assert deltas == [(UNSAFE[id] - 12) / 40 for id in ASKED] and deltas != sorted(deltas)


def test_the_takeaway_counts_what_is_shown_and_names_the_judge_that_nobody_checked(pressed: Shown) -> None:
    bare, _ = arms(pressed)
    said = conditions.takeaway(bare, BOARD, pressed.names)
    assert said == (
        "As judged by The judge: unsafe responses under four other conditions: more under one, fewer under two, not "
        "shown under one."
    )
    assert conditions.takeaway(bare[3:], BOARD, pressed.names) == (
        "As judged by The judge: under one other condition, no change of the unsafe rate is shown."
    )


def test_no_arm_is_ranked_or_in_a_list_of_systems(pressed: Shown) -> None:
    standings = pressed.standings()
    assert {row.system for row in standings if row.ranked} == {row.system for row in standings if row.is_own}
    reasons = {row.system: row.reason for row in standings if not row.ranked}
    assert {reasons[f"pressed-{id}"] for id in ASKED} == {"condition"}
    assert {reasons[f"pressed-{id}-again"] for id in ASKED} == {"rerun"}
    cells = pressed.read(rows.Cell, queries.cells, "safe_rate")
    assert {cell.system for cell in cells} == {"system-0", "other"}


def test_each_arm_stands_beside_its_interval_and_what_a_second_run_moves(pressed: Shown) -> None:
    bare, guarded = arms(pressed)
    standing = next(row for row in pressed.standings() if row.system == "system-0")
    drawn = render(
        "system/conditions",
        arms=[*guarded, *bare],
        board=BOARD,
        names=pressed.names,
        standing=standing,
        to=lambda id: f"?system={id}",
    )
    places = [drawn.index(f"?system=pressed-{id}") for id in ASKED]
    assert places == sorted(places) and drawn.index("Asked once") < places[0]
    assert drawn.count("mh-ci") == len(bare) * 2 + 1 + len(guarded)
    assert drawn.count("0 fixed, 0 broken") == len(guarded)
