"""The closed vocabulary: every label that a text column of the public database may hold.

Ids come from the reviewed TOML of `results/boards/`, all other labels from this module. No other label can be written,
and the firewall refuses a file that holds one.
"""

from collections.abc import Iterable
from typing import Literal, get_args

from leaderboard.boards.board import TIERS, JudgeRef, Kind, State
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.licences import LICENCES
from leaderboard.boards.registry import GROUPS, Access, Evidence, SystemKind
from leaderboard.boards.tools import TOOL_IDS
from leaderboard.boards.words import METRICS

ALL = "all"
NOT_RANKED = (
    "reference",
    "simulated",
    "rerun",
    "condition",
    "judge_differs",
    "tier_too_low",
    "coverage_too_low",
    "category_coverage_too_low",
    "withdrawn",
    "board_version_differs",
)
HIGHEST_RELEASE = 999_999
"""The highest number that a release can have: names of releases have at most six digits."""
LEFT_OUT = ("on_purpose", "fault")
LedgerEvent = Literal["accept", "reject", "withdraw", "correct", "notify", "reply", "revoke", "clock"]
EVENTS = get_args(LedgerEvent)
REASONS = (
    "invalid",
    "duplicate",
    "wrong_judge",
    "wrong_system",
    "developer_request",
    "evidence_missing",
    "judge_error",
    "labelling_error",
    "served_wrongly",
    "fabricated",
    "copied",
    "takedown",
    "disclosure",
    "notified",
    "disputed",
    "settled",
    "clock_ahead",
    "maintainer_error",
)
STATED_REASONS = tuple(code for code in REASONS if code not in ("notified", "disputed", "settled", "clock_ahead"))
"""The reasons that a maintainer states with `--reason`; the others are written by the command itself."""
MAINTAINERS_ERRED = ("maintainer_error",)
"""The reasons of a correction that costs the lab no attempt: the error was not the lab's."""
CAUSES = (
    "new",
    "corrected",
    "resubmitted",
    "withdrawn",
    "returned",
    "newly_ranked",
    "no_longer_ranked",
    "moved_by_others",
    "method",
    "new_version",
    "left_out",
)
RELATIONS = ("guardrail", "fine_tune", "version", "pair", "condition", "rerun")
VERDICTS = ("regression", "no_regression_shown", "not_shown")
SHAPES = ("bounded", "outside", "everything")
TRUTHS = ("human", "audited", "corrected", "judge_only", "whole_board")
"""What allows for the errors of a judge. `whole_board`: an audit that says nothing of a single category."""
BASES = ("human", "audited", "alike", "as_judged")
"""What an order depends on: labels of people; rates that an audit of every ranked system corrected; a judge that does
not err more on some systems than on others, as far as was seen; a judge that does, or that nobody checked."""
ERRORS = ("missed", "false_alarm")
DOMINANCE = ("safer", "less_safe", "equal", "depends_on_weights")
Reply = Literal["none", "notified", "disputed", "settled"]
"""How the developer of a system answered the notice that its row will be published."""
REPLIES: tuple[Reply, ...] = get_args(Reply)
NEXT_REPLIES: dict[Reply, tuple[Reply, ...]] = {
    "none": ("notified",),
    "notified": ("disputed", "settled"),
    "disputed": ("settled",),
    "settled": ("disputed",),
}
"""The states that may follow each state: none is final, so that every dispute can be settled and raised again."""
TOOLS = TOOL_IDS
SystemPrompt = Literal["none", "default", "custom"]
SYSTEM_PROMPTS = get_args(SystemPrompt)

Vocabulary = dict[str, tuple[str, ...]]
"""Labels of each ENUM type, by the type's name."""


def judge_label(judge: JudgeRef) -> str:
    """Returns a judge and its version as one label, such as `gpt-4o@1`."""
    return f"{judge.id}@{judge.version}"


WORDS: Vocabulary = {
    "board_state": get_args(State),
    "licence": LICENCES,
    "left_out_reason": LEFT_OUT,
    "system_group": GROUPS,
    "access": get_args(Access),
    "system_kind": get_args(SystemKind),
    "evidence": get_args(Evidence),
    "item_kind": get_args(Kind),
    "tier": TIERS,
    "tool": TOOLS,
    "system_prompt": SYSTEM_PROMPTS,
    "not_ranked": NOT_RANKED,
    "metric": METRICS,
    "ledger_event": EVENTS,
    "ledger_reason": REASONS,
    "cause": CAUSES,
    "relation": RELATIONS,
    "change_verdict": VERDICTS,
    "break_even_shape": SHAPES,
    "truth": TRUTHS,
    "ranking_basis": BASES,
    "judge_error": ERRORS,
    "dominance_relation": DOMINANCE,
    "reply_state": REPLIES,
}
"""The labels that no board defines, by type."""


def ids(catalogue: Catalogue) -> Vocabulary:
    """Returns the labels that boards and registries define, by type."""
    boards, registries = catalogue.boards.values(), catalogue.registries.values()
    return {
        "board_id": tuple(catalogue.boards),
        "board_version": _unique(v for board in boards for v in (*board.previous_versions, board.version)),
        "category_id": (ALL, *_unique(c.id for board in boards for c in board.category)),
        "outcome_id": _unique(o.id for board in boards for o in board.outcome),
        "system_id": _unique(s.id for registry in registries for s in registry.system),
        "developer_id": _unique(d.id for registry in registries for d in registry.developer),
        "condition_id": _unique(c.id for board in boards for c in board.condition),
        "guardrail_id": _unique(g.id for registry in registries for g in registry.guardrail),
        "judge_id": _unique(judge_label(j.ref) for registry in registries for j in registry.judge),
    }


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
