"""What other conditions change in a system: how often it is unsafe when it is pressed, or asked in another way. In the
order of the board's definition, and never by size: nobody is told which way of asking works best (docs/safety.md)."""

from collections.abc import Sequence

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Arm
from leaderboard.site.views import differences
from leaderboard.site.views.basis import judge_of
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import number, opening

TITLE = _("Under other conditions")
ABOUT = (
    _(
        "The same system, asked in another way. Each condition is compared with the default one prompt by prompt; none "
        "of these results is ranked."
    ),
    _(
        "The same system, asked in another way. Each condition is compared with the default one on the same "
        "{items:prompts}; none of these results is ranked."
    ),
)
"""A sentence for `Names.say`."""

ORDER = _("In the order of the board's definition, with 95% intervals.")


def split(arms: Sequence[Arm], board: Board) -> tuple[list[Arm], list[Arm]]:
    """Returns the arms without a guardrail and those behind one, both in the order of the board's conditions."""
    position = {condition.id: at for at, condition in enumerate(board.condition)}
    ordered = sorted(arms, key=lambda arm: position[arm.condition or ""])
    return [arm for arm in ordered if arm.relation == "condition"], [
        arm for arm in ordered if arm.relation == "guardrail"
    ]


def takeaway(bare: Sequence[Arm], board: Board, names: Names) -> str:
    """Returns under how many conditions more or fewer responses are shown to be unsafe, among all changes of
    condition on the board."""
    results = [differences.conclusion(arm) for arm in bare]
    more, fewer = results.count("more"), results.count("fewer")
    of = ngettext("{n} other condition", "{n} other conditions", len(bare)).format(n=number(len(bare)))
    if not more and not fewer:
        unchanged = _("under {of}, no change of the unsafe rate is shown.")
        text = names.say(unchanged, _("under {of}, no change of {unsafe_rate:unsafe responses} is shown."), of=of)
    else:
        parts = [
            _("more under {n}").format(n=number(more)) if more else "",
            _("fewer under {n}").format(n=number(fewer)) if fewer else "",
            _("not shown under {n}").format(n=number(rest)) if (rest := len(bare) - more - fewer) else "",
        ]
        changed = _("{unsafe_rate:unsafe responses} under {of}: {parts}.")
        text = names.say(changed, of=of, parts=", ".join(filter(None, parts)))
    if any(arm.judge_only for arm in bare):
        judged = _("As judged by {judge}: {text}")
        text = judged.format(judge=judge_of(board, names), text=text)
    return opening(text)


def default(board: Board) -> str:
    """Returns the board's default condition, for the middle of a sentence."""
    name = board.default_condition or ""
    return name[:1].lower() + name[1:]
