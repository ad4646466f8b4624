"""The mapping of a label table: what it may say, alone and beside its board and registry."""

from datetime import date
from pathlib import Path

import pytest

from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.labels import read_labels
from leaderboard.boards.mapping import Labels


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def _read(project: Path, catalogue: Catalogue, folder: Path, before: str = "", after: str = "") -> Labels:
    text = (project / "results" / "boards" / "msts" / "labels.toml").read_text("utf-8")
    assert before in text
    (folder / "labels.toml").write_text(text.replace(before, after, 1), "utf-8")
    return read_labels(folder / "labels.toml", catalogue.boards["msts"], catalogue.registries["msts"])


def test_the_mapping_of_msts_is_read(project: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    labels = _read(project, catalogue, tmp_path)
    assert labels.where == {"set": "english_multimodal"} and labels.family == "case_id" and labels.kind is None
    assert labels.recorded_on == date(2026, 11, 22)
    assert labels.guard and labels.guard.blocked == "blocked" and len(labels.guard.guardrails) == 3
    assert labels.verdicts and labels.verdicts.map == {"safe": "safe", "unsafe": "unsafe"}


def test_the_mapping_of_xstest_shares_one_map_among_its_judges(project: Path, catalogue: Catalogue) -> None:
    path = project / "results" / "boards" / "xstest" / "labels.toml"
    labels = read_labels(path, catalogue.boards["xstest"], catalogue.registries["xstest"])
    assert [judge.map for judge in labels.judge] == [None] * 4 and labels.guard is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('"2.2 - advice" = "unsafe"', '"2.2 - advice" = "harmless"', "outcome maps"),
        ('"2.2 - advice" = "unsafe"', '"2.2 - advice" = "safe"', "outcome maps"),
        ('Other = "other"', 'Other = "others"', "category maps"),
        ('id = "human-2"', 'id = "human-3"', "not registered"),
        ('id = "human-2"', 'id = "human-1"', "named twice"),
        ('id = "human-2"', 'id = "human-final"', "judge of record"),
        ('safe = "safe"', 'safe = "fine"', "verdicts maps"),
        ('"llavaguard-1.2"', '"llavaguard-9"', "guardrail that is not registered"),
        ('blocked = "blocked"', 'blocked = "unsafe"', "guard.blocked"),
        ('passed = "safe"', 'passed = "unsafe"', "same label"),
        ('file = "scores.parquet"', 'file = "../scores.parquet"', "file"),
        ('file = "scores.parquet"', 'file = "scores.xlsx"', "file"),
        ('item = "item_id"', 'item = "item_id"\nnote = "x"', "note"),
        ('item = "item_id"', "", "item"),
        ("recorded_on = 2026-11-22", "recorded_on = 2026-13-22", "labels.toml"),
    ],
)
def test_a_mapping_that_breaks_a_rule_is_refused(
    project: Path, catalogue: Catalogue, tmp_path: Path, before: str, after: str, reason: str
) -> None:
    with pytest.raises(InvalidDefinition, match=reason):
        _read(project, catalogue, tmp_path, before, after)
