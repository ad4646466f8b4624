"""The registry of a board: who and what may appear on it, read from `results/boards/<id>/systems.toml`."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from leaderboard.boards import spelling
from leaderboard.boards.board import ALLOWED_HOSTS, HOSTS, HubId, Id, JudgeRef, Link, Name, Version
from leaderboard.boards.definition import read_definition

Group = Literal["general_purpose", "medical_purpose", "closed_source", "downstream_sft"]
GROUPS: tuple[Group, ...] = get_args(Group)
Access = Literal["open_weights", "closed"]
Evidence = Literal["run", "simulated", "arithmetic"]
SystemKind = Literal["bare", "guarded", "reference"]
JudgeKind = Literal["human", "llm_judge", "classifier", "string_match"]
ServedAs = Annotated[
    str,
    Meta(
        pattern=r"^(\./|/)?[A-Za-z0-9][A-Za-z0-9._/@:-]{0,120}\Z",
        description="a name of a-z, A-Z, 0-9, . _ / @ : and -, or a path that begins with / or ./",
    ),
]


class Developer(Struct, frozen=True, forbid_unknown_fields=True):
    """Who developed a model, a guardrail or a judge, or ran an evaluation."""

    id: Id
    name: Name


class Guardrail(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter or prompt in front of a model."""

    id: Id
    name: Name
    developer: Id
    link: Link | None = None


class Judge(Struct, frozen=True, forbid_unknown_fields=True):
    """Who or what gives outcomes."""

    id: Id
    version: Version
    name: Name
    kind: JudgeKind
    vendor: Id | None = None
    """The developer of the judge; a judge is never pooled over systems of its own vendor."""
    names: tuple[ServedAs, ...] = ()
    """The strings that logs use for it."""

    @property
    def ref(self) -> JudgeRef:
        return JudgeRef(self.id, self.version)


class System(Struct, frozen=True, forbid_unknown_fields=True):
    """What is evaluated: a model alone, or behind a guardrail."""

    id: Id
    name: Name
    developer: Id
    group: Group | None = None
    """None only for a reference, as `access`."""
    access: Access | None = None
    evidence: Evidence = "run"
    """`simulated`: a guardrail's verdict applied to recorded answers; `arithmetic`: what a fixed rule gives, computed
    without any response. Neither is ever ranked."""
    released_on: date | None = None
    parameters: Annotated[float, Meta(gt=0, lt=1e6)] | None = None
    """Billions of parameters, if the developer has published them."""
    licence: Name | None = None
    base_system: Id | None = None
    """What it is compared with: the system without the guardrail, before the fine-tune, or under the board's default
    condition. It differs in one of the three only."""
    previous_version: Id | None = None
    guardrail: Id | None = None
    served_as: tuple[ServedAs, ...] = ()
    """The strings that logs use for it. Systems of one model may share them: a guardrail leaves no name in a log."""
    run_by: Id | None = None
    paid_by: Id | None = None
    card: Link | None = None
    hub: HubId | None = None
    """The model's repository on the Hugging Face Hub, where it has one."""
    condition: Id | None = None
    """The board's condition under which it answered; None is the default, under which alone systems are ranked."""
    rerun_of: Id | None = None
    """The system that was run once more, with nothing changed: what chance alone moves."""
    reference: bool = False
    """A row to compare with, such as people or a fixed rule: shown, never ranked."""

    @property
    def kind(self) -> SystemKind:
        return "reference" if self.reference else "guarded" if self.guardrail else "bare"


class Registry(Struct, frozen=True, forbid_unknown_fields=True):
    """All that may be named on one board, except its categories and outcomes."""

    developer: tuple[Developer, ...] = ()
    guardrail: tuple[Guardrail, ...] = ()
    judge: tuple[Judge, ...] = ()
    system: tuple[System, ...] = ()


def same_model(system: System, systems: Mapping[str, System]) -> str | None:
    """Returns the id of the system whose model this one runs behind a guardrail, under a condition or once more; None
    where it is a model of its own."""
    base = systems.get(system.base_system or "")
    if base and (base.guardrail, base.condition) != (system.guardrail, system.condition):
        return base.id
    return system.rerun_of


def _model(system: System, systems: Mapping[str, System]) -> str:
    """The system that runs the model alone; with references in a circle, the first of it by id."""
    passed, id = [system.id], same_model(system, systems)
    while id is not None and id in systems and id not in passed:
        passed.append(id)
        id = same_model(systems[id], systems)
    return min(passed) if id in passed else passed[-1]


def read_registry(path: Path, *, signed: bool = False) -> Registry:
    """Returns the registry that a `systems.toml` holds; InvalidDefinition with all its faults, as `read_board`."""

    def check(registry: Registry) -> list[str]:
        return [*_bad_strings(registry), *_bad_links(registry)] if signed else faults(registry)

    return read_definition(path, Registry, check)


def faults(registry: Registry) -> list[str]:
    """Returns the rules that a registry breaks, each with its entry and what to do."""
    shown = [*_bad_strings(registry), *_bad_links(registry)]
    return [*shown, *_duplicates(registry), *_dangling(registry), *_unfit(registry)]


def _entries(registry: Registry) -> Iterator[tuple[str, Developer | Guardrail | Judge | System]]:
    """Every entry with its list and its position in it, from 1."""
    for field in ("developer", "guardrail", "judge", "system"):
        for number, entry in enumerate(getattr(registry, field), 1):
            yield f"{field} {number}", entry


