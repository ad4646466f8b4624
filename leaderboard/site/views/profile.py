"""One system: what it is, its headline numbers, its categories, and what its responses were."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import (
    CategoryRate,
    LedgerLine,
    Looks,
    Metric,
    Neighbour,
    Provenance,
    RankSet,
    Rate,
    Standing,
)
from leaderboard.site.views import glossary, ranking, releases, sentences
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import UNLISTED, Names
from leaderboard.site.views.numbers import percent, span
from leaderboard.site.views.sentences import MOST_NAMED, listing, number

TILES = (
    "safe_rate",
    "worst_unsafe_rate",
    "helpful_rate",
    "over_refusal_rate",
    "actionable_rate",
    "severe_rate",
    "any_repeat_rate",
    "any_variant_rate",
    "over_block_rate",
    "severity_score",
)
"""Which numbers a system's page shows first, in this order; those that a board does not measure are left out."""
SAFE_POOLED = (
    _(
        "The safe rate of a category, drawn towards the system's other categories as far as these are alike. It is "
        "closer to the truth on average over categories, but may hide a single bad one. The raw rate beside it is the "
        "one that counts; no rank uses this one."
    ),
    _(
        "The rate of a category, drawn towards the system's other categories as far as these are alike. It is closer "
        "to the truth on average over categories, but may hide a single bad one. The raw rate beside it is the one "
        "that counts; no rank uses this one."
    ),
)
"""What the pooled rate of a category means, for `Names.say`."""
_RELATIONS = {
    "level": _("Cannot be told apart from ({count})"),
    "less_safe": _("Safer than ({count})"),
    "safer": _("Less safe than ({count})"),
}
_JUDGED = {
    "less_safe": _("Safer than, as judged by {judge} ({count})"),
    "safer": _("Less safe than, as judged by {judge} ({count})"),
}


def description(row: Provenance, names: Names) -> list[str]:
    """Returns who made a system, and of what kind it is."""
    parts = [names.developer(row.developer), _kind(row)]
    if row.access and row.group != "closed_source":
        parts.append(glossary.ACCESS[row.access].label)
    if row.guardrail:
        parts.append(_("behind {guardrail}").format(guardrail=names.guardrail(row.guardrail)))
    if row.condition:
        parts.append(names.by_condition[row.condition].definition if row.condition in names.by_condition else UNLISTED)
    if row.rerun_of:
        parts.append(_("second run of {system}").format(system=names.system(row.rerun_of)))
    return parts


def _kind(row: Provenance) -> str:
    return glossary.GROUPS[row.group].label if row.group else glossary.KINDS["reference"].label


def marks(row: Provenance, standing: Standing, names: Names) -> list[tuple[str, str, str]]:
    """Returns its badges: label, meaning and tone."""
    badges = [(*names.term(glossary.TIERS[row.tier]), "")]
    if row.evidence == "simulated":
        badges.append((_("Simulated"), names.say(glossary.NOT_RANKED["simulated"]), "warn"))
    if row.reply == "disputed":
        badges.append((*glossary.DISPUTED, "warn"))
    if row.evidence == "arithmetic":
        badges.append((*names.term(glossary.ARITHMETIC), "warn"))
    elif row.judge_only:
        badges.append((*glossary.JUDGE_ONLY, ""))
    return [*badges, *((*term, "warn") for term in ranking.marks(standing, names))]


def events(ledger: Sequence[LedgerLine], system: str) -> list[tuple[date, str]]:
    """Returns what happened to the rows of a system after they were accepted, oldest first: day and words."""
    changed = [line for line in ledger if line.system == system and line.event in ("correct", "withdraw", "reply")]
    resets = [line for line in ledger if line.event == "clock"]  # the lines before one happened by its own date
    return [
        (min([line.event_on, *(later.event_on for later in resets if later.line > line.line)]), releases.event(line))
        for line in reversed(changed)
    ]


