"""Imports a log of Inspect AI, `.eval` or `.json`, through its Python API: the file format itself is not stable.

From the header it reads the names of model and judge, the settings and whether the run is complete; from each sample
the id, the epoch, errors, and the score: its label, its severity, and whether a person edited it. The aggregates of the
log are not read.
"""

import hashlib
import io
import logging
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from leaderboard.base.findings import Finding, refuse
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.logs import Imported, Log, Response, Stated, Target

LIBRARIES = ("inspect_ai.log",)
"""What `read` imports when it is called: it is slow to import and not in the environment of the site."""
ENVIRONMENT = ".venv-inspect"
"""Where it is, if not here."""

SCORER = "medharm_judge"
"""The scorer to read, if a log has several."""
UNSCORED = frozenset({"grader_failed", "scoring_failed"})
"""Reasons that make a score void. The others, such as a refusal, describe a response that was judged."""
TEXTS = ("attachments", "events", "messages", "store")
"""Fields of a sample that are skipped."""
ABSENT = "E_ABSENT  inspect-ai is not installed here: make inspect makes .venv-inspect, which has it"


def read(source: Path, target: Target, stated: Stated) -> Imported:
    """Returns the submission that a log gives, and what it was made of. Raises Refused with E_FILE, E_SIZE, E_STATUS
    (no success, or invalidated), E_LIMIT (not all samples were run), E_SCHEMA, E_SYSTEM (a fallback model answered), or
    as `logs.submit`; OSError where inspect-ai is not installed."""
    header, samples = _open(source)
    scorer = _scorer(samples)
    plan, run = header.plan, header.eval
    log = Log(
        tool="inspect_ai",
        tool_version=run.packages.get("inspect_ai"),
        task_version=run.task_version,
        models=(run.model, run.model.partition("/")[2]),
        judges=_judges(run, scorer),
        generation=_settings(plan, run),
        commit=run.revision.commit if run.revision and not getattr(run.revision, "dirty", False) else None,
        sha256=_digest(source),
        started_on=_day(header.stats.started_at),
        responses=[_response(sample, scorer) for sample in samples],
        unfinished=list(_unfinished(header, samples, target)),
    )
    return logs.submit(log, target, stated)


def files(source: Path) -> list[Path]:
    """Returns the files of a log."""
    return [source]


def _open(source: Path) -> tuple[Any, Sequence[Any]]:
    """The header and the samples. An error of the API may quote the log, so its text is dropped."""
    if not source.is_file():
        raise refuse("E_FILE", "SOURCE", "not a file")
    logs.require_size(source, "SOURCE")
    try:
        from inspect_ai import log as api
    except ImportError:
        raise OSError(ABSENT) from None
    with _muted():
        try:
            header = api.read_eval_log(str(source), header_only=True)
            return header, _samples(source, api)
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


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    if config.limit is not None or config.sample_id is not None:
        ran = len({sample.id for sample in samples})
        yield Finding("E_LIMIT", "eval.config", f"limited to {ran} of {len(target.items)} items")
    for position, sample in enumerate(samples, start=1):
        if getattr(sample, "model_fallbacks", None):
            yield Finding("E_SYSTEM", f"response {position}", "another model stood in")


def _judges(run: Any, scorer: str) -> tuple[str, ...]:
    """The model in the role of the grader, otherwise the `grader_model` of the scorer."""
    grader = (run.model_roles or {}).get("grader")
    if grader is not None:
        return logs.named(getattr(grader, "model", grader))
    for entry in run.scorers or []:
        model = (entry.options or {}).get("grader_model") if entry.name.rpartition("/")[2] == scorer else None
        if model is not None:
            return logs.named(model.get("model") if isinstance(model, Mapping) else model)
    return ()


def _settings(plan: Any, run: Any) -> dict[str, object]:
    """The settings of the task override those of the model, as in Inspect."""
    names = ("max_tokens", "reasoning_effort", "seed", "temperature", "top_p", "system_message")
    configs = (plan.config, run.model_generate_config)
    settings = {name: _first(getattr(config, name, None) for config in configs) for name in names}
    custom = settings.pop("system_message") or any(step.solver == "system_message" for step in plan.steps)
    return settings | {"system_prompt": "custom" if custom else "none"}


def _first(values: Iterator[object]) -> object:
    return next((value for value in values if value is not None), None)


def _scorer(samples: Sequence[Any]) -> str:
    names = {name for sample in samples for name in sample.scores or {}}
    if len(names) > 1 and SCORER not in names:
        raise refuse("E_SCHEMA", "scores", f"of several scorers, of which none is called {SCORER}")
    return SCORER if SCORER in names else next(iter(names), SCORER)


def _response(sample: Any, scorer: str) -> Response:
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
    values = score.value.values() if isinstance(score.value, Mapping) else [score.value]
    return score.reason in UNSCORED or any(isinstance(value, float) and math.isnan(value) for value in values)
