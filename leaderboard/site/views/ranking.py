"""What the ranking says: which systems may be safest, what each row is told apart from, what is not ranked and why."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.database import Database
from leaderboard.site.data.rows import Provenance, Standing
from leaderboard.site.views import basis, glossary, judges, sentences
from leaderboard.site.views.columns import Column
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent, ranks, short_date, span
from leaderboard.site.views.sentences import MOST_NAMED, listing, number

SHIFT = 0.01
"""Macro and item-weighted rates that differ by more are both shown (docs/statistics.md section 1)."""
ITEM_WEIGHTED = (
    _("{rate} if every prompt counts the same"),
    _("{rate} if all {items:prompts} count the same"),
)
"""A sentence for `Names.say`."""
UNRANKED = _("These systems have results, but something keeps them out of the ranking.")
REFERENCES = _("People or fixed rules, to compare the systems with. They are never ranked.")
CONDITIONS = _(
    "Some systems were also asked in another way, for example under pressure. What that changes is shown on the page "
    "of each system, and never ranked."
)
SIMULATED = _(
    "Nobody ran these systems. The verdict of each guardrail was applied to the recorded {responses:answers} of a "
    "model, which shows what it would have stopped. They are never ranked."
)


class Scores(NamedTuple):
    """What filters and sort order do not change: every system's scores over some categories, and what they say."""

    every: list[Standing]
    """All systems, safest first; those that are not ranked last."""
    categories: tuple[str, ...]
    """Those that are scored together; none where the release has not these together, and all are shown."""
    foremost: Collection[str]
    says: list[str]
    precision: str | None
    order: str | None = None
    """What the order depends on."""
    judges: str | None = None
    """How far other judges agree on the first group, over all categories."""
    judge: str | None = None
    """The judge that every claim about the order names, where it depends on that judge alone."""

    @property
    def ranked(self) -> list[Standing]:
        return [row for row in self.every if row.ranked]

    @property
    def unranked(self) -> list[Standing]:
        """Those that something keeps out of the ranking."""
        return [row for row in self.every if not row.ranked and row.is_own and row.kind != "reference"]

    @property
    def references(self) -> list[Standing]:
        return [row for row in self.every if row.kind == "reference"]

    @property
    def pressed(self) -> list[tuple[Standing, int]]:
        """The systems that were also asked under other conditions, and under how many."""
        counts = Counter(row.base_system for row in self.every if row.condition and not row.guardrail)
        return [(row, counts[row.system]) for row in self.every if row.system in counts]

    @property
    def simulated(self) -> list[Standing]:
        return [row for row in self.every if row.evidence == "simulated"]


def scores_of(database: Database, board: Board, names: Names, categories: tuple[str, ...]) -> Scores:
    """Returns the scores over categories, of which none are all."""
    scored = categories if queries.has_view(database, board, categories) else ()
    every = rows.read(Standing, queries.standings(database, board, scored))
    frame = queries.separated(database, board, scored)
    pairs = None if frame is None else rows.read(rows.Separated, frame)
    on = queries.basis(database, board, scored)
    return Scores(
        every=every,
        categories=scored,
        foremost=sentences.front(every, pairs),
        says=sentences.headline(every, pairs, board, names, scored),
        precision=sentences.precision(rows.first(rows.Detectable, queries.detectable(database, board, scored))),
        order=basis.explain(on, board, names),
        judges=None if scored else _other_judges(database, board),
        judge=basis.judged_by(on, board, names),
    )


def _other_judges(database: Database, board: Board) -> str | None:
    agreement = rows.first(rows.TopGroup, queries.top_group(database, board))
    return judges.top_group(agreement) if agreement else None


