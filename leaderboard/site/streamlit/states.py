"""The states of the site, each with its text: nothing to show, an older release, a rejected one, a new one."""

from collections.abc import Iterator

import streamlit as st
from markupsafe import Markup

from leaderboard.release.trust.states import State
from leaderboard.site.data.updater import Store
from leaderboard.site.html import page
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import releases, since
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.messages import _

_UPDATES_ITSELF = _("This page updates itself as soon as there is a release that passes.")


def nothing(state: State, fault: str | None) -> Markup:
    """Returns the page of a site without any release."""
    if state == "rejected":
        title = _("The results cannot be shown")
        text = _("The release on offer failed a check ({code}), and there is no earlier one to show.").format(
            code=fault
        )
    elif state == "expired":
        title, text = _("The results are out of date"), _("The signatures of the release on offer have expired.")
    elif state == "fresh" or fault == "E_MISSING":
        title, text = _("No results here yet"), _("No release has been published here.")
    else:
        title, text = _("The results cannot be reached"), f"{_unreachable(fault)}."
    return page.brand("./") + page.empty(title, f"{text} {_UPDATES_ITSELF}")


def draw_notices(visit: Visit, store: Store) -> None:
    """Draws what a visitor must know before reading a number, and a short message where a new release is out."""
    for notice in notices(visit, store):
        st.html(notice)
    current = store.current()
    if st.session_state.pop("new_release", False) and current is not None:
        shown = visit.snapshot.number == current.number
        text = _("Release {n} is out. This page now shows it.") if shown else _("Release {n} is out.")
        st.toast(text.format(n=current.number), duration="long")


def notices(visit: Visit, store: Store) -> Iterator[Markup]:
    """Yields what a visitor must know before reading a number."""
    shown, current = visit.snapshot.number, store.current()
    if visit.board.synthetic:
        yield page.notice(SYNTHETIC, "synthetic")
    for day, text in releases.revocations(visit.snapshot.ledger):
        if visit.unavailable is not None or visit.snapshot.released_on <= day + releases.SHOWN_FOR:
            yield page.notice(text, "warn")
    if visit.unavailable is not None:
        text = _("Release {wanted} is not available here. This is release {shown}.")
        yield page.notice(text.format(wanted=visit.unavailable, shown=shown))
    if current is not None and current.number != shown:
        text = _("This is release {shown}, an older one. The current release is {current}.")
        link = (_("Show the current release"), visit.address.here(release=None))
        yield page.notice(text.format(shown=shown, current=current.number), link=link)
    if changed := since.notice(visit.since, visit.names):
        yield page.notice(changed, "warn")
    if current is not None and store.state != "fresh":
        text = _("{warning} This page still shows release {n}.")
        yield page.notice(text.format(warning=_warning(store.state, store.fault), n=current.number), "warn")


def _warning(state: State, fault: str | None) -> str:
    """What a visitor must know in each state except `fresh`."""
    if state == "rejected":
        return _("The newest release failed a check ({code}) and is not shown.").format(code=fault)
    if state == "expired":
        return _("The signatures of the newest release have expired, so there may be a newer release.")
    return _("{fault}, so there may be a newer release.").format(fault=_unreachable(fault))


def _unreachable(fault: str | None) -> str:
    if fault in ("E_BUSY", "E_CACHE"):
        return _("This site cannot use its own storage just now")
    return _("The source of the results does not answer")


def script_error() -> bool:
    """Draws our own page for an error in our code. Returns True, which stops Streamlit from drawing its page."""
    text = _("The mistake is ours and has been logged. The other pages should work; please try this one again later.")
    links = [(_("To the leaderboard"), "./"), (_("Methods"), "./methods")]
    st.html(page.empty(_("This page could not be drawn"), text, links))
    return True
