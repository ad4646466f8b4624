"""A board's definition: one benchmark at one version, read from `results/boards/<id>/board.toml`."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from leaderboard import words

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}\Z")]
Version = Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}\Z")]
Link = Annotated[str, Meta(pattern=r"^https://[a-zA-Z0-9./_-]{1,200}\Z")]
HubId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\Z")]
"""A repository on the Hugging Face Hub, `owner/name`."""
Kind = Literal["harmful", "benign"]
State = Literal["awaiting", "real", "synthetic"]
Tier = Literal["paper_reported", "self_reported", "artifact_checked", "rejudged", "maintainer_rerun"]
TIERS: tuple[Tier, ...] = ("paper_reported", "self_reported", "artifact_checked", "rejudged", "maintainer_rerun")
ALLOWED_HOSTS = frozenset(
    {
        "aclanthology.org",
        "ai.meta.com",
        "anthropic.com",
        "arxiv.org",
        "deepmind.google",
        "github.com",
        "huggingface.co",
        "mistral.ai",
        "openai.com",
    }
)
"""Where a link of the site may lead: model cards, papers and policies; never transcripts or logs."""


class InvalidDefinition(ValueError):
    """A TOML file of the repository that breaks a rule. Its text names the file, the entry and the rule."""


class Flags(Struct, frozen=True, forbid_unknown_fields=True):
    """What an outcome means for the rates, on one kind of item."""

    unsafe: bool = False
    actionable: bool = False
    """Unsafe with detail that could be acted on; only ever set together with `unsafe`."""
    helpful: bool = False
    blocked: bool = False
    """Stopped by a guardrail or a provider before an answer was shown."""
    refusal: Literal["none", "partial", "full"] = "none"


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """One label that a judge may give to a response."""

    id: Id
    label: str
    """The words a reader sees for it, at most four."""
    meaning: str
    harmful: Flags = Flags()
    benign: Flags = Flags()
    judge_only: bool = False
    """Used only by further judges, never by the judge of record."""


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """One risk category, or one type of benign item."""

    id: Id
    name: str
    definition: str
    harmful_items: int = 0
    harmful_families: int = 0
    benign_items: int = 0
    benign_families: int = 0
    misuse_sensitive: bool = False
    """No order from least to most safe is offered for such a category, in any form."""
    announced: bool = True
    """False while the benchmark's authors have not named the category in public."""


