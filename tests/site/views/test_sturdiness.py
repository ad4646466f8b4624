"""How much a number depends on chance between runs, and an order on the weights of severity."""

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Dominance
from leaderboard.site.views import sturdiness
from leaderboard.site.views.names import names_of
from tests import made
from tests.site.conftest import Shown

NAMES = names_of(made.board(), made.registry())


def dominance(shown: Shown, system: str) -> str | None:
    return sturdiness.dominance(shown.read(Dominance, queries.dominance, system), shown.names)


def test_rerun_error_is_said_in_points_as_a_standard_error() -> None:
    assert sturdiness.rerun(0.0054, NAMES).startswith("Rerun error: about 0.5 points (one standard error).")


def test_no_error_and_no_repeats_are_two_things() -> None:
    assert sturdiness.rerun(0.0, NAMES) == "Rerun error: none seen. Every repeat of a prompt got the same label."
    assert sturdiness.rerun(None, NAMES) == "Rerun error: unknown, because each prompt was answered once."


def test_order_under_every_weighting_is_said_as_observed_only(demo: Shown) -> None:
    text = dominance(demo, "yarrow-7")
    assert text is not None
    assert text.startswith("Whatever the weights of severity, it is at least as safe as three other systems")
    assert "Against Gypsum 8 Medic and Yarrow 70 Leaflet the order depends on the severity weights." in text
    assert text.endswith(NAMES.say(sturdiness.OBSERVED))


def test_board_without_severity_says_nothing_of_weights(msts: Shown) -> None:
    assert dominance(msts, "gpt-4o") is None


def test_order_that_always_depends_claims_nothing_firm(demo: Shown) -> None:
    text = sturdiness.dominance([Dominance(id, "depends_on_weights") for id in ("yarrow-7", "sorrel")], demo.names)
    assert text is not None
    assert text.startswith("Against Yarrow 7 and Sorrel the order depends")
