"""The metadata of a CSV file: CSV on the Web, with every column, the licence, the source and the warning."""

import csv
import hashlib
import io
import json
import re
from typing import Any

import pytest

from leaderboard.boards import licences
from leaderboard.site import exports
from leaderboard.site.exports import TABLES, to_csv, to_csvw
from leaderboard.site.views.about import SYNTHETIC
from tests.site.exports.conftest import Place

# Section 5.2 of the recommendation: `tableSchema`, `dialect` and the like, and no other name without a prefix.
OF_A_TABLE = {"@context", "@id", "@type", "url", "dialect", "notes", "tableSchema", "suppressOutput", "tableDirection"}
OF_A_SCHEMA = {"@id", "@type", "columns", "foreignKeys", "primaryKey", "rowTitles"}
OF_A_COLUMN = {
    "@id", "@type", "name", "titles", "virtual", "suppressOutput", "aboutUrl", "datatype", "default", "lang", "null",
    "ordered", "propertyUrl", "required", "separator", "textDirection", "valueUrl",
}  # fmt: skip
OF_A_DIALECT = {
    "@id", "@type", "commentPrefix", "delimiter", "doubleQuote", "encoding", "header", "headerRowCount",
    "lineTerminators", "quoteChar", "skipBlankRows", "skipColumns", "skipInitialSpace", "skipRows", "trim",
}  # fmt: skip
PREFIXED = re.compile(r"(dc|schema):[a-zA-Z0-9]+")
"""Names of other vocabularies have a prefix of the RDFa initial context (section 5.8)."""
CHECKS = {
    "string": lambda text: True,
    "integer": lambda text: re.fullmatch(r"-?\d+", text),
    "number": lambda text: re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text),
    "boolean": lambda text: text in ("true", "false"),
    "date": lambda text: re.fullmatch(r"\d{4}-\d\d-\d\d", text),
}
"""The lexical form of each datatype without a format (section 6.4)."""


def described(place: Place, name: str | None = None) -> tuple[bytes, dict[str, Any]]:
    """A table's file, and its metadata."""
    exported = exports.table(*place, name) if name else exports.leaderboard(*place)
    found: dict[str, Any] = json.loads(to_csvw(exported, "table.csv"))
    return to_csv(exported), found


def unknown(value: dict[str, Any], known: set[str]) -> set[str]:
    return {name for name in value if name not in known and not PREFIXED.fullmatch(name)}


def test_document_has_the_form_of_the_recommendation(place: Place) -> None:
    _, found = described(place)
    assert found["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert (found["@type"], found["url"]) == ("Table", "table.csv")
    assert unknown(found, OF_A_TABLE) == unknown(found["dialect"], OF_A_DIALECT) == set()
    assert unknown(found["tableSchema"], OF_A_SCHEMA) == set()
    for column in found["tableSchema"]["columns"]:
        assert unknown(column, OF_A_COLUMN) == set()
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column["name"])
        assert column["dc:description"].endswith(".")


@pytest.mark.parametrize("name", [None, *TABLES])
def test_columns_and_cells_of_the_file_are_those_that_it_describes(place: Place, name: str | None) -> None:
    data, found = described(place, name)
    dialect = found["dialect"]
    header, *rows = csv.reader(
        io.StringIO(data.decode(dialect["encoding"]), newline=""),
        delimiter=dialect["delimiter"],
        quotechar=dialect["quoteChar"],
        doublequote=dialect["doubleQuote"],
    )
    columns = found["tableSchema"]["columns"]
    assert header == [column["titles"] for column in columns]
    for row in rows:
        for text, column in zip(row, columns, strict=True):
            assert text == column["null"] or CHECKS[column["datatype"]](text), column["name"]


def test_licence_source_citation_release_and_hash_are_named(place: Place) -> None:
    data, found = described(place)
    assert found["dc:license"] == [{"@id": licences.url(place.board.licence)}]
    assert found["dc:source"] == {"@id": place.board.source.url}
    assert place.board.source.attribution in found["dc:bibliographicCitation"]
    assert found["dc:issued"] == {"@value": place.snapshot.released_on.isoformat(), "@type": "xsd:date"}
    assert found["schema:version"] == str(place.snapshot.number)
    assert found["schema:sha256"] == hashlib.sha256(data).hexdigest()
    said = [(each["schema:name"], each["schema:value"]) for each in found["schema:additionalProperty"]]
    assert ("synthetic", str(place.board.synthetic).lower()) in said
    assert ("digest", f"sha256:{place.snapshot.digest}") in said
    assert (SYNTHETIC in found.get("dc:description", "")) is place.board.synthetic


def test_hash_is_that_of_the_file_with_comments_where_it_has_them(msts: Place) -> None:
    exported = exports.leaderboard(*msts)
    found = json.loads(to_csvw(exported, "table.csv", comments=True))
    data = to_csv(exported, comments=True)
    assert found["schema:sha256"] == hashlib.sha256(data).hexdigest()
    assert data.decode().startswith(found["dialect"]["commentPrefix"])
