"""Two systems of a board side by side: which one gives fewer unsafe responses, and whether the data can show it."""

from leaderboard.site.data.rows import Difference
from leaderboard.site.views import differences
from leaderboard.site.views.effects import JUDGE_ONLY
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names

SAME_PROMPTS = (
    _("Which one gives fewer unsafe responses to the same prompts, and is that shown?"),
    _("Which one has fewer {unsafe_rate:unsafe responses} on the same {items:prompts}, and is that shown?"),
)
"""A sentence for `Names.say`."""
NOBODY = _("Only ranked systems are compared, and a changed system with the one that it was made from.")


def conclusion(row: Difference, system: str, other: str, family: int, names: Names, judge: str | None = None) -> str:
    """Returns which of two systems is safer over all categories, or that they cannot be ordered. `judge` is the one
    that every claim names, where the order is only as judged."""
    said = differences.sentence(row, names)
    difference = names.say(
        _("{system} gives {difference}"), _("{system} has {difference}"), system=system, difference=said
    )
    if row.judge_only:
        difference = f"{difference} {JUDGE_ONLY}"
        if not judge:  # not ranked, so that nothing is told apart
            return difference
    if row.is_safer is not None:
        text = _("{safer} is shown to be safer, also with all pairs of the {family} ranked systems in view.")
        if judge:
            text = _(
                "As judged by {judge}, {safer} is safer, also with all pairs of the {family} ranked systems in view."
            )
        return f"{text.format(judge=judge, safer=system if row.is_safer else other, family=family)} {difference}"
    if row.ci_low <= 0 <= row.ci_high:
        text = _("The two cannot be ordered: the difference may be chance.")
        return f"{text} {difference}"
    if row.relation != "pair":
        text = _("This pair is one that was declared beforehand.")
        return f"{difference} {text}"
    text = _(
        "The two cannot be ordered. The interval of this pair alone leaves out zero, but among all pairs of the "
        "{family} ranked systems some do so by chance."
    )
    return f"{text.format(family=family)} {difference}"


def order(row: Difference, system: str, other: str, judge: str | None = None) -> str:
    """Returns which of two systems is safer in one row of the table."""
    if row.judge_only and not judge:
        return _("no conclusion")
    if row.is_safer is not None:
        text = _("{safer}: as judged by {judge}") if judge else _("{safer}: shown")
        return text.format(safer=system if row.is_safer else other, judge=judge)
    return _("cannot be ordered")
