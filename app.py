"""The site's entry: `streamlit run app.py`, or `python -m leaderboard serve` with the server around it."""

import streamlit as st

from leaderboard.ui import frame

frame.open_page()
visit = frame.begin()
page = st.navigation(frame.pages(), position="hidden")
frame.sidebar(visit)
frame.watch()
frame.header(visit, page.title)
page.run()
frame.footer(visit)
