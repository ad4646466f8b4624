"""Imports the output of lm-evaluation-harness with `--log_samples`: a results file and the samples file of one task.

From each sample it reads the `item_id` of its doc, the metrics `outcome` and `severity`, and whether a response is
empty. One row holds all repeats of an item. Older versions write every value as text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.offline.importers.chats import has_system_message
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target
from leaderboard.offline.submissions.responses import absent, label
from leaderboard.offline.submissions.stating import choose_scorer

_SAMPLES = re.compile(r"samples_(.+)_([^_]+)\.jsonl\Z")
_NOTHING = frozenset({"", "None", "nan"})
"""How older versions write a missing value."""
READS = "as many severities as outcomes, or none"
T = TypeVar("T")


class Sample(Struct):
    """The fields of a row that are read."""

    doc: dict[str, Any]
    arguments: object = None
    filter: str = ""
    filtered_resps: object = None
    resps: object = None
    outcome: object = msgspec.UNSET
    severity: object = None


class Task(Struct):
    description: object = None
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
    chat_template: object = None
    git_hash: object = None
    lm_eval_version: object = None
    model_name: object = None
    sizes: dict[str, Sizes] = {}
    system_instruction: object = None
    versions: dict[str, object] = {}


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run gives, and what it was made of. `source` is the samples file, or a folder with
    only one; the results file of the same time is beside it. Raises Refused with E_FILE, E_SIZE, E_SCHEMA, E_LIMIT,
    E_DUP_ITEM or E_JUDGE (which filter?), or as `logs.submit`."""
    path, task, results = _find(source)
    logs.require_size(path, "samples")
    data, run = path.read_bytes(), _read_results(results)
    if task not in run.configs:
        rule = "it has no task of the name that the samples file has: samples_TASK_MOMENT.jsonl"
        raise refuse("E_FILE", "results file", rule)
    samples = _samples(data)
    log = Log(
        tool="lm_eval",
        tool_version=run.lm_eval_version,
        task_version=run.versions.get(task),
        models=logs.named(run.model_name),
        judges=logs.named(_mapping(run.configs[task].metadata).get("judge")),
        generation=_settings(run, run.configs[task], samples),
        commit=run.git_hash,
        sha256=canonical.sha256(data),
        started_on=logs.day(run.date),
        responses=_responses(_of_one_filter(samples, target, stated), target),
        unfinished=list(_unfinished(run, task, samples)),
        scorer=stated.scorer,
        reads=READS,
    )
    return logs.submit(log, target, stated)


