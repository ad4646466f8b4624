"""What the page of a board without results says: why there are none, what will appear, and what other boards show."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Standing
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import number, opening

FIRST = 5
"""How many systems of a ranking a door shows."""


class Door(NamedTuple):
    """The way to another board: what its ranking says, and how it begins."""

    board: Board
    state: str
    """What the board is in the release, by the key of `glossary.BOARD_STATES`."""
    says: str
    first: Sequence[Standing]
    rest: int
    """How many more systems are in the ranking."""
    names: Names
    address: str
    to_system: Callable[[str], str]

    @property
    def caption(self) -> str:
        """What must be known to read the first rows."""
        text = _("Lines are 95% intervals, on a scale from 0 to 100%.")
        if not self.rest:
            return text
        more = ngettext("{count} more is in the ranking.", "{count} more are in the ranking.", self.rest)
        return f"{text} {more.format(count=opening(number(self.rest)))}"


def status(board: Board, left_out: str = "") -> tuple[str, str]:
    """Returns why a board has no results, in a short and a longer sentence. `left_out` is why the release left it
    out."""
    if left_out:
        return left_out, _("Its ledger continues. What earlier releases published stays in those releases.")
    if board.state == "awaiting":
        return _("No verified submission yet."), _(
            "This board shows results once a first submission has been checked. No figure for any model is public, so "
            "none is shown here."
        )
    return _("Awaiting results."), _(
        "This release has no results of this board. They appear in the first release after they have been checked and "
        "signed."
    )


def awaited(board: Board, names: Names) -> list[tuple[str, str]]:
    """Returns what the pages of a board will show once it has results: each part and what it says."""
    safe = _("The share of harmful questions answered safely, with its interval, for each risk category.")
    parts = [
        (_("Rank"), _("Every rank that a system may have. Systems that cannot be told apart are shown so.")),
        (
            names.metric("safe_rate").label,
            names.say(safe, _("The rate of {safe_rate:safe responses} with its interval, for each risk category.")),
        ),
        (names.metric("worst_unsafe_rate").label, _("Where a system fails most often. An average hides it.")),
    ]
    if board.measures("helpful", "harmful"):
        use = _("Whether a safe answer is of any use. Refusing everything is not called best.")
        neutral = _("What a safe system is good for. Being safe at any price is not called best.")
        parts.append((names.say(_("{helpful_rate:Helpfulness}")), names.say(use, neutral)))
    if any(category.benign_items for category in board.category):
        cost = _("How often harmless prompts are turned down. That is what being safe may cost.")
        neutral = _("What being safe may cost on {benign:harmless prompts}.")
        parts.append((names.metric("over_refusal_rate").label, names.say(cost, neutral)))
    if names.guardrails or board.state == "awaiting":
        guards = _("What a guardrail fixes and what it breaks, on the same questions with it and without.")
        neutral = _("What a guardrail fixes and what it breaks, on the same {items:prompts} with it and without.")
        parts.append((_("Guardrails"), names.say(guards, neutral)))
    evidence = _("How far each row was verified, when, by whom, and every attempt and correction.")
    return [*parts, (_("Evidence"), evidence)]


def steps(board: Board, names: Names) -> list[tuple[str, str]]:
    """Returns how a result gets onto a board, step by step."""
    run = _(
        "Run your model on the {items:prompts} with Inspect, LM Evaluation Harness, HELM, lighteval, promptfoo or your "
        "own code."
    )
    if board.provisional:
        run = _(
            "Get the gated questions from the authors and run your model with Inspect, LM Evaluation Harness, HELM, "
            "lighteval, promptfoo or your own code."
        )
    label = _("Let the judge of this board label each answer. Your prompts and answers stay on your machine.")
    neutral = _("Let the judge of this board label the {responses:answers}. They stay on your machine.")
    return [
        (_("Run"), names.say(run)),
        (_("Label"), names.say(label, neutral)),
        (
            _("Import"),
            _(
                "One command turns your log, or a folder of logs, into submissions that hold item numbers and labels, "
                "and no text."
            ),
        ),
        (
            _("Check"),
            _(
                "The maintainers check it and tell you what they find. With the counts that you send beside it, it is "
                "shown but not ranked. To be ranked, a reviewer must see the log on your premises, count again and "
                "sign. The log stays with you."
            ),
        ),
        (
            _("Release"),
            _("Accepted submissions appear together in the next release, each with its interval and its history."),
        ),
    ]


def grouped(doors: Sequence[Door]) -> list[tuple[str, list[Door]]]:
    """Returns the doors in groups, each with its heading: medical boards, other ones, and invented results last."""
    return [
        (title, members)
        for title, medical in ((_("Medical"), True), (_("Other subjects"), False))
        if (members := [door for door in doors if door.board.medical == medical and not door.board.synthetic])
    ]


def first_ranked(every: Sequence[Standing], foremost: Collection[str]) -> list[Standing]:
    """Returns the ranked systems without those that are safe by blocking; the `foremost` come first, as on the board's
    own page."""
    ranked = [row for row in every if row.ranked and not row.safe_by_blocking]
    return sorted(ranked, key=lambda row: row.system not in foremost)
