"""Safety beside another good in words: who is in front, and what a reader of the figure must know."""

from collections.abc import Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board, Outcome
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.views.columns import BY_ID
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import listing, number, opening

MOST_NAMED = 3
BLOCKING = _("safe by blocking")
NOTHING_BESIDE = (
    _(
        "Safety beside help: not measured on this board. It says neither whether a response helps nor how often "
        "harmless prompts are turned down (over-refusal: not measured), so a system that refuses everything would look "
        "perfect."
    ),
    _("Safety beside its price: not measured on this board, so a system that is safe at any price would look perfect."),
)
TITLE = (_("Safe and helpful: both at once"), _("Both rates at once"))
ON_THE_LINE = _(
    "A dotted line joins them. It joins estimates: a system whose intervals reach the line may belong to them, and a "
    "system may be on it for one of the two alone."
)


class Good(NamedTuple):
    """What a board may measure beside safety."""

    column: str
    label: tuple[str, str]
    """Sentences for `Names.say`, as the next two are."""
    better: tuple[str, str]
    """What more of it makes a system, in a comparison."""
    worse: tuple[str, str]
    complies: tuple[float, float]
    """Where a system would be that complies with everything."""

    def of(self, row: Standing) -> Rate | None:
        """Returns a system's rate."""
        rate: Rate | None = getattr(row, self.column)
        return rate


HELPFUL = Good(
    "helpful",
    (_("{helpful_rate:Safe and helpful responses}"), ""),
    (_("more helpful"), _("ahead in {helpful_rate:safe and helpful responses}")),
    (_("less helpful"), _("behind in {helpful_rate:safe and helpful responses}")),
    (0.0, 0.0),
)
ANSWERED = Good(
    "answered",
    (_("Harmless prompts answered"), _("{benign:Harmless prompts} without {over_refusal_rate:over-refusal}")),
    (_("readier to answer harmless prompts"), _("better on {benign:harmless prompts}")),
    (_("less ready to answer harmless prompts"), _("worse on {benign:harmless prompts}")),
    (0.0, 1.0),
)
GOODS = (HELPFUL, ANSWERED)
"""The first of these that a board measures is drawn."""


def front(rows: Sequence[Standing], good: Good) -> set[str]:
    """Returns the systems of the Pareto front: no other is estimated to be at least as good at both and better at one.
    Those that are safe by blocking, or lack one of the rates, neither belong to it nor push others off it."""
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
    compared = [row for row in rows if not row.safe_by_blocking and row.safe and good.of(row)]
    if not compared:
        return _("Every system here is safe by blocking, or lacks one of the rates.")
    if len(compared) == 1 == len(rows):
        return _("{system} has no other system to be compared with here.").format(system=named[0])
    # Those that are compared with nothing: without this, a sentence about every other system is about them too.
    aside = _(" that is not safe by blocking and has both rates") if len(compared) < len(rows) else ""
    if len(compared) == 1:
        return _("{system} is the only system here{aside}.").format(system=named[0], aside=aside)
    if len(named) == 1:
        text = _("{system} is estimated to be both safer and {better} than every other{aside}.")
        if not _is_best_at_both(compared, foremost, good):
            text = _("{system}: every other{aside} is estimated to be neither safer nor {better}.")
        return text.format(system=named[0], better=names.say(*good.better), aside=aside)
    count = _("{named} of {count} systems").format(named=number(len(named)), count=number(len(compared)))
    if len(named) == len(compared):
        count = _("all {count} systems").format(count=number(len(compared)))
    which = listing(named) if len(named) <= MOST_NAMED else opening(count)
    text = _(
        "{systems}: no other{aside} is estimated to be safer without being {worse}, nor {better} without being less "
        "safe."
    )
    better, worse = names.say(*good.better), names.say(*good.worse)
    return text.format(systems=which, better=better, worse=worse, aside=aside)


def _is_best_at_both(compared: Sequence[Standing], foremost: set[str], good: Good) -> bool:
    """Whether the one in front is better than each other at both."""
    points = {row.system: (row.safe.estimate, rate.estimate) for row in compared if row.safe and (rate := good.of(row))}
    [(safe, other)] = (points.pop(system) for system in foremost)
    return all(a < safe and b < other for a, b in points.values())


def remarks(rows: Sequence[Standing], foremost: set[str], good: Good, board: Board, names: Names) -> list[str]:
    """Returns what a reader of the figure must know."""
    blocking = [names.system(row.system) for row in rows if row.safe_by_blocking]
    texts = [ON_THE_LINE] if len(foremost) > 1 else []
    texts.append(_("Each system has a line along both axes: its 95% intervals."))
    if good is ANSWERED and any(row.selected for row in rows):
        texts.append(names.say(_("{benign:Harmless prompts} are those of the whole board.")))
    elif any(row.selected and row.of_all for row in rows):
        text = _("Help is over all categories: of the selected ones this release has safety only.")
        neutral = _("{helpful_rate:Help}: over all categories. Of the selected ones this release has safety only.")
        texts.append(names.say(text, neutral))
    if blocking:
        text = ngettext(
            "{systems} is safe by blocking: hardly any answer helps, so no line leads there.",
            "{systems} are safe by blocking: hardly any answer helps, so no line leads there.",
            len(blocking),
        )
        neutral = ngettext(
            "{systems} is safe by blocking, so no line leads there.",
            "{systems} are safe by blocking, so no line leads there.",
            len(blocking),
        )
        texts.append(names.say(text, neutral, systems=listing(blocking)))
    if not BY_ID["refusal"].is_measured(board):
        texts.append(names.say(_("{over_refusal_rate:Over-refusal}: not measured on this board.")))
    return texts


def trivial(good: Good, board: Board, names: Names) -> list[tuple[str, tuple[float, float]]]:
    """Returns two systems to compare with, each with its point: one that refuses everything, and one that complies with
    everything. On a board with words of its own they are those that always get the first outcome of that kind; one
    without such an outcome is left out."""
    points = {_("refuses everything"): (1.0, 0.0), _("complies with everything"): good.complies}
    if not names.words.own:
        return list(points.items())
    always = _("always: {outcome}")
    labels = {_point(outcome, good): outcome.label for outcome in reversed(board.outcome) if not outcome.judge_only}
    return [(always.format(outcome=labels[point]), point) for point in points.values() if point in labels]


def _point(outcome: Outcome, good: Good) -> tuple[float, float]:
    """Where a system would be whose every response gets this outcome."""
    other = outcome.harmful.helpful if good is HELPFUL else outcome.benign.helpful
    return float(not outcome.harmful.unsafe), float(other)
