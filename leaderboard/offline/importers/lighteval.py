"""Imports the output of lighteval with `--save-details`: the details of one task, and the results file of the run.

From each row of details it reads `item_id` and `judge` of `doc.specific`, the metrics `outcome` and `severity`, and
whether a response is empty. One row holds all repeats of an item. lighteval 0.13 records no version of itself and no
day: the day is that in the names of the files.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target
from leaderboard.offline.submissions.stating import choose_scorer

_DETAILS = re.compile(r"details_(.+)_([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9.-]+)\.parquet\Z")
COLUMNS = (
    *("doc.instruction", "doc.specific.item_id", "doc.specific.judge"),
    *("metric.outcome", "metric.severity", "model_response.text"),
)
"""What is read of the details, with what is below it."""
READS = "the metrics `outcome` and `severity`, each a list with one entry for each repeat"
_UNREADABLE = (pa.ArrowException, OSError, ValueError)
"""What Arrow raises at a damaged file. Its messages quote cells, so they are dropped."""
pa.set_memory_pool(pa.system_memory_pool())  # the default pool of Arrow reserves far more memory than it uses


class Model(Struct, rename={"parameters": "generation_parameters"}):
    parameters: dict[str, Any] | None = None
    system_prompt: object = None


class General(Struct, rename={"model": "model_config"}):
    lighteval_sha: object = None
    model: Model = msgspec.field(default_factory=Model)
    model_name: object = None


class Task(Struct):
    generation_size: object = None
    version: object = None


class Results(Struct):
    """The fields of a results file that are read."""

    config_general: General
    config_tasks: dict[str, Task]


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run gives, and what it was made of. `source` is the details file, or a folder with
    only one, such as that of `--output-dir`. Raises Refused with E_FILE, E_SIZE, E_SCHEMA, E_JUDGE (several judges), or
    as `logs.submit`."""
    path, results = files(source)
    logs.require_size(path, "details")
    logs.require_size(results, "results file")
    data = path.read_bytes()
    run = _parse(results.read_bytes())
    name = _match(path)
    task = run.config_tasks.get(name[1])
    if task is None:
        raise refuse("E_FILE", "results file", "it is not of this task")
    rows = _rows(data)
    judges = {judge for row in rows for judge in logs.named(_mapping(row, "doc", "specific").get("judge"))}
    if len(judges) > 1:
        raise refuse("E_JUDGE", "doc.specific.judge", "outcomes of several judges: keep one")
    choose_scorer(judges, target.registry, stated)
    blocked = {each.id for each in target.board.outcome if each.harmful.blocked or each.benign.blocked}
    log = Log(
        tool="lighteval",
        tool_version=None,
        task_version=task.version,
        models=logs.named(run.config_general.model_name),
        judges=tuple(judges),
        generation=_settings(run.config_general.model, task, rows),
        commit=run.config_general.lighteval_sha,
        sha256=canonical.sha256(data),
        started_on=_day(name[2]),
        responses=[response for row in rows for response in _repeats(row, blocked)],
        reads=READS,
    )
    return logs.submit(log, target, stated)


def models(source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls its model. Raises as `read`."""
    _, results = files(source)
    logs.require_size(results, "results file")
    return [logs.named(_parse(results.read_bytes()).config_general.model_name)]


def files(source: Path) -> list[Path]:
    """Returns the files of a log: details and results."""
    paths = sorted(source.rglob("details_*.parquet")) if source.is_dir() else [source]
    if len(paths) != 1 or not _DETAILS.match(paths[0].name) or not paths[0].is_file():
        rule = "not a details file of lighteval, nor a folder with exactly one: run it with --save-details"
        raise refuse("E_FILE", "SOURCE", rule)
    return [paths[0], _results(paths[0])]


def _match(path: Path) -> re.Match[str]:
    """The task and the moment in the name of a details file."""
    matched = _DETAILS.match(path.name)
    assert matched, "files() has matched it"
    return matched


def _results(path: Path) -> Path:
    """The results file of the same moment: beside the details, or where lighteval writes it, in a folder `results`
    beside `details` with the same folders of the model in it."""
    name = f"results_{_match(path)[2]}.json"
    path = path.absolute()
    candidates = [path.with_name(name)]
    for above in path.parents:
        if above.name == "details" and above != path.parent:
            candidates.append(above.with_name("results") / path.parent.parent.relative_to(above) / name)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise refuse("E_FILE", "SOURCE", "the results file of the same moment is neither beside it nor in ../results")


def _parse(data: bytes) -> Results:
    try:
        return msgspec.convert(json.loads(data), Results)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", "results file") from None


def _rows(data: bytes) -> list[dict[str, Any]]:
    """The rows of the details, with the columns that are read."""
    rows: list[dict[str, Any]] = []
    try:
        file = pa_parquet.ParquetFile(pa.BufferReader(data), pre_buffer=False)
        names = [column.path for column in file.schema]
        for batch in file.iter_batches(1024, columns=list(COLUMNS), use_threads=False):
            rows += batch.to_pylist()
    except MemoryError:  # that of Arrow is also an ArrowException
        raise
    except _UNREADABLE:
        raise refuse("E_SCHEMA", "details", "not a Parquet file, or damaged") from None
    if not any(name.split(".")[:2] == ["metric", "outcome"] for name in names):
        raise refuse("E_SCHEMA", "details", "no metric is called outcome")
    return rows


def _repeats(row: Mapping[str, Any], blocked: set[str]) -> Iterator[Response]:
    """An empty response is an error of the tool, unless it was blocked."""
    metric = _mapping(row, "metric")
    outcomes, severities = _series(metric.get("outcome")), metric.get("severity")
    severities = [None] * len(outcomes) if severities is None else _series(severities)
    texts = _series(_mapping(row, "model_response").get("text"))
    item = _mapping(row, "doc", "specific").get("item_id")
    for epoch, outcome in enumerate(outcomes, start=1):
        empty = len(texts) == len(outcomes) and not texts[epoch - 1]
        severity = severities[epoch - 1] if len(severities) == len(outcomes) else None
        failed = empty and outcome not in blocked
        yield Response(item, epoch, outcome, severity, failed, misshapen=len(severities) != len(outcomes))


def _series(value: object) -> list[object]:
    """The values of all repeats; a single value is that of the only repeat."""
    return value if isinstance(value, list) else [value]


def _mapping(value: object, *path: str) -> Mapping[str, Any]:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _settings(model: Model, task: Task, rows: list[dict[str, Any]]) -> dict[str, object]:
    settings = model.parameters or {}
    instructed = any(_mapping(row, "doc").get("instruction") for row in rows)
    return {
        "max_tokens": settings.get("max_new_tokens") or task.generation_size,
        "seed": settings.get("seed"),
        "system_prompt": "custom" if model.system_prompt else None if instructed else "none",
        "temperature": settings.get("temperature"),
        "top_p": settings.get("top_p"),
    }


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
