"""What a change did: a guardrail put in front of a model, a fine-tune, a new version. Nothing is concluded that the
interval does not show."""

from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Effect
from leaderboard.site.views import differences
from leaderboard.site.views.basis import judge_of
from leaderboard.site.views.differences import Words
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import number, opening

SIMULATED = _(
    "Simulated: nobody ran the model behind this guardrail. Its verdicts were applied to the model's recorded "
    "{responses:answers}, which shows what it would have stopped, not how the two would work together."
)
JUDGE_ONLY = _(
    "No person checked the judge on at least one of the two. The numbers depend on the judge alone: any order of the"
    " two is only as judged, and there is no verdict."
)
PAIRED = (
    _(
        "Both sides answered the same prompts and are compared prompt by prompt, which shows smaller differences than "
        "two rates side by side."
    ),
    _(
        "Both sides had the same {items:prompts} and are compared on each of them, which shows smaller differences "
        "than two rates side by side."
    ),
)
UNPAIRED = (
    _(
        "Both sides answered the same prompts. They are compared by their two rates alone, which shows only larger "
        "differences: the number of prompts on which they differ would reveal single outcomes to anyone who knows one "
        "side."
    ),
    _(
        "Both sides had the same {items:prompts}. They are compared by their two rates alone, which shows only larger "
        "differences: the number of {items:prompts} on which they differ would reveal single outcomes to anyone who "
        "knows one side."
    ),
)
"""Sentences for `Names.say`, as all pairs of sentences below are."""
_AS_JUDGED = _(
    "Every difference here, also one that is called shown, is as judged by {judge}. This judge makes more mistakes on "
    "some systems than on others, and these intervals do not allow for that."
)
MARGINS = {"all": _("1 point"), "category": _("3 points")}
"""The harm that a change may add unnoticed, fixed before any was measured (docs/statistics.md section 5)."""


class Measure(NamedTuple):
    """A rate that a change may move, and how its difference is expressed."""

    name: str
    words: Words = differences.RATE


_MEASURES = {
    "unsafe_rate": Measure(_("{unsafe_rate:Unsafe responses}")),
    "severe_rate": Measure(_("{severe_rate:Severely unsafe responses}")),
    "severity_score": Measure(
        _("{severity_score:Severity score}, 0 to 1"), Words(_("{size} higher"), _("{size} lower"), is_plain=True)
    ),
    "helpful_rate": Measure(_("{helpful_rate:Helpful and safe responses}")),
    "false_block_rate": Measure(_("{false_block_rate:Blocked without need}")),
    "over_refusal_rate": Measure(_("{over_refusal_rate:Harmless prompts turned down}")),
}
AGAINST = {
    "guardrail": _("Against the same model without the guardrail"),
    "fine_tune": _("Against the model that it was fine-tuned from"),
    "version": _("Against its earlier version"),
    "condition": _("Against the same system under the default condition"),
    "rerun": _("Against its first run, with nothing changed"),
}
_CHANGED = {
    "guardrail": _("Behind a guardrail"),
    "fine_tune": _("Fine-tuned"),
    "version": _("Newer version"),
    "condition": _("Under another condition"),
    "rerun": _("Run again"),
}
_NOT_CONCLUDED = {
    "guardrail": _("This says nothing about the guardrail in front of another model."),
    "fine_tune": _("This does not say why: a fine-tune can differ from its base in more than its training data."),
    "version": _("This does not say what the developer changed."),
    "condition": _("This says nothing about other conditions."),
    "rerun": _("Nothing was changed, so this is what chance does between two runs."),
}
_CONCLUSIONS = {
    "fewer": (
        _("It is shown to give fewer unsafe responses."),
        _("It is shown to have fewer {unsafe_rate:unsafe responses}."),
    ),
    "more": (
        _("It is shown to give more unsafe responses."),
        _("It is shown to have more {unsafe_rate:unsafe responses}."),
    ),
    "alone_fewer": (
        _("Taken alone it gives fewer unsafe responses; with {compared} of this kind in view that is not shown."),
        _(
            "Taken alone it has fewer {unsafe_rate:unsafe responses}; with {compared} of this kind in view that is not "
            "shown."
        ),
    ),
    "alone_more": (
        _("Taken alone it gives more unsafe responses; with {compared} of this kind in view that is not shown."),
        _(
            "Taken alone it has more {unsafe_rate:unsafe responses}; with {compared} of this kind in view that is not "
            "shown."
        ),
    ),
    "nearly_fewer": (
        _("Its interval leaves out zero, but its test does not show that it gives fewer unsafe responses."),
        _("Its interval leaves out zero, but its test does not show that it has fewer {unsafe_rate:unsafe responses}."),
    ),
    "nearly_more": (
        _("Its interval leaves out zero, but its test does not show that it gives more unsafe responses."),
        _("Its interval leaves out zero, but its test does not show that it has more {unsafe_rate:unsafe responses}."),
    ),
    "same": (_("Any difference is shown to be under {margin} either way."), ""),
    "not_more": (
        _(
            "That it adds {margin} of {unsafe_rate:unsafe responses} or more is ruled out; that it is safer is not "
            "shown."
        ),
        "",
    ),
    "open": (_("Whether it is safer or less safe is not shown."), ""),
}
_JUDGED = {
    "fewer": (
        _("As judged by {judge}, it gives fewer unsafe responses."),
        _("As judged by {judge}, it has fewer {unsafe_rate:unsafe responses}."),
    ),
    "more": (
        _("As judged by {judge}, it gives more unsafe responses."),
        _("As judged by {judge}, it has more {unsafe_rate:unsafe responses}."),
    ),
}
_CHANCE = (_("Also as judged by {judge}, the difference may be chance."), "")
_JUDGED_BRIEFLY = {
    "fewer": _("as judged, fewer {unsafe_rate:unsafe}"),
    "more": _("as judged, more {unsafe_rate:unsafe}"),
}
_BRIEFLY = {
    "fewer": (_("fewer {unsafe_rate:unsafe}: shown"), ""),
    "more": (_("more {unsafe_rate:unsafe}: shown"), ""),
    "alone_fewer": (_("not shown among all"), ""),
    "alone_more": (_("not shown among all"), ""),
    "nearly_fewer": (_("not shown"), ""),
    "nearly_more": (_("not shown"), ""),
    "same": (_("the same within {margin}: shown"), ""),
    "not_more": (_("{margin} more ruled out"), ""),
    "open": (_("not shown"), ""),
}


