"""Ways to take along what a page shows: a button for each format. The file is made when it is asked for."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from leaderboard import exports
from leaderboard.exports import Exported
from leaderboard.ui.visit import Visit

FORMATS = {"csv": ("CSV", "text/csv"), "json": ("JSON", "application/json")}
FORMATS |= {"parquet": ("Parquet", "application/vnd.apache.parquet")}
"""What a format is called, and its media type."""


def take(visit: Visit, what: str, make: Callable[[], Exported]) -> None:
    """Draws the buttons for a table that `make` returns; `what` names it to a reader: `this view`."""
    with st.container(horizontal=True):
        for ending, (label, media_type) in FORMATS.items():
            st.download_button(
                f"Download {what} ({label})",
                data=partial(_file, ending, make),
                file_name=f"{visit.board.id}-release-{visit.snapshot.number}-{what.replace(' ', '-')}.{ending}",
                mime=media_type,
                on_click="ignore",
            )


def take_table(visit: Visit, what: str, name: str, system: str | None = None) -> None:
    """Draws the buttons for a public table of the board, or for what it has of one system."""
    take(visit, what, lambda: exports.table(visit.snapshot, visit.board, visit.names, name, system))


def _file(ending: str, make: Callable[[], Exported]) -> bytes:
    return exports.WRITERS[ending](make())
