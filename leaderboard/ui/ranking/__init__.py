"""The ranking in the live page: a packaged component (Streamlit's second kind), so that its script is a file of this
site. It is built from the same markup as the first paint, without a frame or a shadow, and tells this side of each view
that a reader chooses."""

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


def draw_ranking(view: View) -> None:
    """Draws the ranking of a view."""
    drawn = {"board": view.board, "of": view.of, "query": view.query, "tools": view.tools, "tables": view.tables}
    _component()(
        key=_KEY,
        data={**drawn, "answered": st.session_state.get(_ASKED)},
        on_view_change=_take_view,
    )


def _take_view() -> None:
    """Writes what the reader has chosen to the URL, before the run that draws it."""
    st.session_state[_ASKED] = str(st.session_state[_KEY]["view"])
    go_to(parse_qs(st.session_state[_ASKED]))


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
