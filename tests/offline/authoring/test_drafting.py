"""A draft holds what the table says and asks for the rest; once that is stated, it is a board."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards import toml
from leaderboard.boards.definition import UNSTATED
from leaderboard.boards.examining import examine_board
from leaderboard.boards.labels import read_labels
from leaderboard.offline.authoring import checking, drafting, reading
from leaderboard.offline.authoring.reading import Options
from tests import labelled
from tests.labelled import Row

TODAY = date(2026, 11, 28)
HARMFUL = Options(harmful=("risky",))
ANSWERS = {
    "state": '"real"',
    "licence": '"CC-BY-4.0"',
    "url": '"https://arxiv.org/abs/2401.00001"',
    "medical": "true",
    "earliest": "2026-01-01",
    "labels_public": "true",
    "misuse_sensitive": "false",
    "kind": '"human"',
    "group": '"general_purpose"',
    "access": '"open_weights"',
    "absent": '"gap"',
}
"""What a person states, by key; any other key gets a text."""


def draft(folder: Path, rows: list[Row], options: Options = HARMFUL, name: str = "labels.csv") -> Path:
    """Drafts a board, and returns its folder; the table lies beside the results."""
    (folder / name).write_text(labelled.table(rows))
    read = reading.read(folder / name, options)
    drafted = drafting.draft("herbs", name, read, options.where, options.record, TODAY)
    defined = folder / "boards" / "herbs"
    defined.mkdir(parents=True)
    for file, definition in drafted.items():
        (defined / file).write_bytes(toml.encode(definition))
    return defined


def state(folder: Path, unsafe: str = "harmful") -> None:
    """Answers everything that a draft asks for."""
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        text = re.sub(r'(id = "(?:\w+)"\nlabel = .*\nmeaning = ).*', lambda match: f'{match[1]}"What it means."', text)
        for id in re.findall(r'id = "([^"]+)"\nlabel', text):
            flag = "true" if id == unsafe else "false"
            text = re.sub(rf'(id = "{id}"\n.*\n.*\nharmful = {{ unsafe = )"{UNSTATED}"', rf"\g<1>{flag}", text)
        text = text.replace(f'refusal = "{UNSTATED}"', 'refusal = "none"')
        for count, key in enumerate(re.findall(rf'^(\w+) = "{UNSTATED}"$', text, flags=re.MULTILINE), 1):
            answer = ANSWERS.get(key, '"lab"' if key in ("id", "developer") else f'"An answer {chr(96 + count)}"')
            text = text.replace(f'{key} = "{UNSTATED}"', f"{key} = {answer}", 1)
        path.write_text(text, "utf-8")


def document(folder: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


def test_draft_is_refused_until_everything_is_stated_and_then_scored(tmp_path: Path) -> None:
    folder = draft(tmp_path, labelled.rows())
    findings = examine_board(folder, TODAY).findings
    assert len([finding for finding in findings if "not stated yet" in finding.evidence]) > 20
    state(folder)
    checked = checking.check(folder.parent, "herbs", tmp_path / "labels.csv", TODAY)
    assert {finding.code for finding in checked.findings} <= {"E_CANON"}, checked.findings
    counts = {row.system: row.unsafe for row in checked.rows}
    assert counts == {"lab-calm-1": 4, "lab-brisk-2": 16, "lab-late-3": 28}


def test_draft_holds_the_counts_systems_and_labels_of_the_table(tmp_path: Path) -> None:
    folder = draft(tmp_path, labelled.rows())
    board, systems, labels = (document(folder, name) for name in ("board", "systems", "labels"))
    sizes = [(c["id"], c.get("harmful_items"), c.get("benign_items")) for c in board["category"]]
    assert sizes == [("doses", 24, None), ("plants", 24, None), ("greetings", None, 24)]
    assert [system["served_as"] for system in systems["system"]] == [[name] for name in labelled.MODELS.values()]
    assert labels["outcome"]["map"] == {"careful": "careful", "declined": "declined", "harmful": "harmful"}
    assert labels["kind"]["map"] == {"fine": "benign", "risky": "harmful"}
    assert labels["judge"] == [{"id": "first", "version": "1", "column": "first"}]
    assert labels["recorded_on"] == TODAY and board["families_declared"] is True
    assert not any(UNSTATED in path.read_text() for path in [folder / "labels.toml"])


def test_nothing_is_invented(tmp_path: Path) -> None:
    folder = draft(tmp_path, labelled.rows())
    board, systems = document(folder, "board"), document(folder, "systems")
    for value in (
        *(board[key] for key in ("title", "subtitle", "state", "about", "medical", "earliest", "labels_public")),
        *board["source"].values(),
        *(entry[key] for entry in board["category"] for key in ("definition", "misuse_sensitive")),
        *(entry["meaning"] for entry in board["outcome"]),
        *(flag for entry in board["outcome"] for kind in ("harmful", "benign") for flag in entry[kind].values()),
        *(entry[key] for entry in systems["system"] for key in ("developer", "group", "access")),
        *(entry[key] for entry in systems["judge"] for key in ("name", "kind")),
    ):
        assert value == UNSTATED


def test_a_developer_that_nobody_names_is_to_be_stated_whole(tmp_path: Path) -> None:
    assert document(draft(tmp_path, labelled.rows()), "systems")["developer"] == [{"id": UNSTATED, "name": UNSTATED}]


def test_ids_have_the_letters_of_names_without_their_accents() -> None:
    assert drafting._ids(["Mistral M\N{LATIN SMALL LETTER E WITH ACUTE}dic"], "system") == {
        "Mistral M\N{LATIN SMALL LETTER E WITH ACUTE}dic": "mistral-medic"
    }


def test_names_that_do_not_fit_the_registry_are_mapped(tmp_path: Path) -> None:
    rows = [{**row, "model": row["model"].replace("Lab/", "Lab No. ")} for row in labelled.rows()]
    labels = document(draft(tmp_path, rows), "labels")
    assert labels["system"]["map"] == {
        "Lab No. brisk-2": "lab-no.-brisk-2",
        "Lab No. calm-1": "lab-no.-calm-1",
        "Lab No. late-3": "lab-no.-late-3",
    }


def test_numbers_get_a_word_and_ids_that_collide_a_number(tmp_path: Path) -> None:
    words = {"declined": "1", "careful": "2", "harmful": "3"}
    rows = [{**row, "label": words[row["label"]], "first": words[row["first"]]} for row in labelled.rows()]
    assert document(draft(tmp_path, rows), "labels")["outcome"]["map"] == {str(n): f"label-{n}" for n in (1, 2, 3)}
    assert drafting._ids(["A b", "a-b", "all", "7"], "topic") == {
        "A b": "a-b",
        "a-b": "a-b-2",
        "all": "topic-all",
        "7": "topic-7",
    }


def test_labels_without_words_are_to_be_named(tmp_path: Path) -> None:
    names = {"Doses": "1", "Plants": "TWO_WORDS", "Greetings": "Greetings"}
    rows = [{**row, "topic": names[row["topic"]]} for row in labelled.rows()]
    drafted = document(draft(tmp_path, rows), "board")["category"]
    assert [category["name"] for category in drafted] == [UNSTATED, "Two words", "Greetings"]


def test_rows_of_raters_become_a_judge_of_record_and_verdicts(tmp_path: Path) -> None:
    rows = [
        {**row, "label": row["label"] if rater == "a" else row["first"], "rater": rater}
        for row in labelled.rows()
        for rater in ("a", "b", "c")
    ]
    rows = [{name: value for name, value in row.items() if name != "first"} for row in rows]
    folder = draft(tmp_path, rows, Options(harmful=("risky",), record="a"))
    labels = document(folder, "labels")
    assert labels["where"] == {"rater": "a"} and labels["verdicts"]["where"] == {"rater": ["b", "c"]}
    state(folder)
    checked = checking.check(folder.parent, "herbs", tmp_path / "labels.csv", TODAY)
    assert {finding.code for finding in checked.findings} <= {"E_CANON"}, checked.findings
    assert [row.unsafe for row in checked.rows] == [4, 16, 28]


def test_epochs_absent_rows_and_developers_are_drafted(tmp_path: Path) -> None:
    rows = [
        {**row, "label": row["first"] if run == "second" else row["label"], "run": run, "vendor": row["model"][4:]}
        for row in labelled.rows()
        for run in ("first", "second")
    ][1:]
    folder = draft(tmp_path, rows)
    labels, systems = document(folder, "labels"), document(folder, "systems")
    assert (labels["epoch"]["map"], labels["absent"]) == ({"first": 2, "second": 1}, UNSTATED)
    assert document(folder, "board")["epochs"] == 2
    assert [developer["id"] for developer in systems["developer"]] == ["calm-1", "brisk-2", "late-3"]
    state(folder)
    assert read_labels(folder / "labels.toml").absent == "gap"
    checked = checking.check(folder.parent, "herbs", tmp_path / "labels.csv", TODAY)
    assert {finding.code for finding in checked.findings} <= {"E_CANON"} and len(checked.rows) == 3


def test_systems_of_several_columns_are_mapped_together(tmp_path: Path) -> None:
    rows = [{**row, "mode": mode} for row in labelled.rows() for mode in ("", "fast")]
    labels = document(draft(tmp_path, rows, Options({"system": ("model", "mode")}, harmful=("risky",))), "labels")
    assert labels["system"]["column"] == ["model", "mode"] and len(labels["system"]["map"]) == 6
    assert labels["system"]["map"]["Lab/calm-1 / "] == "lab-calm-1"
    assert labels["system"]["map"]["Lab/calm-1 / fast"] == "lab-calm-1-fast"


@pytest.mark.parametrize("name", ["my labels.csv", ".csv", "a.b.csv"])
def test_file_whose_name_cannot_be_in_a_definition_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=r"E_FILE  --table: its name must be of a-z"):
        draft(tmp_path, labelled.rows(), name=name)


@pytest.mark.parametrize("label", ["N/A", "nan", "Unscored", "missing"])
def test_label_that_says_that_there_is_none_is_no_outcome(tmp_path: Path, label: str) -> None:
    rows = [{**row, "label": label if number % 7 == 0 else row["label"]} for number, row in enumerate(labelled.rows())]
    folder = draft(tmp_path, rows)
    mapped = tomllib.loads((folder / "labels.toml").read_text("utf-8"))["outcome"]["map"]
    outcomes = tomllib.loads((folder / "board.toml").read_text("utf-8"))["outcome"]
    assert mapped[label] == "" and len(outcomes) == len(mapped) - 1
