"""The page of one system."""

import streamlit as st

from leaderboard.site.data import queries, rows
from leaderboard.site.html import page, system
from leaderboard.site.html.system import Subject
from leaderboard.site.html.templates import render
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.address import MOST_COMPARED
from leaderboard.site.streamlit.choices import bind
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views import pairs
from leaderboard.site.views.messages import _


def draw_part(name: str, **values: object) -> None:
    """Draws `templates/system/<name>.html`."""
    st.html(render(f"system/{name}", board=visit.board, names=visit.names, to=to_system, **values))


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


def draw(visit: Visit) -> None:
    every = rows.read(rows.Standing, queries.standings(visit.database, visit.board))
    id = visit.address.system
    st.selectbox(
        _("System"),
        [standing.system for standing in every],
        index=None,
        format_func=visit.names.system,
        placeholder=_("Choose a system"),
        width=420,
        **bind("system", id),
    )
    standing = next((standing for standing in every if standing.system == id), None)
    if standing:
        draw_system(visit, standing, sum(each.ranked for each in every))
    elif id:
        st.html(page.nothing(_("{system} has no results in this release.").format(system=visit.names.system(id))))
    else:
        draw_part("index", standings=[each for each in every if each.is_own])


def draw_system(visit: Visit, standing: rows.Standing, family: int) -> None:
    subject = Subject(visit.snapshot, visit.board, visit.names, standing, family, to_system, visit.since)
    for part in system.above_pairs(subject):
        st.html(part)
    if subject.has_rates:
        draw_pairs(visit, subject)
    for part in system.below_pairs(subject):
        st.html(part)
    if subject.has_rates:
        take_table(visit, _("its rates"), "score", standing.system)


def draw_pairs(visit: Visit, subject: Subject) -> None:
    """Draws the comparison with each system that the visitor chooses."""
    names, query = visit.names, subject.query
    options = sorted(queries.comparable(*query), key=names.system)
    st.html(page.section(system.PAIRS, names.say(*pairs.SAME_PROMPTS) if options else pairs.NOBODY))
    if not options:
        return
    chosen = tuple(id for id in visit.address.systems if id in options)
    st.multiselect(
        _("Compare with"),
        options,
        format_func=names.system,
        placeholder=_("Choose up to three systems"),
        max_selections=MOST_COMPARED,
        width=640,
        **bind("systems", chosen),
    )
    for id in chosen:
        differences = rows.read(rows.Difference, queries.differences(*query, id))
        draw_part(
            "pair", rows=differences, system=names.system(query[2]), other=names.system(id), family=subject.family
        )


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(page.lead(leads.awaiting(visit, "system")))
    if not visit.left_out and (systems := visit.names.own_systems):
        draw_part("registered", systems=systems)
