"""What is this system like?"""

import pandas as pd
import streamlit as st

from leaderboard.site.data import queries
from leaderboard.site.html import effects, judges, masthead, pairs, profile, provenance, sturdiness, verdicts
from leaderboard.site.html.marks import folded
from leaderboard.site.streamlit.address import MOST_COMPARED
from leaderboard.site.streamlit.choices import bind
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views.numbers import Row, records

CATEGORIES = "By category"
RESPONSES = "What its responses were"
CHANGES = "What a change did"
PAIRS = "Against another system"
LIMITS = "What can be shown against a limit"
LABELS = "Can its labels be trusted?"
OTHER_JUDGES = "What another judge would have said"
HISTORY = "As each release published it"
ORIGIN = "Where this row comes from"


def draw(visit: Visit) -> None:
    every = queries.standings(visit.database, visit.board)
    st.selectbox(
        "System",
        every["system"].tolist(),
        index=None,
        format_func=visit.names.system,
        placeholder="Choose a system",
        width=420,
        **bind("system", visit.address.system),
    )
    found = [line for line in records(every) if line["system"] == visit.address.system]
    if found:
        draw_system(visit, found[0], len(every[every["ranked"]]))
    elif visit.address.system:
        st.html(masthead.nothing(f"{visit.names.system(visit.address.system)} has no results in this release."))
    else:
        st.html(profile.index(every[every["evidence"] == "run"], visit.names, to_system))


def draw_system(visit: Visit, place: Row, family: int) -> None:
    system, board, names = place["system"], visit.board, visit.names
    line = next(records(queries.provenance(visit.database, board, system)))
    changes = queries.effects(visit.database, board, system)
    shown, run = place["safe"] is not None, line["evidence"] == "run"
    st.html(profile.about(line, names))
    st.html(masthead.lead([profile.stands(line, place, family)]))
    if relations := profile.relations(queries.neighbours(visit.database, board, system), names, to_system):
        st.html(relations)
    st.html(masthead.on_this_page(parts(shown, run, not changes.empty)))
    if shown:
        draw_numbers(visit, system, line)
        draw_comparisons(visit, system, changes, family)
    if shown and run:
        draw_limits(visit, system)
        draw_labels(visit, place)
    st.html(masthead.section(HISTORY))
    past = queries.history(visit.database, board, system)
    st.html(masthead.note(profile.NO_HISTORY) if past.empty else profile.history(past))
    st.html(masthead.section(ORIGIN))
    st.html(provenance.provenance(line, names.by_system[system], names, visit.snapshot))
    if shown:
        take_table(visit, "its rates", "score", system)


def parts(shown: bool, run: bool, changed: bool) -> list[str]:
    """The parts that this page has, for the list at its head."""
    numbers = [CATEGORIES, RESPONSES, *([CHANGES] if changed else []), PAIRS] if shown else []
    return [*numbers, *([LIMITS, LABELS, OTHER_JUDGES] if shown and run else []), HISTORY, ORIGIN]


def draw_numbers(visit: Visit, system: str, line: Row) -> None:
    database, board, names = visit.database, visit.board, visit.names
    st.html(profile.tiles(queries.metrics(database, board, system), line, names))
    st.html(masthead.note(sturdiness.rerun(queries.rerun_error(database, board, system))))
    st.html(masthead.section(CATEGORIES))
    st.html(profile.by_category(queries.profile(database, board, system), board, names, line["group"]))
    st.html(masthead.section(RESPONSES))
    st.html(profile.outcome_mix(queries.outcomes(database, board, system), board))
    if said := sturdiness.dominance(queries.dominance(database, board, system), names):
        st.html(masthead.note(said))


def draw_comparisons(visit: Visit, system: str, changes: pd.DataFrame, family: int) -> None:
    """What changed it, what became of it, and any other system that the visitor puts beside it."""
    database, board, names = visit.database, visit.board, visit.names
    if not changes.empty:
        st.html(masthead.section(CHANGES, effects.method(board)))
        if queries.errs_unevenly(database, board):
            st.html(masthead.note(effects.AS_JUDGED))
        gained = queries.benefits(database, board, system)
        for part in effects.after(changes, gained, system, board, names, to_system):
            st.html(part)
        if made := effects.before(changes, system, names, to_system):
            st.html(made)
    draw_pairs(visit, system, family)


def draw_pairs(visit: Visit, system: str, family: int) -> None:
    database, board, names = visit.database, visit.board, visit.names
    options = sorted(queries.comparable(database, board, system), key=names.system)
    st.html(masthead.section(PAIRS, pairs.SAME_PROMPTS if options else pairs.NOBODY))
    if not options:
        return
    chosen = tuple(id for id in visit.address.systems if id in options)
    st.multiselect(
        "Compare with",
        options,
        format_func=names.system,
        placeholder="Choose up to three systems",
        max_selections=MOST_COMPARED,
        width=640,
        **bind("systems", chosen),
    )
    for other in chosen:
        st.html(
            pairs.compared(queries.differences(database, board, system, other), system, other, family, board, names)
        )


def draw_limits(visit: Visit, system: str) -> None:
    lines = queries.verdicts(visit.database, visit.board, system, verdicts.LIMITS)
    st.html(masthead.section(LIMITS))
    st.html(verdicts.leads(lines, visit.board))
    st.html(folded("Category by category", verdicts.against_limits(lines, visit.board, visit.names)))


def draw_labels(visit: Visit, place: Row) -> None:
    """How the labels were checked, and what other judges would have said."""
    database, board, names, system = visit.database, visit.board, visit.names, place["system"]
    st.html(masthead.section(LABELS))
    checked = next(records(queries.audit(database, board, system)), None)
    found = next(records(queries.audit_found(database, board, system)), None)
    if checked:
        st.html(judges.audit(checked, found, names))
    others = list(records(queries.other_judges(database, board, system)))
    st.html(masthead.section(OTHER_JUDGES))
    st.html(judges.leads(others, place))
    if others:
        st.html(folded("Judge by judge", judges.others(others, names, place["developer"])))


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(masthead.lead([visit.left_out or "No system has results here yet."]))
