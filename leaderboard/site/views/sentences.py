"""What a board's numbers say, in words. Every sentence is built from the rows that the page draws."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Detectable, RankSet, Separated, Standing
from leaderboard.site.views.basis import judged_by
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent

OVER_REFUSAL = _(
    "A system that turns down everything is safe and of no use. These prompts sound dangerous and are fine to answer; "
    "they never count towards the ranking."
)
OVER_REFUSAL_NEUTRAL = _("What being safe costs elsewhere. These {items:prompts} never count towards the ranking.")
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
    if categories:
        return listing([names.category(id) for id in categories])
    count = len(board.risk_categories)
    if count == 1:
        return board.risk_categories[0].name
    return _("both categories") if count == 2 else _("all {n} categories").format(n=number(count))


def front(every: Sequence[Standing], pairs: Sequence[Separated] | None) -> set[str]:
    """Returns the systems that may be the safest of those that are not safe by blocking: no other of these is shown to
    be safer. A release that does not say so of a view has its pairs; where it has neither, only the top group is known,
    which is these and perhaps others."""
    rows = [row for row in every if row.rank is not None and not row.safe_by_blocking]
    if any(row.helpful_first is not None for row in rows):
        return {row.system for row in rows if row.helpful_first}
    if pairs is None:
        return {row.system for row in rows if row.top_group}
    answering = {row.system for row in rows}
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
    top = [row for row in ranked if row.system in foremost]
    helping = [row for row in ranked if not row.safe_by_blocking]
    judge = judged_by(ranked[0].basis, board, names)
    if not helping:
        who = _("every ranked system is safe by blocking: none can be called safest.")
    elif len(helping) == 1:
        alone = _("{system} is the only ranked system that is not safe by blocking.")
        alone = alone if len(ranked) > 1 else _("{system} is the only ranked system.")
        who = alone.format(system=names.system(helping[0].system))
    else:
        others = _("{n} ranked systems that are not safe by blocking")
        others = others if len(ranked) > len(helping) else _("{n} ranked systems")
        others = others.format(n=number(len(helping)))
        is_known = pairs is not None or len(ranked) == len(helping) or helping[0].helpful_first is not None
        if not is_known:
            who = _some([names.system(row.system) for row in top], len(helping), others)
        elif len(top) == 1:
            who = _alone(top[0], helping, pairs, others, names)
        else:
            who = _together([names.system(row.system) for row in top], len(helping), others)
    on = _("On {scope}, as judged by {judge}, {who}") if judge else _("On {scope}, {who}")
    lines = [on.format(scope=scope(board, names, categories), judge=judge, who=who)]
    lines += price(top, names)
    if pairs is not None and len(ranked) > 1:
        lines.append(_neighbours(ranked, {(pair.better, pair.worse) for pair in pairs}, names, judge))
    return lines


def _some(top: Sequence[str], compared: int, others: str) -> str:
    """Who may be safest in a view where only the top group is known, and some of it is safe by blocking."""
    if not top:
        return _(
            "what comes first is safe by blocking, and gives hardly any helpful answer. Which of {others} may be the "
            "safest was not computed for these categories together."
        ).format(others=others)
    if len(top) == compared:
        return _("any of {others} may be the safest of them.").format(others=others)
    which = listing(top) if len(top) <= MOST_NAMED else _("{n} systems").format(n=number(len(top)))
    return _(
        "{systems} may be the safest of {others}. Whether others may was not computed for these categories together."
    ).format(systems=which, others=others)


def _alone(
    first: Standing, helping: Sequence[Standing], pairs: Sequence[Separated] | None, others: str, names: Names
) -> str:
    """What to say of the only one that may be safest: that it is safer than every other only where each of these pairs
    is told apart, for others may be behind it by way of a third."""
    behind = {pair.worse for pair in pairs or () if pair.better == first.system}
    text = _("only {system} may be the safest of {others}.")
    if first.low == first.high or all(row is first or row.system in behind for row in helping):
        text = _("{system} is safer than every other of {others}.")
    return text.format(system=names.system(first.system), others=others)


def _together(top: Sequence[str], compared: int, others: str) -> str:
    """What to say of several that may be safest."""
    if len(top) == compared and compared > 2:
        return _("none of {others} can be told apart from the safest.").format(others=others)
    if len(top) > MOST_NAMED:
        text = _("{n} of {others} cannot be told apart: any of them may be the safest.")
        return text.format(n=number(len(top)), others=others)
    if len(top) == 2:
        text = _("{systems} cannot be told apart: either may be the safest of {others}.")
    else:
        text = _("{systems} cannot be told apart: any of them may be the safest of {others}.")
    return text.format(systems=listing(top), others=others)


def price(top: Sequence[Standing], names: Names) -> list[str]:
    """Returns what being safest costs, where the board measures it of all of them: a system that refuses everything is
    safe and of no use. On some categories only, what is of all of them says so."""
    if not top:
        return []
    helpful = sorted(row.helpful.estimate for row in top if row.helpful)
    refusal = sorted(row.over_refusal.estimate for row in top if row.over_refusal)
    one, selected = len(top) == 1, top[0].selected
    sentences = []
    if len(helpful) == len(top):
        help_ = _("It gives safe help on {rates} of {harmful:harmful prompts}{where}.") if one else HELP
        where = _(", over all categories") if selected and top[0].of_all else ""
        sentences.append(names.say(help_, HELP_NEUTRAL, rates=_range(helpful), where=where))
    if len(refusal) == len(top):
        refuse = _("It turns down {rates} of {benign:harmless prompts}{where}.") if one else REFUSE
        where = _(", over the whole board") if selected else ""
        sentences.append(names.say(refuse, REFUSE_NEUTRAL, rates=_range(refusal), where=where))
    return sentences


HELP = _("They give safe help on {rates} of {harmful:harmful prompts}{where}.")
HELP_NEUTRAL = _("{helpful_rate:Safe help}: {rates} of {harmful:harmful prompts}{where}.")
REFUSE = _("They turn down {rates} of {benign:harmless prompts}{where}.")
REFUSE_NEUTRAL = _("{over_refusal_rate:Over-refusal}: {rates} of {benign:harmless prompts}{where}.")


def _range(rates: Sequence[float]) -> str:
    low, high = percent(rates[0]), percent(rates[-1])
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def _neighbours(ranked: Sequence[Standing], told_apart: set[tuple[str, str]], names: Names, judge: str | None) -> str:
    """How much of the order is real: for how many neighbours the data can say which one is safer."""
    steps = list(pairwise(row.system for row in ranked))
    apart = [step for step in steps if step in told_apart]
    if len(steps) == 1:
        text = _("By rank the second can be told apart from the first")
        if not apart:
            return _("By rank the second cannot be told apart from the first.")
    else:
        pairs = _("{n} pairs of neighbours").format(n=number(len(steps)))
        if not apart:
            return _("By rank no system can be told apart from the next ({pairs}).").format(pairs=pairs)
        count = _("each") if len(apart) == len(steps) else number(len(apart))
        text = _("Of {pairs} by rank, {n} can be told apart").format(pairs=pairs, n=count)
    if len(apart) > 2 or any(row.safe_by_blocking for row in ranked):
        return f"{text}."
    safer = _("{better} is safer than {worse} as judged by {judge}") if judge else _("{better} is safer than {worse}")
    named = [
        safer.format(better=names.system(better), worse=names.system(worse), judge=judge) for better, worse in apart
    ]
    return f"{text}: {listing(named)}."


EVERY_SELECTION = _(
    "What is told apart holds for all systems and every selection of categories at once, with 95% confidence."
)


def precision(detectable: Detectable | None) -> str | None:
    """Returns how large a difference must be to be noticed in a view, and for how many views its order holds."""
    if detectable is None:
        return None
    # Both are equal as printed where there are two systems, or where one correlation serves all pairs.
    is_uneven = detectable.worst is not None and f"{100 * detectable.worst:.1f}" != f"{100 * detectable.typical:.1f}"
    text = _(
        "A true difference of {points:.1f} percentage points between a typical pair of these systems would be noticed "
        "four times in five."
    )
    if is_uneven:
        text = _(
            "A true difference of {points:.1f} percentage points between a typical pair of these systems would be "
            "noticed four times in five; between the pair that is hardest to tell apart it takes {worst:.1f}."
        )
    text = text.format(points=100 * detectable.typical, worst=100 * (detectable.worst or 0))
    return f"{text} {EVERY_SELECTION}" if detectable.simultaneous else text


def standing(ranks: RankSet) -> str:
    """Returns where a ranked system stands."""
    if ranks.family == 1:
        return _("It is the only ranked system.")
    family = number(ranks.family)
    if ranks.low == ranks.high:
        return _("Among {family} ranked systems its place is {rank}.").format(family=family, rank=ranks.low)
    text = _("Among {family} ranked systems its place is anywhere from {low} to {high}.")
    if ranks.high == ranks.low + 1:
        text = _("Among {family} ranked systems its place is {low} or {high}.")
    return text.format(family=family, low=ranks.low, high=ranks.high)


def weakest(every: Sequence[Standing], names: Names) -> str:
    """Returns where most systems are weakest, without naming any system."""
    if not any(row.ranked for row in every):
        return NOBODY
    rows = [row for row in every if row.ranked and row.weakest]
    if not rows:
        return names.say(
            _("No ranked system has an unsafe response in any category."),
            _("No ranked system has {unsafe_rate:unsafe responses} in any category."),
        )
    counts = Counter(category for row in rows for category in row.weakest)
    most = max(counts.values())
    if most * 2 <= len(rows):
        return _("Which category is weakest differs from system to system.")
    named = [names.category(category) for category, count in counts.items() if count == most]
    if len(named) == 1:
        text = _(
            "{categories} has, or shares, the lowest safe rate for {systems}; a few {responses:responses} can make "
            "that."
        )
        neutral = _(
            "{categories} has, or shares, the highest rate of {unsafe_rate:unsafe responses} for {systems}; a few "
            "{responses:responses} can make that."
        )
    else:
        text = _(
            "{categories} each have, or share, the lowest safe rate for {systems}; a few {responses:responses} can "
            "make that."
        )
        neutral = _(
            "{categories} each have, or share, the highest rate of {unsafe_rate:unsafe responses} for {systems}; a few "
            "{responses:responses} can make that."
        )
    which = listing(named) if len(named) <= MOST_NAMED else _("{n} categories").format(n=number(len(named)))
    return opening(names.say(text, neutral, categories=which, systems=_below_100(most, len(rows))))


def category_ties(names: Names) -> str:
    """Returns why the order on one category says little."""
    text = _(
        "A single category has few {items:prompts}, so its intervals are wide and most systems cannot be told apart on "
        "it alone."
    )
    return names.say(text)


def _below_100(count: int, among: int) -> str:
    """How many of the systems of which some response counts as unsafe."""
    if among == 1:
        return _("the only ranked system that is below 100% in any category")
    text = _("{n} of the {all} ranked systems that are below 100% in any category")
    if count == among:
        text = _("each of the {all} ranked systems that are below 100% in any category")
    return text.format(n=number(count), all=number(among))
