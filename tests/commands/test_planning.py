"""`plan` as an author of a benchmark runs it, with numbers of their own or with those of an embedded board."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leaderboard import cli
from leaderboard.commands import planning
from leaderboard.statistics import Design, items_for_limit, items_for_pair, labels_for_audit, most_agreement
from tests import offered, oracle
from tests.offline.importers.page import block

DONE, REFUSED, USAGE = 0, 1, 2
JUDGE = ("judge", "--rate", ".05", "--sensitivity", ".85", "--specificity", ".97")
USELESS = ("--rate", ".05", "--sensitivity", ".5", "--specificity", ".5")
Told = pytest.CaptureFixture[str]


def plan(*arguments: str, results: Path = offered.EMBEDDED) -> int:
    return cli.main(["plan", *arguments, "--results", str(results)])


def planned(told: Told, *arguments: str) -> dict[str, Any]:
    assert plan(*arguments, "--json") == DONE
    found: dict[str, Any] = json.loads(told.readouterr().out)
    return found


def test_each_plan_is_that_of_its_function(capsys: Told) -> None:
    design = ("--categories", "2", "--family-size", "3", "--correlation", ".3")
    found = planned(capsys, "limit", "--rate", ".02", "--limit", ".06", *design, "--power", ".9")
    study = items_for_limit(0.02, 0.06, Design(2, 3.0, 0.3), power=0.9)
    assert {**study._asdict(), "categories": 2, "family_size": 3.0, "correlation": 0.3}.items() <= found.items()

    how = ("--agreement", ".3", "--repeats", "3", "--within-item", ".4", "--systems", "5")
    found = planned(capsys, "pair", "--rate", ".05", "--other", ".1", *design, *how)
    expected = items_for_pair(0.05, 0.1, Design(2, 3.0, 0.3), agreement=0.3, repeats=3, within_item=0.4, systems=5)
    assert expected._asdict().items() <= found.items() and found["agreement"] == 0.3

    found = planned(capsys, *JUDGE, "--responses", "900", "--half-width", ".03")
    assert labels_for_audit(0.85, 0.97, 0.05, 900, half_width=0.03)._asdict().items() <= found.items()


def test_a_person_reads_how_many_and_what_then_holds(capsys: Told) -> None:
    assert plan("limit", "--rate", ".02", "--limit", ".05") == DONE
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"[0-9]+ items in [0-9]+ families, 1 category", first)
    assert second.startswith(
        "Then a system with a true unsafe rate of 2.00% is shown to be under 5.00% in at least 80%"
    )
    assert plan("pair", "--rate", ".05", "--other", ".1", "--systems", "20") == DONE
    assert "are told apart, with all pairs of 20 systems at once, in at least 80% of boards." in capsys.readouterr().out
    assert plan(*JUDGE, "--responses", "900", "--limit", ".1") == DONE
    first = capsys.readouterr().out.splitlines()[0]
    assert re.match(r"[0-9]+ labels of one system: [0-9]+ responses that the judge calls unsafe, [0-9]+ that", first)


@pytest.mark.parametrize("board", offered.ranking())
def test_a_board_gives_what_is_not_stated(capsys: Told, board: str) -> None:
    found = planned(capsys, "limit", "--rate", ".02", "--limit", ".05", "--board", board)
    defined = offered.current(offered.EMBEDDED).catalogue.boards[board]
    items = sum(each.harmful_items for each in defined.risk_categories)
    families = sum(each.harmful_families for each in defined.risk_categories)
    assert (found["categories"], found["family_size"]) == (len(defined.risk_categories), items / families)
    assert 0 <= found["correlation"] <= 1 and (found["correlation"] > 0) is (items > families)
    assert f"The board has {items:,} items in {families:,} families: " in found["lines"][-1]
    stated = planned(
        capsys, "limit", "--rate", ".02", "--limit", ".05", "--board", board, "--categories", "1", "--correlation", "0"
    )
    assert (stated["categories"], stated["correlation"], stated["family_size"]) == (1, 0, items / families)
    assert stated["lines"][-1].endswith(", and a design of its own.")  # so that the two are not compared


def test_a_board_gives_systems_repeats_and_how_far_these_agree(capsys: Told) -> None:
    found = planned(capsys, "pair", "--rate", ".03", "--other", ".08", "--board", "msts")
    assert (found["systems"], found["repeats"], found["within_item"]) == (10, 1, 0)
    assert 0 < found["agreement"] < most_agreement(0.03, 0.08)
    found = planned(capsys, "pair", "--rate", ".03", "--other", ".08", "--board", "demo")
    assert (found["systems"], found["repeats"]) == (20, 2) and 0.05 < found["within_item"] < 0.95
    assert planned(capsys, *JUDGE, "--limit", ".1", "--board", "demo")["responses"] > 500


def test_observed_agreement_is_that_of_the_labels(shared: Path, project: Path) -> None:
    """Against correlations of all pairs of msts by category, from the labels themselves."""
    labels = oracle.read("msts", project / "results" / "boards", shared / "data")
    between = []
    for category in labels.risk_categories:
        items = [item.id for item in labels.items if item.category == category]
        scores = np.array([[labels.unsafe(name)[item] or 0 for item in items] for name in labels.ranked])
        scores = scores[np.minimum(scores.sum(axis=1), (1 - scores).sum(axis=1)) >= 5]
        if len(scores) > 1:
            between += np.corrcoef(scores)[np.triu_indices(len(scores), 1)].tolist()
    snapshot = offered.current(offered.EMBEDDED)
    observed = planning._observe(snapshot.database, snapshot.catalogue.boards["msts"])
    assert observed.agreement == pytest.approx(float(np.median(between)), abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "finding"),
    [
        (("limit", "--rate", "nan", "--limit", ".05"), "E_NUMBER  --rate: must be from 0 to 1"),
        (("limit", "--rate", "-1", "--limit", ".05"), "E_NUMBER  --rate"),
        (("limit", "--rate", ".05", "--limit", ".05"), "E_NUMBER  --rate: must be at least 0 and below the limit"),
        (("limit", "--rate", ".0499", "--limit", ".05"), "E_PLAN  --limit: more than 30,000 items"),
        (("limit", "--rate", ".1", "--limit", ".5", "--family-size", "inf"), "E_NUMBER  --family-size"),
        (("limit", "--rate", ".1", "--limit", ".5", "--categories", "31"), "E_NUMBER  --categories"),
        (("limit", "--rate", ".1", "--limit", ".5", "--power", "1"), "E_NUMBER  --power"),
        (("limit", "--rate", ".1", "--limit", ".5", "--board", "nowhere"), "E_BOARD  --board"),
        (("limit", "--rate", ".1", "--limit", ".5", "--board", "medharm"), "E_BOARD  --board: the release ranks no"),
        (("pair", "--rate", ".1", "--other", ".1"), "E_NUMBER  --other: the two rates must differ"),
        (("pair", "--rate", ".1", "--other", ".100001"), "E_PLAN  --other: more than 30,000 items"),
        (("pair", "--rate", ".1", "--other", ".2", "--within-item", ".5"), "E_NUMBER  --within-item: one response"),
        (("limit", "--rate", ".1", "--limit", ".5", "--correlation", ".5"), "E_NUMBER  --correlation: a family of one"),
        (("judge", *USELESS, "--limit", ".1", "--responses", "900"), "E_NUMBER  --specificity: with the sensitivity"),
        (("pair", "--rate", ".1", "--other", ".2", "--systems", "1"), "E_NUMBER  --systems"),
        (("pair", "--rate", ".01", "--other", ".5", "--agreement", ".9"), "E_NUMBER  --agreement: two systems"),
        ((*JUDGE, "--limit", ".1"), "E_NUMBER  --responses: state the effective"),
        ((*JUDGE, "--limit", ".05", "--responses", "900"), "E_NUMBER  --limit: must be above the true rate"),
        (
            (*JUDGE, "--half-width", ".005", "--responses", "900"),
            "E_PLAN  --half-width: labels of all responses leave it open",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(capsys: Told, arguments: tuple[str, ...], finding: str) -> None:
    assert plan(*arguments) == REFUSED
    assert capsys.readouterr().out.startswith(finding)


@pytest.mark.parametrize(
    "arguments",
    [
        ("limit", "--rate", "much", "--limit", ".05"),
        ("limit", "--limit", ".05"),
        (*JUDGE, "--responses", "900"),
        (*JUDGE, "--responses", "900", "--limit", ".1", "--half-width", ".1"),
    ],
)
def test_a_wrong_call_is_exit_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        plan(*arguments)
    assert ended.value.code == USAGE


def test_the_page_s_examples_run(project: Path, tmp_path: Path) -> None:
    """docs/submitting.md, from an empty folder."""
    done = subprocess.run(
        ["sh", "-eu", "-c", f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}\n{block(project, SECTION)}'],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project), "RESULTS": str(project / "results")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    heads = [line for line in done.stdout.splitlines() if re.match(r"[0-9,]+ (items|labels)", line)]
    assert len(heads) == block(project, SECTION).count("leaderboard plan")


SECTION = "How large a benchmark must be"
