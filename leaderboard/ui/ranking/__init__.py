"""The ranking in the live page: a packaged component (Streamlit's second kind), so that its script is a file of this
site. It is built from the same markup as the first paint, without a frame or a shadow, and tells this side of each view
that a reader chooses."""

import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from leaderboard.ui.choices import go_to
from leaderboard.ui.view import View

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "assets" / "ranking.js"
STYLE = FOLDER / "ranking.css"
_KEY = "ranking"
_ASKED = "ranking_asked"
"""What the reader chose last, as the script sent it: the script must not go back to an earlier choice."""
_HELD = "ranking_held"
"""Which tables the browser holds, or fetches by itself because its reader chose them: they are not sent again."""


def draw_ranking(view: View) -> None:
    """Draws the ranking of a view."""
    documents = _has_documents()
    held = documents and st.session_state.get(_HELD) in (view.of, _ASKED)
    st.session_state[_HELD] = view.of
    tables = None if held else view.tables
    drawn = {"board": view.board, "of": view.of, "query": view.query, "tools": view.tools, "tables": tables}
    _component()(
        key=_KEY,
        data={**drawn, "answered": st.session_state.get(_ASKED), "documents": documents},
        on_view_change=_take_view,
        on_whole_change=forget,
    )


def _has_documents() -> bool:
    """Whether this process also serves documents with the ranking in them: `streamlit run app.py` does not."""
    return "leaderboard.server" in sys.modules


def _take_view() -> None:
    """Writes what the reader has chosen to the URL, before the run that draws it."""
    st.session_state[_ASKED] = str(st.session_state[_KEY]["view"])
    st.session_state[_HELD] = _ASKED
    go_to(parse_qs(st.session_state[_ASKED]))


def forget() -> None:
    """Has the next run send the tables: the script could not get them by itself, or is gone with its page."""
    st.session_state.pop(_HELD, None)


def _component() -> ComponentRenderer:
    """Returns the component. Streamlit finds those of installed packages by itself; this project runs from its folder,
    so it hands over the same declaration."""
    manager = get_bidi_component_manager()
    declared = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))
    [entry] = declared["tool"]["streamlit"]["component"]["components"]
    name = f"{declared['project']['name']}.{entry['name']}"
    if manager.get_component_asset_root(name) is None:
        config = ComponentConfig.from_dict(entry)
        manifest = ComponentManifest(declared["project"]["name"], declared["project"]["version"], [config])
        manager.register_from_manifest(manifest, FOLDER)
    return st.components.v2.component(name, js=SCRIPT.name, isolate_styles=False)
