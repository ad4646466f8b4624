"""Imports a results file of promptfoo: the rows of one model of those that the file holds.

An assertion must record `outcome` and `severity` in the `metadata` of what it returns. `namedScores` and
`gradingResult.score` are not read: they are numbers and have no outcomes, and promptfoo adds those of all assertions
up. promptfoo does not number repeats: the rows of one item are its epochs, in the order of `testIdx`.
"""

import codecs
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Reading, Response, Stated, Target
from leaderboard.offline.submissions.stating import choose_scorer

ERROR = 2
"""`failureReason` of a response that the provider did not give; 1 is that of a failed assertion."""
READS = "one assertion of each judge, with the outcome in the `metadata` of what it returns"
_PART = 1024 * 1024
_MODES = frozenset({"assistant", "chat", "completion", "messages", "realtime", "responses"})
"""What may stand between provider and model in an id of promptfoo: `openai:chat:a-model`."""


class Provider(Struct, frozen=True):
    """The model of a row."""

    id: str
    label: str | None = None


class Component(Struct):
    """What one assertion said."""

    assertion: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class Grading(Struct, rename="camel"):
    component_results: list[Component] | None = None


class Test(Struct):
    metadata: dict[str, Any] | None = None
    vars: dict[str, Any] | None = None


class Row(Struct, rename="camel"):
    """The fields of a row that are read."""

    failure_reason: int
    prompt_idx: int
    provider: Provider
    test_case: Test
    test_idx: int
    grading_result: Grading | None = None


class Results(Struct):
    results: list[Row]


class Made(Struct, rename="camel"):
    """When and by which version the file was made."""

    evaluation_created_at: object = None
    promptfoo_version: object = None


class Config(Struct):
    providers: object = None


class File(Struct):
    """The fields of a results file that are read."""

    config: Config
    metadata: Made
    results: Results


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that the rows of one model give, and what it was made of. Raises Refused with E_FILE,
    E_SIZE, E_SCHEMA, E_SYSTEM (which of several models), E_JUDGE (no outcomes, or which of several judges), or as
    `logs.submit`."""
    data = _read(source)
    file = _parse(data)
    provider = _choose(file.results.results, target, stated)
    rows = sorted((row for row in file.results.results if row.provider == provider), key=lambda row: row.test_idx)
    if len({row.prompt_idx for row in rows}) > 1:
        rule = "several prompts for this model: write the results of each prompt into a file of its own"
        raise refuse("E_SCHEMA", "results.prompts", rule)
    chosen = choose_scorer(_judges(rows), target.registry, stated)
    if chosen is None:
        rule = "no assertion has recorded an outcome in its metadata: there is nothing to import"
        raise refuse("E_JUDGE", "gradingResult.componentResults", rule)
    log = Log(
        tool="promptfoo",
        tool_version=file.metadata.promptfoo_version,
        task_version=None,
        models=_names(provider),
        judges=logs.named(chosen),
        generation=_settings(file.config.providers, provider),
        commit=None,
        sha256=canonical.sha256(data),
        started_on=_day(file.metadata.evaluation_created_at),
        responses=_responses(rows, chosen),
        scorer=chosen,
        further=[Reading((name,), _responses(rows, name)) for name in _judges(rows) if name != chosen],
        reads=READS,
    )
    return logs.submit(log, target, stated)


def models(source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls each of its models, the fullest name first. Raises as `read`."""
    rows = _parse(_read(source)).results.results
    return [_names(provider) for provider in dict.fromkeys(row.provider for row in rows)]


def _read(source: Path) -> bytes:
    if not source.is_file():
        raise refuse("E_FILE", "SOURCE", "not a results file: name the .json that `promptfoo eval --output` wrote")
    logs.require_size(source, "SOURCE")
    return source.read_bytes()


def files(source: Path) -> list[Path]:
    """Returns the files of a log."""
    return [source]


def _parse(data: bytes) -> File:
    """The file. Only the fields that are read are built in memory, unless it has a text that was cut off inside a
    character, which JavaScript writes as half a surrogate pair and which msgspec refuses."""
    try:
        _require_utf8(data)
        try:
            return msgspec.json.decode(data, type=File)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return msgspec.convert(json.loads(data), File)
    except (ValueError, RecursionError):  # its text may quote the file
        raise refuse("E_SCHEMA", "SOURCE", "not a results file of promptfoo, or cut off") from None


