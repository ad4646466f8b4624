"""What a log is of, by the registry and by what the lab states: which system, which judge, which version of the tool.

Where the lab states something that the log and the registry alone do not give, the field is returned with it, so that
the submission can say so.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from leaderboard.base.findings import refuse
from leaderboard.boards.board import JudgeRef
from leaderboard.boards.registry import Registry, System, same_model
from leaderboard.boards.tools import LogTool
from leaderboard.offline.submissions.submission import StatedField

T = TypeVar("T")
AGREED = "medharm_judge"
"""The scorer whose outcomes are of record, if a log has several."""


class Stated(NamedTuple):
    """What the lab states because the log does not say it."""

    system: str | None = None
    judge: JudgeRef | None = None
    tool_version: str | None = None
    served_as_registered: bool = False
    """The model is the registered one, whatever the log calls it."""
    nonce: str | None = None
    scorer: str | None = None
    """Which of several scorers gave the outcomes of record."""


class Answer(NamedTuple, Generic[T]):
    """What is known of a log, and which fields of it are the lab's word alone."""

    value: T
    stated: tuple[StatedField, ...] = ()


def find_system(models: Sequence[str], registry: Registry, stated: Stated) -> Answer[System]:
    """Returns the system that a log is of, whose model it calls `models`, the fullest name first; Refused E_SYSTEM
    where there is none, or several and nobody says which."""
    systems = {system.id: system for system in registry.system if system.evidence == "run"}
    known = possible(models, systems)
    alone = known[0] if len(known) == 1 else None
    if stated.system is None:
        if alone:
            return Answer(alone)
        raise refuse("E_SYSTEM", "--system", _ambiguous(len(known)) if known else _UNKNOWN)
    system = systems.get(stated.system)
    if system is None:
        raise refuse("E_SYSTEM", "--system", "no such system to be run on this board")
    named = not {*models}.isdisjoint(_served_as(system, systems))
    if not named and not stated.served_as_registered:
        raise refuse("E_SYSTEM", "--system", _OTHER)
    beyond: list[StatedField] = [] if named else ["model"]
    return Answer(system, (*beyond, *(() if system == alone else ("system",))))


_UNKNOWN = "the log's model is served as no registered system: name the system"
_OTHER = (
    "the log's model is not what the system is registered to be served as: add --served-as-registered if it was that "
    "system"
)


def _ambiguous(count: int) -> str:
    return (
        f"the log's model is that of {count} systems (alone, behind a guardrail, under a condition, or run again): "
        "name the one with --system"
    )


def possible(models: Sequence[str], systems: Mapping[str, System]) -> list[System]:
    """Returns the systems that the fullest known name can mean: a log names a model, not what is put in front of it."""
    for name in models:
        known = [system for system in systems.values() if name in _served_as(system, systems)]
        for system in known:
            known += [arm for arm in systems.values() if same_model(arm, systems) == system.id and arm not in known]
        if known:
            return known
    return []


def _served_as(system: System, systems: Mapping[str, System]) -> tuple[str, ...]:
    """A system without names is served under those of the model that it runs."""
    for _ in systems:
        model = systems.get(same_model(system, systems) or "")
        if system.served_as or model is None:
            break
        system = model
    return system.served_as


def registered(names: Collection[str], registry: Registry) -> list[JudgeRef]:
    """Returns the judges that the registry knows by one of these names, sorted."""
    return sorted(judge.ref for judge in registry.judge if not {*judge.names}.isdisjoint(names))


def find_judge(names: Sequence[str], registry: Registry, stated: Stated) -> Answer[JudgeRef]:
    """Returns the judge of a log, in which it is called `names`; Refused E_JUDGE."""
    in_log = registered(names, registry)
    if stated.judge is None and len(in_log) == 1:
        return Answer(in_log[0])
    if stated.judge is None and in_log:
        rule = "the registry has several by the name in the log: state which"
    elif stated.judge is None:
        rule = "the registry does not know the log's judge: state it" if names else "the log has no judge: state it"
    elif stated.judge not in {judge.ref for judge in registry.judge}:
        rule = "no such judge on this board"
    elif in_log and stated.judge not in in_log:
        rule = "the log names another judge"
    else:
        return Answer(stated.judge, () if in_log == [stated.judge] else ("judge",))
    raise refuse("E_JUDGE", "--judge", rule)


def find_version(recorded: str | None, claimed: str | None, tool: LogTool | None, stated: Stated) -> Answer[str | None]:
    """Returns the version of the tool, as the log or the lab has it; Refused E_TOOL. `claimed` is the stated one if it
    has the form of a version."""
    if stated.tool_version and claimed is None:
        raise refuse("E_TOOL", "--tool-version", "not a version number")
    if recorded and claimed and recorded != claimed:
        raise refuse("E_TOOL", "--tool-version", "the log names another version")
    if tool and not tool.records_version and claimed is None:
        raise refuse("E_TOOL", "--tool-version", f"{tool.title} records none: state it")
    return Answer(recorded or claimed, ("tool_version",) if claimed and not recorded else ())


def choose_scorer(names: Collection[str], registry: Registry, stated: Stated) -> str | None:
    """Returns the name of the scorer of record: the stated one, else that called `medharm_judge`, else the only one;
    None of no names. Refused E_JUDGE where the stated one is not there, where several could be meant, and where a log
    was scored again, so that `medharm_judge1` stands beside `medharm_judge`."""
    if stated.scorer is not None:
        if stated.scorer in names:
            return stated.scorer
        raise refuse("E_JUDGE", "--scorer", f"the log has no scorer of this name, but {_list(names, registry)}")
    if len(names) < 2:
        return next(iter(names), None)
    if sum(map(_is_agreed, names)) > 1:
        rule = "the log was scored again: name the one of record with --scorer"
        raise refuse("E_JUDGE", "--scorer", f"{rule}, of {_list(names, registry)}")
    if AGREED in names:
        return AGREED
    rule = f"several scorers, of which none is called {AGREED}: name the one of record with --scorer"
    raise refuse("E_JUDGE", "--scorer", f"{rule}, of {_list(names, registry)}")


def is_known(name: str, registry: Registry) -> bool:
    """Returns whether a scorer's name is one of ours or of the registry, and not a text of the lab's."""
    return _is_agreed(name) or any(name == judge.id or name in judge.names for judge in registry.judge)


def _is_agreed(name: str) -> bool:
    return re.fullmatch(rf"{AGREED}[0-9]{{0,3}}", name) is not None


def _list(names: Collection[str], registry: Registry) -> str:
    """The names that may be printed, and how many more there are."""
    known = sorted(name for name in names if is_known(name, registry))
    others = len(names) - len(known)
    return ", ".join(known + [f"{others} of other names"] * bool(others)) or "none at all"
