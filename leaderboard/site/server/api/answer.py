"""What a request asks for, the tables that answer it, and the answer as bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import pandas as pd
from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.boards.board import Board, Category
from leaderboard.boards.licences import LICENCES
from leaderboard.boards.registry import System
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import Column, Exported, csvw, to_csv, to_csvw, to_parquet
from leaderboard.site.exports.exported import exported
from leaderboard.site.exports.writing import rows_of
from leaderboard.site.server.api.parameter import DEFAULT_LIMIT
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.views.names import Names, names_of

Definition = Board | System | Category
ROOT = "/api/v1"


class Question(NamedTuple):
    """One request: its release, its path and its query."""

    snapshot: Snapshot
    path: Mapping[str, str]
    """The parameters of the path. They may name a board or a system that does not exist."""
    query: Mapping[str, tuple[str, ...]]
    """The parameters of the query, each with values that it can have."""
    file: str
    """The last part of the path, which is the name of a file to those who save the answer."""

    @property
    def database(self) -> Database:
        return self.snapshot.database

    @property
    def board(self) -> Board:
        """The board that the path names; ApiError where there is none."""
        boards = self.snapshot.catalogue.boards
        if self.path["board"] not in boards:
            raise ApiError("no_such_board", allowed=tuple(boards))
        return boards[self.path["board"]]

    @property
    def names(self) -> Names:
        return names_of(self.board, self.snapshot.catalogue.registries[self.board.id])

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return self.query.get(name, ())

    @property
    def search(self) -> str:
        """The query as a part of an address, with its question mark; empty where nothing is asked for."""
        return f"?{urlencode(self.query, doseq=True)}" if self.query else ""

    def value(self, name: str) -> str | None:
        """The value of a parameter that is not repeated."""
        return next(iter(self.values(name)), None)


class Answer(NamedTuple):
    """A table, and in JSON what belongs to it."""

    table: Exported
    definition: Definition | None = None
    """The release's definition of the board, system or category."""
    parts: Mapping[str, Exported] = {}
    """Further tables about it."""


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the items and labels of a board come from."""

    title: str
    url: str
    licence: str


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a table comes from, under which licence, and what it does not show. A table of one board has its `licence`,
    one of all boards their `licences`."""

    title: Annotated[str, Meta(description="What this is, for a person.")]
    table: Annotated[str, Meta(description="Name of the table.")]
    release: Annotated[int, Meta(description="Number of the release.", ge=1)]
    released_on: Annotated[str, Meta(description="Date of the release, ISO 8601.")]
    digest: Annotated[str, Meta(description="sha256 of the release's file.", pattern="^sha256:[0-9a-f]{64}$")]
    signature: Annotated[str, Meta(description="Who signed the release.")]
    attribution: Annotated[str, Meta(description="How to name the source.")]
    licence: Annotated[
        str | UnsetType,
        Meta(
            description="Licence of these aggregates, as its SPDX identifier.",
            extra_json_schema={"enum": list(LICENCES)},
        ),
    ] = UNSET
    licence_url: Annotated[str | UnsetType, Meta(description="Address of its text.")] = UNSET
    licences: Annotated[dict[str, str] | UnsetType, Meta(description="Licence of each board's aggregates.")] = UNSET
    rows: Annotated[int | UnsetType, Meta(description="Rows of the whole table.")] = UNSET
    board: Annotated[str | UnsetType, Meta(description="Id and version of the board, joined by @.")] = UNSET
    synthetic: Annotated[bool | UnsetType, Meta(description="True where the data are invented.")] = UNSET
    note: Annotated[str | UnsetType, Meta(description="Says that the data are invented, where they are.")] = UNSET
    source: Annotated[Origin | UnsetType, Meta(description="Where items and labels come from.")] = UNSET
    limits: Annotated[list[str] | UnsetType, Meta(description="What the board does not show.")] = UNSET
    words: Annotated[
        dict[str, str] | UnsetType,
        Meta(description="The board's own words, by the id of the metric or of what is counted. Others have none."),
    ] = UNSET
    meaning: Annotated[str | UnsetType, Meta(description="What the table holds.")] = UNSET
    categories: Annotated[list[str] | UnsetType, Meta(description="Ids of the scored risk categories.")] = UNSET
    filters: Annotated[dict[str, str | list[str]] | UnsetType, Meta(description="What the rows were chosen by.")] = (
        UNSET
    )
    view: Annotated[str | UnsetType, Meta(description="Query of the page that shows the same rows.")] = UNSET
    order: Annotated[str | UnsetType, Meta(description="What the order depends on: by whom it is judged.")] = UNSET
    other_judges: Annotated[
        dict[str, int] | UnsetType,
        Meta(description="How many other judges order all systems that may be the safest, and leave them all there."),
    ] = UNSET


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows of a long table these are. The order of rows never changes within a release."""

    limit: Annotated[int, Meta(description="The most rows that were asked for.", ge=1)]
    offset: Annotated[int, Meta(description="Rows left out before the first.", ge=0)]
    total: Annotated[int, Meta(description="Rows of the whole table.", ge=0)]


class Body(NamedTuple):
    """An answer as bytes, not compressed."""

    data: bytes
    tag: str
    """The ETag, without quotes: the release's digest and the hash of the data."""
    synthetic: bool = False
    links: tuple[str, ...] = ()
    """What the header `Link` names: the licence, the metadata of a CSV file, the next rows."""