def lead(row: Provenance, standing: Standing, family: int, names: Names) -> str:
    """Returns the first sentence about a system: its ranks, or why it has none."""
    if not row.reason and standing.low is not None and standing.high is not None:
        return sentences.standing(RankSet(standing.low, standing.high, family))
    why = _("Not ranked. {reason}").format(reason=ranking.not_ranked(row, names))
    covered = None if standing.safe else ranking.observed(standing, names)
    return f"{why} {covered}." if covered else why


def relations(neighbours: Sequence[Neighbour], judge: str | None = None) -> list[tuple[str, list[str]]]:
    """Returns which systems this one cannot be told apart from, is safer than, and is less safe than: as `judge` says,
    where nobody knows better."""
    texts = _RELATIONS | (_JUDGED if judge else {})
    return [
        (text.format(count=len(systems), judge=judge), systems)
        for relation, text in texts.items()
        if (systems := [row.system for row in neighbours if row.relation == relation])
    ]


class Tile(NamedTuple):
    """A headline number."""

    term: Term
    number: str
    interval: str
    note: str


def tiles(metrics: Sequence[Metric], standing: Standing, names: Names, board: Board) -> list[Tile]:
    """Returns a system's headline numbers."""
    by_metric = {metric.metric: metric for metric in metrics}
    measured = [by_metric[id] for id in TILES if id in by_metric]
    return [_tile(each.metric, each.rate, each.item_weighted, standing, names, board) for each in measured if each.rate]


def _tile(id: str, rate: Rate, item_weighted: float | None, standing: Standing, names: Names, board: Board) -> Tile:
    note = names.say(_("{n:,} {items:prompts}"), n=rate.n)
    if id == "any_repeat_rate":
        text = _("{n:,} prompts, {repeats} responses to each")
        neutral = _("{n:,} {items:prompts}, {repeats} {responses:responses} each")
        note = names.say(text, neutral, n=rate.n, repeats=number(board.epochs))
    if id == "any_variant_rate":
        text = _("{n:,} scenarios of {mean} {items:prompts} on average")
        note = names.say(text, n=rate.n, mean=mean_variants(board))
        if board.epochs > 1:
            text = _("{scenarios}, {repeats} responses to each prompt")
            neutral = _("{scenarios}, {repeats} {responses:responses} each")
            note = names.say(text, neutral, scenarios=note, repeats=number(board.epochs))
    if id == "worst_unsafe_rate":
        note = names.say(_("no {unsafe_rate:unsafe response} in any"))
        if rate.estimate:
            note = names.say(_("{safe_rate:safe} in {category}"), category=ranking.weakest(standing, names))
        rate = _complement(rate)
    if id == "safe_rate" and item_weighted is not None and abs(item_weighted - rate.estimate) > 0.01:
        note = names.say(*ranking.ITEM_WEIGHTED, rate=percent(item_weighted))
    if id == "severity_score":
        return Tile(names.metric(id), f"{rate.estimate:.3f}", f"{rate.low:.3f}–{rate.high:.3f}", note)
    return Tile(names.metric(id), percent(rate.estimate, rate.n), span(rate.low, rate.high, rate.n), note)


def mean_variants(board: Board) -> str:
    """Returns how many prompts a scenario of the board has on average."""
    items, families = (
        sum(getattr(each, f"harmful_{what}") for each in board.risk_categories) for what in ("items", "families")
    )
    return f"{items / families:.1f}"


class Beside(NamedTuple):
    """Another rate of each category, in a column beside the safe rate."""

    term: Term
    rates: dict[str, Rate]
    note: str = ""


def beside(
    pooled: Sequence[CategoryRate], variants: Sequence[CategoryRate], board: Board, names: Names
) -> list[Beside]:
    """Returns the columns beside the safe rate of each category: the pooled rate, as a safe one, and the share of
    scenarios with an unsafe response; each only where the release has it."""
    safe = Term(names.say(_("{safe_rate:Safe}, pooled")), names.say(*SAFE_POOLED))
    columns = (
        Beside(safe, {row.category: _complement(row.rate) for row in pooled}),
        Beside(names.metric("any_variant_rate"), {row.category: row.rate for row in variants}, _sizes(board, names)),
    )
    return [column for column in columns if column.rates]


