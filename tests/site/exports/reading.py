"""An exported file read back as its readers do it: pandas for CSV and JSON, Arrow for Parquet."""

import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

Rows = list[dict[str, Any]]


def from_csv(data: bytes) -> Rows:
    """The rows with the types that pandas finds, which is told nothing; empty cells are None."""
    return _plain(pd.read_csv(io.BytesIO(data)).to_dict("records"))


def comments(data: bytes) -> dict[str, list[str]]:
    """The lines before the header, as the values of each key."""
    said: dict[str, list[str]] = {}
    for line in data.decode().splitlines():
        if line.startswith("# "):
            key, _, value = line.removeprefix("# ").partition(": ")
            said.setdefault(key, []).append(value)
    return said


def from_json(data: bytes) -> Rows:
    return _plain(json.loads(data)["rows"])


def from_parquet(data: bytes) -> Rows:
    return _plain(pq.read_table(io.BytesIO(data), use_threads=False).to_pylist())


def _plain(rows: Iterable[dict[Any, Any]]) -> Rows:
    """Dates as ISO text, which is all that CSV and JSON have for them; whole numbers alike however they were read."""
    return [{str(key): _value(value) for key, value in row.items()} for row in rows]


def _value(value: Any) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
