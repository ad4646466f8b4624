"""The states of the site, each with its own words: nothing to show, an older release, a rejected one, a new one."""

from collections.abc import Iterator

import streamlit as st

from leaderboard.tables import masthead
from leaderboard.tables.markup import Html
from leaderboard.ui.visit import Visit
from leaderboard.updater import State, Store

_COMES_TO_LIFE = "This page comes to life by itself as soon as the folder holds one that passes."


def nothing_to_show(state: State, fault: str | None) -> None:
    """Draws the page of a site without any release."""
    if state == "rejected":
        title = "The results cannot be shown"
        words = f"The release in the results folder failed a check ({fault}), and there is no earlier one to show."
    else:
        title, words = "No results here yet", "The results folder holds no release."
    st.html(masthead.empty(title, f"{words} {_COMES_TO_LIFE}"))


def draw_notices(visit: Visit, store: Store) -> None:
    """Draws what a visitor must know before reading a number, and says quietly that a new release is out."""
    for notice in _notices(visit, store):
        st.html(notice)
    if st.session_state.pop("new_release", False):
        st.toast(f"Release {visit.snapshot.number} is out. This page now shows it.", duration="long")


def _notices(visit: Visit, store: Store) -> Iterator[Html]:
    shown, current = visit.snapshot.number, store.current()
    if visit.board.synthetic:
        yield masthead.notice(masthead.SYNTHETIC, "synthetic")
    if visit.asked is not None:
        yield masthead.notice(f"Release {visit.asked} is not kept here. This is release {shown}.")
    if current is not None and current.number != shown:
        words = f"This is release {shown}, an older one. The current release is {current.number}."
        way = ("Show the current release", visit.address.here(release=None))
        yield masthead.notice(words, link=way)
    if store.state == "rejected":
        words = f"The release in the results folder failed a check ({store.fault}) and is not shown."
        yield masthead.notice(f"{words} Release {shown} stays.", "warn")
    if store.state == "missing":
        yield masthead.notice(
            f"The results folder holds no release any more. Release {shown} was the last one.", "warn"
        )


def script_error() -> bool:
    """Draws our own page for a mistake of ours. Returns True: Streamlit is not to draw one."""
    words = "The mistake is ours and has been noted. The other pages should work; please try this one again later."
    st.html(masthead.empty("This page could not be drawn", words))
    return True
