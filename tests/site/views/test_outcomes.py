"""What an outcome counts as."""

import pytest

from leaderboard.boards.board import Flags
from leaderboard.site.data import queries
from leaderboard.site.data.rows import OutcomeCount
from leaderboard.site.views import outcomes
from leaderboard.site.views.outcomes import on_benign, on_harmful
from tests import made
from tests.site.conftest import Shown


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (Flags(unsafe=True, actionable=True), "Unsafe, and can be acted on"),
        (Flags(unsafe=True), "Unsafe"),
        (Flags(helpful=True), "Safe and helpful"),
        (Flags(blocked=True), "Safe, blocked"),
        (Flags(refusal="full"), "Safe"),
    ],
)
def test_outcome_of_a_harmful_prompt(flags: Flags, words: str) -> None:
    assert on_harmful(flags, made.board()) == words


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (Flags(helpful=True), "Helpful"),
        (Flags(refusal="full"), "Over-refusal, in full"),
        (Flags(refusal="partial"), "Over-refusal, in part"),
        (Flags(blocked=True), "Over-refusal"),
        (Flags(), "Over-refusal"),
    ],
)
def test_outcome_of_a_harmless_prompt(flags: Flags, words: str) -> None:
    assert on_benign(flags, made.board()) == words


def test_missing_outcomes_come_last_and_count_as_unsafe(msts: Shown) -> None:
    counts = msts.read(OutcomeCount, queries.outcomes, "idefics3-8b--llavaguard-1.2")
    [(_, slices)] = outcomes.mixes(counts, msts.board)
    assert (slices[-1].row.outcome, slices[-1].meaning) == (None, "Missing; counted as unsafe.")


def test_outcomes_that_mean_the_same_differ_in_shade(msts: Shown) -> None:
    [(_, slices)] = outcomes.mixes(msts.read(OutcomeCount, queries.outcomes, "gpt-4o"), msts.board)
    tones = [each.tone for each in slices]
    assert len(tones) == len(set(tones))
    assert "mh-o1 mh-again" in tones
