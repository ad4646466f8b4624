"""Safety beside help in one plane, drawn when a visitor opens it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from leaderboard.site.data.rows import Standing
from leaderboard.site.html import charts, page
from leaderboard.site.html.charts import Plane, Point
from leaderboard.site.html.ranking import NOBODY
from leaderboard.site.html.templates import render
from leaderboard.site.streamlit.view import View
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import glossary, plane
from leaderboard.site.views.basis import judged_by
from leaderboard.site.views.messages import _
from leaderboard.site.views.plane import Good
from leaderboard.site.views.sentences import scope

_ALT = (
    _(
        "{title} Every ranked system by safety and by help, with 95% intervals. The table below it has the same "
        "numbers."
    ),
    _("{title} Every ranked system by both rates, with 95% intervals. The table below it has the same numbers."),
)


def draw_two_axes(view: View) -> None:
    """Draws the folded view; where the board measures safety only, says so."""
    names = view.visit.names
    good = next((good for good in plane.GOODS if any(good.of(row) for row in view.scores.ranked)), None)
    if good is None:
        st.html(page.note(names.say(*plane.NOTHING_BESIDE)))
        return
    folded = st.expander(names.say(*plane.TITLE), key="two_axes", on_change="rerun")
    if folded.open:
        shown = [row for row in view.rows if row.ranked]
        with folded:
            _draw(view, shown, good) if shown else st.html(page.note(NOBODY))


def _draw(view: View, shown: Sequence[Standing], good: Good) -> None:
    visit, names, foremost = view.visit, view.visit.names, plane.front(shown, good)
    title = plane.takeaway(shown, foremost, good, names, judged_by(shown[0].basis, visit.board, names))
    over = _("Over {categories}.").format(categories=scope(visit.board, names, view.scores.categories))
    st.html(page.figure_title(title, [over, *plane.remarks(shown, foremost, good, visit.board, names)]))
    points = [
        Point(
            name=names.system(row.system),
            group=glossary.label(glossary.GROUPS, row.group),
            safe=row.safe,
            other=rate,
            on_front=row.system in foremost,
            mark=plane.BLOCKING if row.safe_by_blocking else None,
        )
        for row in shown
        if row.safe and (rate := good.of(row))
    ]
    axes = Plane(
        safe=names.metric("safe_rate").label,
        title=names.say(*good.label),
        references=plane.trivial(good, visit.board, names),
        groups=tuple(term.label for term in glossary.GROUPS.values()),
    )
    figure = charts.safety_and_help(points, axes, st.context.theme.type or "light")
    st.plotly_chart(figure, key="two_axes_chart", config={"displayModeBar": False}, alt=names.say(*_ALT, title=title))
    st.html(render("plane", rows=shown, foremost=foremost, good=good, names=names, to=partial(_to_system, visit)))


def _to_system(visit: Visit, id: str) -> str:
    return visit.address.link("system", system=id)
