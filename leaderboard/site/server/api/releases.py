"""The releases: which there were, which can still be opened, what each changed."""

import pandas as pd

from leaderboard.site import exports
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import Column, Exported
from leaderboard.site.exports.exported import NOTE
from leaderboard.site.server.api.about import about_release
from leaderboard.site.server.api.answer import Answer, Question, typed
from leaderboard.site.views.names import names_of

COLUMNS = (
    Column("release", "integer", "Number of the release."),
    Column("board", "string", "Id of a board that it has rows of."),
    Column("released_on", "date", "Date of the release."),
    Column("systems", "integer", "Systems on the board then."),
    Column("ranked", "integer", "Systems ranked on the board then."),
    Column("kept", "boolean", "Whether it can still be opened with `release=`."),
    Column("current", "boolean", "Whether it is the release that is shown."),
)
CHANGES = (NOTE, *exports.columns_of("change"))


def releases(question: Question) -> Answer:
    """Returns a line for each release and board, the latest release first."""
    snapshot = question.snapshot
    found = [
        queries.releases(snapshot.database, board).assign(board=board.id)
        for board in snapshot.catalogue.boards.values()
    ]
    frame = pd.concat(found).sort_values("release", ascending=False, kind="stable")
    frame = frame.assign(kept=frame["release"].isin(snapshot.kept), current=frame["release"] == snapshot.number)
    return Answer(_table("releases", frame, COLUMNS, snapshot))


def changes(question: Question) -> Answer:
    """Returns what a release changed, on every board."""
    snapshot, catalogue = question.snapshot, question.snapshot.catalogue
    found = [
        exports.table(snapshot, board, names_of(board, catalogue.registries[id]), "change").frame
        for id, board in catalogue.boards.items()
    ]
    frame = pd.concat([each for each in found if len(each)] or found[:1]).reindex(columns=[c.name for c in CHANGES])
    return Answer(_table("changes", frame, CHANGES, snapshot))


def _table(name: str, frame: pd.DataFrame, columns: tuple[Column, ...], snapshot: Snapshot) -> Exported:
    return Exported(name, about_release(snapshot, name, len(frame)), columns, typed(frame, columns))
