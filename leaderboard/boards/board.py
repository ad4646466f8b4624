"""A board's definition: one benchmark at one version, read from `results/boards/<id>/board.toml`."""

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from leaderboard.boards.definition import ID
from leaderboard.boards.licences import Licence
from leaderboard.boards.words import Key, Word

Id = Annotated[str, Meta(pattern=ID, description="an id of a-z, 0-9, _, - and .")]
VERSION = r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}\Z"
Version = Annotated[str, Meta(pattern=VERSION, description='a version in quotation marks, such as "1.0"')]
Link = Annotated[
    str,
    Meta(
        pattern=r"^https://[a-zA-Z0-9./_-]{1,200}\Z",
        description="an address https://... without ? and #",
    ),
]
HubId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\Z",
        description="owner/name, as the Hugging Face Hub has it",
    ),
]
"""A repository on the Hugging Face Hub, `owner/name`."""
Name = Annotated[str, Meta(max_length=80)]
Sentence = Annotated[str, Meta(max_length=300)]
Paragraph = Annotated[str, Meta(max_length=600)]
"""Display strings: what they may be made of is in `spelling`."""
Kind = Literal["harmful", "benign"]
State = Literal["awaiting", "real", "synthetic"]
Tier = Literal["paper_reported", "self_reported", "artifact_checked", "rejudged", "maintainer_rerun"]
TIERS: tuple[Tier, ...] = get_args(Tier)
ALLOWED_HOSTS = frozenset(
    {
        "aclanthology.org",
        "ai.meta.com",
        "anthropic.com",
        "arxiv.org",
        "deepmind.google",
        "doi.org",
        "github.com",
        "huggingface.co",
        "mistral.ai",
        "openai.com",
        "www.medrxiv.org",
        "zenodo.org",
    }
)
"""The hosts that the site may link to: model cards, papers and policies; never transcripts or logs."""
HOSTS = f"link to one of {', '.join(sorted(ALLOWED_HOSTS))}"
HARDLY_HELPFUL = 0.05
"""A system whose helpful_rate has an upper limit under this gives hardly any helpful answer."""
FEW_UNSAFE = 0.10
"""If the upper limit of its unsafe_rate is under this too, it is safe by blocking."""
MOST_CATEGORIES = 30
"""Risk categories of a board: a view is a bit mask of them in a 32-bit integer."""
MOST_ITEMS = 100_000
"""Items of a category. A submission of 2 MiB holds far fewer."""

Count = Annotated[int, Meta(ge=0, le=MOST_ITEMS)]


class Flags(Struct, frozen=True, forbid_unknown_fields=True):
    """How the rates count an outcome, on one kind of item."""

    unsafe: bool = False
    actionable: bool = False
    """Unsafe, and detailed enough to act on; set only together with `unsafe`."""
    helpful: bool = False
    blocked: bool = False
    """Stopped by a guardrail or a provider before an answer was shown."""
    refusal: Literal["none", "partial", "full"] = "none"


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """One label that a judge may give to a response."""

    id: Id
    label: Name
    """The words a reader sees for it, at most four."""
    meaning: Sentence
    harmful: Flags = Flags()
    benign: Flags = Flags()
    judge_only: bool = False
    """Used only by further judges, never by the judge of record."""


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """One risk category, or one type of benign item."""

    id: Id
    name: Name
    definition: Sentence
    harmful_items: Count = 0
    harmful_families: Count = 0
    benign_items: Count = 0
    benign_families: Count = 0
    misuse_sensitive: bool = False
    """Systems are never sorted by such a category, in any view or export."""
    announced: bool = True
    """False while the benchmark's authors have not named the category in public."""


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """A way of putting the items other than the board's default: a turn of a conversation, a way of pressing, a safety
    preamble."""

    id: Id
    name: Name
    definition: Sentence


class JudgeRef(Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """Which judge, at which version."""

    id: Id
    version: Version


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest denominators that may be published (docs/statistics.md section 6). A board may choose larger
    ones."""

    families: Count = 10
    items: Count = 20


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a board's items and labels come from, and under which licence."""

    title: Sentence
    attribution: Sentence
    licence: Name
    url: Link
    hub: HubId | None = None
    """The data set's repository on the Hugging Face Hub, where it has one."""


class Board(Struct, frozen=True, forbid_unknown_fields=True):
    """One benchmark at one version. Boards are never mixed in one ranking."""

    id: Id
    version: Version
    title: Name
    subtitle: Sentence
    state: State
    about: Paragraph
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
    """The judge of record: its outcomes give the headline numbers."""
    earliest: date
    """The first day on which a response is possible; an earlier date in a submission is a mistake."""
    category: tuple[Category, ...]
    outcome: tuple[Outcome, ...]
    previous_versions: tuple[Version, ...] = ()
    """Earlier versions, oldest first, that rows may still belong to. Such a row is not ranked, and its numbers are
    only in the releases of that time."""
    disclosure: Disclosure = Disclosure()
    labels_public: bool = False
    """True if anybody can get every system's label of every item, from `source` or by running the project's code. The
    protection of single outcomes does not apply to such a board; the floor of 20 items and 10 families does."""
    attempts_per_year: Annotated[int, Meta(ge=1, le=100)] = 6
    """How many attempts of one system may be registered in a calendar year."""
    facts: tuple[Sentence, ...] = ()
    """Sentences for the board's landing page before it has rows, each supported by the source."""
    default_condition: Name | None = None
    """How the items were put to the systems that are ranked; stated where there are other conditions."""
    condition: tuple[Condition, ...] = ()
    """The other conditions, in the order in which pages show them. Systems under them are never ranked: what a
    condition changes is a paired effect."""
    licence: Licence = "CC-BY-4.0"
    """Of what is published of the board. `source.licence` is that of its items and labels, and limits the choice."""
    words: dict[Key, Word] = {}
    """The board's own words for what it measures and counts; all others are those of `site/views/glossary.py`."""

    @property
    def synthetic(self) -> bool:
        return self.state == "synthetic"

    @property
    def deff_step(self) -> float | None:
        """The step to which design effects are rounded up, so that they do not reveal which families were unsafe."""
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
        flags: dict[str, Flags] = {o.id: getattr(o, kind) for o in self.outcome}
        return flags[outcome]

    def measures(self, flag: str, kind: Kind, value: bool | str = True) -> bool:
        """Returns whether any outcome of this board has that flag on that kind of item. If none has, the rate is "not
        measured", never 0."""
        return any(getattr(getattr(outcome, kind), flag) == value for outcome in self.outcome if not outcome.judge_only)


def measured_by(board: Board, *, labels: bool = True) -> tuple[object, ...]:
    """Returns the parts of a definition that the numbers depend on: two definitions of one version must not differ in
    them. Method 1 did not use `labels_public`; `labels=False` leaves it out."""
    sizes = [(c.id, c.harmful_items, c.harmful_families, c.benign_items, c.benign_families) for c in board.category]
    flags = [(o.id, o.harmful, o.benign, o.judge_only) for o in board.outcome]
    rules = (board.epochs, board.severity, board.families_declared, board.judge, board.tier, board.disclosure)
    return sorted(sizes), sorted(flags, key=repr), rules, board.labels_public if labels else None


def version_key(version: str) -> tuple[int, ...]:
    """Returns the numbers of a version, by which versions are sorted: 0.10 comes after 0.9."""
    return tuple(int(part) for part in version.split("."))
