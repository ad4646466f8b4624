"""What the answers look like, as JSON Schema: made from the structs and the columns that they are written from."""

from collections.abc import Sequence
from typing import Any

import msgspec

from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import System
from leaderboard.site.exports import Column
from leaderboard.site.server.api.about import About
from leaderboard.site.server.api.body import Page
from leaderboard.site.server.api.operation import OPERATIONS, Operation
from leaderboard.site.server.api.problem import Problem

Json = dict[str, Any]
_STRUCTS = (About, Page, Problem, Board, System, Category)


def schemas() -> Json:
    """Returns every schema that has a name: of what is said, of what is defined, and of each table's rows."""
    _, known = msgspec.json.schema_components(_STRUCTS, ref_template="#/components/schemas/{name}")
    made = {name: _in_json_schema(schema) for name, schema in known.items()}
    made["Column"] = _COLUMN
    for operation in OPERATIONS:
        for name, columns in {**operation.tables, **operation.parts}.items():
            made[_row_name(operation, name)] = _row(columns, f"A row of {name} as `{operation.id}` answers it.")
    return dict(sorted(made.items()))


def _in_json_schema(schema: Any) -> Any:
    """Patterns of Python end in \\Z where those of JSON Schema end in $."""
    if isinstance(schema, dict):
        return {key: _in_json_schema(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_in_json_schema(value) for value in schema]
    return schema.replace("\\Z", "$") if isinstance(schema, str) else schema


def _row_name(operation: Operation, table: str) -> str:
    return f"{operation.id}.{table}"


def _row(columns: Sequence[Column], said: str) -> Json:
    """A row always has every column but `note`, which only invented rows have. Any value may be missing."""
    properties = {column.name: _value(column) for column in columns}
    note = {"type": ["string", "null"], "description": "Says that the data are invented, where they are."}
    return {
        "type": "object",
        "description": said,
        "properties": {"note": note} | properties,
        "required": [name for name in properties if name != "note"],
        "additionalProperties": False,
    }


def _value(column: Column) -> Json:
    kind = {"type": ["string", "null"], "format": "date"} if column.type == "date" else {"type": [column.type, "null"]}
    return {**kind, "description": column.meaning}


def whole(operation: Operation) -> Json:
    """Returns the schema of an answer in JSON."""
    properties: Json = {"about": ref("About")}
    if operation.definition:
        properties["definition"] = ref(operation.definition.__name__)
    if operation.pages:
        properties["page"] = ref("Page")
    properties |= _table([_row_name(operation, name) for name in operation.tables])
    if operation.parts:
        parts = {name: _object(_table([_row_name(operation, name)]), f"{name}.") for name in operation.parts}
        properties["parts"] = _object(parts, "Further tables, by name.")
    return _object(properties, f"{operation.summary}.")


def _table(rows: Sequence[str]) -> Json:
    arrays = [{"type": "array", "items": ref(name)} for name in rows]
    return {
        "columns": {"type": "array", "items": ref("Column"), "description": "What the columns are."},
        "rows": {"anyOf": arrays, "description": "The rows of one of these tables."} if len(rows) > 1 else arrays[0],
    }


def _object(properties: Json, said: str) -> Json:
    made = {"type": "object", "properties": properties, "required": list(properties)}
    return {**made, "additionalProperties": False, "description": said}


def ref(name: str) -> Json:
    """Returns a reference to a schema that has a name."""
    return {"$ref": f"#/components/schemas/{name}"}


_COLUMN: Json = _object(
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
