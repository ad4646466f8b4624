"""The systems of a board, and one of them: every table that its page draws."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site import exports
from leaderboard.site.data import queries
from leaderboard.site.data.database import Database
from leaderboard.site.exports import Column, Exported
from leaderboard.site.exports.ranking import COLUMNS as STANDING
from leaderboard.site.server.api import profiles
from leaderboard.site.server.api.answer import Answer, Question, part
from leaderboard.site.server.api.problem import Refusal

Read = Callable[[Database, Board, str], pd.DataFrame]

PARTS: Mapping[str, tuple[Read, Sequence[Column]]] = {
    "outcomes": (queries.outcomes, profiles.OUTCOMES),
    "changes": (queries.effects, profiles.CHANGES),
    "benefits": (queries.benefits, profiles.BENEFITS),
    "limits": (profiles.limits, profiles.LIMITS),
    "audit": (queries.audit, profiles.AUDIT),
    "audit_found": (queries.audit_found, profiles.AUDIT_FOUND),
    "other_judges": (queries.other_judges, profiles.OTHER_JUDGES),
    "history": (queries.history, profiles.HISTORY),
    "neighbours": (queries.neighbours, profiles.NEIGHBOURS),
    "dominance": (queries.dominance, profiles.DOMINANCE),
}
"""What is asked of the database about one system, and what its columns are."""


def systems(question: Question) -> Answer:
    """Returns every system of a board."""
    return Answer(exports.table(question.snapshot, question.board, question.names, "system"))


def system(question: Question) -> Answer:
    """Returns one system: its scores, and everything else that its page draws. Empty tables where the release has no
    results of it."""
    found = question.names.by_system.get(question.place["system"])
    if found is None:
        raise Refusal(404, "no_such_system", "There is no system of this id on this board.")
    snapshot, board, names = question.snapshot, question.board, question.names
    scores = exports.table(snapshot, board, names, "score", found.id)
    origin = exports.table(snapshot, board, names, "row", found.id)
    parts = {name: _part(question, name, found.id) for name in PARTS}
    return Answer(scores, found, {"standing": _standing(question, found.id), "origin": origin, **parts})


def _standing(question: Question, system: str) -> Exported:
    every = exports.leaderboard(question.snapshot, question.board, question.names).frame
    return part("standing", every[every["system"] == system], STANDING, question)


def _part(question: Question, name: str, system: str) -> Exported:
    read, columns = PARTS[name]
    frame = read(question.database, question.board, system)
    wanted = {column.name for column in columns}
    outside = {inside: name for inside, name in profiles.OUTSIDE.items() if name in wanted}
    return part(name, frame.rename(columns=outside), columns, question)
