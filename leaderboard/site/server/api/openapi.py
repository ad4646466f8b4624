"""The API described for programs: an OpenAPI 3.1 document, written from the list of operations."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.boards.board import Board, Category
from leaderboard.boards.licences import LICENCES
from leaderboard.boards.registry import System
from leaderboard.site.exports import Column, csvw
from leaderboard.site.exports.exported import LICENCE, NOTE, marked
from leaderboard.site.server.api.answer import About, Page
from leaderboard.site.server.api.file import FILES, File
from leaderboard.site.server.api.operation import ALONE, DOCUMENT, FORMATS, OPERATIONS, RESOURCES, Operation, Resource
from leaderboard.site.server.api.parameter import IN_PATH, RELEASE, Parameter
from leaderboard.site.server.api.problem import MEDIA_TYPE as PROBLEM
from leaderboard.site.server.api.problem import PROBLEMS, Problem, problem

Json = dict[str, Any]
VERSION = "1.0.0"
ATTEMPTS = "Attempts"
"""The tag of what is answered in JSON only."""
GUIDE = Path(__file__).with_name("guide.md")


def document() -> Json:
    """Returns the document. It is the same for every release."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MedHarm Leaderboard API",
            "version": VERSION,
            "summary": "Every number of the site, with its uncertainty.",
            "description": GUIDE.read_text("utf-8"),
        },
        "servers": [{"url": "/", "description": "The site that serves this document."}],
        "tags": [
            *({"name": each.name, "description": each.about} for each in reversed(FORMATS.values())),
            {"name": ATTEMPTS, "description": "For the lab that has a nonce."},
            {"name": "Files", "description": "What is not a table."},
        ],
        "paths": {
            DOCUMENT: {"get": _document()},
            **{resource.path: {"get": _table(resource)} for resource in RESOURCES},
            **{resource.path: {"get": _table(resource) | {"tags": [ATTEMPTS]}} for resource in ALONE},
            **{path: {"get": _file(file)} for path, file in FILES.items()},
        },
        "components": {"schemas": _schemas(), "responses": _ERRORS, "headers": _HEADERS},
    }


def encoded() -> bytes:
    """Returns the document as it is served."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def _table(resource: Resource) -> Json:
    operation, form = resource.operation, FORMATS[resource.format]
    is_json = resource.format == "json"
    id = operation.id if is_json else f"{operation.id}_{resource.format}"
    schema: Json = {"type": "string", "description": form.body}
    if is_json:
        schema = _whole(operation)
    elif resource.format == "csvw":
        schema = _METADATA
    in_path = [_parameter(IN_PATH[name], "path") for name in operation.in_path]
    return {
        "operationId": "download_table" if resource.path.startswith("/download/") else id,
        "tags": [form.name],
        "summary": operation.summary if is_json else f"{operation.summary} ({form.name})",
        "description": operation.about or operation.summary + ".",
        "parameters": [*in_path, *_query(operation.query(resource.format)), _IF_NONE_MATCH],
        "responses": _responses(form.media_type.partition(";")[0], schema, in_path=bool(in_path)),
    }


def _document() -> Json:
    return {
        "operationId": "openapi",
        "tags": ["Files"],
        "summary": "The API described for programs",
        "description": "An OpenAPI 3.1 document. It is the same for every release.",
        "parameters": [_IF_NONE_MATCH],
        "responses": _responses("application/json", {"type": "object", "description": "An OpenAPI 3.1 document."}),
    }


def _file(file: File) -> Json:
    schema = {"type": "string", "description": file.summary + "."}
    part = {
        "description": "The part of the file that `Range` names.",
        "headers": _HEADER_REFS,
        "content": {file.media_type: {"schema": schema}},
    }
    no_part = {"description": PROBLEMS["range_not_satisfiable"][1], "content": {PROBLEM: {"schema": _ref("Problem")}}}
    return {
        "operationId": file.id,
        "tags": ["Files"],
        "summary": file.summary,
        "description": f"{file.about} A `Range` header of the form `bytes=first-last` asks for a part of it.",
        "parameters": [*_query([RELEASE]), _IF_NONE_MATCH, _RANGE],
        "responses": _responses(file.media_type, schema, further={"206": part, "416": no_part}),
    }


def _query(parameters: Iterable[Parameter]) -> list[Json]:
    return [_parameter(parameter, "query") for parameter in parameters]


def _parameter(parameter: Parameter, where: str) -> Json:
    return {
        "name": parameter.name,
        "in": where,
        "description": parameter.about,
        "schema": parameter.schema(),
        "required": where == "path",
        "example": [parameter.example] if parameter.many else parameter.example,
    }


def _request_header(name: str, description: str, example: str) -> Json:
    schema = {"type": "string"}
    text = {"name": name, "in": "header", "description": description, "schema": schema}
    return {**text, "required": False, "example": example}


_IF_NONE_MATCH = _request_header(
    "If-None-Match", "ETags of the answers that the reader has, separated by commas.", '"0123456789abcdef"'
)
_RANGE = _request_header(
    "Range", "The part of the file that is wanted. Any other form than this is passed over.", "bytes=0-99"
)


def _header(description: str, **schema: str) -> Json:
    return {"description": description, "schema": {"type": "string", **schema}}


_HEADERS: Json = {
    "ETag": _header("Changes whenever the answer does: begins with the release's digest. Weak where compressed."),
    "Cache-Control": _header("How long an answer may be taken for the present one without asking."),
    "Vary": _header("Answers are compressed with zstd, br or gzip, whichever the client takes."),
    "Link": _header(
        "`rel=license`: the text of the licence; of an answer about all boards and of a file, the list that names "
        "each board's. `rel=describedby`: the metadata of a CSV file. `rel=next`: the next rows of a long table, of "
        "the same release."
    ),
    "X-Robots-Tag": _header("`noindex` on answers about an invented board; they are not for search engines."),
    "Access-Control-Allow-Origin": _header("Any page may read the API.", const="*"),
}
_HEADER_REFS = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}


def _responses(media_type: str, schema: Json, *, in_path: bool = False, further: Json | None = None) -> Json:
    errors = {"400": "BadRequest", **({"404": "NotFound"} if in_path else {}), "500": "Mistake", "503": "Unavailable"}
    return {
        "200": {"description": "The answer.", "headers": _HEADER_REFS, "content": {media_type: {"schema": schema}}},
        "304": {
            "description": "The answer has not changed: `If-None-Match` names its `ETag`.",
            "headers": _HEADER_REFS,
        },
        **(further or {}),
        **{status: {"$ref": f"#/components/responses/{name}"} for status, name in errors.items()},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _error(description: str, example: Problem) -> Json:
    content = {PROBLEM: {"schema": _ref("Problem"), "example": msgspec.to_builtins(example)}}
    return {"description": description, "content": content}


_ERRORS: Json = {
    "BadRequest": _error(
        "A parameter is unknown, or has a value that it cannot have. Nothing falls back quietly.",
        problem("unknown_value", "kind", ("bare", "guarded")),
    ),
    "NotFound": _error(
        "The path names a board, system, category, table, release or attempt that is not there.",
        problem("no_such_system"),
    ),
    "Mistake": _error("A mistake of the site's own.", problem("mistake")),
    "Unavailable": {
        **_error("There is no release to show, or not the one asked for, at the moment.", problem("no_release")),
        "headers": {
            "Retry-After": {
                "description": "Seconds after which to ask again.",
                "schema": {"type": "integer", "minimum": 0},
            }
        },
    },
}


def _schemas() -> Json:
    """Returns every schema that has a name: of what goes with a table, of definitions, and of each table's rows."""
    _, structs = msgspec.json.schema_components(
        (About, Page, Problem, Board, System, Category), ref_template="#/components/schemas/{name}"
    )
    # Patterns of Python end in \Z, those of JSON Schema in $.
    schemas: Json = json.loads(json.dumps(structs).replace(r"\\Z", "$"))
    schemas["Column"] = _COLUMN
    for operation in (*OPERATIONS, *(resource.operation for resource in ALONE)):
        for name, columns in {**operation.tables, **operation.parts}.items():
            schemas[f"{operation.id}.{name}"] = _row(columns, f"A row of {name} as `{operation.id}` answers it.")
    return dict(sorted(schemas.items()))


