"""The API's document with the ids of one board put in, so that a generator of requests asks for what is there."""

import hashlib
from typing import Any

from leaderboard.site.exports import TABLES
from leaderboard.site.server.api import openapi
from tests import offered

NOBODY = "absent"
"""A system that no board has."""


def document(board: str) -> dict[str, Any]:
    """Returns the document as it is for one board of the embedded releases."""
    spec = openapi.document()
    for path in spec["paths"].values():
        for parameter in path["get"].get("parameters", ()):
            if parameter["name"] in (known := ids(board)):
                schema = parameter["schema"]
                one = schema.get("items", schema)
                one.pop("pattern", None)
                one["enum"] = known[parameter["name"]]
                parameter["example"] = one["enum"][:1] if schema is not one else one["enum"][0]
    return spec


def ids(board: str) -> dict[str, list[Any]]:
    """Returns what the parameters of paths and queries may name on a board of the embedded release."""
    catalogue = offered.current(offered.EMBEDDED).catalogue
    definition = catalogue.boards[board]
    systems = [system.id for system in catalogue.registries[board].system] or [NOBODY]
    return {
        "board": [board],
        "system": systems,
        "category": [category.id for category in definition.category],
        "release": list(offered.numbers()),
        # that of the first attempt, as `make results` registers it; of no attempt, where the board awaits results
        "nonce": [hashlib.sha256(f"{board}/{system}/1".encode()).hexdigest()[:32] for system in systems],
    }


def paths(template: str, board: str) -> list[str]:
    """Returns a path for each table that its name may be of, else one path; none where the board has no system."""
    known = {name: values[0] for name, values in ids(board).items()}
    if "{system}" in template and known["system"] == NOBODY:
        return []
    tables = TABLES if "{table}" in template else ["score"]
    return [template.format(**known, table=table) for table in tables]
