"""The ranking in the live page: a packaged component (Streamlit's second kind), so that its script is a file of this
site. It takes the same markup as the first paint, without a frame or a shadow."""

import tomllib
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from leaderboard.site.streamlit.view import View, ranking

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "assets" / "ranking.js"
STYLE = FOLDER / "ranking.css"
_KEY = "ranking"
_WHOLE = "ranking_whole"
"""Whether the browser asks for the ranking itself, for it could not fetch the document that has it."""

served = False
"""Whether this process also serves documents with the ranking in them, from which the browser takes it. The server
says so (leaderboard.site.server); `streamlit run app.py` has none."""


def draw_ranking(view: View) -> None:
    """Draws the ranking of a view. What a reader chooses in it is written to the address, and needs no run."""
    asked = st.session_state.pop(_WHOLE, False)
    drawn = None if served and not asked else ranking(view)
    _component()(key=_KEY, data={"board": view.board, "documents": served, "drawn": drawn}, on_whole_change=_send_whole)


def _send_whole() -> None:
    """Has this run draw the view that the browser asks for: Streamlit may not have been told of it."""
    st.session_state[_WHOLE] = True
    st.query_params.from_dict(parse_qs(str(st.session_state[_KEY]["whole"])))


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
