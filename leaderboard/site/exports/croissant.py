"""A board's whole part of a release as Parquet files with Croissant metadata, which describes every column of them.

Format: Croissant 1.0, http://mlcommons.org/croissant/1.0. Paths are relative: the folder can lie anywhere.
"""

import hashlib
import json
from typing import Any

from leaderboard.boards.board import Board
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import LICENCE, Exported
from leaderboard.site.exports.ranking import leaderboard
from leaderboard.site.exports.released import TABLES, table
from leaderboard.site.exports.writing import to_parquet
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.names import Names

FILE = "croissant.json"
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "equivalentProperty": "cr:equivalentProperty",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the format prescribes."""
TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the files by name: one Parquet file for the leaderboard and for each public table, and the metadata."""
    every = [leaderboard(snapshot, board, names), *(table(snapshot, board, names, name) for name in TABLES)]
    made = {exported.name: to_parquet(exported) for exported in every}
    described = json.dumps(_dataset(snapshot, board, every, made), indent=2, ensure_ascii=False).encode()
    return {FILE: described} | {_file(name): data for name, data in made.items()}


def _file(name: str) -> str:
    return f"{name}.parquet"


def _dataset(snapshot: Snapshot, board: Board, every: list[Exported], made: dict[str, bytes]) -> dict[str, Any]:
    about = every[0].about
    said = f"Aggregates of the {board.title} board with their uncertainty, from a signed release. No prompt, no answer."
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"medharm-leaderboard-{board.id}",
        "description": f"{said} {SYNTHETIC}" if board.synthetic else said,
        "license": f"https://spdx.org/licenses/{LICENCE}.html",
        "url": board.source.url,
        "creator": {"@type": "Organization", "name": "MedHarm Leaderboard maintainers"},
        "datePublished": snapshot.released_on.isoformat(),
        "version": f"{snapshot.number}.0.0",
        "citeAs": about["attribution"],
        "rai:dataLimitations": " ".join(map(str, about["limits"] if isinstance(about["limits"], list) else ())),
        "distribution": [_object(name, data) for name, data in made.items()],
        "recordSet": [_records(exported) for exported in every],
    }


def _object(name: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": _file(name),
        "name": _file(name),
        "contentUrl": _file(name),
        "encodingFormat": "application/x-parquet",
        "contentSize": f"{len(data)} B",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _records(exported: Exported) -> dict[str, Any]:
    meaning = TABLES.get(exported.name, "The leaderboard: every system's rank set, rates and where its row comes from.")
    return {
        "@type": "cr:RecordSet",
        "@id": exported.name,
        "name": exported.name,
        "description": meaning,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{exported.name}/{column.name}",
                "name": column.name,
                "description": column.meaning,
                "dataType": TYPES[column.type],
                "source": {"fileObject": {"@id": _file(exported.name)}, "extract": {"column": column.name}},
            }
            for column in exported.columns
        ],
    }
