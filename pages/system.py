"""The page of one system."""

import streamlit as st

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.database import Database
from leaderboard.site.html import page
from leaderboard.site.html.templates import render
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.address import MOST_COMPARED
from leaderboard.site.streamlit.choices import bind
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views import conditions, effects, pairs, profile, sturdiness, verdicts
from leaderboard.site.views.effects import Change
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names

CATEGORIES = _("By category")
RESPONSES = _("What its {responses:responses} were")
CHANGES = _("What a change did")
PAIRS = _("Against another system")
LIMITS = _("What can be shown against a limit")
LABELS = _("Can its labels be trusted?")
OTHER_JUDGES = _("What another judge would have said")
HISTORY = _("As each release published it")
ORIGIN = _("Where this row comes from")
Query = tuple[Database, Board, str]
"""The arguments of the queries of one system: the release, the board, the id of the system."""


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
    query = (visit.database, visit.board, standing.system)
    [origin] = rows.read(rows.Provenance, queries.provenance(*query))
    changes, gained = rows.read(rows.Effect, queries.effects(*query)), rows.read(rows.Benefit, queries.benefits(*query))
    to = effects.changes_to(standing.system, changes, gained, visit.board)
    since = effects.changes_from(standing.system, changes, visit.board)
    arms = rows.read(rows.Arm, queries.arms(*query))
    shown, run = standing.safe is not None, origin.evidence == "run"
    draw_part("about", row=origin, standing=standing, since=visit.since.get(standing.system, ()))
    st.html(page.lead([profile.lead(origin, standing, family, visit.names)]))
    if neighbours := rows.read(rows.Neighbour, queries.neighbours(*query)):
        draw_part("relations", neighbours=neighbours)
    st.html(page.on_this_page(parts(visit.names, shown, run, bool(arms), bool(to or since))))
    if shown:
        draw_numbers(visit, query, origin, standing)
        if arms:
            st.html(page.section(conditions.TITLE, visit.names.say(*conditions.ABOUT)))
            draw_part("conditions", arms=arms, standing=standing)
        draw_changes(visit, query, to, since)
        draw_pairs(visit, query, family)
    if shown and run:
        st.html(page.section(LIMITS))
        limits = rows.read(rows.Verdict, queries.verdicts(*query, verdicts.LIMITS))
        draw_part("limits", rows=verdicts.in_order(limits, visit.board))
        draw_labels(query, standing)
    st.html(page.section(HISTORY))
    ledger = rows.read(rows.LedgerLine, queries.ledger(visit.database, visit.board))
    events = profile.events(ledger, standing.system)
    published = rows.read(rows.Published, queries.history(*query))
    looks = rows.first(rows.Looks, queries.looks(*query))
    draw_part("history", row=origin, events=events, releases=published, looks=looks)
    st.html(page.section(ORIGIN))
    system, line = visit.names.by_system[standing.system], visit.snapshot.ledger[origin.ledger_line - 1]
    draw_part("provenance", row=origin, system=system, line=line, snapshot=visit.snapshot)
    if shown:
        take_table(visit, _("its rates"), "score", standing.system)


def parts(names: Names, shown: bool, run: bool, has_arms: bool, changed: bool) -> list[str]:
    """The titles of the parts of this page, for the list of links above them."""
    optional = [*([conditions.TITLE] if has_arms else []), *([CHANGES] if changed else [])]
    numbers = [CATEGORIES, names.say(RESPONSES), *optional, PAIRS] if shown else []
    return [*numbers, *([LIMITS, LABELS, OTHER_JUDGES] if shown and run else []), HISTORY, ORIGIN]


def draw_numbers(visit: Visit, query: Query, origin: rows.Provenance, standing: rows.Standing) -> None:
    draw_part("tiles", metrics=rows.read(rows.Metric, queries.metrics(*query)), standing=standing)
    st.html(page.note(sturdiness.rerun(queries.rerun_error(*query), visit.names)))
    st.html(page.section(CATEGORIES))
    rates = profile.in_order(rows.read(rows.CategoryRate, queries.profile(*query)), visit.board)
    pooled, variants = (
        rows.read(rows.CategoryRate, queries.profile(*query, metric))
        for metric in ("pooled_unsafe_rate", "any_variant_rate")
    )
    beside = profile.beside(pooled, variants, visit.board, visit.names)
    draw_part("categories", rates=rates, row=origin, beside=beside)
    st.html(page.section(visit.names.say(RESPONSES)))
    draw_part("outcomes", counts=rows.read(rows.OutcomeCount, queries.outcomes(*query)))
    if text := sturdiness.dominance(rows.read(rows.Dominance, queries.dominance(*query)), visit.names):
        st.html(page.note(text))


def draw_changes(visit: Visit, query: Query, to: list[Change], since: list[Change]) -> None:
    """Draws the declared changes that led to this system, and those that led from it to another."""
    if not to and not since:
        return
    database, board, _id = query
    st.html(page.section(CHANGES, effects.method(board, visit.names)))
    if queries.errs_unevenly(database, board):
        st.html(page.note(effects.as_judged(board, visit.names)))
    for change in to:
        draw_part("change", change=change)
    if since:
        draw_part("became", changes=since)


def draw_pairs(visit: Visit, query: Query, family: int) -> None:
    """Draws the comparison with each system that the visitor chooses."""
    names = visit.names
    options = sorted(queries.comparable(*query), key=names.system)
    st.html(page.section(PAIRS, names.say(*pairs.SAME_PROMPTS) if options else pairs.NOBODY))
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
        draw_part("pair", rows=differences, system=names.system(query[2]), other=names.system(id), family=family)


def draw_labels(query: Query, standing: rows.Standing) -> None:
    """Draws how the labels were checked, and what other judges would have said."""
    st.html(page.section(LABELS))
    if audit := rows.first(rows.Audit, queries.audit(*query)):
        draw_part("audit", audit=audit, counts=rows.first(rows.AuditFound, queries.audit_found(*query)))
    st.html(page.section(OTHER_JUDGES))
    draw_part("judges", others=rows.read(rows.OtherJudge, queries.other_judges(*query)), standing=standing)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(page.lead(leads.awaiting(visit, "system")))
    if not visit.left_out and (systems := visit.names.own_systems):
        draw_part("registered", systems=systems)
