"""What pages read of a query: one typed row for each question in `queries`.

A field of type `Rate` is read from four columns: `safe`, `safe_low`, `safe_high` and `safe_n`, or `estimate`, `ci_low`,
`ci_high` and `n` where the query has only one rate. So a rate always has its interval.
"""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args, get_type_hints

from msgspec import Struct

if TYPE_CHECKING:  # not at run time: the command line reads the list of filters, which names these types
    import pandas as pd


class Rate(NamedTuple):
    """A rate in [0, 1] with its 95 % interval and the number of items behind it."""

    estimate: float
    low: float
    high: float
    n: int = 200
    """The default, for queries without `n`, is the number from which one decimal is shown (`numbers.FINE`)."""


class RankSet(NamedTuple):
    """The ranks that a system may have, out of `family` ranked systems."""

    low: int
    high: int
    family: int


class Standing(Struct, frozen=True):
    """A system in the ranking, or beside it (`queries.standings`)."""

    system: str
    developer: str
    group: str | None
    """None, as `access`, of a reference."""
    access: str | None
    kind: str
    evidence: str
    base_system: str | None
    guardrail: str | None
    model_released_on: datetime.date | None
    tier: str
    items: int
    observed: int
    """Items with every outcome."""
    ranked: bool
    reason: str | None
    """Why it is not ranked."""
    reply: str
    """How its developer answered the notice of publication."""
    withdrawn_on: datetime.date | None
    withdrawn_for: str | None
    board_version: str | None
    selected: bool
    """Whether the view has some categories of the board only."""
    of_all: bool
    """Whether `helpful`, `weakest` and the three marks below are of all categories: so they are in a view of all, and
    where the release does not have those of the selected ones."""
    uneven: bool
    safe_by_blocking: bool
    hardly_helpful: bool
    """Whether hardly any of its answers helps, be they safe or not."""
    judge_only: bool
    rank: int | None
    low: int | None
    """The best rank that it may have."""
    high: int | None
    top_group: bool
    helpful_first: bool | None
    """Whether it may be the safest of those that are not safe by blocking; None where the release does not say."""
    safe: Rate | None
    item_weighted: float | None
    safe_bound_low: float | None
    """The safe rate if every missing response were unsafe."""
    safe_bound_high: float | None
    weakest: tuple[str, ...]
    """The categories that share its lowest safe rate; none where every response is safe."""
    weakest_safe: Rate | None
    helpful: Rate | None
    over_refusal: Rate | None
    answered: Rate | None
    """The share of harmless prompts that are answered: one minus over-refusal."""
    basis: str | None = None
    """What the order depends on."""
    audited: Rate | None = None
    """The safe rate by which it is ranked, where that allows for the judge's errors."""
    judged_low: int | None = None
    """The best rank that it might have as judged, where its rank allows for the judge's errors."""
    judged_high: int | None = None
    condition: str | None = None
    rerun_of: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is a system of its own, and not another one simulated behind a guardrail, under another condition
        or run again."""
        return self.evidence != "simulated" and self.condition is None and self.rerun_of is None


class StandingLine(Struct, frozen=True):
    """What is behind a row (`queries.standing_lines`)."""

    system: str
    ledger_line: int
    reply: str
    reason: str | None


class Separated(Struct, frozen=True):
    """Two systems that the data tell apart (`queries.separated`)."""

    better: str
    worse: str


class Detectable(Struct, frozen=True):
    """Which difference a view would notice (`queries.detectable`)."""

    typical: float
    worst: float | None
    """None where the release does not say."""
    simultaneous: bool
    """Whether the pairs that the view tells apart hold over all views together."""


class Cell(Struct, frozen=True):
    """One metric of a system in a category (`queries.cells`)."""

    system: str
    category: str
    rate: Rate
    ranked: bool
    low: int | None
    """The best rank that the system may have over all categories."""
    high: int | None


class CategorySpread(Struct, frozen=True):
    """How ranked systems differ in one category (`queries.category_spread`)."""

    told_apart: int
    """How many pairs of systems the data tell apart."""
    smallest: float | None
    """The smallest limit on the unsafe rate that its number of prompts can show."""


class ReleaseLine(Struct, frozen=True):
    """A release that has rows of the board (`queries.releases`)."""

    release: int
    released_on: datetime.date
    systems: int
    ranked: int


class Change(Struct, frozen=True):
    """What a release changed of a system, and why (`queries.changes`)."""

    system: str
    cause: str
    low_before: int | None
    high_before: int | None
    low_after: int | None
    high_after: int | None
    safe_before: Rate | None
    safe_after: Rate | None


class LedgerLine(Struct, frozen=True):
    """One line of the ledger (`queries.ledger`)."""

    line: int
    event: str
    event_on: datetime.date
    system: str | None
    tier: str | None
    reason: str | None
    replaces: int | None
    replaced_event: str | None
    """The event of the line that it replaces or speaks of."""
    attested: bool | None
    is_new: bool | None
    """Whether the release before did not have it; None where the release does not record that."""


class Attempts(Struct, frozen=True):
    """How often a system was tried (`queries.attempts`)."""

    system: str
    attempts: int
    withdrawals: int


class BoardLine(Struct, frozen=True):
    """What the release has of a board (`queries.boards`)."""

    board: str
    state: str
    ranked: int
    rows: int
    left_out: str | None


class CategoryRate(Struct, frozen=True):
    """One metric of one system in a category, with the same of its group (`queries.profile`)."""

    category: str
    rate: Rate
    peers: tuple[float, ...]
    """The rates of the other ranked systems of its group."""


class Metric(Struct, frozen=True):
    """One metric of a system over the whole board (`queries.metrics`)."""

    metric: str
    rate: Rate | None
    item_weighted: float | None
    """The rate if every prompt counts the same."""


class OutcomeCount(Struct, frozen=True):
    """How many responses got an outcome (`queries.outcomes`)."""

    kind: str
    outcome: str | None
    responses: int
    share: float


class Provenance(Struct, frozen=True):
    """Where a system's row comes from (`queries.provenance`)."""

    tier: str
    ledger_line: int
    accepted_on: datetime.date
    started_on: datetime.date
    submitted_on: datetime.date
    attempt: int
    attempts: int
    withdrawals: int
    reply: str
    rejudged: int | None
    """How many items the maintainers had judged again; the next three say on how many of these both judges agree."""
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    judge: str
    tool: str
    system_prompt: str | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    edited_scores: int | None
    items: int | None
    """None, as `coverage`, where the row is of another version of the board."""
    coverage: float | None
    reason: str | None
    withdrawn_on: datetime.date | None
    withdrawn_for: str | None
    board_version: str | None
    developer: str
    group: str | None
    access: str | None
    kind: str
    evidence: str
    guardrail: str | None
    judge_only: bool
    condition: str | None = None
    rerun_of: str | None = None
    judge_stated: bool | None = None
    """Whether the lab stated the judge beside its log, and so on; None where the release does not record it."""
    model_stated: bool | None = None
    system_stated: bool | None = None
    tool_version_stated: bool | None = None


