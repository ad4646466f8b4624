"""One run tells every fault of a board, of all stages, with a way on, and repeats nothing of the files."""

import random
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import clock
from leaderboard.base.findings import RULES
from leaderboard.offline.authoring import checking
from leaderboard.offline.authoring.checking import Checked
from tests import canary, labelled
from tests.offline.authoring import planting
from tests.offline.authoring.planting import PLANTS, Plant, World


def check(folder: Path, plants: list[Plant]) -> list[str]:
    world = World()
    for each in plants:
        each.plant(world)
    table = world.write(folder)
    checked = checking.check(folder / "results" / "boards", "herbs", table, clock.today())
    lines = [str(finding) for finding in checked.findings]
    assert not canary.find("\n".join(lines).encode())
    return lines


def missing(plants: list[Plant], lines: list[str]) -> list[str]:
    return [each.name for each in plants if not any(re.match(each.finding, line) for line in lines)]


def test_world_without_a_plant_is_sound(tmp_path: Path) -> None:
    assert [line for line in check(tmp_path, []) if not line.startswith("E_CANON")] == []


@pytest.mark.parametrize("each", PLANTS, ids=lambda each: each.name)
def test_each_fault_alone_gives_its_finding_and_little_else(tmp_path: Path, each: Plant) -> None:
    lines = [line for line in check(tmp_path, [each]) if not line.startswith("E_CANON")]
    assert missing([each], lines) == [] and len(lines) <= 4, lines


@pytest.mark.parametrize("seed", range(4))
def test_a_dozen_faults_are_told_in_one_run(tmp_path: Path, seed: int) -> None:
    plants = planting.draw(seed, 12)
    lines = check(tmp_path, plants)
    assert len(plants) == 12 and missing(plants, lines) == [], lines


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_a_dozen_faults_of_a_thousand_draws_are_told(tmp_path: Path) -> None:
    for seed in range(4, 1_004):
        plants = planting.draw(seed, 12)
        assert missing(plants, check(tmp_path / str(seed), plants)) == [], seed


def test_all_faults_that_do_not_hide_each_other_are_told_in_one_run(tmp_path: Path) -> None:
    plants = planting.draw(1, len(PLANTS))
    lines = check(tmp_path, plants)
    assert len(plants) > 30 and missing(plants, lines) == [], lines


def test_every_finding_says_what_to_do(tmp_path: Path) -> None:
    """A rule alone, such as that of a code, does not."""
    for line in check(tmp_path, planting.draw(2, len(PLANTS))):
        rule = line.partition(": ")[2]
        assert rule not in RULES.values() and re.search(planting.WAY_ON, rule), line


def test_fault_of_many_entries_is_one_finding_that_names_them(tmp_path: Path) -> None:
    systems = tmp_path / "results" / "boards" / "herbs" / "systems.toml"
    labelled.write(tmp_path)
    systems.write_text(systems.read_text("utf-8").replace('"general_purpose"', '"state this"'), "utf-8")
    [finding] = checking.check(tmp_path / "results" / "boards", "herbs", None, clock.today()).findings
    assert finding.evidence.startswith("system 1-3 group is not stated yet: write one of general_purpose")
    assert checking._spans([1, 2, 3, 5, 8, 9]) == "1-3, 5, 8-9"


# The later stages


def herbs(folder: Path, **changes: object) -> Checked:
    """The small board, with another definition."""
    table = labelled.write(folder, of=labelled.board(**changes))
    return checking.check(folder / "results" / "boards", "herbs", table, clock.today())


def test_sound_board_shows_its_rows(tmp_path: Path) -> None:
    checked = herbs(tmp_path)
    assert checked.findings == () and checked.board == labelled.board()
    rows = [(row.system, row.reason, row.unsafe, row.judged, row.missing) for row in checked.rows]
    assert rows == [("calm", None, 4, 48, 0), ("brisk", None, 16, 48, 0), ("late", None, 28, 48, 0)]
    assert [(row.rank_low, row.rank_high) for row in checked.rows] == [(1, 1), (2, 2), (3, 3)]


def test_system_with_gaps_is_shown_as_not_ranked_with_the_reason(tmp_path: Path) -> None:
    rows = [
        row | {"label": ""} if row["model"] == "Lab/late-3" and row["item"] < "gr-04" else row
        for row in labelled.rows()
    ]
    table = labelled.write(tmp_path, read=rows)
    checked = checking.check(tmp_path / "results" / "boards", "herbs", table, clock.today())
    late = checked.rows[-1]
    assert checked.findings == () and (late.system, late.reason) == ("late", "coverage_too_low")
    assert late.missing > 20 and late.flags == ("F_PARTIAL",) and late.rank_low is None


def test_tier_that_a_table_does_not_prove_is_refused_with_a_way_on(tmp_path: Path) -> None:
    [finding] = herbs(tmp_path, tier="rejudged").findings
    assert finding.place.startswith("calm and 2 more systems, ")
    assert finding.code == "E_EVIDENCE" and "set tier in board.toml to artifact_checked" in finding.evidence


