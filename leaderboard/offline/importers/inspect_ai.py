"""Imports a log of Inspect AI, `.eval` or `.json`, through its Python API: the file format itself is not stable.

From the header it reads the names of model and judge, the settings and whether the run is complete; from each sample
the id, the epoch, errors, and the score: its label, its severity, and whether a person edited it. The aggregates of the
log are not read.
"""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from leaderboard.base.findings import Finding, refuse
from leaderboard.offline.importers import inspect_judges
from leaderboard.offline.importers.chats import SYSTEM_ROLES
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Reading, Response, Stated, Target
from leaderboard.offline.submissions.responses import absent
from leaderboard.offline.submissions.stating import AGREED, choose_scorer

LIBRARIES = ("inspect_ai.log",)
"""What `read` imports when it is called: it is slow to import and not in the environment of the site."""
ENVIRONMENT = ".venv-inspect"
"""Where it is, if not here."""

UNSCORED = frozenset({"grader_failed", "scoring_failed"})
"""Reasons that make a score void. The others, such as a refusal, describe a response that was judged."""
TEXTS = ("attachments", "events", "messages", "store")
"""Fields of a sample that are skipped."""
NO_PROMPT = frozenset(
    {"chain_of_thought", "generate", "multiple_choice", "prompt_template", "use_tools", "user_message"}
)
"""Solvers that give no system prompt. Of others, such as an agent, nobody knows without their texts."""
T = TypeVar("T")
READS = "a label as value, or as answer beside a number or a dict of unsafe and severity"
ABSENT = "E_ABSENT  inspect-ai is not installed here: make inspect makes .venv-inspect, which has it"


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a log gives, and what it was made of. Raises Refused with E_FILE, E_SIZE, E_STATUS
    (no success, or invalidated), E_LIMIT (not all items were run), E_JUDGE (which scorer?), E_SYSTEM (a fallback model
    answered), or as `logs.submit`; OSError where inspect-ai is not installed."""
    header, samples = _open(source)
    plan, run = header.plan, header.eval
    names = sorted({name for sample in samples for name in sample.scores or {}})
    scorer = choose_scorer(names, target.registry, stated)
    log = Log(
        tool="inspect_ai",
        tool_version=run.packages.get("inspect_ai"),
        task_version=run.task_version,
        models=_model_names(run),
        judges=inspect_judges.of_record(header, scorer or AGREED, target.registry),
        generation=_settings(plan, run, samples),
        commit=run.revision.commit if run.revision and not getattr(run.revision, "dirty", False) else None,
        sha256=logs.digest(files(source)),
        started_on=_day(header.stats.started_at),
        responses=[_response(sample, scorer) for sample in samples],
        unfinished=list(_unfinished(header, samples, target)),
        scorer=scorer,
        further=[_reading(header, samples, name, target) for name in names if name != scorer],
        reads=READS,
    )
    return logs.submit(log, target, stated)


def models(source: Path) -> list[tuple[str, ...]]:
    """Returns what a log calls its model, the fullest name first. Raises as `read`."""
    api = _api()
    return [_model_names(_quietly(source, lambda: api.read_eval_log(str(source), header_only=True)).eval)]


def _model_names(run: Any) -> tuple[str, ...]:
    return run.model, run.model.partition("/")[2]


def files(source: Path) -> list[Path]:
    """Returns the files of a log."""
    return [source]


def _open(source: Path) -> tuple[Any, Sequence[Any]]:
    """The header and the samples."""
    api = _api()
    header = _quietly(source, lambda: api.read_eval_log(str(source), header_only=True))
    return header, _quietly(source, lambda: _samples(source, api))


def _api() -> Any:
    try:
        from inspect_ai import log as api
    except ImportError:
        raise OSError(ABSENT) from None
    return api


def _quietly(source: Path, read: Callable[[], T]) -> T:
    """What the API reads of a log. Its errors may quote the log, so their text is dropped."""
    if not source.is_file():
        raise refuse("E_FILE", "SOURCE", "not a file")
    logs.require_size(source, "SOURCE")
    with _muted():
        try:
            return read()
        except MemoryError:
            raise
        except Exception:
            raise refuse("E_FILE", "SOURCE", "not a log that Inspect AI can read") from None


def _samples(source: Path, api: Any) -> Sequence[Any]:
    """The summaries of the samples, which are fast to read but do not say whether a score was edited. If one may have
    been, and for `.json` logs, the full samples, which takes several seconds."""
    if source.suffix != ".json" and not _perhaps_edited(source):
        return list(api.read_eval_log_sample_summaries(str(source)))
    return list(api.read_eval_log(str(source), exclude_fields=set(TEXTS)).samples or [])


def _perhaps_edited(source: Path) -> bool:
    """Whether any sample has a history that is not empty. A search of the bytes is enough: inside the texts of a log,
    quotes are escaped."""
    with zipfile.ZipFile(source) as file:  # inspect-ai adds Zstandard to zipfile
        names = [name for name in file.namelist() if name.startswith("samples/")]
        return any(re.search(rb'"history"(?!:\[\])', file.read(name)) for name in names)


@contextmanager
def _muted() -> Iterator[None]:
    """Hides what the API prints and logs: it may quote the log."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def _unfinished(header: Any, samples: Sequence[Any], target: Target) -> Iterator[Finding]:
    config = header.eval.config
    if header.status != "success":
        yield Finding("E_STATUS", "status", "the run did not end in success")
    if header.invalidated:
        yield Finding("E_STATUS", "invalidated", "the log, or a sample of it, was declared invalid")
    ran = len({sample.id for sample in samples})
    if (config.limit is not None or config.sample_id is not None) and ran < len(target.items):
        yield Finding("E_LIMIT", "eval.config", f"limited to {ran} of {len(target.items)} items")
    for position, sample in enumerate(samples, start=1):
        if getattr(sample, "model_fallbacks", None):
            yield Finding("E_SYSTEM", f"response {position}", "another model stood in")


