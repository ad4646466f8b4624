"""Imports a run folder of HELM: five JSON files, of which `scenario_state.json` holds what an annotator recorded.

An annotator must record `outcome` and `severity` for each response in `annotations`, under its own name or one level
deeper under that of a judge. HELM's statistics are not read: they have no outcomes, and in them a failed judge looks
like a real score.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target

FILES = ("per_instance_stats.json", "run_spec.json", "scenario.json", "scenario_state.json", "stats.json")
"""In the order in which they are hashed to the sha256 of the run."""
T = TypeVar("T")


class Instance(Struct):
    id: object = None
    perturbation: object = None


class Result(Struct):
    success: bool = False
    request_datetime: float | None = None


class RequestState(Struct):
    """The fields of a request state that are read."""

    instance: Instance
    train_trial_index: int
    annotations: dict[str, Any] | None = None
    request: dict[str, Any] = {}
    result: Result | None = None


class Adapter(Struct):
    instructions: str = ""
    max_tokens: object = None
    model: object = None
    temperature: object = None


class State(Struct):
    adapter_spec: Adapter
    request_states: list[RequestState]


class Annotator(NamedTuple):
    """Where the outcomes are: under an annotator, and perhaps under one of its judges."""

    name: str
    judge: str | None


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run folder gives, and what it was made of. Raises Refused with E_FILE, E_SIZE,
    E_SCHEMA, E_JUDGE (no outcomes, or those of several judges), or as `logs.submit`."""
    if missing := [name for name in FILES if not (source / name).is_file()]:
        raise Refused(Finding("E_FILE", name, "not in the run folder") for name in missing)
    for path in files(source):
        logs.require_size(path, path.name)
    state = _read(source / "scenario_state.json", State)
    annotator = _annotator(state.request_states)
    log = Log(
        tool="helm",
        tool_version=None,
        task_version=None,
        models=logs.named(state.adapter_spec.model),
        judges=tuple(name for name in (annotator.judge, annotator.name) if name),
        generation=_settings(state),
        commit=None,
        sha256=_digest(source),
        started_on=_first_day(state.request_states),
        responses=[_response(each, annotator) for each in state.request_states],
    )
    return logs.submit(log, target, stated)


def files(source: Path) -> list[Path]:
    """Returns the files of a log."""
    return [source / name for name in FILES]


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(json.loads(path.read_bytes()), kind)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", path.name) from None


def _digest(source: Path) -> str:
    """The sha256 of the five files, joined."""
    sha256 = hashlib.sha256()
    for path in files(source):
        sha256.update(path.read_bytes())
    return sha256.hexdigest()


def _annotator(states: Sequence[RequestState]) -> Annotator:
    """The only annotator with outcomes."""
    annotators = {annotator for state in states for annotator in _annotators(state.annotations or {})}
    if not annotators:
        rule = "no judge has left an outcome here, and HELM's statistics hold none: there is nothing to import"
        raise refuse("E_JUDGE", "scenario_state.json", rule)
    if len(annotators) > 1:
        raise refuse("E_JUDGE", "scenario_state.json", "outcomes of several judges: keep one")
    return annotators.pop()


def _annotators(annotations: Mapping[str, Any]) -> Iterator[Annotator]:
    for name, value in annotations.items():
        if isinstance(value, Mapping) and "outcome" in value:
            yield Annotator(name, None)
        elif isinstance(value, Mapping):
            judges = [judge for judge, each in value.items() if isinstance(each, Mapping) and "outcome" in each]
            yield from (Annotator(name, judge) for judge in judges)


def _response(state: RequestState, annotator: Annotator) -> Response:
    value = (state.annotations or {}).get(annotator.name)
    if annotator.judge is not None:
        value = value.get(annotator.judge) if isinstance(value, Mapping) else None
    labels = value if isinstance(value, Mapping) else {}
    return Response(
        item=state.instance.id,
        epoch=state.train_trial_index + 1,
        outcome=labels.get("outcome"),
        severity=labels.get("severity"),
        failed=state.result is None or not state.result.success,
        misshapen=state.instance.perturbation is not None,
    )


def _settings(state: State) -> dict[str, object]:
    spec, request = state.adapter_spec, state.request_states[0].request
    return {
        "max_tokens": request.get("max_tokens", spec.max_tokens),
        "seed": request.get("random"),
        "system_prompt": "custom" if spec.instructions else "none",
        "temperature": request.get("temperature", spec.temperature),
        "top_p": request.get("top_p"),
    }


def _first_day(states: Sequence[RequestState]) -> date | None:
    moments = [state.result.request_datetime for state in states if state.result and state.result.request_datetime]
    return logs.day(min(moments)) if moments else None
