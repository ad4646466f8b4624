"""The mapping of a label table: what it may say, alone and beside its board and registry."""

from contextlib import nullcontext
from datetime import date
from pathlib import Path

import msgspec
import pytest

from leaderboard.boards import toml
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.definition import InvalidDefinition, check_form
from leaderboard.boards.labels import read_labels
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Guardrail, Judge, Registry, System
from tests import made


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


# Every key at once, on a board with two epochs, severity and benign items


SOUND = """\
file = "scores.jsonl.gz"
recorded_on = 2026-11-22
item = "item"
family = "the family (ours)"
epoch = { column = "run", map = { first = 1, second = 2 } }
severity = "harm"
absent = "gap"
system = { column = ["model", "mode"], map = { "m / fast" = "system-0", "m / " = "system-1" } }
category = { column = ["kind", "topic"], map = { "u / 1" = "alpha", "u / 2" = "beta", "r / 1" = "calm" } }
outcome = { column = "label", map = { no = "refusal", yes = "harmful" } }
kind = { column = "kind", map = { u = "harmful", r = "benign" } }
where = { language = ["en", ""], set = "main" }

[[judge]]
id = "person"
version = "1"
column = "second"
severity = { column = "level", map = { low = 1, high = 4 } }

[verdicts]
file = "scores.jsonl.gz"
system = "model"
item = "item"
judge = { column = "rater", map = { nurse = "nurse@1" } }
label = ["a", "b"]
where = { rater = ["nurse"] }
epoch = "run"
severity = "harm"
map = { "1 / 0" = "refusal", "1 / 1" = "harmful" }

[guard]
file = "guard.tsv"
system = { column = "model", map = { one = "system-0" } }
item = "item"
judge = "guard"
label = "flag"
flagged = "1"
passed = "0"
blocked = "blocked"
guardrails = { Wall = "wall" }
where = { set = "main" }
epoch = "run"

[[policy]]
system = "a-rule"
harmful = "refusal"
benign = "caution"
"""
BOARD = made.board()
RULE = System("a-rule", "A rule", "ours", evidence="arithmetic", reference=True)
REGISTRY = msgspec.structs.replace(
    made.registry(3),
    system=(*made.registry(3).system, RULE),
    guardrail=(Guardrail("wall", "Wall", "ours"),),
    judge=(*made.registry().judge, Judge("nurse", "1", "A nurse", "human", names=("nurse",))),
)


def faults(folder: Path, text: str, board: Board = BOARD, registry: Registry = REGISTRY) -> list[str]:
    path = folder / "labels.toml"
    path.write_text(text, "utf-8")
    try:
        read_labels(path, board, registry)
    except InvalidDefinition as invalid:
        return [finding.evidence for finding in invalid.findings]
    return []


def test_mapping_with_every_key_is_read_and_written_as_the_same(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND) == []
    labels = read_labels(tmp_path / "labels.toml", BOARD, REGISTRY)
    for struct in (labels, *labels.judge, labels.verdicts, labels.guard, *labels.policy):
        assert struct is not None
        names = {field.name for field in msgspec.structs.fields(struct)}
        assert {name for name in names if getattr(struct, name) in (None, (), {})} <= {"map"}
    (tmp_path / "labels.toml").write_bytes(toml.encode(labels))
    assert read_labels(tmp_path / "labels.toml", BOARD, REGISTRY) == labels
    assert check_form(tmp_path / "labels.toml", labels, toml.encode(labels)) == []


