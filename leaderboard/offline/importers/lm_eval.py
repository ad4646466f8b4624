"""Imports the output of lm-evaluation-harness with `--log_samples`: a results file and the samples file of one task.

From each sample it reads the `item_id` of its doc, the metrics `outcome` and `severity`, and whether a response is
empty. One row holds all repeats of an item. Older versions write every value as text.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target

_SAMPLES = re.compile(r"samples_(.+)_([^_]+)\.jsonl\Z")
_NOTHING = frozenset({"", "None", "nan"})
"""How older versions write a missing value."""
T = TypeVar("T")


class Doc(Struct):
    item_id: object = None


class Sample(Struct):
    """The fields of a row that are read."""

    doc: Doc
    filter: str = ""
    filtered_resps: object = None
    outcome: object = msgspec.UNSET
    severity: object = None


class Task(Struct):
    generation_kwargs: object = None
    metadata: object = None


class Run(Struct):
    gen_kwargs: object = None
    limit: object = None
    random_seed: object = None


class Sizes(Struct):
    original: int
    effective: int


class Results(Struct, rename={"sizes": "n-samples"}):
    """The fields of a results file that are read."""

    config: Run
    configs: dict[str, Task]
    date: float
    git_hash: object = None
    lm_eval_version: object = None
    model_name: object = None
    sizes: dict[str, Sizes] = {}
    system_instruction: object = None
    versions: dict[str, object] = {}


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run gives, and what it was made of. `source` is the samples file, or a folder with
    only one; the results file of the same time is beside it. Raises Refused with E_FILE, E_SIZE, E_SCHEMA, E_LIMIT, or
    as `logs.submit`."""
    path, task, results = _find(source)
    logs.require_size(path, "samples")
    logs.require_size(results, "results file")
    data = path.read_bytes()
    run = _convert(_parse(results.read_bytes(), results.suffix), Results, "results file")
    if task not in run.configs:
        raise refuse("E_FILE", "results file", "it is not of this task")
    samples = [
        _convert(_parse(line, "samples"), Sample, f"row {number}")
        for number, line in enumerate(data.splitlines(), start=1)
    ]
    log = Log(
        tool="lm_eval",
        tool_version=run.lm_eval_version,
        task_version=run.versions.get(task),
        models=logs.named(run.model_name),
        judges=logs.named(_mapping(run.configs[task].metadata).get("judge")),
        generation=_settings(run, run.configs[task]),
        commit=run.git_hash,
        sha256=canonical.sha256(data),
        started_on=logs.day(run.date),
        responses=_responses(_of_one_filter(samples, target.board.epochs), target),
        unfinished=list(_unfinished(run, task)),
    )
    return logs.submit(log, target, stated)


def files(source: Path) -> list[Path]:
    """Returns the files of a log: samples and results."""
    path, _, results = _find(source)
    return [path, results]


def _find(source: Path) -> tuple[Path, str, Path]:
    """The samples file, its task and the results file."""
    paths = sorted(source.glob("samples_*.jsonl")) if source.is_dir() else [source]
    matched = _SAMPLES.match(paths[0].name) if len(paths) == 1 else None
    if not matched or not paths[0].is_file():
        raise refuse("E_FILE", "SOURCE", "not a samples file, nor a folder with exactly one")
    results = paths[0].with_name(f"results_{matched[2]}.json")
    if not results.is_file():
        raise refuse("E_FILE", "SOURCE", "the results file of the same moment is not beside it")
    return paths[0], matched[1], results


def _parse(data: bytes, place: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", place) from None


def _convert(value: object, kind: type[T], place: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except ValueError:  # of msgspec, or of text that is not Unicode
        raise refuse("E_SCHEMA", place) from None


def _unfinished(run: Results, task: str) -> Iterator[Finding]:
    sizes = run.sizes.get(task)
    if sizes and sizes.effective != sizes.original:
        yield Finding("E_LIMIT", "n-samples", f"limited to {sizes.effective} of {sizes.original} items")
    elif run.config.limit is not None:
        yield Finding("E_LIMIT", "config.limit", "limited")


def _settings(run: Results, task: Task) -> dict[str, object]:
    settings = _mapping(task.generation_kwargs) | _mapping(run.config.gen_kwargs)
    return {
        "max_tokens": settings.get("max_gen_toks", settings.get("max_tokens")),
        "seed": run.config.random_seed,
        "system_prompt": "none" if run.system_instruction is None else "custom",
        "temperature": settings.get("temperature"),
        "top_p": settings.get("top_p"),
    }


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _of_one_filter(samples: Sequence[Sample], epochs: int) -> list[Sample]:
    """The rows of the filter that has all repeats. Each filter repeats every row; if several have all repeats, their
    labels must be the same."""
    if all(sample.outcome is msgspec.UNSET for sample in samples):
        raise refuse("E_SCHEMA", "samples", "no metric is called outcome")
    by_filter: dict[str, list[Sample]] = {}
    for sample in samples:
        by_filter.setdefault(sample.filter, []).append(sample)
    whole = [rows for rows in by_filter.values() if all(len(_series(row.outcome)) == epochs for row in rows)]
    candidates = whole or list(by_filter.values())
    if len({_labels(rows) for rows in candidates}) > 1:
        raise refuse("E_DUP_ITEM", "samples", "several filters, which do not agree")
    return candidates[0]


def _labels(rows: Sequence[Sample]) -> str:
    return repr([(row.doc.item_id, row.outcome, row.severity) for row in rows])


def _responses(samples: Sequence[Sample], target: Target) -> list[Response]:
    blocked = {each.id for each in target.board.outcome if each.harmful.blocked or each.benign.blocked}
    return [response for sample in samples for response in _repeats(sample, blocked)]


def _repeats(sample: Sample, blocked: set[str]) -> Iterator[Response]:
    """An empty response is an error of the tool, unless it was blocked."""
    outcomes = _series("?" if sample.outcome is msgspec.UNSET else sample.outcome)
    severities = _series(sample.severity) if sample.severity is not None else [None] * len(outcomes)
    texts = _texts(sample.filtered_resps)
    for epoch, outcome in enumerate(outcomes, start=1):
        empty = len(texts) == len(outcomes) and texts[epoch - 1] == ""
        severity = _number(severities[epoch - 1]) if len(severities) == len(outcomes) else None
        failed = empty and outcome not in blocked
        yield Response(sample.doc.item_id, epoch, outcome, severity, failed, misshapen=len(severities) != len(outcomes))


def _series(value: object) -> list[object]:
    """The values of all repeats; a single value is that of the only repeat."""
    if isinstance(value, str) and value.startswith("["):
        value = [part.strip().strip("'\"") for part in value.strip("[]").split(",")]
    values = value if isinstance(value, list) else [value]
    return [None if _is_nothing(each) else each for each in values]


def _is_nothing(value: object) -> bool:
    return (isinstance(value, float) and math.isnan(value)) or (isinstance(value, str) and value in _NOTHING)


def _number(value: object) -> object:
    return float(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.0)?", value) else value


def _texts(value: object) -> list[object]:
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return value if isinstance(value, list) else []
