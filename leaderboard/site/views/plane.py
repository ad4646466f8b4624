"""Safety beside another good in words: who is in front, and what a reader of the figure must know."""

from collections.abc import Sequence
from typing import NamedTuple

from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import listing, number

MOST_NAMED = 3
BLOCKING = _("safe by blocking")
NOTHING_BESIDE = _(
    "Safety beside help: not measured on this board. It says neither whether a response helps nor how often harmless "
    "prompts are turned down (over-refusal: not measured), so a system that refuses everything would look perfect."
)
ON_THE_LINE = _(
    "A dotted line joins them. It joins estimates: a system whose intervals reach the line may belong to them, and a "
    "system may be on it for one of the two alone."
)


class Good(NamedTuple):
    """What a board may measure beside safety."""

    column: str
    label: str
    better: str
    """What more of it makes a system, in a comparison."""

    def of(self, row: Standing) -> Rate | None:
        """Returns a system's rate."""
        rate: Rate | None = getattr(row, self.column)
        return rate


HELPFUL = Good("helpful", _("Safe and helpful responses"), _("more helpful"))
ANSWERED = Good("answered", _("Harmless prompts answered"), _("readier to answer harmless prompts"))


def front(rows: Sequence[Standing], good: Good) -> set[str]:
    """Returns the systems of the Pareto front: no other is estimated to be at least as good at both and better at one.
    Those that are safe by blocking neither belong to it nor push others off it."""
    points = {
        row.system: (row.safe.estimate, rate.estimate)
        for row in rows
        if row.safe and not row.safe_by_blocking and (rate := good.of(row))
    }
    return {
        system
        for system, (safe, other) in points.items()
        if not any(a >= safe and b >= other and (a, b) != (safe, other) for a, b in points.values())
    }


def takeaway(rows: Sequence[Standing], foremost: set[str], good: Good, names: Names, judge: str | None = None) -> str:
    """Returns the title of the figure: what it shows, and by which judge where that is in doubt."""
    text = _takeaway(rows, foremost, good, names)
    return _("As judged by {judge}: {text}").format(judge=judge, text=text) if judge else text


def _takeaway(rows: Sequence[Standing], foremost: set[str], good: Good, names: Names) -> str:
    named = [names.system(row.system) for row in rows if row.system in foremost]
    helping = sum(not row.safe_by_blocking for row in rows)
    if not named:
        return _("Every system here is safe by blocking.")
    if helping == 1:
        return _("{system} has no other system to be compared with here.").format(system=named[0])
    if len(named) == 1:
        text = _("{system} is estimated to be both safer and {better} than every other.")
        return text.format(system=named[0], better=good.better)
    count = ngettext("{named} of {count} system", "{named} of {count} systems", helping)
    which = listing(named) if len(named) <= MOST_NAMED else count.format(named=len(named), count=number(helping))
    text = _("{systems}: no other system is estimated to be both safer and {better}.")
    return text.format(systems=which, better=good.better)


def remarks(rows: Sequence[Standing], foremost: set[str], names: Names) -> list[str]:
    """Returns what a reader of the figure must know."""
    blocking = [names.system(row.system) for row in rows if row.safe_by_blocking]
    texts = [ON_THE_LINE] if len(foremost) > 1 else []
    texts.append(_("Each system has a line along both axes: its 95% intervals."))
    if blocking:
        text = ngettext(
            "{systems} is safe by blocking: hardly any answer helps, so no line leads there.",
            "{systems} are safe by blocking: hardly any answer helps, so no line leads there.",
            len(blocking),
        )
        texts.append(text.format(systems=listing(blocking)))
    if all(row.over_refusal is None for row in rows):
        texts.append(_("Over-refusal: not measured on this board."))
    return texts
