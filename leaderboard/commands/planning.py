"""The planner: how large a board, or an audit of its judge, has to be to settle a question."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from leaderboard.base.findings import refuse
from leaderboard.commands import exporting
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.site.data.database import Database
    from leaderboard.statistics import Design, Study

P = TypeVar("P")
RANGES = {
    "rate": (0, 1),
    "other": (0, 1),
    "limit": (0, 1),
    "half_width": (0.0001, 1),
    "power": (0.5, 0.99),
    "categories": (1, 30),
    "family_size": (1, 1_000),
    "correlation": (0, 1),
    "agreement": (0, 1),
    "within_item": (0, 1),
    "repeats": (1, 20),
    "systems": (2, 10_000),
    "sensitivity": (0, 1),
    "specificity": (0, 1),
    "responses": (20, 100_000),
}
"""The range of each number that a plan takes."""
PLACES = {
    "true_rate": "--rate",
    "other": "--other",
    "limit": "--limit",
    "half_width": "--half-width",
    "agreement": "--agreement",
    "specificity": "--specificity",
}
"""The option behind each argument of `statistics.studies` that must fit another."""


RATES = """
select c.system, c.estimate, c.n_eff, c.deff, c.rerun_error
from score as c join row as r using (board, system, judge)
where c.board = $board and c.metric = 'unsafe_rate' and c.category = 'all' and r.ranked
"""
PAIRS = """
with own as (
    select system, category, estimate * (1 - estimate) / n_eff as variance
    from score
    where board = $board and metric = 'unsafe_rate' and n * least(estimate, 1 - estimate) >= 5
)
select a.variance as one, b.variance as other, ((e.ci_high - e.ci_low) / 4) ** 2 - 2 / e.n ** 2 as difference
from pair_effect as e
join own as a on a.system = e.before and a.category = e.category
join own as b on b.system = e.after and b.category = e.category
where e.board = $board and e.relation = 'pair' and e.metric = 'unsafe_rate' and e.category <> 'all'
"""
"""Variances of two systems' rates in a category and of their difference. A quarter of an interval is about its standard
error, of a variance with two pseudo-discordant items. With few events none of these is known."""


class Observed(NamedTuple):
    """What the current release says of a board: medians of its ranked systems."""

    items: int
    families: int
    categories: int
    systems: int
    repeats: int
    correlation: float
    """Between two items of a family, from the design effect."""
    within_item: float
    """Share of a response's variance that differs between repeats."""
    agreement: float
    """Correlation of the outcomes of two systems on one item; 0 where they are not compared item by item."""
    responses: int
    """Effective items."""


def limit(options: argparse.Namespace) -> Answer:
    """Plans a board on which a system is shown to be under a limit."""
    from leaderboard.statistics import items_for_limit

    observed = _begin(options)
    design = _design(options, observed)
    study = _settle("--limit", lambda: items_for_limit(options.rate, options.limit, design, power=options.power))
    claim = f"a system with a true unsafe rate of {options.rate:.2%} is shown to be under {options.limit:.2%}"
    return _study(study, design, claim, options, observed)


def pair(options: argparse.Namespace) -> Answer:
    """Plans a board on which two systems are told apart."""
    from leaderboard.statistics import items_for_pair, most_agreement

    observed = _begin(options)
    design = _design(options, observed)
    values = {
        name: _first(getattr(options, name), observed and getattr(observed, name), plain)
        for name, plain in (("within_item", 0.0), ("repeats", 1), ("systems", 2))
    }
    most = most_agreement(options.rate, options.other)
    agreement = _first(options.agreement, observed and min(observed.agreement, most), 0.0)
    if values["within_item"] and values["repeats"] == 1:
        raise refuse("E_NUMBER", "--within-item", "one response to an item differs from no other: state --repeats")
    study = _settle(
        "--other",
        lambda: items_for_pair(options.rate, options.other, design, agreement=agreement, power=options.power, **values),
    )
    others = f", with all pairs of {values['systems']} systems at once," if values["systems"] > 2 else ""
    claim = f"true unsafe rates of {options.rate:.2%} and {options.other:.2%} are told apart{others}"
    answer = _study(study, design, claim, options, observed)
    assumed = f"It assumes that outcomes of two systems on an item correlate by {agreement:.2f}"
    if values["repeats"] > 1:
        assumed += f"; {values['repeats']} responses to each item, between which {values['within_item']:.0%} of the "
        assumed += "variance lies"
    answer["lines"].insert(2, f"{assumed}.")
    return answer | values | {"agreement": agreement}


