"""What logs and tables say, read in the simplest way, as an oracle of the importers."""

import csv
import io
import json
from typing import Any

from tests.offline.importers import tiny

Rows = list[list[str | None]]
"""Item and outcome, sorted by item."""


def rows_of_log(command: str, files: dict[str, bytes]) -> Rows:
    """The rows of the log of a tool, by the paths of its files."""
    return _lm_eval(files) if command == "import lm-eval" else _helm(files)


def _lm_eval(files: dict[str, bytes]) -> Rows:
    (data,) = (data for path, data in files.items() if path.endswith(".jsonl"))
    rows: dict[str, str | None] = {}
    for line in data.splitlines():
        row = json.loads(line)
        outcome = row["outcome"][0] if isinstance(row["outcome"], list) else row["outcome"]
        missing = outcome != outcome or outcome in ("", "None", "nan")
        empty = row.get("filtered_resps") in ([""], [[""]]) and outcome != "blocked"
        text = outcome.strip("[]").strip().strip("'\"") if isinstance(outcome, str) else outcome
        rows.setdefault(row["doc"]["item_id"], None if missing or empty else text)
    return [[item, rows[item]] for item in sorted(rows)]


def _helm(files: dict[str, bytes]) -> Rows:
    rows: dict[str, str | None] = {}
    for state in json.loads(files["logs/helm/scenario_state.json"])["request_states"]:
        outcome = next(_outcomes(state.get("annotations") or {}), None)
        done = isinstance(state.get("result"), dict) and state["result"].get("success")
        rows[state["instance"]["id"]] = outcome if done else None
    return [[item, rows[item]] for item in sorted(rows)]


def _outcomes(value: dict[str, Any]) -> Any:
    for each in value.values():
        if isinstance(each, dict):
            if "outcome" in each:
                yield each["outcome"]
            yield from _outcomes(each)


def rows_of_table(data: bytes, words: dict[str, str]) -> dict[str, Rows]:
    """The rows of each system of a label table."""
    systems = {tiny.MODEL: "example-model", tiny.SECOND: "second"}
    rows: dict[str, dict[str, str | None]] = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        rows.setdefault(systems[row["model"]], {})[row["item"]] = words[row["label"]] if row["label"] else None
    return {system: [[item, of[item]] for item in sorted(of)] for system, of in rows.items()}