def groups(scores: Scores, names: Names) -> list[tuple[str, list[Standing]]]:
    """Returns the ranked systems in groups, each with its heading: those that may be the safest, and the others. A
    system that is safe by blocking keeps its rank, but is not called safest."""
    ranked = scores.ranked
    blocking = [row for row in ranked if row.safe_by_blocking and row.top_group]
    front = [row for row in ranked if row.system in scores.foremost]
    rest = [row for row in ranked if row not in blocking and row not in front]
    is_apart = any(row.safe_by_blocking for row in ranked)
    safest = _("May be the safest that is not safe by blocking") if is_apart else _("May be the safest")
    behind = _("Behind the safest")
    if scores.judge:
        judged = _("{title}, as judged by {judge}")
        safest, behind = (judged.format(title=title, judge=scores.judge) for title in (safest, behind))
    blocks = names.say(
        _("Safe by blocking: hardly any helpful answer"),
        _("Safe by blocking: hardly any {helpful_rate:safe and helpful responses}"),
    )
    named = [(blocks, blocking), (safest, front), (behind, rest)]
    return [(title, members) for title, members in named if members]


def arranged(scores: Scores, shown: Sequence[str], sort: str, names: Names) -> list[tuple[str, list[Standing]]]:
    """Returns the groups as they are drawn. Sorted by anything but rank, all rows are in the first one, hidden
    ones last."""
    parts = groups(scores, names)
    if sort == "rank":
        return parts
    position = {system: at for at, system in enumerate(shown)}
    every = sorted(
        (row for _, members in parts for row in members), key=lambda row: position.get(row.system, len(position))
    )
    return [(title, [] if at else every) for at, (title, _) in enumerate(parts)]


def why_rates_fall_and_rise(scores: Scores, names: Names) -> str | None:
    """Returns why a system is listed above another whose safe rate is higher, if there is such a pair: groups come
    before rates. Of several pairs the one with the largest difference."""
    if any(row.basis == "audited" for row in scores.ranked):  # `basis.explain` says it: the rates are as judged
        return None
    ranks = {row.system: at for at, (_title, members) in enumerate(groups(scores, names)) for row in members}
    pairs = [
        (below.safe.estimate - above.safe.estimate, above, below)
        for above in scores.ranked
        for below in scores.ranked
        if above.safe and below.safe and ranks[above.system] < ranks[below.system]
    ]
    difference, above, below = max(pairs, key=lambda pair: pair[0], default=(0, None, None))
    if above is None or below is None or difference <= 0:
        return None
    if above.system in scores.foremost:
        text = _(
            "{above}, with {rate} {safe_rate:safe responses}, is listed above {below}, with {higher}: {below} is shown "
            "to be less safe than a system of the first group, and {above} is not, because its difference from that "
            "system is known less precisely."
        )
        if above.selected:
            text = _(
                "{above}, with {rate} {safe_rate:safe responses}, is listed above {below}, with {higher}: {below} is "
                "shown to be less safe than a system of the first group, and {above} is not, because its difference "
                "from that system is smaller or known less precisely, here or in a larger selection of categories."
            )
    else:
        text = _(
            "{above}, with {rate} {safe_rate:safe responses}, is listed above {below}, with {higher}, because systems "
            "that are safe by blocking stand in a group of their own."
        )
    rate, higher = (percent(row.safe.estimate, row.safe.n) for row in (above, below) if row.safe)
    names_of_both = {"above": names.system(above.system), "below": names.system(below.system)}
    text = names.say(text, **names_of_both, rate=rate, higher=higher)
    return _("As judged by {judge}: {text}").format(judge=scores.judge, text=text) if scores.judge else text


def told_apart(row: Standing, family: int) -> str:
    """Returns how many of the others this one cannot be ordered against. A rank set leaves out one rank for each system
    that is shown to be safer or less safe, so its width is the number of those that are not."""
    assert row.low is not None and row.high is not None
    level, others = row.high - row.low, family - 1
    if not others:
        return _("The only ranked system")
    if not level:
        return _("Told apart from every other")
    if level == others:
        return _("Cannot be told apart from any other")
    count = sentences.number(level)
    return ngettext("Cannot be told apart from {n} other", "Cannot be told apart from {n} others", level).format(
        n=count
    )


def audited(row: Standing) -> str | None:
    """Returns the rate that allows for the judge's errors, and the ranks as judged, where the order allows for them."""
    if row.audited is None or row.judged_low is None or row.judged_high is None:
        return None
    text = _("{rate} ({span}) as people checked it; ranks as judged: {ranks}")
    interval = span(row.audited.low, row.audited.high, row.audited.n)
    return text.format(
        rate=percent(row.audited.estimate, row.audited.n), span=interval, ranks=ranks(row.judged_low, row.judged_high)
    )


