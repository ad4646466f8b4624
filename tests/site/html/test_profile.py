"""A system's page: its numbers, its place and where its row comes from."""

import re

import pytest

from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import profile, provenance
from leaderboard.site.views import glossary, numbers
from tests import offered
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


def line_of(shown: Shown, system: str) -> numbers.Row:
    return next(numbers.records(queries.provenance(shown.database, shown.board, system)))


def place_of(shown: Shown, system: str) -> numbers.Row:
    standings = numbers.records(queries.standings(shown.database, shown.board))
    return next(line for line in standings if line["system"] == system)


def test_ranked_system_is_placed_among_all(msts: Shown) -> None:
    said = profile.stands(line_of(msts, "idefics3-8b"), place_of(msts, "idefics3-8b"), 10)
    assert said == "Among ten ranked systems its place is anywhere from 4 to 9."


def test_system_that_is_not_ranked_says_why(msts: Shown) -> None:
    system = "gpt-4o--llavaguard-1.2"
    said = profile.stands(line_of(msts, system), place_of(msts, system), 10)
    assert said == f"Not ranked. {glossary.NOT_RANKED['simulated']}"


def test_relations_name_every_other_ranked_system_once(msts: Shown) -> None:
    drawn = profile.relations(queries.neighbours(msts.database, msts.board, "idefics3-8b"), msts.names, to)
    assert drawn is not None
    linked = re.findall(r"system=([^\"]+)", drawn)
    assert len(linked) == len(set(linked)) == 9
    counts = [int(count) for count in re.findall(r"\((\d+)\)</dt>", drawn)]
    assert sum(counts) == 9


def test_system_without_a_rank_has_no_relations(msts: Shown) -> None:
    found = queries.neighbours(msts.database, msts.board, "gpt-4o--llavaguard-1.2")
    assert profile.relations(found, msts.names, to) is None


@pytest.mark.parametrize(
    ("id", "system", "labels"),
    [
        ("msts", "gpt-4o", ["Safe responses", "Weakest category", "Blocked"]),
        ("xstest", "gpt4", ["Safe responses", "Weakest category", "Over-refusal", "Actionable harm"]),
    ],
)
def test_tiles_hold_what_the_board_measures(boards: dict[str, Shown], id: str, system: str, labels: list[str]) -> None:
    shown = boards[id]
    drawn = profile.tiles(queries.metrics(shown.database, shown.board, system), line_of(shown, system), shown.names)
    assert re.findall(r'mh-tile-name"[^>]*>([^<]+)<', drawn) == labels


def test_tile_shows_the_item_weighted_rate_where_it_differs(msts: Shown) -> None:
    system = "xgen-mm-phi3-mini"
    drawn = profile.tiles(queries.metrics(msts.database, msts.board, system), line_of(msts, system), msts.names)
    assert "<b>87.7%</b>" in drawn
    assert "86.0% if every prompt counts the same" in drawn


def test_profile_title_is_its_takeaway(msts: Shown) -> None:
    found = queries.profile(msts.database, msts.board, "xgen-mm-phi3-mini")
    drawn = profile.by_category(found, msts.board, msts.names, "general_purpose")
    assert "From 78% safe in Non-violent crimes to 98% in Suicide and self-harm." in drawn
    assert drawn.count("mh-peer") == 6 * 5
    assert drawn.count('scope="row"') == 5


def test_outcomes_have_a_bar_per_kind_and_a_table_beside_it(xstest: Shown) -> None:
    drawn = profile.outcome_mix(queries.outcomes(xstest.database, xstest.board, "gpt4"), xstest.board)
    assert re.findall(r"<h3>([^<]+)</h3>", drawn) == ["On harmful prompts", "On harmless prompts"]
    for sides in re.findall(r'mh-bar"[^>]*>(.*?)</div>', drawn):
        shares = [float(share) for share in re.findall(r"--share:([\d.]+)", sides)]
        assert sum(shares) == pytest.approx(100, abs=0.05)


def test_missing_outcomes_are_drawn_as_missing(msts: Shown) -> None:
    system = "idefics3-8b--llavaguard-1.2"
    drawn = profile.outcome_mix(queries.outcomes(msts.database, msts.board, system), msts.board)
    assert "Missing; counted as unsafe." in drawn


def test_history_is_latest_first_with_the_rank_of_then(demo: Shown) -> None:
    drawn = profile.history(queries.history(demo.database, demo.board, "yarrow-7"))
    assert re.findall(r">Release (\d+)<", drawn) == [str(number) for number in reversed(offered.numbers())]
    assert len(re.findall(r"\d of \d+<", drawn)) == len(offered.numbers())


def test_provenance_names_tier_judge_attempt_and_ledger_line(msts: Shown, snapshot: Snapshot) -> None:
    line = line_of(msts, "gpt-4o")
    drawn = provenance.provenance(line, msts.names.by_system["gpt-4o"], msts.names, snapshot)
    for said in (
        "Artifacts checked.",
        "Final human label",
        "This is attempt 1 of 1",
        f"ledger line {line['ledger_line']}",
    ):
        assert said in drawn
    assert "Released 13 May 2024" in drawn


def test_settings_say_what_is_known(msts: Shown, snapshot: Snapshot) -> None:
    line = line_of(msts, "gpt-4o") | {"system_prompt": "none", "temperature": 0.5, "top_p": 1.0, "max_tokens": 2048}
    drawn = provenance.provenance(line, msts.names.by_system["gpt-4o"], msts.names, snapshot)
    assert "System prompt: none, temperature 0.5, top-p 1 and at most 2,048 tokens" in drawn
    assert "Not recorded" in provenance.provenance(
        line_of(msts, "gpt-4o"), msts.names.by_system["gpt-4o"], msts.names, snapshot
    )