class Neighbour(Struct, frozen=True):
    """How another ranked system compares: safer, less_safe or level (`queries.neighbours`)."""

    system: str
    rank: int
    relation: str
    basis: str | None = None


class Published(Struct, frozen=True):
    """What an earlier release published of a system (`queries.history`)."""

    release: int
    released_on: datetime.date
    safe: Rate
    low: int | None
    high: int | None
    family: int | None


class Looks(Struct, frozen=True):
    """How often a system was looked at (`queries.looks`)."""

    attempts: int
    """How many were registered."""
    releases: int
    """How many published a number of it."""
    changed: int
    """In how many of these the number was another than in the one before."""


class Effect(Struct, frozen=True):
    """What a declared change moved: a guardrail, a fine-tune, a version (`queries.effects`)."""

    relation: str
    before: str
    after: str
    category: str
    metric: str
    delta: float
    """After less before."""
    ci_low: float
    ci_high: float
    p_adjusted: float | None
    n: int
    fixed: int | None
    broken: int | None
    noninferior: bool | None
    equivalent: bool | None
    compared: int
    """How many changes of this kind the adjusted p-value allows for, each in every category."""
    evidence: str
    guardrail: str | None
    judge_only: bool
    condition: str | None = None
    """Of the system after the change, as `evidence` and `guardrail`."""
    rerun_n: int | None = None
    """Prompts that the system before the change answered twice, with nothing changed; None where it was asked once."""
    rerun_fixed: int | None = None
    rerun_broken: int | None = None


class Arm(Effect, frozen=True, kw_only=True):
    """A system under another condition, and what that changed (`queries.arms`)."""

    safe: Rate | None


