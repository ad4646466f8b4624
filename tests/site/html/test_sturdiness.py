"""How sturdy a number is against a rerun, and an order against other weights."""

import pandas as pd

from leaderboard.site.data import queries
from leaderboard.site.html import sturdiness
from tests.site.conftest import Shown


def test_rerun_noise_is_said_in_points_as_a_standard_error() -> None:
    said = sturdiness.rerun(0.0054)
    assert "about 0.5 points" in said
    assert "one standard error" in said


def test_no_noise_and_no_repeats_are_two_things() -> None:
    assert "Every repeat of a prompt got the same label" in sturdiness.rerun(0.0)
    assert "Each prompt was answered once" in sturdiness.rerun(None)


def test_order_under_every_weighting_is_said_as_observed_only(demo: Shown) -> None:
    said = sturdiness.dominance(queries.dominance(demo.database, demo.board, "yarrow-7"), demo.names)
    assert said is not None
    assert said.startswith("Whatever the weights of severity, it is at least as safe as three other systems")
    assert "Against Gypsum 8 Medic and Yarrow 70 Leaflet the order depends on the severity weights." in said
    assert said.endswith(sturdiness.OBSERVED)


def test_board_without_severity_says_nothing_of_weights(msts: Shown) -> None:
    assert sturdiness.dominance(queries.dominance(msts.database, msts.board, "gpt-4o"), msts.names) is None


def test_order_that_always_depends_claims_nothing_firm(demo: Shown) -> None:
    made = pd.DataFrame({"system": ["yarrow-7", "sorrel"], "relation": "depends_on_weights"})
    said = sturdiness.dominance(made, demo.names)
    assert said is not None
    assert said.startswith("Against Yarrow 7 and Sorrel the order depends")
