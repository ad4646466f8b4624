"""Widgets whose value is in the URL."""

from typing import Any

import streamlit as st

from leaderboard.site.streamlit.address import Address, read_address
from leaderboard.site.streamlit.visit import parameters, site_store


def bind(name: str, value: Any) -> dict[str, Any]:
    """Returns the arguments that tie a widget to a URL parameter: `st.pills(..., **bind("group", address.group))`.

    The URL decides: every run puts its value into the widget, so that Back, a reload and a link all restore the view.
    Streamlit calls `on_change` before the run that a change causes, so that this run already sees the new URL.
    """
    st.session_state[name] = list(value) if isinstance(value, tuple) else value
    return {"key": name, "on_change": _write_address}


def _write_address() -> None:
    """Writes every choice on the page, not only the one that changed: a quick second click must not undo the first."""
    current = site_store().current()
    if current is None:
        return
    before = read_address(parameters(), current.catalogue)
    chosen = {name: st.session_state[name] for name in Address._fields if name in st.session_state}
    if chosen.get("board", before.board) != before.board:
        wanted = Address(board=chosen["board"], release=before.release)
    else:
        wanted = before._replace(**{name: _plain(value) for name, value in chosen.items()})
    st.query_params.from_dict(read_address(_lists(wanted), current.catalogue).parameters())


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _lists(address: Address) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else value for name, value in address.parameters().items()}
