"""The site's entry: `streamlit run app.py`, or `python -m leaderboard serve` with the server around it."""

import streamlit as st

from leaderboard.site.streamlit import frame
from leaderboard.site.views.pages import HOME

frame.open_page()
page = st.navigation(frame.pages(), position="hidden")  # first: if a run ends before it, Streamlit forgets the page
visit = frame.begin()
frame.sidebar(visit)
frame.watch()
frame.header(visit, page.url_path or HOME)
page.run()
frame.footer(visit)
