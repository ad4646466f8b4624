"""A difference between two systems in words: how many percentage points more or fewer, and its interval."""

from typing import Literal, NamedTuple

from leaderboard.site.data.rows import Difference, Effect
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names

Conclusion = Literal[
    "fewer", "more", "alone_fewer", "alone_more", "nearly_fewer", "nearly_more", "same", "not_more", "open"
]
"""What a change of the unsafe rate shows. `alone_`: by its own interval, but not among all changes of its kind;
`nearly_`: by its interval, but not by its test, where it is the only change of its kind."""
SURE = 0.05
"""The largest adjusted p-value of a change that counts as shown among all of its kind."""


class Words(NamedTuple):
    """How a difference is expressed: in percentage points, or as a plain number where `is_plain`."""

    more: str = _("{size} more")
    fewer: str = _("{size} fewer")
    is_plain: bool = False


RATE = Words()


def amount(value: float, words: Words = RATE) -> str:
    """Returns the size of a difference: `6.2` points, or `<0.1` where it would read as nothing."""
    text, least = (f"{abs(value):.3f}", "<0.001") if words.is_plain else (f"{abs(100 * value):.1f}", "<0.1")
    return least if value and not float(text) else text


def change(delta: float, words: Words = RATE) -> str:
    """Returns `6.2 points fewer`, or `no difference`."""
    if not delta:
        return _("no difference")
    size = amount(delta, words)
    return _directed(size if words.is_plain else _("{size} points").format(size=size), delta, words)


def interval(low: float, high: float, words: Words = RATE) -> str:
    """Returns `3.1 to 9.4 fewer`, the end next to zero first, or `2.2 fewer to 0.2 more` where the interval holds 0."""
    between = _("{start} to {end}")
    if low > 0 or high < 0:
        start, end = (amount(value, words) for value in sorted((low, high), key=abs))
        return _directed(between.format(start=start, end=end), low, words)
    start, end = (_directed(amount(value, words), value, words) if value else "0" for value in (low, high))
    return between.format(start=start, end=end)


def _directed(size: str, value: float, words: Words) -> str:
    return (words.more if value > 0 else words.fewer).format(size=size)


def sentence(row: Effect | Difference, names: Names) -> str:
    """Returns how many unsafe responses more or fewer, how surely and on how many prompts."""
    text = _(
        "{difference} {unsafe_rate:unsafe responses} (95% interval {interval}, on the {n:,} {items:prompts} that both "
        "have)."
    )
    size = change(row.delta) if row.delta else _("as many")
    return names.say(text, difference=size, interval=interval(row.ci_low, row.ci_high), n=row.n)


def conclusion(row: Effect) -> Conclusion:
    """Returns what a declared change shows of the unsafe rate."""
    sure = is_sure(row.p_adjusted)
    if row.ci_high < 0:
        return "fewer" if sure else "alone_fewer" if row.compared > 1 else "nearly_fewer"
    if row.ci_low > 0:
        return "more" if sure else "alone_more" if row.compared > 1 else "nearly_more"
    if row.equivalent:
        return "same"
    return "not_more" if row.noninferior else "open"


def is_sure(p_adjusted: float | None) -> bool:
    """Returns whether a claim holds among all of its kind; where none is recorded the interval alone decides."""
    return p_adjusted is None or p_adjusted <= SURE
