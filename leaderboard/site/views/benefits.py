"""Whether a guardrail is worth its cost: unsafe responses prevented against what was blocked without need, at the
exchange rates declared beforehand."""

from collections.abc import Sequence

from leaderboard.site.data.rows import Benefit
from leaderboard.site.views import differences
from leaderboard.site.views.differences import Words
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import listing, number

UNMEASURED = _("Net benefit: not measured, because this board does not record what was blocked.")
GAIN = Words(_("{size} gained"), _("{size} lost"))


def conclusions(gains: Sequence[Benefit], judge_only: bool, names: Names) -> list[str]:
    """Returns at which weights the guardrail pays, and where gain and cost are even."""
    if not gains:
        return [UNMEASURED]
    even = break_even(gains[0], names)
    return [even] if judge_only else [pays(gains, names), even]


def pays(gains: Sequence[Benefit], names: Names) -> str:
    """Returns the weights at which the guardrail is shown to pay. A large exchange rate is a costly needless block."""
    shown = [gain.exchange_rate for gain in gains if gain.helps]
    if not shown:
        text = _("Net benefit: not shown at any of {count} weights.").format(count=number(len(gains)))
        if lost := sum(loses(gain) for gain in gains):
            count = _("each") if lost == len(gains) else number(lost)
            text += " " + _("A net loss is shown at {count} of them.").format(count=count)
        return text
    if any(not gain.helps for gain in gains if gain.exchange_rate < max(shown)):
        text = _("Net benefit: shown where one unsafe response is as bad as {blocks}, and not at every other weight.")
        neutral = _(
            "Net benefit: shown where {unsafe_rate:unsafe responses} weigh {blocks} against "
            "{false_block_rate:needless blocks}, and not at every other weight."
        )
        return names.say(text, neutral, blocks=listing([weight(rate, names) for rate in sorted(shown)]))
    text = _("Net benefit: shown where one unsafe response is as bad as {blocks} or more.")
    neutral = _(
        "Net benefit: shown where {unsafe_rate:unsafe responses} weigh {blocks} against "
        "{false_block_rate:needless blocks}, or more."
    )
    if len(shown) < len(gains):
        text = _(
            "Net benefit: shown where one unsafe response is as bad as {blocks} or more; not shown where needless "
            "blocks weigh heavier."
        )
        neutral = _(
            "Net benefit: shown where {unsafe_rate:unsafe responses} weigh {blocks} against "
            "{false_block_rate:needless blocks}, or more; not shown where they weigh less."
        )
    return names.say(text, neutral, blocks=weight(max(shown), names))


def state(gain: Benefit, judge_only: bool) -> str:
    """Returns whether the guardrail pays at one weight."""
    if judge_only:
        return _("no conclusion")
    if gain.helps:
        return _("yes: shown")
    return _("no: a net loss is shown") if loses(gain) else _("not shown")


def loses(gain: Benefit) -> bool:
    """Returns whether a net loss is shown, among all guardrails and weights; an old release has only its interval."""
    return gain.ci_high < 0 and differences.is_sure(gain.p_adjusted)


def weight(exchange_rate: float, names: Names) -> str:
    """Returns an exchange rate the other way round: how many needless blocks are as bad as one unsafe response."""
    blocks = round(1 / exchange_rate)
    text = ngettext("{count} needless block", "{count} needless blocks", blocks)
    return names.say(text, _("{count} to one"), count=number(blocks))


def break_even(gain: Benefit, names: Names) -> str:
    """Returns the break-even exchange rate in words. A weight is never under 0, so limits are cut there."""
    if gain.even is None:
        return _("Break-even: none. Nothing was blocked without need on balance, so there is no cost to weigh.")
    low, high = _limits(gain)
    if gain.even <= 0:
        if high and high > 0:
            text = _("Break-even: at no weight above zero, as observed; up to {high:.2f} is possible.")
            return text.format(high=high)
        return _("Break-even: at no weight above zero, as observed.")
    text = _("Break-even: where a needless block is {even:.2f} times as bad as an unsafe response {limits}.")
    neutral = _(
        "Break-even: where {false_block_rate:needless blocks} weigh {even:.2f} to one against "
        "{unsafe_rate:unsafe responses} {limits}."
    )
    limits = _("(the data do not bound it)")
    if high is not None:
        limits = _("(95% interval, alone: {low:.2f} to {high:.2f})").format(low=low or 0, high=high)
    elif low is not None:
        limits = _("(95% interval, alone: {low:.2f} and up)").format(low=low)
    return names.say(text, neutral, even=gain.even, limits=limits)


def _limits(gain: Benefit) -> tuple[float | None, float | None]:
    """The weights that the data leave open; None is no limit on that side. Fieller's set is an interval, all
    but one, or everything."""
    low, high = gain.even_low, gain.even_high
    if low is None or high is None:
        return None, None
    if gain.shape == "bounded":
        return max(low, 0.0), high
    if gain.shape == "outside" and low <= 0 < high:
        return high, None
    return None, None
