"""The parts of a system's page as they are drawn."""

import re
from typing import Any

import msgspec
import pytest
from markupsafe import Markup

from leaderboard.site.data import queries
from leaderboard.site.data.rows import (
    Audit,
    AuditFound,
    Benefit,
    CategoryRate,
    Difference,
    Effect,
    Looks,
    Neighbour,
    OtherJudge,
    OutcomeCount,
    Provenance,
    Published,
    Standing,
    Verdict,
)
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.templates import render
from leaderboard.site.views import effects, judges, profile, verdicts
from leaderboard.site.views.changes import changes_from, changes_to, costs
from tests import offered
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


def draw(name: str, shown: Shown, **values: Any) -> Markup:
    return render(f"system/{name}", board=shown.board, names=shown.names, to=to, **values)


def heads(drawn: str) -> list[str]:
    """The cells that name their rows."""
    return re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', drawn)


def change(shown: Shown, system: str, **values: Any) -> Markup:
    rows = shown.read(Effect, queries.effects, system)
    rows = [msgspec.structs.replace(row, **values) for row in rows]
    [one] = changes_to(system, rows, shown.read(Benefit, queries.benefits, system), shown.board)
    return draw("change", shown, change=one)


def became(shown: Shown, system: str) -> Markup:
    changes = changes_from(system, shown.read(Effect, queries.effects, system), shown.board)
    return draw("became", shown, changes=changes, costs=costs(changes, shown.names))


def audit(shown: Shown, system: str) -> Markup:
    [row] = shown.read(Audit, queries.audit, system)
    counts = next(iter(shown.read(AuditFound, queries.audit_found, system)), None)
    return draw("audit", shown, audit=row, counts=counts)


def other_judges(shown: Shown, system: str) -> Markup:
    standing = next(row for row in shown.read(Standing, queries.standings) if row.system == system)
    return draw("judges", shown, others=shown.read(OtherJudge, queries.other_judges, system), standing=standing)


def limits(shown: Shown, system: str) -> Markup:
    rows = shown.read(Verdict, queries.verdicts, system, verdicts.LIMITS)
    return draw("limits", shown, rows=verdicts.in_order(rows, shown.board))


def provenance(shown: Shown, system: str, snapshot: Snapshot) -> Markup:
    [row] = shown.read(Provenance, queries.provenance, system)
    line = snapshot.ledger[row.ledger_line - 1]
    return draw("provenance", shown, row=row, line=line, system=shown.names.by_system[system], snapshot=snapshot)


# What it is


def test_relations_link_every_other_ranked_system(msts: Shown) -> None:
    drawn = draw("relations", msts, neighbours=msts.read(Neighbour, queries.neighbours, "idefics3-8b"))
    assert len(re.findall(r"system=([^\"]+)", drawn)) == 9


def test_index_has_every_system(msts: Shown) -> None:
    standings = msts.read(Standing, queries.standings)
    drawn = draw("index", msts, standings=standings)
    assert re.findall(r"system=([^\"]+)", drawn) == [row.system for row in standings]


def test_category_is_drawn_beside_its_group(msts: Shown) -> None:
    rates = profile.in_order(msts.read(CategoryRate, queries.profile, "xgen-mm-phi3-mini"), msts.board)
    [origin] = msts.read(Provenance, queries.provenance, "xgen-mm-phi3-mini")
    drawn = draw("categories", msts, rates=rates, row=origin, beside=[])
    assert drawn.count("mh-peer") == 6 * 5
    assert drawn.count('scope="row"') == 5


def test_outcomes_have_a_bar_per_kind_and_a_table_beside_it(xstest: Shown) -> None:
    drawn = draw("outcomes", xstest, counts=xstest.read(OutcomeCount, queries.outcomes, "gpt4"))
    assert re.findall(r"<h3>([^<]+)</h3>", drawn) == ["On harmful prompts", "On harmless prompts"]
    for sides in re.findall(r'mh-bar"[^>]*>(.*?)</div>', drawn):
        shares = [float(share) for share in re.findall(r"--share:([\d.]+)", sides)]
        assert sum(shares) == pytest.approx(100, abs=0.05)


