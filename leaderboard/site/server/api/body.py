"""An answer as bytes, in one of three formats."""

import gzip
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from leaderboard.site.exports import WRITERS, Exported
from leaderboard.site.exports.writing import rows_of
from leaderboard.site.server.api.answer import Answer, Question
from leaderboard.site.server.api.operation import USUAL, Operation
from leaderboard.site.server.api.response_cache import Body

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows of a long table these are. The order of rows never changes within a release."""

    limit: Annotated[int, Meta(description="The most rows that were asked for.", ge=1)]
    offset: Annotated[int, Meta(description="Rows left out before the first.", ge=0)]
    total: Annotated[int, Meta(description="Rows of the whole table.", ge=0)]


def body(operation: Operation, form: str, question: Question) -> Body:
    """Returns the finished answer to a question."""
    answer = operation.answer(question)
    page = _page(answer, question) if operation.pages and form == "json" else None
    data = _json(answer, page) if form == "json" else WRITERS[form](answer.table)
    return Body(
        data=data,
        packed=b"" if form == "parquet" else gzip.compress(data, 6, mtime=0),
        tag=tag(question.snapshot.digest, data),
        synthetic=answer.table.about.get("synthetic") is True,
        link=_next(question, page) if page else None,
    )


def tag(digest: str, data: bytes) -> str:
    """Returns what tells an answer from any other: the release's digest, and the answer's own."""
    return f"{digest[:16]}-{hashlib.sha256(data).hexdigest()[:16]}"


def _page(answer: Answer, question: Question) -> Page:
    return Page(question.number("limit", USUAL), question.number("offset", 0), len(answer.table.frame))


def _json(answer: Answer, page: Page | None) -> bytes:
    table, whole = answer.table, {"about": answer.table.about}
    if answer.definition:
        whole["definition"] = msgspec.to_builtins(answer.definition, builtin_types=(bytes,))
    if page:
        table = table._replace(frame=table.frame.iloc[page.offset : page.offset + page.limit])
        whole["page"] = msgspec.to_builtins(page)
    whole |= _content(table)
    if answer.parts:
        whole["parts"] = {name: _content(part) for name, part in answer.parts.items()}
    return msgspec.json.encode(whole)


def _content(table: Exported) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    return {
        "columns": [column._asdict() for column in table.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in rows_of(table)],
    }


def _next(question: Question, page: Page) -> str | None:
    """The address of the next rows, of the same release even if a newer one comes in between."""
    further = page.offset + page.limit
    if further >= page.total:
        return None
    given: Mapping[str, object] = {
        **question.given,
        "release": question.snapshot.number,
        "limit": page.limit,
        "offset": further,
    }
    return f'<?{urlencode(given, doseq=True)}>; rel="next"'
