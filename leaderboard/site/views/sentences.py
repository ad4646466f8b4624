"""What a board's numbers say, in words. Every sentence is built from the rows that the page draws."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import RankSet, Separated, Standing
from leaderboard.site.views.basis import judged_by
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent

CATEGORY_TIES = _(
    "A single category has few prompts, so its intervals are wide and most systems cannot be told apart on it alone."
)
OVER_REFUSAL = _(
    "A system that turns down everything is safe and of no use. These prompts sound dangerous and are fine to answer; "
    "they never count towards the ranking."
)
NOBODY = _("No system is ranked on this board in this release.")
_NUMBERS = [
    *(_("no"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven")),
    *(_("eight"), _("nine"), _("ten"), _("eleven"), _("twelve")),
]
MOST_NAMED = 6
"""More names than this make a list that nobody reads; the number is stated instead."""


def number(count: int) -> str:
    """Returns a count as text: words up to twelve, digits from there."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def listing(names: Sequence[str]) -> str:
    """Returns `A`, `A and B`, `A, B and C`."""
    if len(names) == 1:
        return names[0]
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])


def opening(sentence: str) -> str:
    """Returns a sentence with its first letter large and the others as they were."""
    return sentence[:1].upper() + sentence[1:]


def scope(board: Board, names: Names, categories: Sequence[str]) -> str:
    """Returns what a view is about: all five categories, or the selected ones by name."""
    if not categories:
        count = len(board.risk_categories)
        return ngettext("all {n} category", "all {n} categories", count).format(n=number(count))
    return listing([names.category(id) for id in categories])


def front(every: Sequence[Standing], pairs: Sequence[Separated] | None) -> set[str]:
    """Returns the systems that may be the safest of those that also help: no other of these is shown to be safer.
    Where the release has no pairs of a view it is the top group, without those that are safe by blocking."""
    rows = [row for row in every if row.rank is not None and not row.safe_by_blocking]
    answering = {row.system for row in rows}
    if pairs is None:
        return {row.system for row in rows if row.top_group}
    return answering - {pair.worse for pair in pairs if pair.better in answering}


def headline(
    every: Sequence[Standing],
    pairs: Sequence[Separated] | None,
    board: Board,
    names: Names,
    categories: Sequence[str],
) -> list[str]:
    """Returns what the ranking says: who may be safest, and which neighbours the data tell apart. `pairs` is None for a
    view whose pairs the release does not have. A system that is safe by blocking is never named here."""
    ranked = [row for row in every if row.rank is not None]
    if not ranked:
        return [NOBODY]
    foremost = front(every, pairs)
    top = [names.system(row.system) for row in ranked if row.system in foremost]
    blocking = [row for row in ranked if row.safe_by_blocking]
    who = _top(top, len(ranked) - len(blocking), bool(blocking))
    judge = judged_by(ranked[0].basis, board, names)
    on = _("On {scope}, as judged by {judge}, {who}") if judge else _("On {scope}, {who}")
    lines = [on.format(scope=scope(board, names, categories), judge=judge, who=who)]
    lines += _price([row for row in ranked if row.system in foremost])
    if pairs is not None and len(ranked) > 1:
        lines.append(_neighbours(ranked, {(pair.better, pair.worse) for pair in pairs}, names, judge))
    return lines


def _price(top: Sequence[Standing]) -> list[str]:
    """What being safest costs, where the board measures it: a system that refuses everything is safe and of no use."""
    helpful = sorted(row.helpful.estimate for row in top if row.helpful)
    refusal = sorted(row.over_refusal.estimate for row in top if row.over_refusal)
    one = len(top) == 1
    sentences = []
    if helpful:
        help_ = _("It gives safe help on {rates} of harmful prompts.") if one else HELP
        sentences.append(help_.format(rates=_range(helpful)))
    if refusal:
        refuse = _("It turns down {rates} of harmless prompts.") if one else REFUSE
        sentences.append(refuse.format(rates=_range(refusal)))
    return sentences


HELP = _("They give safe help on {rates} of harmful prompts.")
REFUSE = _("They turn down {rates} of harmless prompts.")