def _row(columns: Sequence[Column], description: str) -> Json:
    """A row has every column except `note`, which tables of real boards do not have. Any value but the licence may be
    missing."""
    properties = {column.name: _value(column) for column in marked(columns, note=True)}
    properties[LICENCE.name] |= {"type": ["string"], "enum": list(LICENCES)}
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name != NOTE.name],
        "additionalProperties": False,
    }


def _value(column: Column) -> Json:
    date = column.type == "date"
    schema = {"type": ["string", "null"], "format": "date"} if date else {"type": [column.type, "null"]}
    return {**schema, "description": column.meaning}


def _whole(operation: Operation) -> Json:
    """Returns the schema of an answer in JSON."""
    properties: Json = {"about": _ref("About")}
    if operation.definition:
        properties["definition"] = _ref(operation.definition.__name__)
    if operation.paged:
        properties["page"] = _ref("Page")
    properties |= _content(operation, operation.tables)
    if operation.parts:
        parts = {name: _object(_content(operation, [name]), f"{name}.") for name in operation.parts}
        properties["parts"] = _object(parts, "Further tables, by name.")
    return _object(properties, f"{operation.summary}.")


def _content(operation: Operation, tables: Iterable[str]) -> Json:
    rows = [{"type": "array", "items": _ref(f"{operation.id}.{name}")} for name in tables]
    return {
        "columns": {"type": "array", "items": _ref("Column"), "description": "What the columns are."},
        "rows": {"anyOf": rows, "description": "The rows of one of these tables."} if len(rows) > 1 else rows[0],
    }


def _object(properties: Json, description: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "description": description,
    }


_METADATA: Json = {
    "type": "object",
    "description": "Metadata of the CSV file, https://www.w3.org/TR/tabular-metadata.",
    "properties": {
        "@context": {"type": "array", "description": "The vocabulary.", "contains": {"const": csvw.CONTEXT}},
        "url": {"type": "string", "description": "The file, seen from here."},
        "dc:license": {"type": "array", "description": "Addresses of the licences."},
        "schema:sha256": {"type": "string", "description": "sha256 of the file.", "pattern": "^[0-9a-f]{64}$"},
        "dialect": {"type": "object", "description": "How to read the file."},
        "tableSchema": {"type": "object", "description": "What each column is."},
    },
    "required": ["@context", "url", "dc:license", "schema:sha256", "dialect", "tableSchema"],
}
_COLUMN = _object(
    {
        "name": {"type": "string", "description": "Its name, the key in every row."},
        "type": {
            "type": "string",
            "enum": ["string", "integer", "number", "boolean", "date"],
            "description": "The type of its values; any may be null.",
        },
        "meaning": {"type": "string", "description": "What it means."},
    },
    "A column of a table.",
)
