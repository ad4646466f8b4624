"""The metadata of a CSV file: what each column is, and where the table comes from, under which licence.

Format: https://www.w3.org/TR/tabular-metadata. Its terms for the origin are those of Dublin Core and schema.org.
"""

import hashlib
import json
from typing import Any

from leaderboard.boards import licences
from leaderboard.site.exports.exported import Column, Exported
from leaderboard.site.exports.writing import described, to_csv

SUFFIX = "-metadata.json"
"""What the name of the metadata adds to that of the file, as the format prescribes."""
CONTEXT = "http://www.w3.org/ns/csvw"
MEDIA_TYPE = "application/csvm+json"
ROWS_NAME_IT = "Each row is under the licence that its column `licence` names."
_DIALECT = {
    "commentPrefix": "#",
    "delimiter": ",",
    "doubleQuote": True,
    "encoding": "utf-8",
    "header": True,
    "lineTerminators": ["\r\n"],
    "quoteChar": '"',
}


def to_csvw(exported: Exported, url: str, *, comments: bool = False) -> bytes:
    """Returns the metadata of the file that `to_csv` writes. `url` is where that file is, seen from the metadata."""
    document = {
        "@context": [CONTEXT, {"@language": "en"}],
        "@type": "Table",
        "url": url,
        **_origin(exported.about),
        "schema:sha256": hashlib.sha256(to_csv(exported, comments=comments)).hexdigest(),
        "schema:additionalProperty": [
            {"@type": "schema:PropertyValue", "schema:name": key, "schema:value": text}
            for key, text in described(exported)
        ],
        "dialect": _DIALECT,
        "tableSchema": {"@type": "Schema", "columns": [_column(column) for column in exported.columns]},
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _origin(about: dict[str, Any]) -> dict[str, Any]:
    """An export of all boards has no licence of its own, and names those of the boards."""
    every = [about["licence"]] if "licence" in about else sorted(set(about["licences"].values()))
    origin = {
        "dc:title": about["title"],
        "dc:license": [{"@id": licences.url(licence)} for licence in every],
        "dc:bibliographicCitation": about["attribution"],
        "dc:issued": {"@value": about["released_on"], "@type": "xsd:date"},
        "schema:version": str(about["release"]),
    }
    if "licences" in about:
        origin["dc:rights"] = ROWS_NAME_IT
    if "source" in about:
        origin["dc:source"] = {"@id": about["source"]["url"]}
    description = " ".join(about[key] for key in ("note", "meaning") if key in about)
    return origin | ({"dc:description": description} if description else {})


def _column(column: Column) -> dict[str, Any]:
    """The types of exports are names of types in this format too."""
    return {
        "name": column.name,
        "titles": column.name,
        "datatype": column.type,
        "dc:description": column.meaning,
        "null": "",
    }
