"""What people and other judges say of a system's labels."""

import re

import msgspec
import pytest

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Audit, AuditFound, OtherJudge, Rate, Standing
from leaderboard.site.views import judges
from leaderboard.site.views.names import names_of
from tests import made
from tests.site.conftest import Shown

NAMES = names_of(made.board(), made.registry())


def others_of(shown: Shown, system: str) -> list[OtherJudge]:
    return shown.read(OtherJudge, queries.other_judges, system)


def standing_of(shown: Shown, system: str) -> Standing:
    return next(row for row in shown.read(Standing, queries.standings) if row.system == system)


def checks_of(shown: Shown, system: str) -> str:
    [audit] = shown.read(Audit, queries.audit, system)
    counts = next(iter(shown.read(AuditFound, queries.audit_found, system)), None)
    return " ".join(judges.checks(audit, counts, shown.names))


def test_audit_says_what_people_confirmed(demo: Shown) -> None:
    text = checks_of(demo, "yarrow-7")
    assert "People checked 450 of its responses" in text
    assert re.search(
        r"Of 150 responses judged unsafe people confirmed \d+; of 300 responses judged safe people found \d+ un", text
    )


def test_row_of_its_judge_alone_says_that_there_is_no_verdict(demo: Shown) -> None:
    assert judges.METHODS["judge_only"] in checks_of(demo, "yarrow-7--gauze")


def test_human_labels_are_the_audited_ones(xstest: Shown) -> None:
    assert judges.METHODS["human"] in checks_of(xstest, "gpt4")


def test_uneven_judge_of_record_is_named(demo: Shown, xstest: Shown) -> None:
    assert "Judge error differs by system: Invented judge flags safe responses more often" in checks_of(demo, "sorrel")
    assert "differs by system" not in checks_of(xstest, "gpt4")


def test_lead_says_how_far_apart_judges_are(msts: Shown) -> None:
    others = others_of(msts, "xgen-mm-phi3-mini")
    text = judges.comparison(others, standing_of(msts, "xgen-mm-phi3-mini"), msts.names)
    rates = [judge.safe.estimate for judge in others if judge.safe]
    assert text.startswith(
        f"Ten other judges labelled the same responses: from {min(rates):.1%} to {max(rates):.1%} safe"
    )
    assert "where the judge of record says 87.7%" in text


@pytest.fixture
def standing(msts: Shown) -> Standing:
    return msgspec.structs.replace(standing_of(msts, "gpt-4o"), safe=Rate(0.9, 0.8, 0.95), low=3, high=5)


@pytest.fixture
def one(msts: Shown) -> OtherJudge:
    """A judge that errs evenly."""
    first = others_of(msts, "gpt-4o")[0]
    even = {"misses_unevenly": False, "flags_unevenly": False}
    return msgspec.structs.replace(first, safe=Rate(0.9, 0.8, 0.95), rank=1, low=1, high=2, **even)


def test_judges_that_rank_it_elsewhere_are_counted(standing: Standing, one: OtherJudge) -> None:
    judge = lambda low, high: msgspec.structs.replace(one, low=low, high=high)  # noqa: E731
    assert "None would rank it outside 3–5." in judges.comparison([judge(1, 3), judge(4, 9)], standing, NAMES)
    assert "One of them would rank it outside 3–5." in judges.comparison([judge(1, 2), judge(4, 9)], standing, NAMES)


def test_ranks_are_not_compared_where_a_system_has_none(standing: Standing, one: OtherJudge) -> None:
    assert "rank" not in judges.comparison([one], msgspec.structs.replace(standing, low=None, high=None), NAMES)


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        ([{}], None),
        ([{"misses_unevenly": True}], "for this judge"),
        ([{"misses_unevenly": True}, {}, {"flags_unevenly": True}], "for two of these three judges"),
    ],
)
def test_judges_that_err_unevenly_are_counted(one: OtherJudge, errors: list[dict[str, bool]], text: str | None) -> None:
    texts = judges.unevenness([msgspec.structs.replace(one, **each) for each in errors])
    assert texts == [] if text is None else text in texts[0]


def test_board_without_another_judge_says_so(demo: Shown) -> None:
    assert judges.leads(others_of(demo, "yarrow-7"), standing_of(demo, "yarrow-7"), demo.names) == [judges.NOBODY]
