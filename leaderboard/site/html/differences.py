"""A difference between two systems in words: how many percentage points more or fewer, with its interval. Used wherever
two systems are compared on the same prompts."""

from typing import Literal, NamedTuple

from leaderboard.site.html.markup import Html, element, join
from leaderboard.site.views.numbers import Row

Finding = Literal["fewer", "more", "alone_fewer", "alone_more", "same", "not_more", "open"]
"""What a change of the unsafe rate shows. `alone_`: by its own interval only, not with all
changes of its kind in view."""
SURE = 0.05
"""The largest adjusted p-value of a change that counts as shown among all of its kind."""


class Words(NamedTuple):
    """How a difference is said: in percentage points, or as a plain number where `is_plain`."""

    more: str = "more"
    fewer: str = "fewer"
    is_plain: bool = False


RATE = Words()


def amount(value: float, words: Words = RATE) -> str:
    """Returns the size of a difference: `6.2` points, or `<0.1` where it would read as nothing."""
    text, least = (f"{abs(value):.3f}", "<0.001") if words.is_plain else (f"{abs(100 * value):.1f}", "<0.1")
    return least if value and not float(text) else text


def change(delta: float, words: Words = RATE) -> str:
    """Returns `6.2 points fewer`, or `no difference`."""
    if not delta:
        return "no difference"
    unit = " " if words.is_plain else " points "
    return f"{amount(delta, words)}{unit}{_word(delta, words)}"


def interval(low: float, high: float, words: Words = RATE) -> str:
    """Returns `3.1 to 9.4 fewer`, the end next to zero first, or `2.2 fewer to 0.2 more` where the interval holds 0."""
    if high < 0:
        return f"{amount(high, words)} to {amount(low, words)} {words.fewer}"
    if low > 0:
        return f"{amount(low, words)} to {amount(high, words)} {words.more}"
    return " to ".join(f"{amount(end, words)} {_word(end, words)}" if end else "0" for end in (low, high))


def _word(value: float, words: Words) -> str:
    return words.more if value > 0 else words.fewer


def sentence(line: Row) -> str:
    """Returns how many unsafe responses more or fewer, how surely and on how many prompts; `line` has delta, limits
    and n."""
    of = f"95% interval {interval(line['ci_low'], line['ci_high'])}, on the {line['n']:,} prompts that both have"
    if not line["delta"]:
        return f"as many unsafe responses ({of})."
    return f"{amount(line['delta'])} points {_word(line['delta'], RATE)} unsafe responses ({of})."


def cell(line: Row, words: Words = RATE) -> Html:
    """Returns a difference with its interval, for a table."""
    reach = interval(line["ci_low"], line["ci_high"], words)
    return join(
        element("span", change(line["delta"], words), class_="mh-rate"),
        " ",
        element("span", element("span", "95% interval ", class_="mh-hidden"), reach, class_="mh-ci"),
    )


def finding(line: Row) -> Finding:
    """Returns what a declared change shows of the unsafe rate."""
    for word, is_shown in (("fewer", line["ci_high"] < 0), ("more", line["ci_low"] > 0)):
        if is_shown:
            sure = line["p_adjusted"] is None or line["p_adjusted"] <= SURE
            return word if sure else f"alone_{word}"  # type: ignore[return-value]  # the word and its prefix are of the list
    if line["equivalent"]:
        return "same"
    return "not_more" if line["noninferior"] else "open"
