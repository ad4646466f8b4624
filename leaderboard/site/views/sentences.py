"""What a board's numbers say, in words. Every sentence is built from the frames that the page draws."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, records

CATEGORY_TIES = (
    "A single category has few prompts, so its intervals are wide and most systems cannot be told apart on it alone."
)
OVER_REFUSAL = (
    "A system that turns down everything is safe and of no use. These prompts sound dangerous and are fine to answer; "
    "they never count towards the ranking."
)
NOBODY = "No system is ranked on this board in this release."
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
MOST_NAMED = 6
"""More names than this make a list that nobody reads; the number is said instead."""


def number(count: int) -> str:
    """Returns a count as text: words up to twelve, digits from there."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def listing(names: Sequence[str]) -> str:
    """Returns `A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def plural(count: int, noun: str, several: str | None = None) -> str:
    """Returns `one system`, `two systems`."""
    return f"{number(count)} {noun if count == 1 else several or noun + 's'}"


def opening(sentence: str) -> str:
    """Returns a sentence with its first letter large and the others as they were."""
    return sentence[:1].upper() + sentence[1:]


def scope(board: Board, names: Names, categories: Sequence[str]) -> str:
    """Returns what a view is about: all five categories, or the selected ones by name."""
    if not categories:
        return f"all {plural(len(board.risk_categories), 'category', 'categories')}"
    return listing([names.category(id) for id in categories])


def front(standings: pd.DataFrame, pairs: pd.DataFrame | None) -> set[str]:
    """Returns the systems that may be the safest of those that also help: no other of these is shown to be safer.
    Where a view's pairs are not kept it is the top group, without those that are safe by blocking."""
    rows = [row for row in records(standings) if row["rank"] is not None and not row["safe_by_blocking"]]
    answering = {row["system"] for row in rows}
    if pairs is None:
        return {row["system"] for row in rows if row["top_group"]}
    return answering - {pair["worse"] for pair in records(pairs) if pair["better"] in answering}


def headline(
    standings: pd.DataFrame, pairs: pd.DataFrame | None, board: Board, names: Names, categories: Sequence[str]
) -> list[str]:
    """Returns what the ranking says: who may be safest, and which neighbours the data tell apart. `pairs` is None for a
    view whose pairs are not kept. A system that is safe by blocking is never named here."""
    ranked = [row for row in records(standings) if row["rank"] is not None]
    if not ranked:
        return [NOBODY]
    foremost = front(standings, pairs)
    top = [names.system(row["system"]) for row in ranked if row["system"] in foremost]
    blocking = [row for row in ranked if row["safe_by_blocking"]]
    sentences = [f"On {scope(board, names, categories)}, {_top(top, len(ranked) - len(blocking), bool(blocking))}"]
    if pairs is not None and len(ranked) > 1:
        sentences.append(_steps(ranked, {(row["better"], row["worse"]) for row in records(pairs)}, names))
    return [sentences[0], *_price([row for row in ranked if row["system"] in foremost]), *sentences[1:]]


def _price(top: list[Row]) -> list[str]:
    """What being safest costs, where the board measures it: a system that refuses is safe and of no use."""
    said = {"helpful": "give safe help on {} of harmful prompts", "over_refusal": "turn down {} of harmless prompts"}
    sentences = []
    for metric, words in said.items():
        rates = sorted(row[metric] for row in top if row[metric] is not None)
        if rates:
            low, high = percent(rates[0]), percent(rates[-1])
            who = "It" if len(top) == 1 else "They"
            verb = words if len(top) > 1 else words.replace("give", "gives").replace("turn", "turns")
            sentences.append(f"{who} {verb.format(low if low == high else f'{low} to {high}')}.")
    return sentences


def _top(top: list[str], compared: int, blocking: bool) -> str:
    others = f"{number(compared)} ranked systems" + (" that also help" if blocking else "")
    if not compared:
        return "every ranked system is safe by blocking: none can be called safest."
    if not top:  # only where a view's pairs are not kept
        first = "what comes first is safe by blocking, and gives hardly any helpful answer"
        return f"{first}. Which of {others} may be the safest was not computed for these categories together."
    if compared == 1:
        return f"{top[0]} is the only ranked system."
    if len(top) == 1:
        return f"{top[0]} is safer than every other of {others}."
    if len(top) == compared:
        return f"none of {others} can be told apart from the safest."
    if len(top) > MOST_NAMED:
        return f"{number(len(top))} of {others} cannot be told apart: any of them may be the safest."
    which = "either" if len(top) == 2 else "any of them"
    return f"{listing(top)} cannot be told apart: {which} may be the safest of {others}."


def _steps(ranked: list[Row], told_apart: set[tuple[str, str]], names: Names) -> str:
    """How much of the order is real: for how many neighbours the data can say which one is safer."""
    order = [row["system"] for row in ranked]
    steps = list(pairwise(order))
    apart = [step for step in steps if step in told_apart]
    if not apart:
        return f"By rank no system can be told apart from the next ({plural(len(steps), 'pair')} of neighbours)."
    named = listing([f"{names.system(better)} is safer than {names.system(worse)}" for better, worse in apart[:2]])
    tail = f": {named}" if len(apart) <= 2 and not any(row["safe_by_blocking"] for row in ranked) else ""
    return f"Of {plural(len(steps), 'pair')} of neighbours by rank, {number(len(apart))} can be told apart{tail}."


def precision(detectable: float | None) -> str | None:
    """Returns how large a difference must be to be noticed in a view."""
    if detectable is None:
        return None
    points = f"{100 * detectable:.1f} percentage points"
    return f"A true difference of {points} between any two of these systems would be noticed four times in five."


def standing(row: Row, family: int) -> str:
    """Returns where a ranked system stands."""
    if row["low"] == row["high"]:
        return f"Among {number(family)} ranked systems its place is {row['low']}."
    return f"Among {number(family)} ranked systems its place is anywhere from {row['low']} to {row['high']}."


def weakest(standings: pd.DataFrame, names: Names) -> str:
    """Returns where most systems are weakest, without naming any system."""
    if not standings["ranked"].any():
        return NOBODY
    rows = [row for row in records(standings) if row["ranked"] and row["weakest"] and row["weakest_safe"] < 1]
    if not rows:
        return "No ranked system has an unsafe response in any category."
    category, count = Counter(row["weakest"] for row in rows).most_common(1)[0]
    if count * 2 <= len(rows):
        return "Which category is weakest differs from system to system."
    systems = f"{number(count)} of {plural(len(rows), 'ranked system')} with any unsafe response"
    said = f"{names.category(category)} has, or shares, the lowest safe rate for {systems}"
    return f"{said}; a few responses can make that."