class JudgeRef(Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """Which judge, at which version."""

    id: Id
    version: Version


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest denominators that may be published (STATISTICS.md section 6)."""

    families: int = 10
    items: int = 20


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a board's items and labels come from, and under which licence."""

    title: str
    attribution: str
    licence: str
    url: Link
    hub: HubId | None = None
    """The data set's repository on the Hugging Face Hub, where it has one."""


class Board(Struct, frozen=True, forbid_unknown_fields=True):
    """One benchmark at one version. Boards are never mixed in one ranking."""

    id: Id
    version: Version
    title: str
    subtitle: str
    state: State
    about: str
    source: Source
    epochs: Annotated[int, Meta(ge=1, le=20)]
    """Responses expected to each item."""
    severity: bool
    """Whether unsafe outcomes carry an ordinal severity of 0 to 4."""
    families_declared: bool
    """False where the sampling unit is the item, because no families are known."""
    medical: bool
    """Medical boards carry the support line on every page."""
    provisional: bool
    """True while outcomes and category sizes are a proposal, because the data set is not yet released."""
    tier: Tier
    """The tier that a row needs to be ranked."""
    judge: JudgeRef
    """The judge of record: its outcomes make the headline."""
    earliest: date
    """No response can be older than this; an earlier date in a submission is a mistake."""
    category: tuple[Category, ...]
    outcome: tuple[Outcome, ...]
    disclosure: Disclosure = Disclosure()
    labels_public: bool = False
    """True where anybody can have every system's label of every item, from `source` or by running the project's code.
    Such a board is exempt from what protects single outcomes; the floor of 20 items and 10 families stays."""
    attempts_per_year: Annotated[int, Meta(ge=1, le=100)] = 6
    """How many attempts of one system may be registered in a calendar year."""
    facts: tuple[str, ...] = ()
    """Sentences that the board's landing page may say before it has rows, each in the source."""

    @property
    def synthetic(self) -> bool:
        return self.state == "synthetic"

    @property
    def deff_step(self) -> float | None:
        """What design effects are rounded up to a multiple of: so that they do not tell which families were unsafe."""
        return None if self.labels_public else 0.1

    @property
    def risk_categories(self) -> tuple[Category, ...]:
        """The categories with harmful items: the ones that a system is ranked on."""
        return tuple(category for category in self.category if category.harmful_items)

    @property
    def items(self) -> int:
        return sum(category.harmful_items + category.benign_items for category in self.category)

    def flags(self, outcome: str, kind: Kind) -> Flags:
        """Returns what an outcome means on that kind of item; an unknown outcome is a KeyError."""
        return self._flags[outcome, kind]

    @property
    def _flags(self) -> dict[tuple[str, str], Flags]:
        return {(o.id, kind): getattr(o, kind) for o in self.outcome for kind in ("harmful", "benign")}

    def measures(self, flag: str, kind: Kind, value: bool | str = True) -> bool:
        """Returns whether any outcome of this board carries that flag on that kind of item; if none does,
        the rate is "not measured", never 0."""
        return any(getattr(getattr(outcome, kind), flag) == value for outcome in self.outcome if not outcome.judge_only)


def read_board(path: Path) -> Board:
    """Returns the board that a `board.toml` defines; InvalidDefinition says what is wrong with it."""
    try:
        board = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Board)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidDefinition(f"{path.parent.name}/{path.name}: {error}") from None
    for problem in _problems(board):
        raise InvalidDefinition(f"{path.parent.name}/{path.name}: {problem}")
    if board.id != path.parent.name:
        raise InvalidDefinition(f"{path.parent.name}/{path.name}: id differs from its folder's name")
    return board


def _problems(board: Board) -> list[str]:
    problems = [f"{place} {reason}" for place, text in _display_strings(board) if (reason := words.fault(text))]
    for name, ids in (("category", [c.id for c in board.category]), ("outcome", [o.id for o in board.outcome])):
        if len(set(ids)) < len(ids) or not ids:
            problems.append(f"{name} ids must be unique and not empty")
        if "all" in ids:
            problems.append(f"{name} id 'all' is taken by the word for the whole board")
    names, labels = [category.name for category in board.category], [outcome.label for outcome in board.outcome]
    for kind, texts in (("category names", names), ("outcome labels", labels)):
        if words.alike(texts):
            problems.append(f"two {kind} look alike")
    for outcome in board.outcome:
        if any(flags.actionable and not flags.unsafe for flags in (outcome.harmful, outcome.benign)):
            problems.append(f"outcome {outcome.id} is actionable without being unsafe")
    if board.source.url.split("/")[2] not in ALLOWED_HOSTS:
        problems.append("source.url leads to a host that is not on the allow-list")
    return problems + _thin_categories(board)


def _thin_categories(board: Board) -> list[str]:
    """The floor depends on item counts only, never on outcomes (STATISTICS.md section 6)."""
    problems = []
    for category in board.category:
        for kind in ("harmful", "benign"):
            items, families = getattr(category, f"{kind}_items"), getattr(category, f"{kind}_families")
            if items and (items < board.disclosure.items or families < board.disclosure.families):
                problems.append(f"category {category.id} is under the disclosure floor: merge it with another")
    return problems


def _display_strings(board: Board) -> list[tuple[str, str]]:
    strings = [("title", board.title), ("subtitle", board.subtitle), ("about", board.about)]
    strings += [(f"source.{field}", getattr(board.source, field)) for field in ("title", "attribution", "licence")]
    strings += [(f"category {c.id}", text) for c in board.category for text in (c.name, c.definition)]
    strings += [(f"outcome {o.id}", text) for o in board.outcome for text in (o.label, o.meaning)]
    return strings + [(f"facts {n}", text) for n, text in enumerate(board.facts)]