def _settings(plan: Any, run: Any, samples: Sequence[Any]) -> dict[str, object]:
    """The settings of the task override those of the model, as in Inspect."""
    names = ("max_tokens", "reasoning_effort", "seed", "temperature", "top_p", "system_message")
    configs = (plan.config, run.model_generate_config)
    settings = {name: _first(getattr(config, name, None) for config in configs) for name in names}
    custom = settings.pop("system_message") is not None or _has_system_message(samples)
    return settings | {"system_prompt": "custom" if custom else _prompt([step.solver for step in plan.steps])}


def _prompt(solvers: Sequence[str]) -> str | None:
    """What the solvers tell of the system prompt; None where they may have given one."""
    solvers = [inspect_judges.plain(solver) for solver in solvers]
    if "system_message" in solvers:
        return "custom"
    return "none" if solvers and NO_PROMPT.issuperset(solvers) else None


def _has_system_message(samples: Sequence[Any]) -> bool:
    """Whether the input of a sample holds one; also summaries have the input, with the role of each message."""
    inputs = (sample.input for sample in samples)
    return any(message.role in SYSTEM_ROLES for each in inputs if not isinstance(each, str) for message in each)


def _first(values: Iterator[object]) -> object:
    return next((value for value in values if value is not None), None)


def _reading(header: Any, samples: Sequence[Any], scorer: str, target: Target) -> Reading:
    """What a scorer gave that is not of record."""
    responses = [_response(sample, scorer) for sample in samples]
    return Reading(inspect_judges.named(header, scorer, target.registry), responses)


def _response(sample: Any, scorer: str | None) -> Response:
    failed, score = sample.error is not None, (sample.scores or {}).get(scorer)
    if score is None:
        return Response(sample.id, sample.epoch, None, failed=failed)
    edited = bool(score.history)
    if _is_void(score):
        return Response(sample.id, sample.epoch, None, failed=failed, edited=edited)
    value, beside = score.value, (score.metadata or {}).get("severity")
    if isinstance(value, str):
        return Response(sample.id, sample.epoch, value, beside, failed, edited)
    misshapen = isinstance(value, list) or (isinstance(value, Mapping) and not value.keys() <= {"unsafe", "severity"})
    severity = value.get("severity", beside) if isinstance(value, Mapping) else beside
    # a number without a label was scored, but not with an outcome: "" keeps it apart from an unscored response
    return Response(sample.id, sample.epoch, score.answer or "", severity, failed, edited, misshapen)


def _is_void(score: Any) -> bool:
    """Whether nobody scored the response. Of a dict, the leaves of a void score are NaN, or null in logs of versions
    before July 2026; a severity that is missing alone does not make it void."""
    if score.reason in UNSCORED:
        return True
    if not isinstance(score.value, Mapping):
        return absent(score.value)
    blank = {name for name, leaf in score.value.items() if absent(leaf)}
    return "unsafe" in blank or blank == score.value.keys()
