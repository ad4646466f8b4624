"""The states of the site, each with its own words: nothing to show, an older release, a rejected one, a new one."""

from collections.abc import Iterator

import streamlit as st

from leaderboard.release.trust.states import State
from leaderboard.site.data.updater import Store
from leaderboard.site.html import masthead
from leaderboard.site.html.markup import Html, join
from leaderboard.site.streamlit.visit import Visit

_COMES_TO_LIFE = "This page comes to life by itself as soon as there is one that passes."


def nothing(state: State, fault: str | None) -> Html:
    """Returns the page of a site without any release."""
    if state == "rejected":
        title = "The results cannot be shown"
        words = f"The release on offer failed a check ({fault}), and there is no earlier one to show."
    elif state == "expired":
        title, words = "The results are out of date", "The signatures of the release on offer have expired."
    elif state == "fresh" or fault == "E_MISSING":
        title, words = "No results here yet", "No release has been published here."
    else:
        title, words = "The results cannot be reached", f"{_unreachable(fault)}."
    return join(masthead.brand("./"), masthead.empty(title, f"{words} {_COMES_TO_LIFE}"))


def draw_notices(visit: Visit, store: Store) -> None:
    """Draws what a visitor must know before reading a number, and says quietly that a new release is out."""
    for notice in notices(visit, store):
        st.html(notice)
    current = store.current()
    if st.session_state.pop("new_release", False) and current is not None:
        shows_it = " This page now shows it." if visit.snapshot.number == current.number else ""
        st.toast(f"Release {current.number} is out.{shows_it}", duration="long")


def notices(visit: Visit, store: Store) -> Iterator[Html]:
    """Yields what a visitor must know before reading a number."""
    shown, current = visit.snapshot.number, store.current()
    if visit.board.synthetic:
        yield masthead.notice(masthead.SYNTHETIC, "synthetic")
    if visit.asked is not None:
        yield masthead.notice(f"Release {visit.asked} is not kept here. This is release {shown}.")
    if current is not None and current.number != shown:
        words = f"This is release {shown}, an older one. The current release is {current.number}."
        way = ("Show the current release", visit.address.here(release=None))
        yield masthead.notice(words, link=way)
    if current is not None and store.state != "fresh":
        yield masthead.notice(f"{_warning(store.state, store.fault)} Release {current.number} stays.", "warn")


def _warning(state: State, fault: str | None) -> str:
    """What a visitor must know in each state but the good one."""
    if state == "rejected":
        return f"What is on offer now failed a check ({fault}) and is not shown."
    if state == "expired":
        return "What is on offer now is signed for a time that has passed, so there may be a newer release."
    return f"{_unreachable(fault)}, so there may be a newer release."


def _unreachable(fault: str | None) -> str:
    if fault in ("E_BUSY", "E_CACHE"):
        return "This site cannot use its own storage just now"
    return "The source of the results does not answer"


def script_error() -> bool:
    """Draws our own page for a mistake of ours. Returns True: Streamlit is not to draw one."""
    words = "The mistake is ours and has been noted. The other pages should work; please try this one again later."
    st.html(
        masthead.empty("This page could not be drawn", words, [("To the leaderboard", "./"), ("Methods", "./methods")])
    )
    return True
