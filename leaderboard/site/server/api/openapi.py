"""The API described for programs: an OpenAPI 3.1 document, made from the same definitions that the answers are."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from leaderboard.site.server.api import schema
from leaderboard.site.server.api.body import MEDIA_TYPES
from leaderboard.site.server.api.file import FILES, File
from leaderboard.site.server.api.operation import PLACES, RELEASE, Operation
from leaderboard.site.server.api.parameter import Parameter
from leaderboard.site.server.api.problem import MEDIA_TYPE as PROBLEM
from leaderboard.site.server.api.route import DOCUMENT, ROUTES, Route

Json = dict[str, Any]
VERSION = "1.0.0"
GUIDE = Path(__file__).with_name("guide.md")
LICENCE = {"name": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
_FORMS = {"json": "JSON", "csv": "CSV", "parquet": "Parquet"}


def document() -> Json:
    """Returns the document. It is the same for every release."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MedHarm Leaderboard API",
            "version": VERSION,
            "summary": "Every number of the site, with its uncertainty.",
            "description": GUIDE.read_text("utf-8"),
            "license": LICENCE,
        },
        "servers": [{"url": "/", "description": "The site that serves this document."}],
        "tags": [
            {"name": "JSON", "description": "Tables with all that must be known about them."},
            {"name": "CSV", "description": "The same tables for spreadsheets, complete."},
            {"name": "Parquet", "description": "The same tables with real types, complete."},
            {"name": "Files", "description": "What is not a table."},
        ],
        "paths": {route.path: {"get": _get(route)} for route in ROUTES},
        "components": {
            "schemas": schema.schemas(),
            "responses": {name: _refused(*said) for name, said in _REFUSALS.items()},
            "headers": _HEADERS,
        },
    }


def encoded() -> bytes:
    """Returns the document as it is served."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def _get(route: Route) -> Json:
    if route.operation is None:
        return _document() if route.path == DOCUMENT else _file(FILES[route.path])
    operation, form = route.operation, _FORMS[route.form]
    query = operation.query(route.form)
    return {
        "operationId": _id(route, operation),
        "tags": [form],
        "summary": f"{operation.summary} ({form})" if form != "JSON" else operation.summary,
        "description": operation.about or operation.summary + ".",
        "parameters": [*(_parameter(PLACES[name], "path") for name in operation.places), *_query(query), _TAGS],
        "responses": _responses(_content(route.form, operation), places=bool(operation.places)),
    }


def _id(route: Route, operation: Operation) -> str:
    if route.path.startswith("/download/"):
        return "download_table"
    return operation.id if route.form == "json" else f"{operation.id}_{route.form}"


def _query(parameters: Iterable[Parameter]) -> list[Json]:
    return [_parameter(parameter, "query") for parameter in parameters]


def _parameter(parameter: Parameter, place: str) -> Json:
    example: object = [parameter.example] if parameter.many else parameter.example
    made = {"name": parameter.name, "in": place, "description": parameter.about, "schema": parameter.schema()}
    return {**made, "required": place == "path", "example": example}


def _content(form: str, operation: Operation) -> Json:
    if form == "json":
        return {MEDIA_TYPES[form]: {"schema": schema.whole(operation)}}
    media_type, _, charset = MEDIA_TYPES[form].partition("; ")
    said = "One `# key: value` line per fact about the table, a header, rows." if charset else "A Parquet file."
    return {media_type: {"schema": {"type": "string", "description": said}}}


def _responses(content: Json, *, places: bool, further: Json | None = None) -> Json:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    refusals = {"400": "BadRequest"} | ({"404": "NotFound"} if places else {})
    refusals |= {"500": "Mistake", "503": "Unavailable"}
    return {
        "200": {"description": "The answer.", "headers": headers, "content": content},
        "304": {"description": "The answer has not changed: `If-None-Match` names its `ETag`.", "headers": headers},
        **(further or {}),
        **{status: {"$ref": f"#/components/responses/{name}"} for status, name in refusals.items()},
    }


def _document() -> Json:
    content = {"application/json": {"schema": {"type": "object", "description": "An OpenAPI 3.1 document."}}}
    return {
        "operationId": "openapi",
        "tags": ["Files"],
        "summary": "The API described for programs",
        "description": "An OpenAPI 3.1 document. It is the same for every release.",
        "parameters": [_TAGS],
        "responses": _responses(content, places=False),
    }


def _file(file: File) -> Json:
    content = {file.media_type: {"schema": {"type": "string", "description": file.summary + "."}}}
    said = f"{file.about} A `Range` header of the form `bytes=first-last` asks for a part of it."
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    part = {"description": "The part of the file that `Range` names.", "headers": headers, "content": content}
    none = {"description": "The file has no such part.", "content": _PROBLEM}
    return {
        "operationId": file.id,
        "tags": ["Files"],
        "summary": file.summary,
        "description": said,
        "parameters": [*_query([RELEASE]), _TAGS, _RANGE],
        "responses": _responses(content, places=False, further={"206": part, "416": none}),
    }


def _refused(said: str, example: Json, headers: Sequence[str] = ()) -> Json:
    content = {PROBLEM: {"schema": schema.ref("Problem"), "example": example}}
    made: Json = {"description": said, "content": content}
    return made | ({"headers": {name: _RETRY for name in headers}} if headers else {})


_PROBLEM: Json = {PROBLEM: {"schema": schema.ref("Problem")}}
_RETRY: Json = {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 0}}


def _sent(name: str, said: str, example: str) -> Json:
    """A header of a request."""
    made: Json = {"name": name, "in": "header", "description": said, "schema": {"type": "string"}}
    return {**made, "required": False, "example": example}


_TAGS = _sent("If-None-Match", "ETags of the answers that the reader has, separated by commas.", '"0123456789abcdef"')
_RANGE = _sent("Range", "The part of the file that is wanted. Any other form than this is passed over.", "bytes=0-99")


def _header(said: str, **schema: str) -> Json:
    return {"description": said, "schema": {"type": "string", **schema}}


_HEADERS: Json = {
    "ETag": _header("Changes whenever the answer does: begins with the release's digest."),
    "Cache-Control": _header("How long an answer may be taken for the present one without asking."),
    "Vary": _header("Answers are compressed for those who take gzip."),
    "Link": _header("`rel=next`: the next rows of a long table, of the same release. Only where there are any."),
    "X-Robots-Tag": _header("`noindex` on answers about an invented board; they are not for search engines."),
    "Access-Control-Allow-Origin": _header("Any page may read the API.", const="*"),
}


def _problem(status: int, title: str, detail: str, code: str, **more: object) -> Json:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **more}


_REFUSALS: dict[str, tuple[str, Json, tuple[str, ...]]] = {
    "BadRequest": (
        "A parameter is unknown, or has a value that it cannot have. Nothing falls back quietly.",
        _problem(
            400,
            "Bad Request",
            "A value is not one of those allowed.",
            "unknown_value",
            parameter="kind",
            allowed=["bare", "guarded"],
        ),
        (),
    ),
    "NotFound": (
        "The path names a board, system, category, table or release that is not there.",
        _problem(404, "Not Found", "There is no system of this id on this board.", "no_such_system"),
        (),
    ),
    "Mistake": (
        "A mistake of the site's own.",
        _problem(500, "Internal Server Error", "The site made a mistake. It has been noted.", "mistake"),
        (),
    ),
    "Unavailable": (
        "There is no release to show, or not the one asked for, at the moment.",
        _problem(
            503,
            "Service Unavailable",
            "There is no verified release to show at the moment.",
            "no_release",
        ),
        ("Retry-After",),
    ),
}