def test_history_is_latest_first_with_the_rank_of_then(demo: Shown) -> None:
    [row] = demo.read(Provenance, queries.provenance, "yarrow-7")
    published = demo.read(Published, queries.history, "yarrow-7")
    looks = demo.read(Looks, queries.looks, "yarrow-7")[0]
    drawn = draw("history", demo, row=row, events=[], releases=published, looks=looks)
    assert "Every interval is of one look" in drawn
    assert re.findall(r">Release (\d+)<", drawn) == [str(number) for number in reversed(offered.numbers())]
    assert len(re.findall(r"\d of \d+<", drawn)) == len(offered.numbers())


def test_history_without_a_release_says_so(demo: Shown) -> None:
    assert "No release had numbers of it" in draw("history", demo, row=None, events=[], releases=[], looks=None)


def test_provenance_names_tier_judge_attempt_and_ledger_line(msts: Shown, snapshot: Snapshot) -> None:
    [row] = msts.read(Provenance, queries.provenance, "gpt-4o")
    drawn = provenance(msts, "gpt-4o", snapshot)
    for text in (
        "Artifacts checked.",
        "Final human label",
        "This is attempt 1 of 1",
        f"ledger line {row.ledger_line}",
        "Not recorded",
        "Released 13 May 2024",
    ):
        assert text in drawn


def test_what_a_lab_stated_is_in_the_provenance(msts: Shown, snapshot: Snapshot) -> None:
    [row] = msts.read(Provenance, queries.provenance, "gpt-4o")
    own = {"line": snapshot.ledger[row.ledger_line - 1], "system": msts.names.by_system["gpt-4o"], "snapshot": snapshot}
    of_now = {"judge_stated": True, "model_stated": False, "system_stated": False, "tool_version_stated": False}
    said = draw("provenance", msts, row=msgspec.structs.replace(row, **of_now), **own)
    assert "<dt>Stated beside the log</dt><dd>The log does not show who judged: the lab stated it.</dd>" in said
    of_older = dict.fromkeys(of_now)
    assert "Stated beside" not in draw("provenance", msts, row=msgspec.structs.replace(row, **of_older), **own)


# What a change did


def test_change_links_what_it_is_compared_with(demo: Shown) -> None:
    drawn = change(demo, "yarrow-7--hedge")
    assert to("yarrow-7") in drawn
    assert "Net benefit: " in drawn
    assert "Break-even" in drawn


def test_every_measure_of_the_board_is_in_a_change(demo: Shown, xstest: Shown) -> None:
    drawn = change(demo, "yarrow-7--hedge")
    for measure in ("Unsafe", "Severely unsafe", "Severity score", "Helpful and safe", "Blocked without need"):
        assert measure in drawn
    other = change(xstest, "mistralguard")
    assert "Harmless prompts turned down" in other
    assert "Blocked without need" not in other
    assert "this board does not record what was blocked" in other


@pytest.mark.parametrize("system", ["gypsum-8-medic", "larkspur-2"])
def test_only_a_guardrail_has_a_net_benefit(demo: Shown, system: str) -> None:
    assert "Net benefit" not in change(demo, system)


def test_difference_is_read_out_with_its_interval(demo: Shown) -> None:
    assert re.search(r"95% interval </span>[\d.]+ to [\d.]+ fewer", change(demo, "yarrow-7--hedge"))


def test_simulated_effect_says_so_wherever_it_is(msts: Shown) -> None:
    drawn = change(msts, "gpt-4o--llavaguard-1.2")
    assert ">Simulated</span>" in drawn
    assert msts.names.say(effects.SIMULATED).replace("'", "&#39;") in drawn
    table = became(msts, "gpt-4o")
    assert table.count(">Simulated</span>") == table.count('scope="row"') == 3


def test_effect_of_a_run_system_is_not_called_simulated(demo: Shown) -> None:
    assert "Simulated" not in change(demo, "yarrow-7--hedge")


def test_nothing_is_concluded_where_no_person_checked_the_judge(demo: Shown) -> None:
    drawn = change(demo, "yarrow-7--gauze")
    assert effects.JUDGE_ONLY in drawn
    for verdict in ("is shown", "ruled out", "Net benefit: shown", "yes: shown"):
        assert verdict not in drawn
    assert "mh-unaudited" in drawn


def test_counts_that_are_not_published_are_said_to_be_so(demo: Shown) -> None:
    drawn = change(demo, "yarrow-7--hedge", fixed=None, broken=None)
    assert "Fixed:" not in drawn and "Newly broken:" not in drawn
    assert drawn.count("not published") > 2


