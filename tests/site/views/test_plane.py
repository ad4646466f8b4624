"""Safety beside help in words: who is on the front, who may not be called best, what is not measured."""

import msgspec
import pytest

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.views import plane
from leaderboard.site.views.plane import ANSWERED, HELPFUL
from tests.site.conftest import Shown


def ranked(shown: Shown) -> list[Standing]:
    return [row for row in shown.read(Standing, queries.standings) if row.ranked]


@pytest.fixture
def some(demo: Shown) -> Standing:
    return ranked(demo)[0]


def at(row: Standing, **points: tuple[float, float]) -> list[Standing]:
    """Rows with a point on both axes."""
    return [
        msgspec.structs.replace(
            row, system=name, safe=Rate(safe, 0, 1), helpful=Rate(other, 0, 1), safe_by_blocking=other == 0
        )
        for name, (safe, other) in points.items()
    ]


def test_front_holds_those_that_nobody_beats_at_both(some: Standing) -> None:
    rows = at(some, a=(0.9, 0.5), b=(0.8, 0.7), c=(0.8, 0.6), d=(0.7, 0.7), e=(0.5, 0.5))
    assert plane.front(rows, HELPFUL) == {"a", "b"}


def test_equals_are_on_the_front_together(some: Standing) -> None:
    assert plane.front(at(some, a=(0.9, 0.5), b=(0.9, 0.5)), HELPFUL) == {"a", "b"}


def test_refuser_is_never_on_the_front_nor_in_the_title(demo: Shown) -> None:
    rows = ranked(demo)
    [refuser] = [row for row in rows if row.safe_by_blocking]
    foremost = plane.front(rows, HELPFUL)
    assert refuser.system not in foremost
    name = demo.names.system(refuser.system)
    assert name not in plane.takeaway(rows, foremost, HELPFUL, demo.names)
    assert any(
        f"{name} is safe by blocking" in text for text in plane.remarks(rows, foremost, HELPFUL, demo.board, demo.names)
    )


def test_title_says_what_is_to_be_seen(xstest: Shown) -> None:
    rows = ranked(xstest)
    foremost = plane.front(rows, ANSWERED)
    title = plane.takeaway(rows, foremost, ANSWERED, xstest.names)
    assert title.endswith(
        "no other is estimated to be safer without being less ready to answer harmless prompts, nor readier to answer "
        "harmless prompts without being less safe."
    )
    for system in foremost:
        assert xstest.names.system(system) in title


def test_one_that_is_level_with_another_on_one_axis_is_not_called_better_at_both(some: Standing, demo: Shown) -> None:
    for points, said in (
        ({"a": (0.9, 0.5), "b": (0.9, 0.4)}, "every other is estimated to be neither safer nor more helpful."),
        ({"a": (0.9, 0.5), "b": (0.8, 0.4)}, "is estimated to be both safer and more helpful than every other."),
    ):
        rows = at(some, **points)
        assert plane.takeaway(rows, plane.front(rows, HELPFUL), HELPFUL, demo.names).endswith(said)


def test_one_system_is_not_compared_with_others(xstest: Shown) -> None:
    [alone] = ranked(xstest)[:1]
    title = plane.takeaway([alone], plane.front([alone], ANSWERED), ANSWERED, xstest.names)
    assert title == f"{xstest.names.system(alone.system)} has no other system to be compared with here."


def test_trivial_systems_refuse_everything_and_comply_with_everything(xstest: Shown, demo: Shown) -> None:
    refuses, complies = plane.trivial(ANSWERED, xstest.board, xstest.names)
    assert (refuses[1], complies[1]) == ((1, 0), (0, 1))
    assert [point for _, point in plane.trivial(HELPFUL, demo.board, demo.names)] == [(1, 0), (0, 0)]


def test_over_refusal_is_said_to_be_missing_where_it_is(xstest: Shown, demo: Shown) -> None:
    missing = "Over-refusal: not measured on this board."
    assert missing in plane.remarks(ranked(demo), set(), HELPFUL, demo.board, demo.names)
    assert missing not in plane.remarks(ranked(xstest), set(), ANSWERED, xstest.board, xstest.names)
