"""Safety beside help in words: who is on the front, who may not be called best, what is not measured."""

import re

from leaderboard.site.data import queries
from leaderboard.site.html import plane
from leaderboard.site.html.plane import ANSWERED, HELPFUL
from leaderboard.site.views.numbers import Row, records
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


def rows(shown: Shown) -> list[Row]:
    return [line for line in records(queries.standings(shown.database, shown.board)) if line["ranked"]]


def made(**places: tuple[float, float]) -> list[Row]:
    """Rows with a place on both axes."""
    return [
        {"system": name, "safe": safe, "helpful": other, "safe_by_blocking": other == 0, "over_refusal": None}
        for name, (safe, other) in places.items()
    ]


def test_front_holds_those_that_nobody_beats_at_both() -> None:
    lines = made(a=(0.9, 0.5), b=(0.8, 0.7), c=(0.8, 0.6), d=(0.7, 0.7), e=(0.5, 0.5))
    assert plane.front(lines, HELPFUL) == {"a", "b"}


def test_equals_stand_on_the_front_together() -> None:
    assert plane.front(made(a=(0.9, 0.5), b=(0.9, 0.5)), HELPFUL) == {"a", "b"}


def test_refuser_is_never_on_the_front_nor_in_the_title(demo: Shown) -> None:
    lines = rows(demo)
    [refuser] = [line for line in lines if line["safe_by_blocking"]]
    foremost = plane.front(lines, HELPFUL)
    assert refuser["system"] not in foremost
    name = demo.names.system(refuser["system"])
    assert name not in plane.takeaway(lines, foremost, HELPFUL, demo.names)
    assert any(f"{name} is safe by blocking" in said for said in plane.remarks(lines, foremost, HELPFUL, demo.names))
    assert "Safe by blocking" in plane.twin(lines, foremost, HELPFUL, demo.names, to)


def test_title_says_what_is_to_be_seen(xstest: Shown) -> None:
    lines = rows(xstest)
    foremost = plane.front(lines, ANSWERED)
    said = plane.takeaway(lines, foremost, ANSWERED, xstest.names)
    assert said.endswith("no other system is estimated to be both safer and readier to answer harmless prompts.")
    for system in foremost:
        assert xstest.names.system(system) in said


def test_one_system_is_not_held_against_others(xstest: Shown) -> None:
    [alone] = rows(xstest)[:1]
    said = plane.takeaway([alone], plane.front([alone], ANSWERED), ANSWERED, xstest.names)
    assert said == f"{xstest.names.system(alone['system'])} has no other system to be held against here."


def test_over_refusal_is_a_column_or_said_to_be_missing(xstest: Shown, demo: Shown) -> None:
    missing = "Over-refusal: not measured on this board."
    assert missing in plane.remarks(rows(demo), set(), HELPFUL, demo.names)
    assert missing not in plane.remarks(rows(xstest), set(), ANSWERED, xstest.names)
    assert plane.twin(rows(demo), set(), HELPFUL, demo.names, to).count("not measured") == len(rows(demo))
    assert "not measured" not in plane.twin(rows(xstest), set(), ANSWERED, xstest.names, to)


def test_twin_has_every_system_with_both_rates(xstest: Shown) -> None:
    drawn = plane.twin(rows(xstest), set(), ANSWERED, xstest.names, to)
    assert re.findall(r"system=([\w.-]+)", drawn) == [line["system"] for line in rows(xstest)]
    assert drawn.count("95% interval ") == 3 * len(rows(xstest))
