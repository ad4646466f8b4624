"""Who judged a run of Inspect AI, as the header of its log says: what a scorer was given, and who is in which role."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import logs
from leaderboard.offline.submissions.stating import registered

GRADER = "grader"
"""The role of the judge, unless a scorer names another."""


def named(header: Any, scorer: str, registry: Registry) -> tuple[str, ...]:
    """Returns the model that a scorer was given, or that is in the role that it was given; without these, the scorer
    itself if the registry knows it as a judge. Where several models vote, none of them is the judge."""
    options = _options(header, scorer)
    if (model := _first(each.get("model") or each.get("grader_model") for each in options)) is not None:
        return _names(model)
    if (role := _first(each.get("model_role") for each in options)) is not None:
        return _in_role(header, role)
    return (scorer,) if registered([scorer], registry) else ()


def of_record(header: Any, scorer: str, registry: Registry) -> tuple[str, ...]:
    """Returns the same for the scorer of record, which without a model or role of its own asks that of the grader; but
    not for a score that was appended later, when another model may have been in the role."""
    has_own = any(
        each.get(name) for each in _options(header, scorer) for name in ("model", "grader_model", "model_role")
    )
    first = {plain(entry.name) for entry in header.eval.scorers or []}
    grader = _in_role(header, GRADER) if not has_own and (scorer in first or not first) else ()
    return named(header, scorer, registry) or grader


def _in_role(header: Any, role: object) -> tuple[str, ...]:
    roles = header.eval.model_roles or {}
    return _names(roles[role]) if isinstance(role, str) and role in roles else ()


def _options(header: Any, scorer: str) -> list[Mapping[str, Any]]:
    """What a scorer was given, by the head of the log and by its results."""
    entries, results = _entries(header.eval.scorers or []), header.results.scores if header.results else []
    own = [entries[scorer]] if scorer in entries else []
    return [*own, *(each.params for each in results if each.scorer == scorer)]


def _entries(scorers: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    """The options of each scorer by the name of its scores: of one name, later ones are numbered, as Inspect does."""
    entries: dict[str, Mapping[str, Any]] = {}
    for scorer in scorers:
        name = own = plain(scorer.name)
        number = 0
        while name in entries:
            number += 1
            name = f"{own}{number}"
        entries[name] = scorer.options or {}
    return entries


def plain(name: str) -> str:
    """Returns the name of a scorer or solver without that of its package."""
    return name.rpartition("/")[2]


def _names(model: Any) -> tuple[str, ...]:
    """The name of a model, which is text, a configuration, or a list of one of these."""
    if isinstance(model, list | tuple):
        return _names(model[0]) if len(model) == 1 else ()
    return logs.named(model.get("model") if isinstance(model, Mapping) else getattr(model, "model", model))


def _first(values: Iterator[object]) -> Any:
    return next((value for value in values if value is not None), None)