def models(source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls its model. Raises as `read`."""
    _, _, results = _find(source)
    return [logs.named(_read_results(results).model_name)]


def _read_results(path: Path) -> Results:
    logs.require_size(path, "results file")
    return _convert(_parse(path.read_bytes(), "results file"), Results, "results file", "a field has another type")


def _samples(data: bytes) -> list[Sample]:
    """The rows of a samples file, without its empty lines."""
    cut = "not a whole row of JSON: was the file cut off?"
    return [
        _convert(_parse(line, f"row {number}", cut), Sample, f"row {number}", "a field is missing or of another type")
        for number, line in enumerate(data.splitlines(), start=1)
        if line.strip()
    ]


def files(source: Path) -> list[Path]:
    """Returns the files of a log: samples and results."""
    path, _, results = _find(source)
    return [path, results]


def _find(source: Path) -> tuple[Path, str, Path]:
    """The samples file, its task and the results file: with `--output_path x.json` the latter begins with x."""
    paths = sorted(source.glob("samples_*.jsonl")) if source.is_dir() else [source]
    matched = _SAMPLES.match(paths[0].name) if len(paths) == 1 else None
    if not matched or not paths[0].is_file():
        rule = "not a samples file, nor a folder with exactly one: `intake` takes a folder of many"
        raise refuse("E_FILE", "SOURCE", rule)
    results = paths[0].with_name(f"results_{matched[2]}.json")
    if not results.is_file():
        others = [path for path in paths[0].parent.iterdir() if path.name.endswith(f"_{matched[2]}.json")]
        if len(others) != 1:
            rule = f"beside it are {len(others)} results files of the same moment: one is read, results_MOMENT.json"
            raise refuse("E_FILE", "SOURCE", rule)
        results = others[0]
    return paths[0], matched[1], results


def _parse(data: bytes, place: str, rule: str = "not JSON") -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", place, rule) from None


def _convert(value: object, kind: type[T], place: str, rule: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except ValueError:  # of msgspec, or of text that is not Unicode
        raise refuse("E_SCHEMA", place, rule) from None


def _unfinished(run: Results, task: str, samples: Sequence[Sample]) -> Iterator[Finding]:
    sizes = run.sizes.get(task)
    if sizes and sizes.effective != sizes.original:
        yield Finding("E_LIMIT", "n-samples", f"limited to {sizes.effective} of {sizes.original} items")
    elif run.config.limit is not None:
        whole = sizes.original if sizes else len({repr(sample.doc.get("item_id")) for sample in samples})
        if not _reaches(run.config.limit, whole):
            yield Finding("E_LIMIT", "config.limit", f"limited, and not to {whole} items or more")


def _reaches(limit: object, items: int) -> bool:
    """Whether a limit lets all items through; below 1 it is a share of them."""
    if isinstance(limit, str) and re.fullmatch(r"[0-9]{1,9}(\.0)?", limit):
        limit = float(limit)
    return isinstance(limit, int | float) and not isinstance(limit, bool) and limit >= max(items, 1)


def _settings(run: Results, task: Task, samples: Sequence[Sample]) -> dict[str, object]:
    settings = _mapping(task.generation_kwargs) | _mapping(run.config.gen_kwargs)
    return {
        "max_tokens": settings.get("max_gen_toks", settings.get("max_tokens")),
        "seed": run.config.random_seed,
        "system_prompt": _system_prompt(run, task, samples),
        "temperature": settings.get("temperature"),
        "top_p": settings.get("top_p"),
    }


def _system_prompt(run: Results, task: Task, samples: Sequence[Sample]) -> str | None:
    """With a chat template, the description of a task becomes a system prompt. A template may have one of its own, of
    which the log does not tell."""
    chats = (chat for sample in samples for chat in (sample.arguments, sample.doc))
    if run.system_instruction is not None or (run.chat_template and task.description):
        return "custom"
    return "custom" if any(map(has_system_message, chats)) else None if run.chat_template else "none"


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _of_one_filter(samples: Sequence[Sample], target: Target, stated: Stated) -> list[Sample]:
    """The rows of the stated filter, or of the one that has all repeats. Each filter repeats every row; if several have
    all repeats, their labels must be the same."""
    if all(sample.outcome is msgspec.UNSET for sample in samples):
        raise refuse("E_SCHEMA", "samples", "no metric is called outcome, which is read, with severity")
    by_filter: dict[str, list[Sample]] = {}
    for sample in samples:
        by_filter.setdefault(sample.filter, []).append(sample)
    if stated.scorer is not None:
        return by_filter[choose_scorer(by_filter, target.registry, stated) or ""]
    epochs = target.board.epochs
    whole = [rows for rows in by_filter.values() if all(len(_series(row.outcome)) == epochs for row in rows)]
    candidates = whole or list(by_filter.values())
    if len({_labels(rows) for rows in candidates}) > 1:
        raise refuse("E_DUP_ITEM", "samples", "several filters, which do not agree: name one with --scorer")
    return candidates[0]


def _labels(rows: Sequence[Sample]) -> str:
    return repr([(row.doc.get("item_id"), row.outcome, row.severity) for row in rows])


def _responses(samples: Sequence[Sample], target: Target) -> list[Response]:
    blocked = {each.id for each in target.board.outcome if each.harmful.blocked or each.benign.blocked}
    return [response for sample in samples for response in _repeats(sample, blocked)]


def _repeats(sample: Sample, blocked: set[str]) -> Iterator[Response]:
    """An empty response is an error of the tool, unless it was blocked."""
    outcomes = _series("?" if sample.outcome is msgspec.UNSET else sample.outcome)
    severities = _series(sample.severity) if sample.severity is not None else [None] * len(outcomes)
    texts = _texts(sample.filtered_resps) or _texts(sample.resps)
    for epoch, outcome in enumerate(outcomes, start=1):
        empty = len(texts) == len(outcomes) and texts[epoch - 1] == ""
        severity = severities[epoch - 1] if len(severities) == len(outcomes) else None
        failed = empty and label(outcome) not in blocked
        misshapen = len(severities) != len(outcomes)
        yield Response(sample.doc.get("item_id"), epoch, outcome, severity, failed, misshapen=misshapen)


def _series(value: object) -> list[object]:
    """The values of all repeats; a single value is that of the only repeat."""
    if isinstance(value, str) and value.startswith("["):
        value = [part.strip().strip("'\"") for part in value.strip("[]").split(",")]
    values = value if isinstance(value, list) else [value]
    return [None if _is_nothing(each) else each for each in values]


def _is_nothing(value: object) -> bool:
    return absent(value) or (isinstance(value, str) and value.strip() in _NOTHING)


def _texts(value: object) -> list[object]:
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return value if isinstance(value, list) else []
