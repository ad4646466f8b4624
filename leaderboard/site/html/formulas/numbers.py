"""How the numbers of a worked example are written, beside those of `marks`."""

from leaderboard.site.views.numbers import percent

MINUS = "−"  # typeset, as long as a plus


def points(delta: float) -> str:
    """Returns a difference of two rates in percentage points, such as `+2.3` or `−64.0`."""
    text = f"{100 * delta:+.1f}"
    return "0.0" if not float(text) else text.replace("-", MINUS)


def span_of_points(low: float, high: float) -> str:
    """Returns the interval of a difference, such as `−4.0 to −0.7 points`."""
    return f"{points(low)} to {points(high)} points"


def p_value(p: float) -> str:
    """Returns a p-value; a tiny one is only called tiny."""
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def about(amount: float) -> str:
    """Returns a number of effective prompts."""
    return f"{amount:,.1f}"


def fine(rate: float) -> str:
    """Returns a rate with a decimal, whatever it rests on: a step on the way to a result."""
    return percent(rate)
