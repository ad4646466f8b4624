"""What logs and tables say, read in the simplest way, as an oracle of the importers."""

import csv
import io
import json
import re
from typing import Any

import pyarrow.parquet as pa_parquet

from tests.offline.importers import tiny

Rows = list[list[str | None]]
"""Item and outcome, sorted by item."""


def rows_of_log(command: str, files: dict[str, bytes]) -> Rows:
    """The rows of the log of a tool, by the paths of its files."""
    readers = {"import lm-eval": _lm_eval, "import helm": _helm, "import promptfoo": _promptfoo}
    return readers.get(command, _lighteval)(files)


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


def _promptfoo(files: dict[str, bytes]) -> Rows:
    """Of the second model."""
    rows: dict[str, str | None] = {}
    for row in json.loads(files["logs/results.json"])["results"]["results"]:
        if row["provider"].get("label") == tiny.SECOND:
            told = [
                each.get("metadata") or {} for each in (row.get("gradingResult") or {}).get("componentResults") or []
            ]
            outcome = next((each["outcome"] for each in told if "outcome" in each), None)
            test = row["testCase"]
            item = (test.get("metadata") or {}).get("item_id", (test.get("vars") or {}).get("item_id"))
            rows[item] = None if row["failureReason"] == 2 else outcome
    return [[item, rows[item]] for item in sorted(rows)]


def _lighteval(files: dict[str, bytes]) -> Rows:
    (data,) = (data for path, data in files.items() if path.endswith(".parquet"))
    rows: dict[str, str | None] = {}
    columns = ["doc.specific.item_id", "metric.outcome", "model_response.text"]  # a mutant may break another one
    for row in pa_parquet.ParquetFile(io.BytesIO(data)).read(columns=columns).to_pylist():
        outcome = row["metric"]["outcome"][0]
        rows[row["doc"]["specific"]["item_id"]] = outcome if row["model_response"]["text"][0] else None
    return [[item, rows[item]] for item in sorted(rows)]


def _outcomes(value: dict[str, Any]) -> Any:
    for each in value.values():
        if isinstance(each, dict):
            if "outcome" in each:
                yield each["outcome"]
            yield from _outcomes(each)


def read_csv(data: bytes) -> list[dict[str, str]]:
    """The rows of a table with a header."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return list(csv.DictReader(io.StringIO(data.decode(encoding))))


def rows_of_table(data: bytes, words: dict[str, str]) -> dict[str, Rows]:
    """The rows of each system of a label table."""
    systems = {tiny.MODEL: "example-model", tiny.SECOND: "second"}
    rows: dict[str, dict[str, str | None]] = {}
    for row in read_csv(data):
        rows.setdefault(systems[row["model"]], {})[row["item"]] = words[row["label"]] if row["label"] else None
    return {system: [[item, of[item]] for item in sorted(of)] for system, of in rows.items()}


def models_of_log(tool: str, files: dict[str, bytes]) -> list[str]:
    """What the log of a tool calls its models."""
    if tool == "promptfoo":
        rows = json.loads(files["logs/results.json"])["results"]["results"]
        return [name for row in rows for name in (row["provider"].get("label"), row["provider"].get("id")) if name]
    if tool == "helm":
        return [json.loads(files["logs/helm/scenario_state.json"])["adapter_spec"]["model"]]
    (results,) = (json.loads(data) for path, data in files.items() if "results_" in path)
    return [results["model_name"] if tool == "lm-eval" else results["config_general"]["model_name"]]


def registry_of_table(data: bytes, before: dict[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """The entries that a registry has, by list, id and version, after the rows of a table were added."""
    entries = {_key(kind, entry): entry for kind, of in before.items() for entry in of}
    developers = {entry[name]: entry["id"] for entry in before.get("developer", []) for name in ("name", "id")}
    for row in read_csv(data):
        cells = {name: value.strip() for name, value in row.items() if name and value and value.strip()}
        if not cells:
            continue
        kind, arms = cells.pop("entry"), cells.pop("guardrails", "").split()
        entry: dict[str, Any] = dict(cells)
        for column in {"developer", "vendor", "run_by", "paid_by"} & entry.keys():
            id = re.sub("[^a-z0-9]+", "-", entry[column].lower()).strip("-")
            if entry[column] not in developers:
                assert ("developer", id, "") not in entries, "another developer has this id"
                entries["developer", id, ""] = {"id": id, "name": entry[column]}
                developers |= {entry[column]: id, id: id}
            entry[column] = developers[entry[column]]
        entries[_key(kind, entry)] = entry
        if kind == "developer":
            developers |= {entry["name"]: entry["id"], entry["id"]: entry["id"]}
        for arm in arms:
            name = f"{entry['name']} + {entries['guardrail', arm, '']['name']}"
            more = {"id": f"{entry['id']}--{arm}", "name": name, "base_system": entry["id"], "guardrail": arm}
            entries[_key(kind, more)] = {key: value for key, value in entry.items() if key != "previous_version"} | more
    return entries


def _key(kind: str, entry: dict[str, Any]) -> tuple[str, ...]:
    return kind, entry["id"], entry.get("version", "") if kind == "judge" else ""
