"""The frame of every page and its small parts, which pages draw one by one: the macros of templates/page.html."""

from markupsafe import Markup

from leaderboard.release.trust.states import State
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.templates import macro
from leaderboard.site.views.about import signed_by
from leaderboard.site.views.messages import _

brand = macro("page", "brand")
citation = macro("page", "citation")
empty = macro("page", "empty")
figure_title = macro("page", "figure_title")
first_paint = macro("page", "first_paint")
footer = macro("page", "footer")
heading = macro("page", "heading")
lead = macro("page", "lead")
limits = macro("page", "limits")
note = macro("page", "note")
nothing = macro("page", "nothing")
notice = macro("page", "notice")
on_this_page = macro("page", "on_this_page")
section = macro("macros", "section")
sidebar = macro("page", "sidebar")
small_heading = macro("page", "small_heading")
_release_line = macro("page", "release_line")


def release_line(snapshot: Snapshot, state: State, older: bool) -> Markup:
    """Returns the number, date and signers of the shown release. If the source has no newer good release, it says "last
    good release" instead of the signers. `older` is true if the reader requested an older release."""
    good = older or state == "fresh"
    signature = signed_by(snapshot) if good else _("last good release")
    return _release_line(snapshot.number, snapshot.released_on, signature, "fresh" if good else state)
