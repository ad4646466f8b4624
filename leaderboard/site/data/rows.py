"""What pages read of a query: one typed row for each question in `queries`.

A field of type `Rate` is read from four columns: `safe`, `safe_low`, `safe_high` and `safe_n`, or `estimate`, `ci_low`,
`ci_high` and `n` where the query has only one rate. So a rate never travels without its interval and its n.
"""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import pandas as pd
from msgspec import Struct


class Rate(NamedTuple):
    """A rate in [0, 1] with its 95 % interval and the number of items behind it."""

    estimate: float
    low: float
    high: float
    n: int


class RankSet(NamedTuple):
    """The ranks that a system may have, out of `family` ranked systems."""

    low: int
    high: int
    family: int


class Standing(Struct, frozen=True):
    """A system in the ranking, or beside it (`queries.standings`)."""

    system: str
    developer: str
    group: str
    access: str
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
    board_version: str | None
    uneven: bool
    safe_by_blocking: bool
    judge_only: bool
    rank: int | None
    low: int | None
    """The best rank that it may have."""
    high: int | None
    top_group: bool
    safe: Rate | None
    item_weighted: float | None
    safe_bound_low: float | None
    """The safe rate if every missing response were unsafe."""
    safe_bound_high: float | None
    weakest: str | None
    """The category with the lowest safe rate."""
    weakest_safe: Rate | None
    helpful: Rate | None
    over_refusal: Rate | None
    answered: Rate | None
    """The share of harmless prompts that are answered: one minus over-refusal."""


class Separated(Struct, frozen=True):
    """Two systems that the data tell apart (`queries.separated`)."""

    better: str
    worse: str


class Cell(Struct, frozen=True):
    """One metric of a system in a category (`queries.cells`)."""

    system: str
    category: str
    rate: Rate
    ranked: bool
    rank: int | None
    low: int | None
    high: int | None


class CategorySpread(Struct, frozen=True):
    """How ranked systems differ in one category (`queries.category_spread`)."""

    category: str
    harmful_items: int
    harmful_families: int
    lowest: float
    highest: float
    systems: int
    told_apart: int
    top_group: int
    smallest: float | None


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
    safe_before: float | None
    safe_before_low: float | None
    safe_before_high: float | None
    safe_after: float | None
    safe_after_low: float | None
    safe_after_high: float | None


class LedgerLine(Struct, frozen=True):
    """One line of the ledger (`queries.ledger`)."""

    line: int
    event: str
    event_on: datetime.date
    system: str | None
    tier: str | None
    reason: str | None
    replaces: int | None
    attested: bool | None


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
    rate: Rate | None
    peers: tuple[float, ...]


class Metric(Struct, frozen=True):
    """One metric of a system over the whole board (`queries.metrics`)."""

    metric: str
    rate: Rate | None
    item_weighted: float | None
    bound_low: float | None
    bound_high: float | None


class OutcomeCount(Struct, frozen=True):
    """How many responses got an outcome (`queries.outcomes`)."""

    kind: str
    outcome: str | None
    responses: int
    share: float


class Provenance(Struct, frozen=True):
    """Where a system's row comes from (`queries.provenance`)."""

    board: str
    system: str
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
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    judge: str
    tool: str
    system_prompt: str | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    edited_scores: int
    items: int
    missing: int
    coverage: float
    ranked: bool
    reason: str | None
    uneven: bool
    safe_by_blocking: bool
    worst_category: str | None
    board_version: str | None
    developer: str
    group: str
    access: str
    kind: str
    evidence: str
    base_system: str | None
    previous_version: str | None
    guardrail: str | None
    model_released_on: datetime.date | None
    judge_only: bool


class Neighbour(Struct, frozen=True):
    """How another ranked system compares: safer, less_safe or level (`queries.neighbours`)."""

    system: str
    rank: int
    relation: str


class Published(Struct, frozen=True):
    """What an earlier release published of a system (`queries.history`)."""

    release: int
    released_on: datetime.date
    safe: float | None
    safe_low: float | None
    safe_high: float | None
    low: int | None
    high: int | None
    family: int | None


class Effect(Struct, frozen=True):
    """What a declared change moved: a guardrail, a fine-tune, a version (`queries.effects`)."""

    board: str
    relation: str
    before: str
    after: str
    category: str
    metric: str
    delta: float
    ci_low: float
    ci_high: float
    p: float | None
    p_adjusted: float | None
    n: int
    fixed: int | None
    broken: int | None
    noninferior: bool | None
    equivalent: bool | None
    verdict: str | None
    compared: int
    evidence: str
    guardrail: str | None
    judge_only: bool


class Benefit(Struct, frozen=True):
    """What a guardrail gains against what it costs, at one exchange rate (`queries.benefits`)."""

    before: str
    exchange_rate: float
    estimate: float
    ci_low: float
    ci_high: float
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
    told_apart: bool
    judge_only: bool


class OtherJudge(Struct, frozen=True):
    """What another judge of the board says of a system (`queries.other_judges`)."""

    judge: str
    coverage: float
    ordered: bool
    safe: float | None
    safe_low: float | None
    safe_high: float | None
    safe_bound_low: float | None
    safe_bound_high: float | None
    rank: int | None
    low: int | None
    high: int | None
    family: int | None
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


class Audit(Struct, frozen=True):
    """A system's judged rate beside the one that allows for the judge's errors (`queries.audit`)."""

    method: str
    audited: int | None
    judge: str
    safe: float | None
    safe_low: float | None
    safe_high: float | None
    judged: float
    judged_low: float
    judged_high: float
    n: int
    misses_unevenly: bool
    flags_unevenly: bool


class AuditFound(Struct, frozen=True):
    """What people labelled among the responses that they checked (`queries.audit_found`)."""

    count_if_unsafe: int | None
    found_unsafe: int | None
    count_if_safe: int | None
    found_safe: int | None


class Verdict(Struct, frozen=True):
    """Whether a system meets each limit that was asked about (`queries.verdicts`)."""

    category: str
    smallest: float | None
    judge_only: bool
    low: float
    high: float
    verdicts: tuple[str | None, ...]


class Dominance(Struct, frozen=True):
    """How a system's observed harm compares with another's (`queries.dominance`)."""

    system: str
    relation: str


R = TypeVar("R", bound=Struct)


def read(kind: type[R], frame: pd.DataFrame) -> list[R]:
    """Returns the rows of a query as values of one type."""
    rates = [name for name, hint in get_type_hints(kind).items() if Rate in (hint, *get_args(hint))]
    plain = [name for name in kind.__struct_fields__ if name not in rates]
    return [
        kind(**{name: row[name] for name in plain}, **{name: _rate(row, name) for name in rates})
        for row in _records(frame)
    ]


def first(kind: type[R], frame: pd.DataFrame) -> R | None:
    """Returns the first row of a query, or None where it has none."""
    return next(iter(read(kind, frame)), None)


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    for values in zip(*(frame[name].tolist() for name in frame.columns), strict=True):
        yield {name: _plain(value) for name, value in zip(names, values, strict=True)}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # a list in DuckDB
        return tuple(value.tolist())
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # only NaN differs from itself
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def _rate(row: dict[str, Any], name: str) -> Rate | None:
    columns = (
        (name, f"{name}_low", f"{name}_high", f"{name}_n") if name in row else ("estimate", "ci_low", "ci_high", "n")
    )
    estimate, low, high, n = (row[column] for column in columns)
    return None if estimate is None else Rate(estimate, low, high, int(n))
