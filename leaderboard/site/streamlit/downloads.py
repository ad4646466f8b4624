"""Downloads of what a page shows: a button or a link for each format. A file is written when it is requested.

A CSV file keeps its licence and its warning in its rows, and its metadata is a file of its own. A zip of both would
keep them together, but no spreadsheet opens one, and pandas refuses one that has two files.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from leaderboard.site import exports
from leaderboard.site.exports import Exported, csvw
from leaderboard.site.html.ranking import Download
from leaderboard.site.streamlit.address import HOME
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.messages import _

FORMATS = {
    "csv": ("CSV", "text/csv"),
    f"csv{csvw.SUFFIX}": (_("CSV metadata"), csvw.MEDIA_TYPE),
    "json": ("JSON", "application/json"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
}
"""What a format is called, and its media type, by how the names of its files end."""
_VIEW = _("this view")
_FILES = {"leaderboard": "this-view", "score": "all-rates", "ledger": "the-ledger"}
"""What the file of a table is called."""


def take_view(visit: Visit) -> None:
    """Draws the buttons for the ranking as it is filtered and sorted."""
    snapshot, board, names, chosen = visit.snapshot, visit.board, visit.names, visit.address.chosen()
    _draw(visit, _VIEW, _FILES["leaderboard"], lambda: exports.leaderboard(snapshot, board, names, chosen))


def take_table(visit: Visit, what: str, name: str, system: str | None = None) -> None:
    """Draws the buttons for a public table of the board, or for what it has of one system. `what` names it to a reader:
    `all rates`."""
    snapshot, board, names = visit.snapshot, visit.board, visit.names
    file = "its-rates" if system else _FILES[name]
    _draw(visit, what, file, lambda: exports.table(snapshot, board, names, name, system))


def view_links(visit: Visit) -> list[Download]:
    """Returns links to the files of `take_view` in the HTTP API (leaderboard/site/server/api), which need no script."""
    query = urlencode(visit.address.parameters(board=HOME, system=None, systems=()), doseq=True)
    path = f"./api/v1/boards/{visit.board.id}/leaderboard"
    return [
        Download(
            _label(_VIEW, name),
            f"{path}{'' if ending == 'json' else f'.{ending}'}?{query}",
            _file(visit, _FILES["leaderboard"], ending),
        )
        for ending, (name, _type) in FORMATS.items()
    ]


def _draw(visit: Visit, what: str, file: str, make: Callable[[], Exported]) -> None:
    with st.container(horizontal=True):
        for ending, (name, media_type) in FORMATS.items():
            st.download_button(
                _label(what, name),
                data=partial(_written, ending, make, _file(visit, file, "csv")),
                file_name=_file(visit, file, ending),
                mime=media_type,
                on_click="ignore",
            )


def _label(what: str, name: str) -> str:
    return _("Download {what} ({format})").format(what=what, format=name)


def _file(visit: Visit, file: str, ending: str) -> str:
    kind = "synthetic-" if visit.board.synthetic else ""
    return f"{visit.board.id}-{kind}release-{visit.snapshot.number}-{file}.{ending}"


def _written(ending: str, make: Callable[[], Exported], csv_name: str) -> bytes:
    table = make()
    return exports.WRITERS[ending](table) if ending in exports.WRITERS else exports.to_csvw(table, csv_name)
