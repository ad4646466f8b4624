"""The figure of safety beside help as a table."""

import re

from markupsafe import Markup

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Standing
from leaderboard.site.html.templates import render
from leaderboard.site.views.plane import ANSWERED, HELPFUL, Good
from tests.site.conftest import Shown


def ranked(shown: Shown) -> list[Standing]:
    return [row for row in shown.read(Standing, queries.standings) if row.ranked]


def twin(shown: Shown, good: Good) -> Markup:
    to = "./system?system={}".format
    return render("plane", rows=ranked(shown), foremost=set(), good=good, names=shown.names, to=to)


def test_over_refusal_is_a_column_or_not_measured(xstest: Shown, demo: Shown) -> None:
    assert twin(demo, HELPFUL).count("not measured") == len(ranked(demo))
    assert "not measured" not in twin(xstest, ANSWERED)


def test_refuser_is_marked(demo: Shown) -> None:
    assert "Safe by blocking" in twin(demo, HELPFUL)


def test_every_system_has_both_rates(xstest: Shown) -> None:
    drawn = twin(xstest, ANSWERED)
    assert re.findall(r"system=([\w.-]+)", drawn) == [row.system for row in ranked(xstest)]
    assert drawn.count("95% interval ") == 3 * len(ranked(xstest))
