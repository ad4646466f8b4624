"""A visit: the release and the board that a URL names."""

from typing import NamedTuple

import streamlit as st

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot, Store, results_place, store
from leaderboard.site.streamlit import internals
from leaderboard.site.streamlit.address import Address, Parameters, read_address
from leaderboard.site.views.about import state_of
from leaderboard.site.views.glossary import LEFT_OUT, words
from leaderboard.site.views.names import Names, names_of
from leaderboard.site.views.since import Since, since


class Visit(NamedTuple):
    """Everything that a page needs to draw itself."""

    snapshot: Snapshot
    address: Address
    board: Board
    names: Names
    unavailable: int | None
    """The number of the older release that the URL names, if it cannot be shown."""
    current: Snapshot
    """The current release, which is shown unless the URL names an older one."""

    def __eq__(self, other: object) -> bool:
        """Two visits are equal if their pages are the same, so that they share what is cached. A Snapshot and a Board
        are compared by identity, because a Snapshot cannot be hashed."""
        return (
            isinstance(other, Visit)
            and (self.snapshot is other.snapshot and self.board is other.board and self.current is other.current)
            and (self.address, self.unavailable) == (other.address, other.unavailable)
        )

    def __hash__(self) -> int:
        return hash((id(self.snapshot), self.address, self.unavailable))

    @property
    def database(self) -> Database:
        return self.snapshot.database

    @property
    def has_results(self) -> bool:
        """Whether the release has any row of this board."""
        return queries.has_rows(self.database, self.board)

    @property
    def state(self) -> str:
        """What the board is in the release (`about.state_of`)."""
        return state_of(self.board, rows.read(rows.BoardLine, queries.boards(self.database)))

    @property
    def since(self) -> Since:
        """What became of the rows of an older release since."""
        return since(self.snapshot, self.current, self.board)

    @property
    def left_out(self) -> str:
        """Why the release left this board out, or an empty text."""
        return words(LEFT_OUT, queries.left_out(self.database, self.board))


def site_store() -> Store:
    """Returns the one store of this process."""
    return store(results_place())


def read_visit() -> Visit | None:
    """Returns the visit of this run, or None if there is no release to show."""
    return visit_of(site_store(), parameters())


def visit_of(store: Store, parameters: Parameters) -> Visit | None:
    """Returns the visit of a URL's parameters, or None if there is no release to show."""
    current = store.current()
    if current is None:
        return None
    address = read_address(parameters, current.catalogue)
    older = store.release(address.release) if address.release else current
    board = current.catalogue.boards[address.board]
    names = names_of(board, current.catalogue.registries[board.id])
    return Visit(older or current, address, board, names, address.release if older is None else None, current)


def this_visit() -> Visit:
    """Returns the visit of this run, for pages. app.py has read it once, so that all parts of a page show the same
    release even if a new one arrives in between."""
    if internals.keep_pages_in_frame():  # only with `streamlit run app.py`, if the first visitor uses a deep link
        st.rerun()
    visit: Visit = st.session_state["visit"]
    return visit


def parameters() -> dict[str, list[str]]:
    """Returns the URL's parameters, each with all its values."""
    return {name: st.query_params.get_all(name) for name in st.query_params}