def _range(rates: Sequence[float]) -> str:
    low, high = percent(rates[0]), percent(rates[-1])
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def _top(top: Sequence[str], compared: int, blocking: bool) -> str:
    others = _("{n} ranked systems that also help") if blocking else _("{n} ranked systems")
    others = others.format(n=number(compared))
    if not compared:
        return _("every ranked system is safe by blocking: none can be called safest.")
    if not top:  # only where the release has no pairs of the view
        return _(
            "what comes first is safe by blocking, and gives hardly any helpful answer. Which of {others} may be the "
            "safest was not computed for these categories together."
        ).format(others=others)
    if compared == 1:
        return _("{system} is the only ranked system.").format(system=top[0])
    if len(top) == 1:
        return _("{system} is safer than every other of {others}.").format(system=top[0], others=others)
    if len(top) == compared:
        return _("none of {others} can be told apart from the safest.").format(others=others)
    if len(top) > MOST_NAMED:
        text = _("{n} of {others} cannot be told apart: any of them may be the safest.")
        return text.format(n=number(len(top)), others=others)
    if len(top) == 2:
        text = _("{systems} cannot be told apart: either may be the safest of {others}.")
    else:
        text = _("{systems} cannot be told apart: any of them may be the safest of {others}.")
    return text.format(systems=listing(top), others=others)


def _neighbours(ranked: Sequence[Standing], told_apart: set[tuple[str, str]], names: Names, judge: str | None) -> str:
    """How much of the order is real: for how many neighbours the data can say which one is safer."""
    steps = list(pairwise(row.system for row in ranked))
    apart = [step for step in steps if step in told_apart]
    pairs = ngettext("{n} pair of neighbours", "{n} pairs of neighbours", len(steps)).format(n=number(len(steps)))
    if not apart:
        return _("By rank no system can be told apart from the next ({pairs}).").format(pairs=pairs)
    text = _("Of {pairs} by rank, {n} can be told apart").format(pairs=pairs, n=number(len(apart)))
    if len(apart) > 2 or any(row.safe_by_blocking for row in ranked):
        return f"{text}."
    safer = _("{better} is safer than {worse} as judged by {judge}") if judge else _("{better} is safer than {worse}")
    named = [
        safer.format(better=names.system(better), worse=names.system(worse), judge=judge) for better, worse in apart
    ]
    return f"{text}: {listing(named)}."


def precision(detectable: float | None) -> str | None:
    """Returns how large a difference must be to be noticed in a view."""
    if detectable is None:
        return None
    return _(
        "A true difference of {points:.1f} percentage points between any two of these systems would be noticed four "
        "times in five."
    ).format(points=100 * detectable)


def standing(ranks: RankSet) -> str:
    """Returns where a ranked system stands."""
    family = number(ranks.family)
    if ranks.low == ranks.high:
        return _("Among {family} ranked systems its place is {rank}.").format(family=family, rank=ranks.low)
    text = _("Among {family} ranked systems its place is anywhere from {low} to {high}.")
    return text.format(family=family, low=ranks.low, high=ranks.high)


def weakest(every: Sequence[Standing], names: Names) -> str:
    """Returns where most systems are weakest, without naming any system."""
    if not any(row.ranked for row in every):
        return NOBODY
    rows = [row for row in every if row.ranked and row.weakest and row.weakest_safe and row.weakest_safe.estimate < 1]
    if not rows:
        return _("No ranked system has an unsafe response in any category.")
    category, count = Counter(row.weakest for row in rows).most_common(1)[0]
    if count * 2 <= len(rows):
        return _("Which category is weakest differs from system to system.")
    text = ngettext(
        "{category} has, or shares, the lowest safe rate for {n} of {all} ranked system with any unsafe response; a "
        "few responses can make that.",
        "{category} has, or shares, the lowest safe rate for {n} of {all} ranked systems with any unsafe response; a "
        "few responses can make that.",
        len(rows),
    )
    return text.format(category=names.category(category), n=number(count), all=number(len(rows)))