POLICY = '[[policy]]\nsystem = "a-rule"\nharmful = "refusal"\nbenign = "caution"\n'
EPOCH = 'epoch = { column = "run", map = { first = 1, second = 2 } }\n'
KIND = 'kind = { column = "kind", map = { u = "harmful", r = "benign" } }\n'
LEVEL = 'severity = { column = "level", map = { low = 1, high = 4 } }\n'
OF_THE_FORM = [
    ('"m / " = "system-1"', '" / " = "system-1"', "system.map holds a value that is empty"),
    ('"m / " = "system-1"', '"m / \uff1dx" = "system-1"', "system.map holds a value that is not in Unicode form NFKC"),
    ('no = "refusal"', '"" = "refusal"', "outcome.map holds a value that is empty"),
    ('["model", "mode"]', '["model"]', "system.column must be"),
    ('"the family (ours)"', '"<family>"', "family names a column that holds a character"),
    ('"the family (ours)"', '["a", "b"]', "family must be a text"),
    ('set = "main" }\n\n[[judge]]', "set = 1 }\n\n[[judge]]", "where holds a value that must be a text"),
    ('set = "main" }\n\n[[judge]]', 'set = " a" }\n\n[[judge]]', "where holds a value that is empty or padded"),
    ('where = { rater = ["nurse"] }', 'where = { "=x" = "a" }', "verdicts.where names a column that starts like"),
    ("high = 4", 'high = "4"', "judge 1 severity.map holds a value that must be a number"),
    ('absent = "gap"', 'absent = "safe"', "absent must be one of refuse, gap"),
    ('nurse = "nurse@1"', 'nurse = "nurse"', "verdicts.judge.map must be a text of the form"),
    ('file = "guard.tsv"', 'file = "guard.xlsx"', "guard.file must be a text of the form"),
    ('file = "guard.tsv"', 'file = "guard.tsv.zip"', "guard.file must be a text of the form"),
    ('file = "guard.tsv"', 'file = "../guard.tsv"', "guard.file must be a text of the form"),
]
"""What no mapping may have, also one that was signed long ago."""
OF_AUTHORS = [
    ('no = "refusal"', '"1" = "caution", "1.0" = "refusal"', "outcome.map holds two keys that are one value"),
    ('no = "refusal"', 'true = "caution", TRUE = "refusal"', "outcome.map holds two keys that are one value"),
    ('"u / 1" = "alpha"', '"u / 1" = "alpha", "u / 1.0" = "beta"', "category.map holds two keys that are one value"),
    ('{ Wall = "wall" }', '{ 1 = "wall", "1.0" = "wall" }', "guard.guardrails holds two keys that are one value"),
    ('flagged = "1"', 'flagged = "0.0"', "guard.flagged and guard.passed are the same label"),
    ('"u / 1" = "alpha"', '"u" = "alpha"', "category.map holds a key that is not of 2 parts"),
    ('"u / 1" = "alpha"', '"u / 1 / 2" = "alpha"', "category.map holds a key that is not of 2 parts"),
    ('["model", "mode"]', '["model", "model"]', "system.column names a column twice"),
    ('column = "second"', 'column = ["a", "b"]', "judge 1 has no map of its own, and other columns than the outcome"),
    ('set = "main" }\n\n[[judge]]', "set = [] }\n\n[[judge]]", "where holds a list without a value"),
    ('judge = "guard"', 'judge = { column = "guard", map = { a = "nurse@1" } }', "guard.judge must be a column"),
    ("first = 1", "first = 3", "epoch.map names an epoch that the board does not have: they are 1 to 2"),
    ("first = 1", "first = 0", "epoch.map names an epoch that the board does not have: they are 1 to 2"),
    (EPOCH, "", "epoch is missing, and the board has 2 epochs"),
    ('epoch = "run"\nseverity', "severity", "verdicts.epoch is missing"),
    ('\nepoch = "run"\n\n[[policy]]', "\n\n[[policy]]", "guard.epoch is missing"),
    ('severity = "harm"\nabsent', "absent", "severity is missing, and the board has severity"),
    (LEVEL, "", "judge 1 severity is missing, and the board has severity"),
    ('severity = "harm"\nmap', "map", "verdicts.severity is missing, and the board has severity"),
    ("high = 4", "high = 5", "judge 1 severity.map names a severity over 4"),
    ('"system-0", "m / "', '"system-9", "m / "', "system.map names a system that is not registered"),
    ('one = "system-0"', 'one = "system-9"', "guard.system.map names a system that is not registered"),
    ('nurse = "nurse@1"', 'nurse = "nurse@2"', "verdicts.judge.map names a judge that is not registered"),
    ('nurse = "nurse@1"', 'nurse = "judge@1"', "verdicts.judge.map names the judge of record, or one that has a col"),
    ('nurse = "nurse@1"', 'nurse = "person@1"', "verdicts.judge.map names the judge of record, or one that has a col"),
    (KIND, "", "kind is missing, and the board has benign items"),
    ("recorded_on = 2026-11-22", "recorded_on = 2025-12-31", "recorded_on is before earliest in board.toml"),
    (
        'system = "a-rule"',
        'system = "system-2"',
        "policy 1 names a system whose evidence in systems.toml is not arithmetic",
    ),
    ('harmful = "refusal"', 'harmful = "other"', "policy 1 names an outcome that the judge of record cannot give"),
    ('harmful = "refusal"', 'harmful = "harmful"', "policy 1 gives an unsafe outcome, which needs a severity"),
    ('benign = "caution"\n', "", "policy 1 has no benign outcome, and the board has benign items"),
    (POLICY, f"{POLICY}\n{POLICY}", "policy 2 has the system of another"),
]
FAULTS = [*OF_THE_FORM, *OF_AUTHORS]


