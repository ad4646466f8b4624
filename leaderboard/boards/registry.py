"""The registry of a board: who and what may appear on it, read from `results/boards/<id>/systems.toml`."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from leaderboard.boards import spelling
from leaderboard.boards.board import ALLOWED_HOSTS, HubId, Id, JudgeRef, Link, Version
from leaderboard.boards.definition import read_definition

Group = Literal["general_purpose", "medical_purpose", "closed_source", "downstream_sft"]
GROUPS: tuple[Group, ...] = get_args(Group)
Access = Literal["open_weights", "closed"]
Evidence = Literal["run", "simulated"]
JudgeKind = Literal["human", "llm_judge", "classifier", "string_match"]
ServedAs = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/@-]{0,120}\Z")]


class Developer(Struct, frozen=True, forbid_unknown_fields=True):
    """Who developed a model, a guardrail or a judge, or ran an evaluation."""

    id: Id
    name: str


class Guardrail(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter or prompt in front of a model."""

    id: Id
    name: str
    developer: Id
    link: Link | None = None


class Judge(Struct, frozen=True, forbid_unknown_fields=True):
    """Who or what gives outcomes."""

    id: Id
    version: Version
    name: str
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
    name: str
    developer: Id
    group: Group
    access: Access
    evidence: Evidence = "run"
    """`simulated`: a guardrail's verdict applied to recorded answers; never ranked."""
    released_on: date | None = None
    parameters: Annotated[float, Meta(gt=0, lt=1e6)] | None = None
    """Billions of parameters, if the developer has published them."""
    licence: str | None = None
    base_system: Id | None = None
    previous_version: Id | None = None
    guardrail: Id | None = None
    served_as: tuple[ServedAs, ...] = ()
    """The strings that logs use for it."""
    run_by: Id | None = None
    paid_by: Id | None = None
    card: Link | None = None
    hub: HubId | None = None
    """The model's repository on the Hugging Face Hub, where it has one."""

    @property
    def kind(self) -> Literal["bare", "guarded"]:
        return "guarded" if self.guardrail else "bare"


class Registry(Struct, frozen=True, forbid_unknown_fields=True):
    """All that may be named on one board, except its categories and outcomes."""

    developer: tuple[Developer, ...] = ()
    guardrail: tuple[Guardrail, ...] = ()
    judge: tuple[Judge, ...] = ()
    system: tuple[System, ...] = ()


def read_registry(path: Path, *, signed: bool = False) -> Registry:
    """Returns the registry that a `systems.toml` holds; InvalidDefinition with all its faults, as `read_board`."""

    def check(registry: Registry) -> list[str]:
        faults = [*_bad_strings(registry), *_bad_links(registry)]
        return faults if signed else [*faults, *_duplicates(registry), *_dangling(registry)]

    return read_definition(path, Registry, check)


def _bad_strings(registry: Registry) -> list[str]:
    entries: list[Developer | Guardrail | Judge | System] = [*registry.developer, *registry.guardrail]
    entries += [*registry.judge, *registry.system]
    strings = [(entry.id, entry.name) for entry in entries]
    strings += [(system.id, system.licence) for system in registry.system if system.licence]
    return [f"{id} {reason}" for id, text in strings if (reason := spelling.fault(text))]


def _duplicates(registry: Registry) -> list[str]:
    """Names that a reader could confuse, and ids or log names that occur twice."""
    problems = []
    for what in ("developer", "guardrail", "system"):
        entries = getattr(registry, what)
        if spelling.alike(e.id for e in entries) or spelling.alike(e.name for e in entries):
            problems.append(f"two entries of {what} have the same id or look alike")
    judges = {judge.id: judge.name for judge in registry.judge}  # versions of one judge share its name
    if spelling.alike(judges) or spelling.alike(judges.values()):
        problems.append("two entries of judge look alike")
    refs = [judge.ref for judge in registry.judge]
    if len(set(refs)) < len(refs):
        problems.append("two entries of judge have the same id and version")
    served = Counter(name for s in registry.system if s.evidence == "run" for name in set(s.served_as))
    problems += [f"two systems answer to the same served_as {name}" for name, count in served.items() if count > 1]
    return problems


def _dangling(registry: Registry) -> list[str]:
    """References to something that is not in the file, or to the entry itself."""
    developers, systems = {d.id for d in registry.developer}, {s.id for s in registry.system}
    guardrails = {g.id for g in registry.guardrail}
    wanted: list[tuple[str, str | None, set[str]]] = [(g.id, g.developer, developers) for g in registry.guardrail]
    wanted += [(j.id, j.vendor, developers) for j in registry.judge]
    for s in registry.system:
        wanted += [(s.id, who, developers) for who in (s.developer, s.run_by, s.paid_by)]
        wanted += [(s.id, other, systems) for other in (s.base_system, s.previous_version)]
        wanted.append((s.id, s.guardrail, guardrails))
    missing = [f"{id} refers to {to}, which is not there" for id, to, known in wanted if to and to not in known]
    selves = [s.id for s in registry.system if s.id in (s.base_system, s.previous_version)]
    bare = [s.id for s in registry.system if s.evidence == "simulated" and not (s.guardrail and s.base_system)]
    missing += [f"{id} is its own base_system or previous_version" for id in selves]
    return missing + [f"{id} is simulated and needs a guardrail and a base_system" for id in bare]


def _bad_links(registry: Registry) -> list[str]:
    links = [(s.id, s.card) for s in registry.system] + [(g.id, g.link) for g in registry.guardrail]
    return [
        f"{entry} links to a host that is not on the allow-list"
        for entry, link in links
        if link and link.split("/")[2] not in ALLOWED_HOSTS
    ]
