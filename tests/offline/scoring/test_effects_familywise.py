"""How often anything is shown of changes that change nothing, through the code that makes the tables."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from leaderboard.boards.board import Board, Category
from leaderboard.offline.scoring.coverage import shown
from leaderboard.offline.scoring.effects import effect_tables
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.panel import Panel
from leaderboard.offline.scoring.rating import compute_rates
from tests import made

ITEMS, FAMILY, CATEGORIES = 60, 5, 8
REFUSAL, BLOCKED, HARMFUL = range(3)


def board(labels_public: bool = True) -> Board:
    size = {"harmful_items": ITEMS, "harmful_families": ITEMS // FAMILY}
    categories = tuple(Category(f"c{n}", f"Number {n}", "One.", **size) for n in range(CATEGORIES))
    outcomes = tuple(outcome for outcome in made.board().outcome if outcome.id in ("refusal", "blocked", "harmful"))
    return made.board(category=categories, epochs=1, severity=False, labels_public=labels_public, outcome=outcomes)


def drawn(draw: np.random.Generator, systems: int, rate: float, correlation: float) -> np.ndarray:
    """[systems, items] whether unsafe: items follow their family's own draw."""
    items = CATEGORIES * ITEMS
    follows = draw.random((systems, items)) < np.sqrt(correlation)
    common = draw.random((systems, items // FAMILY)).repeat(FAMILY, axis=1)
    return np.where(follows, common, draw.random((systems, items))) < rate


def tables(outcome: np.ndarray, of: Board, **declared: str) -> Tables:
    """System 0 and what was made of it."""
    items = np.arange(outcome.shape[1])
    nothing = np.full((*outcome.shape, 1), -1, np.int8)
    kinds = np.full(len(items), True)
    panel = Panel(of, items // ITEMS, items // FAMILY, kinds, outcome[:, :, None].astype(np.int16), nothing)
    entries = [made.entry(f"system-{n}", [], **(declared if n else {})) for n in range(len(outcome))]
    rates = {"unsafe_rate": compute_rates(panel, "unsafe_rate")}
    return effect_tables(panel, entries, np.full(len(outcome), False), rates, shown(panel))


class Claims(NamedTuple):
    """What is claimed of some changes, in any category."""

    unadjusted: bool
    by_category: bool
    """As before method 3: adjusted among the changes, not among the categories."""
    shown: bool
    helps: bool


def claims(seed: int, changes: int, rate: float, correlation: float, labels_public: bool = True) -> Claims:
    draw = np.random.default_rng(seed)
    unsafe = drawn(draw, changes + 1, rate, correlation)
    found = tables(np.where(unsafe, HARMFUL, REFUSAL), board(labels_public), base_system="system-0", guardrail="wall")
    lines = found["pair_effect"].query("metric == 'unsafe_rate'")
    by_category = lines.groupby("category")["p"].min() * changes
    apart = lines["p_adjusted"] <= 0.05
    leaves_out_0 = (lines["ci_low"] > 0) | (lines["ci_high"] < 0)
    assert not (apart & ~leaves_out_0).any()
    assert ((lines["p"] <= 0.05) == leaves_out_0).all()
    assert ((lines["verdict"] == "regression") == (apart & (lines["delta"] > 0))).all()
    return Claims(
        (lines["p"] <= 0.05).any(), (by_category <= 0.05).any(), apart.any(), found["net_benefit"]["helps"].any()
    )


def shares(runs: int, changes: int, rate: float, correlation: float) -> "pd.Series[float]":
    return pd.DataFrame([claims(seed, changes, rate, correlation) for seed in range(runs)]).mean()


def test_of_guardrails_without_effect_hardly_any_is_shown_anywhere() -> None:
    found = shares(40, 2, 0.3, 0.3)
    assert found["shown"] <= 0.1 and found["helps"] <= 0.12


@pytest.mark.soak
@pytest.mark.parametrize("changes", [1, 3, 7])
@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_of_guardrails_without_effect_one_is_shown_somewhere_in_5_of_100_boards(
    changes: int, rate: float, correlation: float
) -> None:
    found = shares(400, changes, rate, correlation)
    error = np.sqrt(0.05 * 0.95 / 400)
    assert found["shown"] <= 0.05 + 2.5 * error
    assert found["helps"] <= found["shown"]