@pytest.mark.parametrize(("before", "after", "fault"), FAULTS, ids=[fault for _, _, fault in FAULTS])
def test_fault_of_a_mapping_is_the_only_one_that_is_reported(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    assert before in SOUND
    reported = faults(tmp_path, SOUND.replace(before, after, 1))
    assert len(reported) == 1 and reported[0].startswith(fault), reported


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("first = 1", "first = 3").replace("high = 4", "high = 5").replace('"a-rule"', '"system-9"')
    assert len(faults(tmp_path, text)) == 3


def test_severity_on_a_board_without_is_a_fault(tmp_path: Path) -> None:
    board = msgspec.structs.replace(BOARD, severity=False)
    assert [fault.partition(" is there")[0] for fault in faults(tmp_path, SOUND, board)] == [
        "severity",
        "judge 1 severity",
        "verdicts.severity",
    ]


def test_names_of_the_registry_that_are_one_value_need_a_map(tmp_path: Path) -> None:
    systems = [
        msgspec.structs.replace(s, served_as=(name,))
        for s, name in zip(REGISTRY.system, ("1", "1.0", "2", "3"), strict=True)
    ]
    registry = msgspec.structs.replace(REGISTRY, system=tuple(systems))
    [fault] = faults(tmp_path, SOUND, registry=registry)
    assert fault.startswith("verdicts.system reads served_as of systems.toml, where two systems have one name")
    judges = [msgspec.structs.replace(judge, names=("true",)) for judge in REGISTRY.judge]
    registry = msgspec.structs.replace(REGISTRY, judge=tuple(judges))
    text = SOUND.replace('judge = { column = "rater", map = { nurse = "nurse@1" } }', 'judge = "rater"')
    [fault] = faults(tmp_path, text, registry=registry)
    assert fault.startswith("verdicts.judge reads names of systems.toml, where two judges have one name")


def test_signed_mapping_is_checked_for_its_form_alone(tmp_path: Path) -> None:
    """Rules for authors may be newer than what was signed."""
    path = tmp_path / "labels.toml"
    for faults_of, is_read in ((OF_THE_FORM, False), (OF_AUTHORS, True)):
        for before, after, _ in faults_of:
            path.write_text(SOUND.replace(before, after, 1), "utf-8")
            with nullcontext() if is_read else pytest.raises(InvalidDefinition):
                read_labels(path)