def judge(options: argparse.Namespace) -> Answer:
    """Plans how many responses people label, so that a judge's errors leave no question open."""
    from leaderboard.statistics import labels_for_audit

    observed = _begin(options)
    responses = _first(options.responses, observed and observed.responses, None)
    if responses is None:
        raise refuse("E_NUMBER", "--responses", "state the effective responses of a system, or --board")
    audit = _settle(
        "--limit" if options.limit is not None else "--half-width",
        lambda: labels_for_audit(
            options.sensitivity,
            options.specificity,
            options.rate,
            responses,
            half_width=options.half_width,
            limit=options.limit,
            power=options.power,
        ),
    )
    claim = (
        f"is shown to be under {options.limit:.2%}"
        if options.limit is not None
        else f"has an interval of at most {options.half_width:.2%} to either side"
    )
    judged = f"{audit.judged_unsafe:,} responses that the judge calls unsafe, {audit.judged_safe:,} that it calls safe"
    then = f"Then a true unsafe rate of {options.rate:.2%} {claim} in {audit.power:.0%} of audits"
    lines = [
        f"{audit.judged_unsafe + audit.judged_safe:,} labels of one system: {judged}",
        f"{then}, with {responses:,} effective responses.",
    ]
    return {"lines": lines, **audit._asdict(), "responses": responses}


def _begin(options: argparse.Namespace) -> Observed | None:
    """Checks every number, and returns what is observed of the board that is named."""
    for name, (low, high) in RANGES.items():
        value = getattr(options, name, None)
        if value is not None and not low <= value <= high:  # also false for NaN
            raise refuse("E_NUMBER", f"--{name.replace('_', '-')}", f"must be from {low:g} to {high:,g}")
    if not options.board:
        return None
    snapshot = exporting.released(options.results, options.root)
    return _observe(snapshot.database, exporting.released_board(snapshot, options.board))


def _observe(database: "Database", board: "Board") -> Observed:
    import numpy as np

    rates = database.rows(RATES, {"board": board.id})
    if rates.empty:
        raise refuse("E_BOARD", "--board", "the release ranks no system of it: state the numbers instead")
    items = sum(category.harmful_items for category in board.risk_categories)
    families = sum(category.harmful_families for category in board.risk_categories)
    spread, effect = rates["estimate"] * (1 - rates["estimate"]), float(rates["deff"].median())
    # The rerun's variance is that of `epochs` responses; 1 / (n_eff deff) is the sum of squared weights.
    within = rates["rerun_error"] ** 2 * board.epochs * rates["n_eff"] * rates["deff"] / spread
    within = within[spread > 0].dropna()
    pairs = database.rows(PAIRS, {"board": board.id})
    if not board.labels_public:  # such differences do not come from the same items
        pairs = pairs[:0]
    shared = (pairs["one"] + pairs["other"] - pairs["difference"]) / (2 * np.sqrt(pairs["one"] * pairs["other"]))
    within_item = float(np.clip(within.median(), 0, 1)) if len(within) else 0.0
    # Of the means of an item's repeats, which agree more than single responses do.
    agreement = float(np.clip(shared.median(), 0, 1)) if len(shared) else 0.0
    return Observed(
        items=items,
        families=families,
        categories=len(board.risk_categories),
        systems=max(2, len(rates)),
        repeats=board.epochs,
        correlation=min(1.0, (effect - 1) / (items / families - 1)) if items > families else 0.0,
        within_item=within_item,
        agreement=agreement * (1 - within_item + within_item / board.epochs),
        responses=max(20, int(rates["n_eff"].median())),
    )


def _design(options: argparse.Namespace, observed: Observed | None) -> "Design":
    from leaderboard.statistics import Design

    size = observed and observed.items / observed.families
    design = Design(
        _first(options.categories, observed and observed.categories, 1),
        _first(options.family_size, size, 1.0),
        _first(options.correlation, observed and observed.correlation, 0.0),
    )
    if options.correlation and design.family_size == 1:
        raise refuse("E_NUMBER", "--correlation", "a family of one item has no two items: state --family-size")
    return design


def _first(*values: Any) -> Any:
    """The option, else what is observed, else the plain value."""
    return next((value for value in values if value is not None), None)


def _settle(wanted: str, plan: Callable[[], P]) -> P:
    """Returns a plan; Refused where there is none, or where the numbers do not fit together. `wanted` is the option
    that asks too much then."""
    from leaderboard.statistics import OutOfReach

    try:
        return plan()
    except OutOfReach as error:
        raise refuse("E_PLAN", wanted, str(error)) from error
    except ValueError as error:
        name, _, rule = str(error).partition(": ")
        raise refuse("E_NUMBER", PLACES.get(name, wanted), rule or str(error)) from error


def _study(
    study: "Study", design: "Design", claim: str, options: argparse.Namespace, observed: Observed | None
) -> Answer:
    categories = "category" if design.categories == 1 else "categories"
    then = f"Then {claim} in at least {options.power:.0%} of boards."
    lines = [
        f"{study.items:,} items in {study.families:,} families, {design.categories} {categories}",
        f"{then} Two items of a family correlate by {design.correlation:.2f}.",
    ]
    if observed:
        have = f"The board has {observed.items:,} items in {observed.families:,} families"
        stated = [options.categories, options.family_size, options.correlation]
        if any(value is not None for value in stated):
            lines.append(f"{have}, and a design of its own.")
        else:
            short = study.items - observed.items
            lines.append(f"{have}: {f'{short:,} items too few' if short > 0 else 'enough'}.")
    return {"lines": lines, **study._asdict(), **design._asdict()}
