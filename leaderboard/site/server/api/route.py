"""Which path asks for what."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from leaderboard.site.server.api.file import FILES
from leaderboard.site.server.api.operation import OPERATIONS, ROOT, Operation

FORMS = {"parquet": ".parquet", "csv": ".csv", "json": ""}
"""Each format and how its paths end; JSON last, for an id may have a dot in it."""
DOCUMENT = f"{ROOT}/openapi.json"
PARQUET = "/download/{board}/{table}.parquet"


class Route(NamedTuple):
    """A path and what it asks for."""

    path: str
    operation: Operation | None
    """None for what is no table: the OpenAPI document and the release's files."""
    form: str


def find(path: str) -> tuple[Route, Mapping[str, str]] | None:
    """Returns the route of a path with the values of its parameters, or None where there is nothing."""
    for pattern, route in _PATTERNS:
        if found := pattern.fullmatch(path):
            return route, found.groupdict()
    return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


_TABLE = next(operation for operation in OPERATIONS if operation.id == "table")
ROUTES = (
    Route(DOCUMENT, None, "openapi"),
    *(Route(f"{ROOT}{each.path}{end}", each, form) for form, end in FORMS.items() for each in OPERATIONS),
    *(Route(path, None, "file") for path in FILES),
    Route(PARQUET, _TABLE, "parquet"),
)
_PATTERNS = [(_pattern(route.path), route) for route in ROUTES]