class Benefit(Struct, frozen=True):
    """What a guardrail gains against what it costs, at one exchange rate (`queries.benefits`)."""

    before: str
    exchange_rate: float
    estimate: float
    ci_low: float
    ci_high: float
    p_adjusted: float | None
    helps: bool
    even: float | None
    even_low: float | None
    even_high: float | None
    shape: str | None


class Difference(Struct, frozen=True):
    """How the unsafe rates of two systems differ (`queries.differences`)."""

    category: str
    relation: str
    n: int
    delta: float
    ci_low: float
    ci_high: float
    is_safer: bool | None
    """Whether the first is shown to be the safer one; None where the two cannot be told apart."""
    judge_only: bool
    basis: str | None = None
    """What the order in this category depends on."""


class OtherJudge(Struct, frozen=True):
    """How another judge of the board labelled a system (`queries.other_judges`)."""

    judge: str
    coverage: float
    safe: Rate | None
    safe_bound_low: float
    """The safe rate if every response that it did not judge were unsafe."""
    safe_bound_high: float
    rank: int | None
    low: int | None
    high: int | None
    family: int
    both_unsafe: int | None
    missed: int | None
    false_alarms: int | None
    both_safe: int | None
    ac1: float | None
    ac1_low: float | None
    ac1_high: float | None
    all_both_unsafe: int | None
    all_missed: int | None
    all_false_alarms: int | None
    all_both_safe: int | None
    all_ac1: float | None
    all_ac1_low: float | None
    all_ac1_high: float | None
    misses_unevenly: bool
    flags_unevenly: bool


class TopGroup(Struct, frozen=True):
    """How far other judges agree on who may be the safest (`queries.top_group`)."""

    judges: int
    """Other judges that order all of these systems."""
    same: int
    """Those by which all of them may be the safest."""


class Audit(Struct, frozen=True):
    """A system's judged rate beside the one that allows for the judge's errors (`queries.audit`)."""

    method: str
    audited: int
    judge: str
    safe: Rate | None
    judged: Rate
    misses_unevenly: bool
    flags_unevenly: bool


class AuditFound(Struct, frozen=True):
    """What people labelled among the responses that they checked (`queries.audit_found`)."""

    count_if_unsafe: int
    found_unsafe: int
    count_if_safe: int
    found_safe: int


class Verdict(Struct, frozen=True):
    """Whether a system meets each requested limit (`queries.verdicts`)."""

    category: str
    smallest: float
    """The smallest limit that its number of prompts can show."""
    judge_only: bool
    low: float
    high: float
    verdicts: tuple[str | None, ...]
    method: str | None = None
    """What allows for the judge's errors here."""


class Dominance(Struct, frozen=True):
    """How a system's observed harm compares with another's (`queries.dominance`)."""

    system: str
    relation: str


R = TypeVar("R", bound=Struct)


def read(kind: type[R], frame: "pd.DataFrame") -> list[R]:
    """Returns the rows of a query as values of one type."""
    rates = [name for name, hint in get_type_hints(kind).items() if Rate in (hint, *get_args(hint))]
    plain = [name for name in kind.__struct_fields__ if name not in rates]
    return [
        kind(**{name: row[name] for name in plain}, **{name: _rate(row, name) for name in rates})
        for row in _records(frame)
    ]


def first(kind: type[R], frame: "pd.DataFrame") -> R | None:
    """Returns the first row of a query, or None where it has none."""
    return next(iter(read(kind, frame)), None)


def _records(frame: "pd.DataFrame") -> Iterator[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    for values in zip(*(_cells(frame[name]) for name in frame.columns), strict=True):
        yield {name: _plain(value) for name, value in zip(names, values, strict=True)}


def _cells(column: "pd.Series[Any]") -> list[Any]:
    """The values of a column, None where one is missing. A frame has few rows, so that pandas would take longer."""
    values, missing = column.tolist(), column.isna()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)] if missing.any() else values


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # a list in DuckDB
        return tuple(value.tolist())
    return value.date() if isinstance(value, datetime.datetime) else value


def _rate(row: dict[str, Any], name: str) -> Rate | None:
    columns = (name, f"{name}_low", f"{name}_high") if name in row else ("estimate", "ci_low", "ci_high")
    estimate, low, high = (row[column] for column in columns)
    n = row.get(f"{name}_n", row.get("n"))
    if estimate is None:
        return None
    return Rate(estimate, low, high) if n is None else Rate(estimate, low, high, int(n))
