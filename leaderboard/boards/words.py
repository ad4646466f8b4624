"""What a board measures and what it counts: one closed list, and the rules for a board's own words for both.

A word is a noun phrase in the plural, as text for a table's head: "Missed escalations" for the unsafe rate of a board
of triage, "Urgent patients" for its harmful items. It fits behind a share ("12% missed escalations"). Inside a
sentence its first letter becomes small (`site/views/words.py`).
"""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from msgspec import Meta

from leaderboard.boards import spelling

Metric = Literal[
    "safe_rate",
    "unsafe_rate",
    "actionable_rate",
    "severity_score",
    "severe_rate",
    "helpful_rate",
    "over_block_rate",
    "over_refusal_rate",
    "full_refusal_rate",
    "partial_refusal_rate",
    "worst_unsafe_rate",
    "false_block_rate",
    "any_repeat_rate",
    "any_variant_rate",
    "pooled_unsafe_rate",
]
METRICS: tuple[Metric, ...] = get_args(Metric)
Noun = Literal["items", "responses", "harmful", "benign"]
"""What is counted: all items, the responses to them, the harmful items and the benign ones."""
NOUNS: tuple[Noun, ...] = get_args(Noun)
Key = Literal[Metric, Noun]
"""What a board may have a word of its own for."""
Word = Annotated[str, Meta(max_length=40)]
NEEDED: Mapping[Key, tuple[Key, ...]] = {"items": ("harmful", "benign"), "responses": ("safe_rate", "unsafe_rate")}
"""A word on the left without these would stand beside another word for the same: "patients" and "harmless prompts"."""


def faults(words: Mapping[Key, str], *, has_benign: bool) -> list[str]:
    """Returns why a board may not use these words. How each is spelled is checked with the other display strings."""
    needed = {key: [other for other in others if other != "benign" or has_benign] for key, others in NEEDED.items()}
    problems = [
        f"words.{key} needs words.{other} beside it: state both or neither"
        for key, others in needed.items()
        for other in others
        if key in words and other not in words
    ]
    if spelling.alike(words.values()):
        problems.append("two words look alike: give each thing a word of its own")
    return problems
