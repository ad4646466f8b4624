"""Imports a run folder of HELM: five JSON files, of which the request states hold what an annotator said.

An annotator must leave `outcome` and `severity` for each response, as numbers of HELM's own statistics cannot say one,
and there a judge that failed looks like a real score. They are read from `annotations`, under the annotator's name, or
one level deeper under the judge's.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target

FILES = ("per_instance_stats.json", "run_spec.json", "scenario.json", "scenario_state.json", "stats.json")
"""In the order in which their bytes make the digest of the run."""
T = TypeVar("T")


class Instance(Struct):
    id: object = None
    perturbation: object = None


class Result(Struct):
    success: bool = False
    request_datetime: float | None = None


class RequestState(Struct):
    """The named fields of a request state; whatever else is in it is left unread."""

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
    """Where outcomes are: under an annotator, and perhaps under one of its judges."""

    name: str
    judge: str | None


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run folder comes to and what it was made of.

    Raises Refused with E_FILE, E_SIZE, E_SCHEMA, E_JUDGE (no outcomes, or those of several judges), or a finding of
    `logs.submit`.
    """
    if missing := [name for name in FILES if not (source / name).is_file()]:
        raise Refused(Finding("E_FILE", name, "not in the run folder") for name in missing)
    for name in FILES:
        logs.require_size(source / name, name)
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
    """Returns the files that a log is made of."""
    return [source / name for name in FILES]


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(json.loads(path.read_bytes()), kind)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", path.name) from None


def _digest(source: Path) -> str:
    """That of the five files one after the other."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((source / name).read_bytes())
    return digest.hexdigest()


def _annotator(states: Sequence[RequestState]) -> Annotator:
    """The one place where outcomes are."""
    found = {place for state in states for place in _places(state.annotations or {})}
    if not found:
        rule = "no judge has left an outcome here, and HELM's statistics hold none: there is nothing to import"
        raise refuse("E_JUDGE", "scenario_state.json", rule)
    if len(found) > 1:
        raise refuse("E_JUDGE", "scenario_state.json", "outcomes of several judges: keep one")
    return found.pop()


def _places(annotations: Mapping[str, Any]) -> Iterator[Annotator]:
    for name, said in annotations.items():
        if isinstance(said, Mapping) and "outcome" in said:
            yield Annotator(name, None)
        elif isinstance(said, Mapping):
            judges = [judge for judge, each in said.items() if isinstance(each, Mapping) and "outcome" in each]
            yield from (Annotator(name, judge) for judge in judges)


def _response(state: RequestState, annotator: Annotator) -> Response:
    said = (state.annotations or {}).get(annotator.name)
    if annotator.judge is not None:
        said = said.get(annotator.judge) if isinstance(said, Mapping) else None
    told = said if isinstance(said, Mapping) else {}
    return Response(
        item=state.instance.id,
        epoch=state.train_trial_index + 1,
        outcome=told.get("outcome"),
        severity=told.get("severity"),
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
    try:
        return datetime.fromtimestamp(min(moments), UTC).date() if moments else None
    except (ValueError, OverflowError, OSError):
        return None
