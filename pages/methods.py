"""The page of methods: how is it measured?"""

import streamlit as st

from leaderboard.site.html import methods, page
from leaderboard.site.html.formulas import Library, formulas
from leaderboard.site.streamlit.visit import this_visit
from leaderboard.site.views import about
from leaderboard.site.views.names import names_of

visit = this_visit()
st.html(page.lead([about.METHODS]))
catalogue = visit.snapshot.catalogue
names = {id: names_of(board, catalogue.registries[id]) for id, board in catalogue.boards.items()}
names[visit.board.id] = visit.names  # as on every page: those of today, also of an older release
library = Library(visit.database, catalogue.boards, names, visit.snapshot.method)
st.html(methods.methods(visit.board, visit.names, formulas(library, visit.board)))
