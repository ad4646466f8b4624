"""The states of the site, each with its own words: nothing to show, an older release, a rejected one, a new one."""

import streamlit as st

from leaderboard.tables import masthead
from leaderboard.ui.visit import Visit
from leaderboard.updater import State, Store


def nothing_to_show(state: State, fault: str | None) -> None:
    """Draws the page of a site without any release."""
    if state == "rejected":
        st.html(
            masthead.empty(
                "The results cannot be shown",
                f"The release in the results folder failed a check ({fault}), and there is no earlier one to show. "
                "This page comes to life by itself as soon as the folder holds a release that passes.",
            )
        )
    else:
        st.html(
            masthead.empty(
                "No results here yet",
                "The results folder holds no release. This page comes to life by itself as soon as one is published there.",
            )
        )


def notices(visit: Visit, store: Store) -> None:
    """Draws what a visitor must know about the release before reading a number."""
    if visit.board.synthetic:
        st.html(masthead.notice("Synthetic demonstration data: no real model is described.", "synthetic"))
    if visit.address.release and visit.asked is None and visit.snapshot.number != store_number(store):
        words = f"You are looking at release {visit.snapshot.number}, an older one. The current release is {store_number(store)}."
        st.html(masthead.notice(words, link=("Show the current release", visit.address.link(release=None))))
    if visit.asked is not None:
        st.html(masthead.notice(f"Release {visit.asked} is not kept here. This is release {visit.snapshot.number}."))
    if store.state == "rejected":
        words = (
            f"A newer release failed a check ({store.fault}) and is not shown. Release {visit.snapshot.number} stays."
        )
        st.html(masthead.notice(words, "warn"))
    if store.state == "missing":
        st.html(
            masthead.notice(
                f"The results folder is gone. Release {visit.snapshot.number} is the last one read.", "warn"
            )
        )
    if st.session_state.pop("changed", False) and store.state == "fresh":
        st.toast(f"Release {visit.snapshot.number} is out. This page now shows it.", duration="long")


def store_number(store: Store) -> int | None:
    """Returns the number of the current release."""
    current = store.current()
    return current.number if current else None


def script_error() -> bool:
    """Draws our own page for a mistake of ours. Returns True: Streamlit is not to draw one."""
    words = "The mistake is ours and has been noted. The other pages should work; please try this one again later."
    st.html(masthead.empty("This page could not be drawn", words))
    return True
