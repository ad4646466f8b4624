"""Exports: a view or a table of a release as CSV, JSON and Parquet, and as records of other formats.

Everything is looked up in a verified release; nothing is computed here and no text but reviewed names gets in.
"""

from leaderboard.site.exports.csvw import to_csvw
from leaderboard.site.exports.exported import Column, Exported
from leaderboard.site.exports.ranking import leaderboard
from leaderboard.site.exports.released import TABLES, columns_of, table
from leaderboard.site.exports.writing import WRITERS, to_csv, to_json, to_parquet

__all__ = [
    "TABLES",
    "WRITERS",
    "Column",
    "Exported",
    "columns_of",
    "leaderboard",
    "table",
    "to_csv",
    "to_csvw",
    "to_json",
    "to_parquet",
]