def _bad_strings(registry: Registry) -> list[str]:
    strings = [(f"{path} name", entry.name) for path, entry in _entries(registry)]
    strings += [(f"system {n} licence", s.licence) for n, s in enumerate(registry.system, 1) if s.licence]
    return [f"{path} {reason}" for path, text in strings if (reason := spelling.fault(text))]


def _duplicates(registry: Registry) -> list[str]:
    """Names that a reader could confuse, and ids or log names that occur twice."""
    problems = []
    for what in ("developer", "guardrail", "system"):
        entries = getattr(registry, what)
        pairs = dict.fromkeys([*spelling.alike(e.id for e in entries), *spelling.alike(e.name for e in entries)])
        rule = "have the same id or look alike: rename one"
        problems += [f"two entries of {what}, {a} and {b}, {rule}" for a, b in pairs]
    first: dict[str, int] = {}
    """The first entry of each judge, whose versions share its name."""
    for number, judge in enumerate(registry.judge, 1):
        first.setdefault(judge.id, number)
    positions, judges = [*first.values()], {id: registry.judge[number - 1].name for id, number in first.items()}
    alike = dict.fromkeys([*spelling.alike(judges), *spelling.alike(judges.values())])
    rule = "look alike: rename one"
    problems += [f"two entries of judge, {positions[a - 1]} and {positions[b - 1]}, {rule}" for a, b in alike]
    refs = [judge.ref for judge in registry.judge]
    if len(set(refs)) < len(refs):
        problems.append("two entries of judge have the same id and version: remove one, or give it another version")
    return [*problems, *_served_twice(registry)]


def _served_twice(registry: Registry) -> list[str]:
    """Names of logs that belong to two models."""
    systems, problems = {system.id: system for system in registry.system}, []
    models: dict[str, str] = {}
    for number, system in enumerate(registry.system, 1):
        if system.evidence == "run":
            model = _model(system, systems)
            if any(models.setdefault(name, model) != model for name in system.served_as):
                rule = "a system of another model answers to the same name: leave it to one of the two"
                problems.append(f"system {number} served_as: {rule}")
    return problems


def _dangling(registry: Registry) -> list[str]:
    """References to something that is not in the file, or to the entry itself."""
    known = {field: {entry.id for entry in getattr(registry, field)} for field in ("developer", "guardrail", "system")}
    problems = [
        f"{path} {field} refers to a {to} that is not there: add [[{to}]] with this id, or correct it"
        for path, entry in _entries(registry)
        for field, to in _REFERENCES.items()
        if (id := getattr(entry, field, None)) and id not in known[to]
    ]
    for number, system in enumerate(registry.system, 1):
        if system.id in (system.base_system, system.previous_version, system.rerun_of):
            problems.append(f"system {number} is its own base_system, previous_version or rerun_of: name another")
        if system.evidence == "simulated" and not (system.guardrail and system.base_system):
            problems.append(f"system {number} is simulated and needs a guardrail and a base_system: add them")
    return problems


def _unfit(registry: Registry) -> list[str]:
    """Systems whose base differs from them in more than one thing, and references that are also something else."""
    systems, problems = {system.id: system for system in registry.system}, []
    for number, system in enumerate(registry.system, 1):
        base, first = systems.get(system.base_system or ""), systems.get(system.rerun_of or "")
        if base and base.guardrail != system.guardrail and base.condition != system.condition:
            problems.append(f"system {number} base_system differs in guardrail and condition: compare one at a time")
        if base is None and first is None and system.condition:
            rule = "has a condition and needs the base_system that it is compared with"
            problems.append(f"system {number} {rule}: add it")
        if first and (first.guardrail, first.condition, first.rerun_of) != (system.guardrail, system.condition, None):
            rule = "rerun_of has another guardrail or condition, or is a rerun itself"
            problems.append(f"system {number} {rule}: name the first run")
        if system.rerun_of and (system.base_system or system.previous_version):
            rule = "is a rerun: only what it repeats has a base_system or previous_version"
            problems.append(f"system {number} {rule}: remove them")
        if system.reference and (system.guardrail or system.base_system or system.previous_version or system.rerun_of):
            rule = "is a reference, which is compared with nothing"
            problems.append(f"system {number} {rule}: remove what it refers to")
        if (system.evidence == "arithmetic") > system.reference:
            rule = "is arithmetic, which only a reference can be"
            problems.append(f"system {number} {rule}: set reference, or evidence to run")
        if not system.reference and not (system.group and system.access):
            rule = "needs a group and access, which only a reference can do without"
            problems.append(f"system {number} {rule}: add them")
    return problems


_REFERENCES = {
    **dict.fromkeys(("developer", "vendor", "run_by", "paid_by"), "developer"),
    **dict.fromkeys(("base_system", "previous_version", "rerun_of"), "system"),
    "guardrail": "guardrail",
}
"""The keys of entries that name another entry, and of which list."""


def _bad_links(registry: Registry) -> list[str]:
    links = [(f"system {n} card", s.card) for n, s in enumerate(registry.system, 1)]
    links += [(f"guardrail {n} link", g.link) for n, g in enumerate(registry.guardrail, 1)]
    return [
        f"{path} leads to a host that is not on the allow-list: {HOSTS}"
        for path, link in links
        if link and link.split("/")[2] not in ALLOWED_HOSTS
    ]
