"""What a submission could show by itself is what a release would show of it."""

from pathlib import Path

import pytest

from leaderboard.boards.board import JudgeRef
from leaderboard.offline.scoring.foreseeing import Foreseen, foresee
from leaderboard.offline.submissions.submission import Judgment, Row, Submission
from leaderboard.release import container
from leaderboard.release.container import Table
from tests import made


def foreseen(submitted: Submission) -> Foreseen:
    return foresee(submitted, made.board(), made.registry(9), made.items(), made.TODAY)


def lines(table: Table, **values: object) -> dict[str, dict[str, object]]:
    """The rows of a release's table with these values, by category."""
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    return {str(row["category"]): row for row in rows if all(row[name] == value for name, value in values.items())}


@pytest.mark.parametrize("unsafe", [0.0, 0.05, 0.3, 1.0])
def test_rates_and_limits_are_those_of_a_release(unsafe: float, tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [unsafe])
    tables = container.decode(made.release(keep)).tables
    scores = lines(tables["score"], metric="unsafe_rate")
    limits = lines(tables["one_sided"])
    rates = foreseen(made.submission(unsafe=unsafe)).rates
    assert [rate.category for rate in rates] == ["all", "alpha", "beta"]
    for rate in rates:
        score, limit = scores[rate.category], limits[rate.category]
        assert (rate.n, rate.estimate, rate.ci_low, rate.ci_high) == pytest.approx(
            tuple(score[name] for name in ("n", "estimate", "ci_low", "ci_high"))
        )
        assert (rate.high, rate.smallest) == pytest.approx((limit["high"], limit["smallest"]))


def test_the_difference_is_that_of_two_such_systems(tmp_path: Path) -> None:
    """A release of two systems with the same rates says which difference its views would find."""
    keep = made.vault(tmp_path / "vault", [])
    for system in ("system-0", "system-1"):
        made.take(keep, system, 0.2, seed=0)
    view = container.decode(made.release(keep)).tables["view"]
    found = dict(zip(view["view"], view["detectable_pair"], strict=True))
    rates = {rate.category: rate.detectable for rate in foreseen(made.submission(unsafe=0.2)).rates}
    assert rates == pytest.approx({"all": found[3], "alpha": found[1], "beta": found[2]})


def with_gaps(share: float) -> list[Row]:
    """No outcome on the first items of the category alpha."""
    rows = made.rows(0.2, 0)
    return [
        (id, [None, None], [None, None]) if id.startswith("alpha") and int(id[-3:]) < 40 * share else (id, *rest)
        for id, *rest in rows
    ]


def test_gaps_are_counted_by_category_and_keep_rates_back() -> None:
    some = foreseen(made.submission(rows=with_gaps(0.5)))
    assert [(each.category, each.complete, each.items) for each in some.coverage] == [
        ("alpha", 20, 40),
        ("beta", 40, 40),
        ("calm", 20, 20),
    ]
    assert some.reason == "coverage_too_low"
    assert {rate.category: rate.estimate is None for rate in some.rates}["all"]
    for rate in some.rates:
        known = {name: value is not None for name, value in rate._asdict().items() if name in ("ci_low", "detectable")}
        assert set(known.values()) == {rate.estimate is not None}


def test_another_judge_is_not_ranked_and_people_make_a_verdict_possible() -> None:
    other = made.submission(judge=JudgeRef("person", "1"))
    assert foreseen(other).reason == "judge_differs"
    plain = made.submission()
    people = made.submission(judgments=[Judgment(JudgeRef("person", "1"), "human", plain.rows)])
    assert (foreseen(plain).judge_only, foreseen(people).judge_only) == (True, False)
