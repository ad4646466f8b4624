"""Imports a run folder of HELM, in which `scenario_state.json` holds what an annotator recorded.

An annotator must record `outcome` and `severity` for each response in `annotations`, under its own name or one level
deeper under that of a judge. HELM's statistics are not read: they have no outcomes, and in them a failed judge looks
like a real score.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from leaderboard.base.findings import refuse
from leaderboard.offline.importers.chats import has_system_message
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Reading, Response, Stated, Target
from leaderboard.offline.submissions.stating import choose_scorer

NEEDED = "scenario_state.json"
READS = "the answers to the items as they are, without perturbations"
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

    @property
    def names(self) -> tuple[str, ...]:
        """What the judge may be called, the fullest name first."""
        return tuple(name for name in (self.judge, self.name) if name)


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a run folder gives, and what it was made of. Raises Refused with E_FILE, E_SIZE,
    E_SCHEMA, E_JUDGE (no outcomes, or which of several judges?), or as `logs.submit`."""
    state = _read_state(source)
    annotators = _all_annotators(state.request_states)
    chosen = choose_scorer(annotators.keys(), target.registry, stated)
    if chosen is None:
        rule = "no judge has left an outcome here, and HELM's statistics hold none: there is nothing to import"
        raise refuse("E_JUDGE", NEEDED, rule)
    log = Log(
        tool="helm",
        tool_version=None,
        task_version=None,
        models=logs.named(state.adapter_spec.model),
        judges=annotators[chosen].names,
        generation=_settings(state),
        commit=None,
        sha256=logs.digest(files(source)),
        started_on=_first_day(state.request_states),
        responses=_responses(state, annotators[chosen]),
        scorer=chosen,
        further=[Reading(each.names, _responses(state, each)) for name, each in annotators.items() if name != chosen],
        reads=READS,
    )
    return logs.submit(log, target, stated)


def models(source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls its model. Raises as `read`."""
    return [logs.named(_read_state(source).adapter_spec.model)]


def _read_state(source: Path) -> State:
    if not (source / NEEDED).is_file():
        raise refuse("E_FILE", NEEDED, "not in the run folder: only this file is read")
    for path in files(source):
        logs.require_size(path, path.name)
    return _read(source / NEEDED, State)


def files(source: Path) -> list[Path]:
    """Returns the files of a log, as many as there are."""
    return logs.files_of("helm", source)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(json.loads(path.read_bytes()), kind)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", path.name, "not JSON, or a field that is read has another type") from None


def _all_annotators(states: Sequence[RequestState]) -> dict[str, Annotator]:
    """The annotators with outcomes, by the shortest name that tells them apart."""
    annotators = sorted({each for state in states for each in _annotators(state.annotations or {})}, key=str)
    names = Counter(annotator.names[0] for annotator in annotators)
    return {each.names[0] if names[each.names[0]] == 1 else "/".join(each.names[::-1]): each for each in annotators}


def _annotators(annotations: Mapping[str, Any]) -> Iterator[Annotator]:
    for name, value in annotations.items():
        if isinstance(value, Mapping) and "outcome" in value:
            yield Annotator(name, None)
        elif isinstance(value, Mapping):
            judges = [judge for judge, each in value.items() if isinstance(each, Mapping) and "outcome" in each]
            yield from (Annotator(name, judge) for judge in judges)


def _responses(state: State, annotator: Annotator) -> list[Response]:
    return [_response(each, annotator) for each in state.request_states]


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
    prompted = spec.instructions or any(
        has_system_message(each.request.get("messages")) for each in state.request_states
    )
    return {
        "max_tokens": request.get("max_tokens", spec.max_tokens),
        "seed": request.get("random"),
        "system_prompt": "custom" if prompted else "none",
        "temperature": request.get("temperature", spec.temperature),
        "top_p": request.get("top_p"),
    }


def _first_day(states: Sequence[RequestState]) -> date | None:
    moments = [state.result.request_datetime for state in states if state.result and state.result.request_datetime]
    return logs.day(min(moments)) if moments else None
