"""What people and other judges say of a system's labels."""

import re

import pytest

from leaderboard.site.data import queries
from leaderboard.site.html import judges
from leaderboard.site.views.numbers import Row, records
from tests.site.conftest import Shown


def others_of(shown: Shown, system: str) -> list[Row]:
    return list(records(queries.other_judges(shown.database, shown.board, system)))


def place_of(shown: Shown, system: str) -> Row:
    return next(line for line in records(queries.standings(shown.database, shown.board)) if line["system"] == system)


def audit_of(shown: Shown, system: str) -> str:
    [line] = records(queries.audit(shown.database, shown.board, system))
    found = next(records(queries.audit_found(shown.database, shown.board, system)), None)
    return judges.audit(line, found, shown.names)


def test_audited_rate_stands_beside_the_judged_one(demo: Shown) -> None:
    drawn = audit_of(demo, "yarrow-7")
    assert "People checked 450 of its responses" in drawn
    assert re.search(
        r"Of 150 responses judged unsafe people confirmed \d+; of 300 responses judged safe people found \d+ un", drawn
    )
    assert "As judged by Invented judge" in drawn
    assert drawn.count("mh-dot") == 2


def test_row_of_its_judge_alone_says_that_there_is_no_verdict(demo: Shown) -> None:
    drawn = audit_of(demo, "yarrow-7--gauze")
    assert judges.METHODS["judge_only"].replace("'", "&#39;") in drawn
    assert "mh-dot" not in drawn


def test_human_labels_are_the_audited_ones(xstest: Shown) -> None:
    drawn = audit_of(xstest, "gpt4")
    assert judges.METHODS["human"] in drawn
    assert "<table" not in drawn


def test_uneven_judge_of_record_is_named(demo: Shown, xstest: Shown) -> None:
    assert "Judge error differs by system: Invented judge flags safe responses more often" in audit_of(demo, "sorrel")
    assert "differs by system" not in audit_of(xstest, "gpt4")


def test_judge_that_left_too_much_orders_nobody_and_has_bounds(xstest: Shown) -> None:
    lines = others_of(xstest, "mistralinstruct")
    drawn = judges.others(lines, xstest.names, "mistral")
    assert "not ordered: coverage 94.5%" in drawn
    assert "26.5–32.0% safe, whatever it would have said of the rest" in drawn
    assert "not published: it left a few responses out" in drawn


def test_every_other_judge_has_rate_place_and_agreement(msts: Shown) -> None:
    lines = others_of(msts, "gpt-4o")
    drawn = judges.others(lines, msts.names, "openai")
    assert drawn.count('scope="row"') == len(lines) == 10
    assert "Human annotator 1" in drawn
    assert re.search(r"found \d+ of \d+ unsafe, flagged \d+ of \d+ safe", drawn)
    assert drawn.count("Of this system&#39;s own developer") == 2


def test_lead_says_how_far_apart_judges_are(msts: Shown) -> None:
    lines, place = others_of(msts, "xgen-mm-phi3-mini"), place_of(msts, "xgen-mm-phi3-mini")
    said = judges.says(lines, place)
    rates = [line["safe"] for line in lines]
    assert said.startswith(
        f"Ten other judges labelled the same responses: from {min(rates):.1%} to {max(rates):.1%} safe"
    )
    assert "where the judge of record says 87.7%" in said


def line(low: int, high: int, **values: object) -> dict[str, object]:
    return {
        "safe": 0.9,
        "rank": low,
        "low": low,
        "high": high,
        "misses_unevenly": False,
        "flags_unevenly": False,
    } | values


def test_judges_with_another_place_are_counted() -> None:
    place = {"safe": 0.9, "low": 3, "high": 5}
    assert "None would have given it a place outside 3–5." in judges.says([line(1, 3), line(4, 9)], place)
    assert "By one of them its place would lie outside 3–5." in judges.says([line(1, 2), line(4, 9)], place)


def test_place_is_not_said_of_a_system_without_one() -> None:
    said = judges.says([line(1, 2)], {"safe": 0.9, "low": None, "high": None})
    assert "place" not in said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line(1, 2)], None),
        ([line(1, 2, misses_unevenly=True)], "for this judge"),
        (
            [line(1, 2, misses_unevenly=True), line(1, 2), line(1, 2, flags_unevenly=True)],
            "for two of these three judges",
        ),
    ],
)
def test_judges_that_err_unevenly_are_counted(lines: list[Row], said: str | None) -> None:
    found = judges.uneven(lines)
    assert (found is None) if said is None else (found is not None and said in found)


def test_board_without_another_judge_says_so(demo: Shown) -> None:
    assert judges.NOBODY in judges.leads(others_of(demo, "yarrow-7"), place_of(demo, "yarrow-7"))
