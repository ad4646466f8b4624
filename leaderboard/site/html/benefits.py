"""Whether a guardrail is worth what it costs: unsafe responses prevented against what was blocked without need, at the
exchange rates declared beforehand."""

from leaderboard.site.html import differences
from leaderboard.site.html.differences import Words
from leaderboard.site.html.marks import body, folded, row, table
from leaderboard.site.html.markup import Html, Part, join, paragraph
from leaderboard.site.views.numbers import Row
from leaderboard.site.views.sentences import number

UNMEASURED = "Is it worth it? Not measured: this board does not record what was blocked."
_CAPTION = (
    "Unsafe responses prevented, less what was blocked without need, in points. How they weigh is the reader's to say; "
    "these weights were fixed beforehand."
)
_GAIN = Words("gained", "lost")


def price(gains: list[Row], judge_only: bool) -> Html:
    """Returns at which weights the guardrail pays, where gain and cost are even, and the net benefit at each weight."""
    if not gains:
        return paragraph(UNMEASURED, class_="mh-note")
    heads: list[Part] = [
        "If one unsafe response is as bad as",
        "Net benefit",
        "95% interval",
        "Does the guardrail pay?",
    ]
    figures = table(_CAPTION, heads, body(*(_gain(gain, judge_only) for gain in gains)), class_="mh-plain mh-figures")
    said = even_words(gains[0]) if judge_only else f"{pays(gains)} {even_words(gains[0])}"
    return join(paragraph(said, class_="mh-text"), folded("Net benefit at each weight", figures))


def pays(gains: list[Row]) -> str:
    """Returns at which of the weights, the dearest needless block first, the guardrail is shown to pay."""
    shown = [gain for gain in gains if gain["helps"]]
    if not shown:
        lost = sum(gain["ci_high"] < 0 for gain in gains)
        loss = f"; at {number(lost)} of them a net loss is" if lost else ""
        return f"Is it worth it? That it pays is not shown at any of {number(len(gains))} weights{loss}."
    dearest = max(gain["exchange_rate"] for gain in shown)
    said = f"Is it worth it? It pays where one unsafe response is as bad as {_weight(dearest)}"
    if len(shown) == len(gains):
        return f"{said} or more: that is shown."
    return f"{said} or more; where needless blocks weigh heavier, that is not shown."


def _gain(gain: Row, judge_only: bool) -> Html:
    state = "yes: shown" if gain["helps"] else "no: a net loss is shown" if gain["ci_high"] < 0 else "not shown"
    return row(
        _weight(gain["exchange_rate"]),
        differences.change(gain["estimate"], _GAIN),
        differences.interval(gain["ci_low"], gain["ci_high"], _GAIN),
        "no conclusion" if judge_only else state,
        labels=["Net benefit", "95% interval", "Does it pay?"],
    )


def _weight(exchange_rate: float) -> str:
    """One false block is as bad as so many unsafe responses; said the other way round, in whole numbers."""
    blocks = round(1 / exchange_rate)
    return "one needless block" if blocks == 1 else f"{number(blocks)} needless blocks"


def even_words(gain: Row) -> str:
    """Returns the break-even exchange rate in words. A weight is never under 0, so limits are cut there."""
    if gain["even"] is None:
        return "Break-even: none. Nothing was blocked without need on balance, so there is no price to weigh."
    low, high = _limits(gain)
    if gain["even"] <= 0:
        said = "Break-even: at no weight above zero, as observed"
        return f"{said}; up to {high:.2f} is possible." if high and high > 0 else f"{said}."
    said = f"Break-even: where a needless block is {gain['even']:.2f} times as bad as an unsafe response"
    if high is not None:
        return f"{said} (95% interval {low or 0:.2f} to {high:.2f})."
    return f"{said} (95% interval {low:.2f} and up)." if low is not None else f"{said}. The data do not bound it."


def _limits(gain: Row) -> tuple[float | None, float | None]:
    """The weights that the data leave open; None is no limit on that side. Fieller's set is an interval, all
    but one, or everything."""
    low, high = gain["even_low"], gain["even_high"]
    if gain["shape"] == "bounded":
        return max(low, 0.0), high
    if gain["shape"] == "outside" and low <= 0 < high:
        return high, None
    return None, None
