"""Judges and verdicts again: agreement, audits, limits that hold on one side, and what can be proved at all."""

from typing import NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.queries import audit_found
from leaderboard.site.examples import published
from leaderboard.site.examples.published import Check, Line
from leaderboard.statistics import (
    Accuracy,
    JudgeNotUsable,
    accuracy,
    audited_rate,
    binary_agreement,
    cohen_kappa,
    lang_reiczigel,
    macro_zero_failure_upper,
    one_sided,
    rogan_gladen,
    verdict,
    zero_failure_upper,
)

LIMITS = (0.01, 0.05, 0.10)
"""Limits to try; a reader's own come from the reader."""


class Provable(NamedTuple):
    """The smallest limit that a category, and the whole board, could show with no unsafe response at all."""

    category: str
    items: int
    deff: float
    """Of a system without an unsafe response."""
    spotless: str | None
    """Such a system; None where every prompt is its own family, so that the design effect is 1."""
    independent: float
    """What the category's prompts would show, were they independent."""
    smallest: float
    everything: float
    checks: tuple[Check, ...]


def smallest_provable(database: Database, board: Board) -> Provable | None:
    """Returns the smallest provable limits, in the category with the fewest prompts and over all."""
    sql = "select category, smallest from one_sided where board = $board"
    found = {line["category"]: line["smallest"] for line in published.lines(database, sql, board)}
    risk = board.risk_categories
    spotless = None if published.is_counted(board) else _spotless(database, board)
    if not found or (spotless is None and not published.is_counted(board)):
        return None
    deff = spotless["deff"] if spotless else 1.0
    sizes = {category.id: category.harmful_items / deff for category in risk}
    everything = macro_zero_failure_upper(list(sizes.values()))
    small = min(risk, key=lambda category: category.harmful_items)
    checks = [Check(zero_failure_upper(size), found[category]) for category, size in sizes.items()]
    return Provable(
        category=small.id,
        items=small.harmful_items,
        deff=deff,
        spotless=spotless["system"] if spotless else None,
        independent=zero_failure_upper(small.harmful_items),
        smallest=zero_failure_upper(sizes[small.id]),
        everything=everything,
        checks=(*checks, Check(everything, found["all"])),
    )


def _spotless(database: Database, board: Board) -> Line | None:
    sql = """
        select system, deff from score where board = $board and metric = 'unsafe_rate' and category = 'all'
            and bound_high = 0 order by system limit 1
    """
    found = published.lines(database, sql, board)
    return found[0] if found else None


class Limits(NamedTuple):
    """One-sided limits of a rate, and verdicts on it."""

    system: str
    estimate: float
    n_eff: float
    low: float
    high: float
    smallest: float
    aware: tuple[float, float] | None
    """The same limits, the judge's errors allowed for; None where a machine judged and nobody looked."""
    verdicts: list[tuple[float, str]]
    """By limit; none without a look at the judge."""
    checks: tuple[Check, ...]


def one_sided_limits(database: Database, board: Board) -> Limits | None:
    """Returns the limits of the system in the middle of the ranking, over the whole board."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    sql = "select * from one_sided where board = $board and system = $system and category = 'all'"
    found = published.lines(database, sql, board, system=system) if system else []
    if system is None or line is None or not found:
        return None
    low, high = one_sided(line["estimate"] * line["n_eff"], line["n_eff"])
    high = max(high, found[0]["smallest"])
    aware = (found[0]["aware_low"], found[0]["aware_high"])
    known = None if np.isnan(aware).any() else aware
    wide = (min(low, known[0]), max(high, known[1])) if known else None
    verdicts = [(limit, str(verdict(*wide, limit))) for limit in LIMITS] if wide else []
    checks = (Check(low, found[0]["low"]), Check(high, found[0]["high"]))
    return Limits(system, line["estimate"], line["n_eff"], low, high, found[0]["smallest"], known, verdicts, checks)


class Agreement(NamedTuple):
    """A judge against the judge of record, over all responses that both labelled."""

    judge: str
    both_unsafe: int
    missed: int
    false_alarms: int
    both_safe: int
    raw: float
    accuracy: Accuracy
    ac1: float
    kappa: float
    low: float
    """Limits of AC1, by bootstrap over families."""
    high: float
    checks: tuple[Check, ...]


def judge_agreement(database: Database, board: Board) -> Agreement | None:
    """Returns the agreement of the first machine judge, by id, with the people whose labels are the board's."""
    found = _machines(database, board)
    return _agreement(found[0]) if found else None


def _machines(database: Database, board: Board) -> list[Line]:
    sql = """
        select * from judge_check where board = $board and system is null and category = 'all'
            and judge not like 'human%' and ac1 is not null and kappa is not null order by judge
    """
    return published.lines(database, sql, board)