def _require_utf8(data: bytes) -> None:
    """Raises UnicodeDecodeError, also where msgspec would not look. In parts, to need no second copy in memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _PART):
        decoder.decode(data[start : start + _PART])
    decoder.decode(b"", final=True)


def _names(provider: Provider) -> tuple[str, ...]:
    """What a model is called: its label, its id, and its id without the provider before it."""
    _, _, model = provider.id.partition(":")
    mode, _, rest = model.partition(":")
    names = (provider.label, provider.id, model, rest if mode in _MODES else "")
    return tuple(dict.fromkeys(name for name in names if name))


def _choose(rows: Sequence[Row], target: Target, stated: Stated) -> Provider:
    """The only model, or the one that the system is registered to be served as."""
    providers = [*dict.fromkeys(row.provider for row in rows)]
    if not providers:
        raise refuse("E_SCHEMA", "results.results", "no rows")
    if len(providers) == 1:
        return providers[0]
    if stated.system is None:
        raise refuse("E_SYSTEM", "--system", f"the file holds {len(providers)} models: name the system of one of them")
    served = {name for system in target.registry.system if system.id == stated.system for name in system.served_as}
    chosen = [provider for provider in providers if served & set(_names(provider))]
    if len(chosen) == 1:
        return chosen[0]
    rule = f"of {len(providers)} models in the file, {len(chosen)} have a name that the system is served as"
    raise refuse("E_SYSTEM", "--system", rule)


def _labels(row: Row) -> list[tuple[str, Mapping[str, Any]]]:
    """What each assertion recorded that gave an outcome, with the name of the judge or else of the metric."""
    components = (row.grading_result and row.grading_result.component_results) or []
    return [(_judge(each), each.metadata) for each in components if each.metadata and "outcome" in each.metadata]


def _judge(component: Component) -> str:
    metadata, assertion = component.metadata or {}, component.assertion or {}
    names = (*logs.named(metadata.get("judge")), *logs.named(assertion.get("metric")))
    return names[0] if names else ""


def _judges(rows: Sequence[Row]) -> list[str]:
    """The judges that gave outcomes; an empty name is that of assertions which do not name theirs."""
    return sorted({name for row in rows for name, _ in _labels(row)})


def _responses(rows: Sequence[Row], judge: str) -> list[Response]:
    """What one judge says of the responses, in the order of the rows."""
    epochs: Counter[str] = Counter()
    responses = []
    for row in rows:
        item = _item(row.test_case)
        epochs[repr(item)] += 1
        labels = [metadata for name, metadata in _labels(row) if name == judge]
        responses.append(
            Response(
                item=item,
                epoch=epochs[repr(item)],
                outcome=labels[0].get("outcome") if labels else None,
                severity=labels[0].get("severity") if labels else None,
                failed=row.failure_reason == ERROR,
                edited=_is_edited(row),
                misshapen=len(labels) > 1,
            )
        )
    return responses


def _item(test: Test) -> object:
    """The item's id, which may stand beside the prompt in the variables of a test."""
    return (test.metadata or {}).get("item_id", (test.vars or {}).get("item_id"))


def _is_edited(row: Row) -> bool:
    """Whether a person gave the row another score in promptfoo's viewer, which adds an assertion of this type."""
    components = (row.grading_result and row.grading_result.component_results) or []
    return any((each.assertion or {}).get("type") == "human" for each in components)


def _settings(providers: object, provider: Provider) -> dict[str, object]:
    """The settings of the model in the configuration, unless they are in a file of their own. A system prompt may be in
    the prompt, the provider or its defaults, so that it is unknown."""
    entries = [each for each in providers if isinstance(each, Mapping)] if isinstance(providers, list) else []
    own = [
        each for each in entries if (each.get("id"), each.get("label") or None) == (provider.id, provider.label or None)
    ]
    config = own[0].get("config") if len(own) == 1 else None
    settings: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
    return {
        "max_tokens": settings.get("max_tokens"),
        "reasoning_effort": settings.get("reasoning_effort"),
        "seed": settings.get("seed"),
        "temperature": settings.get("temperature"),
        "top_p": settings.get("top_p"),
    }


def _day(moment: object) -> date | None:
    try:
        return logs.day(datetime.fromisoformat(moment).timestamp()) if isinstance(moment, str) else None
    except (ValueError, OverflowError):
        return None