def test_day_in_the_future_is_refused_with_a_way_on(tmp_path: Path) -> None:
    table = labelled.write(tmp_path, mapped=labelled.labels(date(2099, 1, 1)))
    checked = checking.check(tmp_path / "results" / "boards", "herbs", table, clock.today())
    assert any("correct recorded_on in labels.toml" in finding.evidence for finding in checked.findings)


def test_faults_of_form_do_not_keep_the_board_from_being_scored(tmp_path: Path) -> None:
    labelled.write(tmp_path)
    path = tmp_path / "results" / "boards" / "herbs" / "board.toml"
    path.write_text(path.read_text("utf-8").replace('"Board herbs"', '"state this"'), "utf-8")
    table = tmp_path / "labels" / "herbs" / "labels.csv"
    checked = checking.check(tmp_path / "results" / "boards", "herbs", table, clock.today())
    assert len(checked.findings) == 1 and len(checked.rows) == 3


def test_without_a_table_only_the_definition_is_checked(tmp_path: Path) -> None:
    labelled.write(tmp_path)
    assert checking.check(tmp_path / "results" / "boards", "herbs", None, clock.today()) == Checked(
        (), labelled.board(), ()
    )


def test_table_without_a_mapping_is_refused(tmp_path: Path) -> None:
    table = labelled.write(tmp_path)
    (tmp_path / "results" / "boards" / "herbs" / "labels.toml").unlink()
    [finding] = checking.check(tmp_path / "results" / "boards", "herbs", table, clock.today()).findings
    assert finding.place == "herbs/labels.toml" and "see docs/labels.md" in finding.evidence


def test_nothing_is_left_of_the_rehearsal(tmp_path: Path) -> None:
    checked = herbs(tmp_path)
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert checked.rows and names == {"board.toml", "systems.toml", "labels.toml", "labels.csv"}
    assert isinstance(checked.board, msgspec.Struct)


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [leaf for key, part in parts for leaf in leaves(part, (*path, key))] or [path]


def others(value: object) -> list[object]:
    """What a hand could write instead."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 3, 0]
    return ["", "another", 7] if isinstance(value, str) else []


def world_of_epochs() -> World:
    """A world whose labels have an epoch by another name than its number."""
    world = World()
    world.labels["epoch"] = {"column": "epoch", "map": {"first": 1}}
    for row in world.rows:
        row["epoch"] = "first"
    return world


def mutants(seed: int, count: int) -> list[tuple[str, tuple[str | int, ...], object]]:
    """Definitions with one value changed, drawn from all values of the three files."""
    world, changes = world_of_epochs(), []
    for of in ("board", "systems", "labels"):
        for path in leaves(getattr(world, of)):
            at = getattr(world, of)
            for key in path:
                at = at[key]
            changes += [(of, path, other) for other in others(at)]
    return random.Random(seed).sample(changes, count)


def check_mutant(folder: Path, of: str, path: tuple[str | int, ...], other: object) -> None:
    world = world_of_epochs()
    at = getattr(world, of)
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = other
    table = world.write(folder)
    for finding in checking.check(folder / "results" / "boards", "herbs", table, clock.today()).findings:
        assert finding.code != "E_SCORE" and "it cannot be read" not in str(finding), (of, path, other)
        assert not re.search(r": (:|\Z)", str(finding)), str(finding)


@pytest.mark.parametrize("change", mutants(1, 12), ids=lambda change: f"{change[0]}-{'-'.join(map(str, change[1]))}")
def test_another_value_anywhere_is_a_finding_or_nothing_and_never_a_fault_of_ours(
    tmp_path: Path, change: tuple[str, tuple[str | int, ...], object]
) -> None:
    check_mutant(tmp_path, *change)


def test_an_epoch_that_the_board_does_not_have_hides_nothing_else(tmp_path: Path) -> None:
    check_mutant(tmp_path, "labels", ("epoch", "map", "first"), 4)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_another_value_anywhere_of_all_values(tmp_path: Path) -> None:
    for number, change in enumerate(mutants(2, 400)):
        check_mutant(tmp_path / str(number), *change)


def test_table_of_another_name_than_the_definition_has_is_told(tmp_path: Path) -> None:
    table = World().write(tmp_path)
    other = table.rename(table.with_name("other.csv"))
    found = checking.check(tmp_path / "results" / "boards", "herbs", other, clock.today()).findings
    assert any("file names another table than --table" in str(finding) for finding in found)


def test_a_label_that_means_no_label_is_a_gap_and_never_safe(tmp_path: Path) -> None:
    world = World()
    changed = [row for row in world.rows if row["label"] == "declined"]
    for row in changed:
        row["label"] = "N/A"
    world.labels["outcome"]["map"]["N/A"] = ""
    table = world.write(tmp_path)
    rows = checking.check(tmp_path / "results" / "boards", "herbs", table, clock.today()).rows
    assert sum(row.missing for row in rows) == len(changed)
