"""What must be there after an intake of a folder of logs, by a plain reading of its table and of the logs."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any

from leaderboard.base import canonical
from tests.attacks.readings import models_of_log, read_csv, rows_of_log
from tests.attacks.running import State, changed
from tests.offline.importers import tiny

SUBMISSIONS = ("vault/submissions/*.json", "built/submissions/*.json", "out/*.json")
SERVED = {tiny.MODEL: "example-model", "mockllm/model": "example-model", tiny.SECOND: "second"}
"""The systems of the registry by the names of their models."""
FILES = {"lm-eval": "logs/lm/", "helm": "logs/helm/", "lighteval": "logs/lighteval/", "promptfoo": "logs/results.json"}
"""Where the log of each tool is."""


def faults(arguments: tuple[str, ...], world: Path, before: State, after: State, *, done: bool) -> Iterator[str]:
    """What is wrong with what one call has written. Where it is not `done`, only what it has taken is compared."""
    named = {word: Path(value) for word, value in pairwise(arguments) if word[:2] == "--"}
    table = str(named["--manifest"].relative_to(world))
    if "--vault" not in named and "--out" not in named:
        yield from _drafted(table, before, after)
        return
    rows = [row for row in _table(before, table) if row["system"].strip() not in ("", "-")]
    systems = {row["system"].strip(): row for row in rows}
    if len(systems) < len(rows):
        yield "takes two logs of one system"
    taken = dict[str, str]()
    for path in changed(before, after):
        if any(fnmatch(path, pattern) for pattern in SUBMISSIONS):
            made = json.loads(_bytes(after, path))
            row = systems.get(made["system"])
            taken[made["system"]] = path
            yield from _unlike(made, row, before, out="--out" in named) if row else ["takes a log that has no system"]
    if done:
        stands = {*taken, *({"second"} if str(named.get("--vault")) == str(world / "vault") else ())}
        if not {*systems} <= stands:
            yield f"says that it is done without {sorted({*systems} - stands)}"
        yield from _confirmed(table, before, after, by="person" if "--confirm" in arguments else "")


def _table(state: State, path: str) -> list[dict[str, str]]:
    return read_csv(_bytes(state, path))


def _bytes(state: State, path: str) -> bytes:
    data = state[path]
    assert isinstance(data, bytes), path
    return data


def _log(state: State, tool: str) -> dict[str, bytes]:
    return {path: data for path, data in state.items() if path.startswith(FILES[tool]) and isinstance(data, bytes)}


def _unlike(made: dict[str, Any], row: dict[str, str], before: State, *, out: bool) -> Iterator[str]:
    """Where a submission differs from its row of the table, or from the log that this names."""
    tool, judge = row["tool"].strip(), row["judge"].strip()
    if not any(path == f"logs/{row['log']}" or path.startswith(f"logs/{row['log']}/") for path in before):
        yield "takes a log from another folder"
    rows = [[item, *outcomes] for item, outcomes, _ in made["rows"]]
    if rows != rows_of_log(f"import {tool}", _log(before, tool)):
        yield "has other rows than the log"
    stated = {"judge": made["judge"], "tool": made["tool"]}
    if judge and "@".join((stated["judge"]["id"], stated["judge"]["version"])) != judge:
        yield "has another judge than the table"
    if (version := row["tool_version"].strip()) and stated["tool"]["version"] != version:
        yield "has another version of the tool than the table"
    if out and made["nonce"] != (row["nonce"].strip() or None):
        yield "has another nonce than the table"
    if made["items_digest"] != canonical.sha256(_bytes(before, "in/items.json")):
        yield "has another list of items"
    is_known = {*models_of_log(tool, _log(before, tool))} & SERVED.keys()
    if is_known and row["system"].strip() not in {SERVED[name] for name in is_known}:
        yield "takes the log of one model for that of another"


def _drafted(table: str, before: State, after: State) -> Iterator[str]:
    """A draft has the rows that were there, as they were, and of a new log nothing that the log does not say."""
    known = _table(before, table) if table in before else []
    rows = _table(after, table)
    if [{key: value.strip() for key, value in row.items()} for row in known] != rows[: len(known)]:
        yield "changes rows that were there"
    for row in rows[len(known) :]:
        models = models_of_log(row["tool"], _log(before, row["tool"])) if row["by"] == "log" else []
        if row["by"] == "log" and SERVED.get(row["model"]) != row["system"]:
            yield "proposes a system of another model"
        if row["by"] == "log" and row["model"] not in models:
            yield "names a model that the log does not"


def _confirmed(table: str, before: State, after: State, by: str) -> Iterator[str]:
    """The table afterwards has the rows that it had, and that a person has confirmed those with a system."""
    expected = [{key: value.strip() for key, value in row.items()} for row in _table(before, table)]
    for row in expected:
        if by and row["system"]:
            row["by"] = by
    if _table(after, table) != expected:
        yield "changes the table"
