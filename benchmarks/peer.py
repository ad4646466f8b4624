"""The same ranking as a Gradio app, as its guides would write it: what the site is compared with.

Run by `benchmarks.ranking` with Gradio's own Python: `python benchmarks/peer.py VIEWS.json PORT`."""

import json
import sys
from pathlib import Path

import gradio as gr  # type: ignore[import-not-found,unused-ignore]  # it is in an environment of its own
import pandas as pd

views = json.loads(Path(sys.argv[1]).read_text("utf-8"))
frames = {name: pd.DataFrame(rows) for name, rows in views.items()}
groups = sorted(frames["all"]["Group"].unique())


def chosen(category: str, group: str, text: str) -> pd.DataFrame:
    """Returns the rows of a category that fit the filters."""
    found = frames[category]
    if group != "Any":
        found = found[found["Group"] == group]
    return found[found["System"].str.contains(text, case=False, regex=False)]


with gr.Blocks(title="Ranking") as app:
    gr.Markdown("# Ranking")
    category = gr.Radio(list(frames), value="all", label="Category", elem_id="category")
    group = gr.Radio(["Any", *groups], value="Any", label="Group", elem_id="group")
    text = gr.Textbox("", label="Find a system")
    table = gr.Dataframe(frames["all"], interactive=False, elem_id="table")
    for control in (category, group, text):
        control.change(chosen, [category, group, text], table)

app.launch(
    server_name="127.0.0.1",
    server_port=int(sys.argv[2]),
    theme=gr.themes.Default(font=["sans-serif"], font_mono=["monospace"]),
    quiet=True,
)