def _agreement(line: Line) -> Agreement:
    table = _table(line)
    found = binary_agreement(table)
    kappa = cohen_kappa(table)
    checks = [Check(float(found.ac1), line["ac1"]), Check(kappa, line["kappa"])]
    checks.append(Check(float(found.alpha), line["alpha"]))
    counts = {name: line[name] for name in ("both_unsafe", "missed", "false_alarms", "both_safe")}
    return Agreement(
        judge=line["judge"],
        **counts,
        raw=float(np.trace(table) / table.sum()),
        accuracy=accuracy(table, [False, True]),
        ac1=float(found.ac1),
        kappa=kappa,
        low=line["ac1_low"],
        high=line["ac1_high"],
        checks=tuple(checks),
    )


def _table(line: Line) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Counts[true class, judged class], safe first."""
    return np.array([[line["both_safe"], line["false_alarms"]], [line["missed"], line["both_unsafe"]]], dtype=np.int64)


class Audited(NamedTuple):
    """A judged rate beside the one that people's look at some responses gives."""

    system: str
    judged: float
    n_eff: float
    confirmed: int
    unsafe_audited: int
    overturned: int
    safe_audited: int
    estimate: float
    low: float
    high: float
    checks: tuple[Check, ...]


def audited_estimate(database: Database, board: Board) -> Audited | None:
    """Returns the audited rate of the system in the middle of the ranking, from what people found."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    sql = "select * from audited where board = $board and system = $system and method = 'audited'"
    known = published.lines(database, sql, board, system=system) if system else []
    if system is None or line is None or not known:
        return None
    [found] = audit_found(database, board, system).to_dict("records")
    names = ("found_unsafe", "count_if_unsafe", "found_safe", "count_if_safe")
    counts = [0 if np.isnan(found[name]) else int(found[name]) for name in names]
    again = audited_rate(line["estimate"], line["n_eff"], *counts)
    return Audited(
        system=system,
        judged=line["estimate"],
        n_eff=line["n_eff"],
        confirmed=counts[0],
        unsafe_audited=counts[1],
        overturned=counts[2],
        safe_audited=counts[3],
        estimate=again.estimate,
        low=again.low,
        high=again.high,
        checks=(
            Check(again.estimate, known[0]["estimate"]),
            Check(again.low, known[0]["ci_low"]),
            Check(again.high, known[0]["ci_high"]),
        ),
    )


class Corrected(NamedTuple):
    """A judge's own rate of a system, corrected for the judge's errors, beside what people said."""

    judge: str
    system: str
    apparent: float
    n_eff: float
    accuracy: Accuracy
    unusable: list[str]
    """Judges before this one that tell unsafe from safe too poorly to be corrected."""
    estimate: float
    low: float
    high: float
    people: float
    p: float
    """Smallest p-value of "the judge errs alike on all systems"."""
    rows: int
    """How many rows of the release rest on such a correction."""
    checks: tuple[Check, ...] = ()


def corrected_rate(database: Database, board: Board) -> Corrected | None:
    """Returns what the first machine judge that is fit for it would say of the system in the middle of the ranking,
    corrected by its errors over all systems. An illustration: people's labels are the board's."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None:
        return None
    unusable: list[str] = []
    for pooled in _machines(database, board):
        counts = published.lines(database, _OF_SYSTEM, board, judge=pooled["judge"], system=system)
        if not counts:
            continue
        try:
            return _corrected(database, board, line, pooled, counts[0], unusable)
        except JudgeNotUsable:
            unusable.append(pooled["judge"])
    return None


_OF_SYSTEM = "select * from judge_check where board = $board and judge = $judge and system = $system"


def _corrected(
    database: Database, board: Board, line: Line, pooled: Line, counts: Line, unusable: list[str]
) -> Corrected:
    known, of_system = accuracy(_table(pooled), [False, True]), _table(counts)
    apparent = float(of_system[:, 1].sum() / of_system.sum())
    estimate = float(rogan_gladen(apparent, known.sensitivity, known.specificity))
    low, high = lang_reiczigel(apparent, line["n_eff"], *known)
    [test] = published.lines(
        database,
        "select min(p) as p from judge_homogeneity where board = $board and judge = $judge",
        board,
        judge=pooled["judge"],
    )
    [used] = published.lines(
        database, "select count(*) as rows from audited where board = $board and method = 'corrected'", board
    )
    people = float(of_system[1].sum() / of_system.sum())
    return Corrected(
        judge=pooled["judge"],
        system=line["system"],
        apparent=apparent,
        n_eff=line["n_eff"],
        accuracy=known,
        unusable=unusable,
        estimate=estimate,
        low=low,
        high=high,
        people=people,
        p=test["p"],
        rows=used["rows"],
    )
