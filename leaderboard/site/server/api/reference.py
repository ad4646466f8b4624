"""docs/api.md: the OpenAPI document for readers.

Written by `python -m leaderboard.site.server.api.reference > docs/api.md`.
"""

from collections.abc import Iterator
from typing import Any

from leaderboard.site.server.api import openapi

Json = dict[str, Any]
COMMAND = "python -m leaderboard.site.server.api.reference > docs/api.md"
HEAD = f"# HTTP API\n\n<!-- Made by `{COMMAND}`: edit guide.md there. -->\n"


def reference(document: Json) -> str:
    """Returns the page."""
    parts = [HEAD, document["info"]["description"], "## Paths\n", _paths(document)]
    tables = [_table(name, schema) for name, schema in sorted(_rows(document)) if name.startswith("table.")]
    return "\n".join([*parts, "## Columns of the public tables\n", *tables]).rstrip() + "\n"


def _paths(document: Json) -> str:
    return "\n".join("\n".join(_path(path, item["get"], document)) for path, item in _plain(document))


def _plain(document: Json) -> Iterator[tuple[str, Json]]:
    """Yields the paths, without those that answer the same in another format."""
    for path, item in document["paths"].items():
        if item["get"]["tags"][0] in ("JSON", "Files", openapi.ATTEMPTS) or path.startswith("/download/"):
            yield path, item


def _path(path: str, operation: Json, document: Json) -> Iterator[str]:
    yield f"### `{path}`\n"
    formats = " Also `.csv`, with `.csv-metadata.json`, and `.parquet`." if operation["tags"] == ["JSON"] else ""
    yield f"{operation['description']}{formats}\n"
    if parameters := [each for each in operation["parameters"] if each["in"] != "header"]:
        yield "| parameter | in | what | values | example |\n|---|---|---|---|---|"
        yield "\n".join(map(_parameter, parameters)) + "\n"
    for name, schema in _rows(document):
        if name.partition(".")[0] == operation["operationId"] != "table":
            yield _table(name, schema)


def _parameter(parameter: Json) -> str:
    example = parameter["example"]
    example = example[0] if isinstance(example, list) else example
    cells = [f"`{parameter['name']}`", parameter["in"], parameter["description"], _values(parameter), f"`{example}`"]
    return "| " + " | ".join(cells) + " |"


def _values(parameter: Json) -> str:
    schema = parameter["schema"]
    one = schema.get("items", schema)
    repeated = "any of " if "items" in schema else ""
    if "enum" in one:
        return repeated + ", ".join(f"`{value}`" for value in one["enum"])
    if one["type"] == "integer":
        return f"{one['minimum']} to {one['maximum']}"
    return f"{repeated}`{one['pattern']}`"


def _rows(document: Json) -> Iterator[tuple[str, Json]]:
    """Returns the schemas of rows: their names begin with the operation and a dot."""
    return ((name, schema) for name, schema in document["components"]["schemas"].items() if "." in name)


def _table(name: str, schema: Json) -> str:
    rows = [f"| `{key}` | {_type(value)} | {value['description']} |" for key, value in schema["properties"].items()]
    folded = f"<details><summary>Columns of <code>{name.partition('.')[2]}</code></summary>\n"
    return "\n".join([folded, "| column | type | what |", "|---|---|---|", *rows, "", "</details>", ""])


def _type(schema: Json) -> str:
    return str(schema.get("format", schema["type"][0]))


if __name__ == "__main__":
    print(reference(openapi.document()), end="")
