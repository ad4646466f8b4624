"""A system's page: what changed it, what it can be compared with, what can be shown, and who says so."""

import re

import pytest

from leaderboard.site.data import queries
from tests import offered
from tests.offered import current
from tests.pages.conftest import Site, Visit

CURRENT = current(offered.EMBEDDED)
RUN_ONLY = ("What can be shown against a limit", "Can its labels be trusted?", "What another judge would have said")


def words(site: Site) -> str:
    """What is drawn, without the style sheet that stands at its end."""
    return site.text.split("/* The look of")[0]


def systems() -> list[tuple[str, str]]:
    """One of every kind of row of each board."""
    kinds = ["ranked", "evidence", "kind", "reason", "judge_only", "safe_by_blocking"]
    found = []
    for board in offered.ranking():
        every = queries.standings(CURRENT.database, CURRENT.catalogue.boards[board])
        found += [(board, system) for system in every.drop_duplicates(kinds)["system"]]
    return found


@pytest.mark.parametrize(("board", "system"), systems())
def test_page_of_every_kind_of_row_is_drawn_whole(visit: Visit, board: str, system: str) -> None:
    site = visit("system", board=board, system=system)
    assert "Where this row comes from" in site.text
    has_rate = "Against another system" in site.text
    assert has_rate or "no longer shown" in site.text or re.search(r"\d of [\d,]+ \w+ have an outcome", site.text)
    for odd in ("None ", "nan", "not_shown", "judge_only", "false_alarm"):
        assert odd not in words(site).replace("None would", "").replace("None: safe", "")


def test_simulated_system_appears_in_effects_only(visit: Visit) -> None:
    site = visit("system", board="msts", system="gpt-4o--llavaguard-1.2")
    assert "What a change did" in site.text
    for section in RUN_ONLY:
        assert section not in site.text


def test_run_system_has_every_section(visit: Visit) -> None:
    site = visit("system", board="xstest", system="mistralguard")
    for section in ("What a change did", "Against another system", *RUN_ONLY):
        assert section in site.text


def test_system_is_compared_with_those_of_the_url(visit: Visit) -> None:
    site = visit("system", board="msts", system="gpt-4o", systems=["xgen-mm-phi3-mini", "gemini-1.5-pro"])
    assert "GPT-4o is shown to be safer" in site.text
    assert "GPT-4o against Gemini 1.5 Pro The two cannot be ordered" in site.text
    assert site.app.multiselect(key="systems").value == ["xgen-mm-phi3-mini", "gemini-1.5-pro"]


def test_choice_of_systems_is_written_to_the_url(visit: Visit) -> None:
    site = visit("system", board="msts", system="gpt-4o")
    site.app.multiselect(key="systems").set_value(["gemini-1.5-pro"]).run()
    assert site.parameters == {"board": ["msts"], "system": ["gpt-4o"], "systems": ["gemini-1.5-pro"]}
    assert "GPT-4o against Gemini 1.5 Pro" in site.text


@pytest.mark.parametrize("other", ["nobody", "gpt-4o", "idefics3-8b--llavaguard-1.2"])
def test_what_cannot_be_compared_falls_back_quietly(visit: Visit, other: str) -> None:
    plain, asked = (visit("system", board="msts", system="gpt-4o", **more) for more in ({}, {"systems": other}))
    assert asked.text.split("Cite this view")[0] == plain.text.split("Cite this view")[0]


def test_judge_only_row_has_no_verdict_anywhere(visit: Visit) -> None:
    site = visit("system", board="demo", system="yarrow-7--gauze")
    assert "Judge only: no verdict" in site.text
    for verdict in (" meets ", " fails ", "is shown", "is safer", "Net benefit: shown"):
        assert verdict not in words(site)
