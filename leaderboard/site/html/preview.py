"""A row and the page of its system as one file, for its developer before publication: the templates of the site,
without scripts, fonts or anything that is fetched."""

import re
from datetime import date
from importlib import resources

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import page, system
from leaderboard.site.html.system import Subject
from leaderboard.site.html.templates import render
from leaderboard.site.views import about, columns, ranking
from leaderboard.site.views.names import names_of

STYLES = ("streamlit/style.css", "streamlit/ranking/ranking.css", "server/first.css")
TOP = "#first"
"""Where links to other pages lead: there are none in the file."""


def document(snapshot: Snapshot, board: Board, id: str, made_on: date) -> str:
    """Returns the HTML document of one system in a release that nobody has published."""
    names = names_of(board, snapshot.catalogue.registries[board.id])
    every = rows.read(rows.Standing, queries.standings(snapshot.database, board))
    standing = next(row for row in every if row.system == id)
    family = sum(row.ranked for row in every)
    subject = Subject(snapshot, board, names, standing, family, lambda _id: TOP, {})
    return render(
        "preview",
        board=board,
        columns=columns.drawn(board),
        family=family,
        limits=page.limits(about.limits(board)),
        link=lambda _id: TOP,
        made_on=made_on,
        names=names,
        number=snapshot.number,
        parts=[*system.above_pairs(subject, pairs=False), *system.below_pairs(subject)],
        row=standing,
        scores=ranking.scores_of(snapshot.database, board, names, ()),
        since={},
        style=style(),
        synthetic=about.SYNTHETIC if board.synthetic else "",
        views=ranking,
    )


def style() -> Markup:
    """Returns the style of the site without fonts and pictures: a preview opens without a network."""
    folder = resources.files("leaderboard.site")
    text = "".join(folder.joinpath(name).read_text("utf-8") for name in STYLES)
    text = re.sub(r"@font-face \{[^}]*\}", "", text)
    return Markup(re.sub(r"url\([^)]*\)", "none", text))