def method(board: Board, names: Names) -> str:
    """Returns how the two sides are compared on this board."""
    return names.say(*(PAIRED if board.labels_public else UNPAIRED))


def measures(names: Names) -> dict[str, Measure]:
    """Returns every measure by its metric, in the words of the board."""
    return {metric: measure._replace(name=names.say(measure.name)) for metric, measure in _MEASURES.items()}


def as_judged(board: Board, names: Names) -> str:
    """Returns what holds for every conclusion where the judge is known to err more on some systems."""
    return _AS_JUDGED.format(judge=judge_of(board, names))


def conclusions(unsafe: Effect, board: Board, names: Names) -> Iterator[str]:
    """Yields what may be concluded of a change, then what may not. Where nobody checked the judge, all of it is as
    judged."""
    yield " ".join([opening(differences.sentence(unsafe, names)), *_counts(unsafe, names)])
    if unsafe.rerun_n:
        yield _rerun(unsafe, names)
    if unsafe.judge_only:
        yield JUDGE_ONLY
        judged = names.say(*_JUDGED.get(differences.conclusion(unsafe), _CHANCE), judge=judge_of(board, names))
        yield f"{judged} {_NOT_CONCLUDED[unsafe.relation]}"
    else:
        yield " ".join([_conclusion(unsafe, _CONCLUSIONS, names), *_margin(unsafe), _NOT_CONCLUDED[unsafe.relation]])
    if unsafe.evidence == "simulated":
        yield names.say(SIMULATED)


def _counts(row: Effect, names: Names) -> Iterator[str]:
    """Counts prompts, not responses; only over a whole board or category, and not where that tells of few
    (docs/safety.md section 1, clause 3)."""
    if row.fixed is not None:
        text = ngettext(
            "Fixed: {count:,} prompt, answered unsafely less often than before.",
            "Fixed: {count:,} prompts, answered unsafely less often than before.",
            row.fixed,
        )
        neutral = _("Fixed: {count:,}, with fewer {unsafe_rate:unsafe responses} than before.")
        yield names.say(text, neutral, count=row.fixed)
        yield _("Newly broken: {count:,}.").format(count=row.broken)


def _rerun(row: Effect, names: Names) -> str:
    """What chance alone moves, beside what the change moved."""
    text = _(
        "By chance alone: of {n:,} prompts that {system} answered twice with nothing changed, {fixed:,} turned from "
        "unsafe to safe and {broken:,} from safe to unsafe."
    )
    neutral = _(
        "By chance alone: of {n:,} {items:prompts} on which {system} was run twice with nothing changed, {fixed:,} "
        "turned from unsafe to safe and {broken:,} from safe to unsafe."
    )
    counts = {"n": row.rerun_n, "fixed": row.rerun_fixed, "broken": row.rerun_broken}
    return names.say(text, neutral, system=names.system(row.before), **counts)


def rerun(row: Effect) -> str:
    """Returns how many prompts a second run moved, for a table."""
    if row.rerun_n is None:
        return _("not run twice")
    return _("{fixed:,} fixed, {broken:,} broken").format(fixed=row.rerun_fixed, broken=row.rerun_broken)


def _margin(row: Effect) -> Iterator[str]:
    """Compares with the margin that was fixed beforehand, where the conclusion does not do so already."""
    if differences.conclusion(row) not in ("same", "not_more"):
        known = _("An increase of {margin} or more is ruled out.")
        unknown = _("An increase of {margin} or more is not ruled out.")
        yield (known if row.noninferior else unknown).format(margin=MARGINS["all"])


def _conclusion(row: Effect, texts: dict[str, tuple[str, str]], names: Names) -> str:
    compared = _("both changes") if row.compared == 2 else _("all {count} changes").format(count=number(row.compared))
    margin = MARGINS["all" if row.category == "all" else "category"]
    return names.say(*texts[differences.conclusion(row)], compared=compared, margin=margin)


def state(row: Effect, names: Names) -> str:
    """Returns the conclusion of a change in few words."""
    if not row.judge_only:
        return _conclusion(row, _BRIEFLY, names)
    return names.say(_JUDGED_BRIEFLY.get(differences.conclusion(row), _("as judged, may be chance")))


def count(prompts: int | None) -> str:
    """Returns a count of prompts as text."""
    return _("not published") if prompts is None else f"{prompts:,}"


def kind(unsafe: Effect, names: Names) -> str:
    """Returns what was changed."""
    if unsafe.relation == "guardrail" and unsafe.guardrail:
        return _("Behind {guardrail}").format(guardrail=names.guardrail(unsafe.guardrail))
    if unsafe.relation == "condition":
        return names.condition(unsafe.condition)
    return _CHANGED[unsafe.relation]
