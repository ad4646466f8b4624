"""Ways to take along what a page shows: a button or a link for each format. The file is made when it is asked for."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from leaderboard.site import exports
from leaderboard.site.exports import Exported
from leaderboard.site.html.ranking import Download
from leaderboard.site.streamlit.address import HOME
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.messages import _

FORMATS = {"csv": ("CSV", "text/csv"), "json": ("JSON", "application/json")}
FORMATS |= {"parquet": ("Parquet", "application/vnd.apache.parquet")}
"""What a format is called, and its media type."""
VIEW = "this view"


def take(visit: Visit, what: str, make: Callable[[], Exported]) -> None:
    """Draws the buttons for a table that `make` returns; `what` names it to a reader: `this view`."""
    with st.container(horizontal=True):
        for ending, (label, media_type) in FORMATS.items():
            st.download_button(
                f"Download {what} ({label})",
                data=partial(_file, ending, make),
                file_name=_name(visit, what, ending),
                mime=media_type,
                on_click="ignore",
            )


def take_view(visit: Visit) -> None:
    """Draws the buttons for the ranking as it is filtered and ordered."""
    take(
        visit,
        VIEW,
        lambda: exports.leaderboard(visit.snapshot, visit.board, visit.names, visit.address.chosen()),
    )


def view_links(visit: Visit) -> list[Download]:
    """Returns links to the same files in the HTTP API (leaderboard/site/server/api), which need no script."""
    query = urlencode(visit.address.parameters(board=HOME, system=None, systems=()), doseq=True)
    path = f"./api/v1/boards/{visit.board.id}/leaderboard"
    return [
        Download(
            _("Download this view ({format})").format(format=label),
            f"{path}{'' if ending == 'json' else f'.{ending}'}?{query}",
            _name(visit, VIEW, ending),
        )
        for ending, (label, _type) in FORMATS.items()
    ]


def _name(visit: Visit, what: str, ending: str) -> str:
    return f"{visit.board.id}-release-{visit.snapshot.number}-{what.replace(' ', '-')}.{ending}"


def take_table(visit: Visit, what: str, name: str, system: str | None = None) -> None:
    """Draws the buttons for a public table of the board, or for what it has of one system."""
    take(visit, what, lambda: exports.table(visit.snapshot, visit.board, visit.names, name, system))


def _file(ending: str, make: Callable[[], Exported]) -> bytes:
    return exports.WRITERS[ending](make())