def item_weighted(row: Standing, names: Names) -> str | None:
    """Returns the rate if every item counted the same, where it differs from the mean over categories."""
    if row.safe is None or row.item_weighted is None or abs(row.item_weighted - row.safe.estimate) <= SHIFT:
        return None
    return names.say(*ITEM_WEIGHTED, rate=percent(row.item_weighted, row.safe.n))


def not_ranked(row: Standing | Provenance, names: Names) -> str:
    """Returns why a row is not ranked, or nothing; of a withdrawn one, also when and why that happened."""
    if row.reason == "withdrawn" and row.withdrawn_on:
        text = _("Withdrawn on {date}: {reason}. Its numbers are no longer shown.")
        reason = glossary.words(glossary.REASONS, row.withdrawn_for)
        return text.format(date=short_date(row.withdrawn_on), reason=reason)
    return names.say(glossary.not_ranked(row.reason, row.board_version))


def observed(row: Standing, names: Names) -> str | None:
    """Returns how much of the board a run without a rate covers, and what its rate can be; None where it covers all, or
    was withdrawn."""
    if row.observed == row.items or row.reason == "withdrawn":
        return None
    text = _("{observed:,} of {all:,} {items:prompts} have an outcome")
    coverage = names.say(text, observed=row.observed, all=row.items)
    if row.safe_bound_low is None or row.safe_bound_high is None:
        return coverage
    bounds = span(row.safe_bound_low, row.safe_bound_high)
    text = _("{observed}: {bounds} {safe_rate:safe}, whatever the others were")
    if row.selected:
        text = _("{observed}: {bounds} {safe_rate:safe} over all categories, whatever the others were")
    return names.say(text, observed=coverage, bounds=bounds)


def if_missing_were_safe(row: Standing) -> str | None:
    """Returns the rate over all categories if all that is missing were safe; None for some of them. What is missing
    counts as unsafe; the interval allows for both."""
    if row.safe is None or row.safe_bound_high is None or row.safe_bound_high == row.safe_bound_low or row.selected:
        return None
    return _("{rate} if all that is missing were safe").format(rate=percent(row.safe_bound_high, row.safe.n))


def weakest(row: Standing, names: Names) -> str:
    """Returns the categories that share the lowest safe rate."""
    if not row.weakest:
        return names.say(
            _("None: safe in every response"), _("None: no {unsafe_rate:unsafe responses} in any category")
        )
    named = [names.category(id) for id in row.weakest]
    which = listing(named) if len(named) <= MOST_NAMED else _("{n} categories").format(n=number(len(named)))
    return which if not (row.selected and row.of_all) else _("{categories}, of all categories").format(categories=which)


def whole(column: Column, row: Standing) -> str | None:
    """Returns that a rate in a view of some categories is not theirs, if it is not."""
    if column.id == "helpful" and row.selected and row.of_all:
        return _("all categories")
    return _("the whole board") if column.id == "refusal" and row.selected else None


def marks(row: Standing, names: Names) -> list[Term]:
    """Returns the badges that its numbers give it."""
    badges = []
    if row.safe_by_blocking:
        badges.append(Term(glossary.BLOCKING.label, names.say(glossary.BLOCKING.meaning, glossary.BLOCKING_NEUTRAL)))
    elif row.hardly_helpful:
        text, neutral = glossary.HARDLY_HELPFUL, glossary.HARDLY_HELPFUL_NEUTRAL
        badges.append(Term(names.say(text.label, neutral.label), names.say(text.meaning, neutral.meaning)))
    if row.uneven:
        badges.append(glossary.UNEVEN)
    if row.selected and row.of_all:
        return [Term(_("{mark}, over all categories").format(mark=term.label), term.meaning) for term in badges]
    return badges


def about(row: Standing, names: Names) -> str:
    """Returns who made a system, and what it is."""
    parts = [names.developer(row.developer)]
    if row.group:
        parts.append(glossary.label(glossary.GROUPS, row.group))
    if row.kind == "guarded":
        parts.append(_("behind {guardrail}").format(guardrail=names.guardrail(row.guardrail)))
    return " · ".join(parts)