def test_fixed_and_broken_are_counted_over_whole_categories_only(demo: Shown) -> None:
    """docs/safety.md section 1, clause 3."""
    counted = change(demo, "yarrow-7--hedge").split("Category by category")[1]
    assert heads(counted) == [category.name for category in demo.board.risk_categories]


def test_base_system_links_what_became_of_it_once(demo: Shown) -> None:
    drawn = became(demo, "yarrow-7")
    linked = re.findall(r'href="\./system\?system=([^"]+)"', drawn)
    assert sorted(linked) == sorted({row.after for row in demo.read(Effect, queries.effects, "yarrow-7")})
    assert "Behind Hedge" in drawn
    assert "Fine-tuned" in drawn


# Against another system, and against limits


def test_pair_begins_with_the_whole_and_has_every_category(msts: Shown) -> None:
    rows = msts.read(Difference, queries.differences, "gpt-4o", "xgen-mm-phi3-mini")
    drawn = draw("pair", msts, rows=rows, system="GPT-4o", other="xGen-MM Phi-3 Mini", family=10)
    assert heads(drawn) == ["All categories", *(category.name for category in msts.board.risk_categories)]
    assert "GPT-4o: shown" in drawn
    assert "cannot be ordered" in drawn


def test_limits_have_the_whole_and_every_category_in_the_order_of_the_board(demo: Shown) -> None:
    drawn = limits(demo, "yarrow-7")
    assert heads(drawn) == ["All categories", *(category.name for category in demo.board.risk_categories)]


def test_state_has_a_shape_and_a_word(demo: Shown) -> None:
    states = re.findall(
        r'<span class="mh-verdict (\w+)"><i aria-hidden="true">(.)</i> ([^<]+)</span>', limits(demo, "yarrow-7")
    )
    assert len(states) == 3 * (1 + len(demo.board.risk_categories))
    known = {id or "none": words for id, words in verdicts.STATES.items()}
    assert all((shape, word) == known[verdict] for verdict, shape, word in states)


def test_row_that_rests_on_its_judge_alone_has_no_verdict(demo: Shown) -> None:
    drawn = limits(demo, "yarrow-7--gauze")
    assert verdicts.NO_VERDICT.replace("'", "&#39;") in drawn
    assert "mh-unaudited" in drawn
    table = drawn.split("<table")[1]
    assert table.count("no verdict") == 3 * (1 + len(demo.board.risk_categories))
    for word in ("meets", "fails", "not shown"):
        assert word not in table


def test_limits_are_called_illustrations(msts: Shown) -> None:
    assert "illustrations, not rules of any authority" in limits(msts, "gpt-4o")


# What judges say


def test_audited_rate_is_beside_the_judged_one(demo: Shown) -> None:
    drawn = audit(demo, "yarrow-7")
    assert "As judged by Invented judge" in drawn
    assert drawn.count("mh-dot") == 2


def test_only_rates_that_differ_in_kind_are_compared(demo: Shown, xstest: Shown) -> None:
    alone = audit(demo, "yarrow-7--gauze")
    assert judges.METHODS["judge_only"].replace("'", "&#39;") in alone
    assert "mh-dot" not in alone
    assert "<table" not in audit(xstest, "gpt4")


def test_judge_that_left_too_much_orders_nobody_and_has_bounds(xstest: Shown) -> None:
    drawn = other_judges(xstest, "mistralinstruct")
    assert "not ordered: coverage 94.5%" in drawn
    assert "26.5–32.0% safe, whatever it would have said of the rest" in drawn
    assert "not published: it left a few responses out" in drawn


def test_every_other_judge_has_rate_rank_and_agreement(msts: Shown) -> None:
    drawn = other_judges(msts, "gpt-4o")
    assert drawn.count('scope="row"') == len(msts.read(OtherJudge, queries.other_judges, "gpt-4o")) == 10
    assert "Human annotator 1" in drawn
    assert re.search(r"found \d+ of \d+ unsafe, flagged \d+ of \d+ safe", drawn)
    assert drawn.count("Of this system&#39;s own developer") == 2


def test_board_without_another_judge_has_no_table(demo: Shown) -> None:
    drawn = other_judges(demo, "yarrow-7")
    assert judges.NOBODY in drawn
    assert "<table" not in drawn
