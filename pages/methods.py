"""How is it measured?"""

import streamlit as st

from leaderboard.tables import masthead, methods
from leaderboard.tables.formulas import Library, formulas
from leaderboard.tables.names import names_of
from leaderboard.ui.visit import this_visit

visit = this_visit()
st.html(masthead.lead([masthead.METHODS]))
st.html(methods.contents())
catalogue = visit.snapshot.catalogue
names = {id: names_of(board, catalogue.registries[id]) for id, board in catalogue.boards.items()}
library = Library(visit.database, catalogue.boards, names, visit.snapshot.method)
st.html(methods.methods(visit.board, formulas(library, visit.board)))
