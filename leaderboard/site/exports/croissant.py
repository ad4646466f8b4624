"""A board's whole part of a release as Parquet files with Croissant metadata, which describes every column of them.

Format: Croissant 1.1, http://mlcommons.org/croissant/1.1. Paths are relative, so the folder can be anywhere.
"""

import hashlib
import json
from typing import Any

from leaderboard.boards import licences
from leaderboard.boards.board import Board
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import Exported
from leaderboard.site.exports.ranking import leaderboard
from leaderboard.site.exports.released import TABLES, table
from leaderboard.site.exports.writing import to_parquet
from leaderboard.site.views.about import SYNTHETIC, limits
from leaderboard.site.views.names import Names

FILE = "croissant.json"
VERSION = "http://mlcommons.org/croissant/1.1"
_TERMS = """
annotation arrayShape citeAs column containedIn equivalentProperty excludes extract field fileObject fileProperty
fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path readLines recordSet references regex
repeated replace samplingRate sdVersion separator source subField transform unArchive value
"""
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The context that the format recommends in its appendix 1, with the terms that its library knows besides, and PROV."""
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
    parquet = {exported.name: to_parquet(exported) for exported in every}
    metadata = json.dumps(_dataset(snapshot, board, every, parquet), indent=2, ensure_ascii=False).encode()
    return {FILE: metadata} | {_file(name): data for name, data in parquet.items()}


_MAINTAINERS = {"@type": "Organization", "name": "MedHarm Leaderboard maintainers"}


def _file(name: str) -> str:
    return f"{name}.parquet"


def _dataset(snapshot: Snapshot, board: Board, every: list[Exported], parquet: dict[str, bytes]) -> dict[str, Any]:
    about = every[0].about
    text = f"Aggregates of the {board.title} board with their uncertainty, from a signed release. No prompt, no answer."
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": f"medharm-leaderboard-{board.id}",
        "description": f"{text} {SYNTHETIC}" if board.synthetic else text,
        "license": licences.url(board.licence),
        "sdLicense": licences.url(board.licence),
        "url": board.source.url,
        "creator": _MAINTAINERS,
        "publisher": _MAINTAINERS,
        "keywords": ["language models", "safety", "benchmark", *(["medicine"] if board.medical else [])],
        "inLanguage": "en",
        "isLiveDataset": False,
        "datePublished": snapshot.released_on.isoformat(),
        "version": f"{snapshot.number}.0.0",
        "prov:wasDerivedFrom": {"@id": board.source.url},
        "citeAs": about["attribution"],
        "rai:dataLimitations": " ".join(limits(board)),
        "distribution": [_object(name, data) for name, data in parquet.items()],
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
