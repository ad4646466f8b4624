"""Which boards there are."""

from typing import Any

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.exports import Column, Exported, table
from leaderboard.site.exports.exported import NOTE
from leaderboard.site.server.api.about import about_release
from leaderboard.site.server.api.answer import Answer, Question, part, typed
from leaderboard.site.views.about import SYNTHETIC

COLUMNS = (
    Column("board", "string", "Id of the board."),
    Column("version", "string", "Version of the board."),
    Column("title", "string", "Name of the board."),
    Column("subtitle", "string", "What it is, in a few words."),
    Column("state", "string", "awaiting: no result yet; real; synthetic: invented data that describe no real model."),
    Column("tier", "string", "How far a row must be verified to be ranked."),
    Column("judge", "string", "Id and version of the judge of record."),
    Column("epochs", "integer", "Responses to each item."),
    Column("categories", "integer", "Risk categories."),
    Column("harmful_items", "integer", "Harmful items."),
    Column("harmful_families", "integer", "Families of harmful items."),
    Column("benign_items", "integer", "Benign items."),
    Column("benign_families", "integer", "Families of benign items."),
    Column("rows", "integer", "Systems that have a row."),
    Column("run", "integer", "Of these, the ones that were run; the others are simulated."),
    Column("ranked", "integer", "Of these, the ones that are ranked."),
    Column("source", "string", "Title of where its items and labels come from."),
    Column("source_url", "string", "Address of that."),
    Column("source_licence", "string", "Licence of that."),
    Column("attribution", "string", "Whom to name."),
)


def boards(question: Question) -> Answer:
    """Returns every board."""
    frame = _frame(question, list(question.snapshot.catalogue.boards.values()))
    columns = (NOTE, *COLUMNS)
    return Answer(
        Exported("boards", about_release(question.snapshot, "boards", len(frame)), columns, typed(frame, columns))
    )


def board(question: Question) -> Answer:
    """Returns one board: what it is, and the categories and systems of the release."""
    parts = {
        "categories": table(question.snapshot, question.board, question.names, "category"),
        "systems": table(question.snapshot, question.board, question.names, "system"),
    }
    frame = _frame(question, [question.board])
    return Answer(part("board", frame, COLUMNS, question), question.board, parts)


def _frame(question: Question, wanted: list[Board]) -> pd.DataFrame:
    held = {row["board"]: row for row in queries.boards(question.database).to_dict("records")}
    lines = [_line(board, held.get(board.id, {})) for board in wanted]
    return pd.DataFrame(lines, columns=[column.name for column in (NOTE, *COLUMNS)])


def _line(board: Board, held: dict[Any, Any]) -> dict[str, object]:
    return {
        **held,
        "board": board.id,
        "version": board.version,
        "title": board.title,
        "subtitle": board.subtitle,
        "state": board.state,
        "note": SYNTHETIC if board.synthetic else None,
        "tier": board.tier,
        "categories": len(board.risk_categories),
        "source": board.source.title,
        "source_url": board.source.url,
        "source_licence": board.source.licence,
        "attribution": board.source.attribution,
    }