def board_table(question: Question, name: str, frame: pd.DataFrame, columns: Sequence[Column]) -> Exported:
    """Returns a frame as a table of the question's board."""
    return exported(name, frame, columns, question.snapshot, question.board, {})


def encode(answer: Answer, question: Question, format_id: str, *, paged: bool) -> Body:
    """Returns an answer in a format. `paged` is for tables of which JSON has at most `limit` rows."""
    table, links = answer.table, [licence_link(question.snapshot, answer.table)]
    comments = question.value("comments") is not None
    match format_id:
        case "csv":
            data = to_csv(table, comments=comments)
            links.append(
                f'<{question.file}{csvw.SUFFIX}{question.search}>; rel="describedby"; type="{csvw.MEDIA_TYPE}"'
            )
        case "csvw":
            described = question.file.removesuffix(csvw.SUFFIX) + question.search
            data = to_csvw(table, described, comments=comments)
        case "parquet":
            data = to_parquet(table)
        case _:
            page = _page(question, table) if paged else None
            data = _json(answer, page)
            links += _next(question, page) if page else []
    synthetic = table.about.get("synthetic") is True
    return Body(data, tag(question.snapshot.digest, data), synthetic, tuple(links))


def licence_link(snapshot: Snapshot, table: Exported | None = None) -> str:
    """Returns the link to the licence of a table. One of all boards, and a file, have none of their own: the list of
    the release's boards names that of each."""
    if table and "licence_url" in table.about:
        return f'<{table.about["licence_url"]}>; rel="license"'
    return f'<{ROOT}/boards?release={snapshot.number}>; rel="license"'


def _page(question: Question, table: Exported) -> Page:
    limit, offset = (question.value(name) for name in ("limit", "offset"))
    return Page(int(limit or DEFAULT_LIMIT), int(offset or 0), len(table.frame))


def tag(digest: str, data: bytes) -> str:
    """Returns the ETag of an answer of a release, without quotes."""
    return f"{digest[:16]}-{hashlib.sha256(data).hexdigest()[:16]}"


def _json(answer: Answer, page: Page | None) -> bytes:
    table, body = answer.table, {"about": answer.table.about}
    if answer.definition:
        body["definition"] = msgspec.to_builtins(answer.definition, builtin_types=(bytes,))
    if page:
        table = table._replace(frame=table.frame.iloc[page.offset : page.offset + page.limit])
        body["page"] = msgspec.to_builtins(page)
    body |= _content(table)
    if answer.parts:
        body["parts"] = {name: _content(part) for name, part in answer.parts.items()}
    return msgspec.json.encode(body)


def _content(table: Exported) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    return {
        "columns": [column._asdict() for column in table.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in rows_of(table)],
    }


def _next(question: Question, page: Page) -> list[str]:
    offset = page.offset + page.limit
    if offset >= page.total:
        return []
    # The link names the release: one that is published between two pages must not change the rest of the rows.
    query: Mapping[str, object] = {"release": question.snapshot.number, "limit": page.limit, "offset": offset}
    return [f'<?{urlencode({**question.query, **query}, doseq=True)}>; rel="next"']