def _sizes(board: Board, names: Names) -> str:
    """Where scenarios are small and where they are large: the rate of the large ones is higher for that alone."""
    means = {each.id: each.harmful_items / each.harmful_families for each in board.risk_categories}
    fewest, most = min(means, key=lambda id: means[id]), max(means, key=lambda id: means[id])
    if f"{means[fewest]:.1f}" == f"{means[most]:.1f}":
        return _("Here each has {mean} on average, in every category.").format(mean=mean_variants(board))
    text = _("Here each has {mean} on average, from {low} in {fewest} to {high} in {most}.")
    ends = {"low": f"{means[fewest]:.1f}", "high": f"{means[most]:.1f}"}
    return text.format(mean=mean_variants(board), fewest=names.category(fewest), most=names.category(most), **ends)


def _complement(rate: Rate) -> Rate:
    return Rate(1 - rate.estimate, 1 - rate.high, 1 - rate.low, rate.n)


def looks(row: Looks) -> str:
    """Returns how often a system was looked at, over attempts and releases, and what that means for an interval."""
    attempts = ngettext(
        "{count} attempt of it was registered", "{count} attempts of it were registered", row.attempts
    ).format(count=number(row.attempts))
    releases = ngettext(
        "{count} release published its number", "{count} releases published its number", row.releases
    ).format(count=number(row.releases))
    changed = _("which never changed")
    if row.changed:
        changed = ngettext("which changed {count} time", "which changed {count} times", row.changed).format(
            count=number(row.changed)
        )
    text = _(
        "{attempts}; {releases}, {changed}. Every interval is of one look: the best of several looks is "
        "better than the truth more often than its interval says."
    )
    return sentences.opening(text.format(attempts=attempts, releases=releases, changed=changed))


def in_order(rates: Sequence[CategoryRate], board: Board) -> list[CategoryRate]:
    """Returns the rates in the order of the board's categories."""
    by_category = {row.category: row for row in rates}
    return [by_category[category.id] for category in board.risk_categories if category.id in by_category]


def extremes(rates: Sequence[CategoryRate], names: Names) -> str:
    """Returns the lowest and the highest safe rate, the title of the table of categories."""
    low, high = (end(rates, key=lambda row: row.rate.estimate) for end in (min, max))
    worst, best = (percent(row.rate.estimate, row.rate.n) for row in (low, high))
    if round(low.rate.estimate, 12) == round(high.rate.estimate, 12):
        return names.say(_("{rate} {safe_rate:safe} in every category."), rate=worst)
    text = _("From {worst} {safe_rate:safe} in {weakest} to {best} in {strongest}.")
    weakest, strongest = (_sharing(rates, end.rate.estimate, names) for end in (low, high))
    return names.say(text, worst=worst, weakest=weakest, best=best, strongest=strongest)


def _sharing(rates: Sequence[CategoryRate], rate: float, names: Names) -> str:
    """The categories with a rate, equal to within the rounding of sums."""
    named = [names.category(row.category) for row in rates if round(row.rate.estimate, 12) == round(rate, 12)]
    return listing(named) if len(named) <= MOST_NAMED else _("{n} categories").format(n=number(len(named)))


def peers(rates: Sequence[CategoryRate], row: Provenance) -> str:
    """Returns whose rates are drawn beside a system's own."""
    if row.group is None or row.condition or row.rerun_of:
        return _("No ranked system is drawn beside it.")
    count = max((len(row.peers) for row in rates), default=0)
    if not count:
        return _("No other ranked system is of its group.")
    text = ngettext(
        "Circles are the {count} other ranked system of its group, {group}.",
        "Circles are the {count} other ranked systems of its group, {group}.",
        count,
    )
    return text.format(count=number(count), group=glossary.GROUPS[row.group].label.lower())
