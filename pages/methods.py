"""How is it measured?"""

import streamlit as st

from leaderboard.tables import masthead, methods
from leaderboard.ui.visit import this_visit

visit = this_visit()
st.html(masthead.lead([masthead.METHODS]))
st.html(methods.contents())
st.html(methods.methods(visit.board))
