"""Importing the output of lighteval: the files that it wrote itself, and files made of their rows."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import Category
from leaderboard.offline.importers import lighteval
from leaderboard.offline.submissions import logs, submission
from leaderboard.offline.submissions.logs import Imported, Target
from leaderboard.offline.submissions.submission import Generation
from tests import canary
from tests.canary import MARK
from tests.offline.importers import shapes, tiny
from tests.offline.importers.lighteval_run import CELLS, DETAILS, RESULTS, Row, place, results, row, rows, write

TODAY = date(2026, 11, 30)


def read(source: Path, target: Target | None = None, **stated: Any) -> Imported:
    target = target or tiny.target()._replace(today=TODAY)
    return lighteval.read(source, target, tiny.stated(**{"judge": None, "tool_version": "0.13.0"} | stated))


def findings(source: Path, **stated: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(source, **stated)
    assert not canary.find(str(refused.value).encode())
    return [str(finding) for finding in refused.value.findings]


def three_items() -> Target:
    """The board of the genuine files."""
    few = Category("alpha", "Alpha", "The first.", harmful_items=3, harmful_families=2)
    return Target(tiny.board(category=(few,)), tiny.registry(), tiny.items()[:3], TODAY)


def test_genuine_files_give_their_rows(tmp_path: Path) -> None:
    told = read(place(tmp_path), three_items())
    assert told.submission.rows == [
        ("T-0", ["refusal"] * 2, [0, 0]),
        ("T-1", ["harmful_compliance"] * 2, [4, 4]),
        ("T-2", [None] * 2, [None] * 2),
    ]
    assert told.report == logs.Report({"refusal": 2, "harmful_compliance": 2}, unscored=2, errors=0, edited=0)


def test_header_is_what_the_genuine_files_record(tmp_path: Path) -> None:
    told = read(place(tmp_path), three_items()).submission
    assert told.generation == Generation(max_tokens=1024, system_prompt="none", temperature=0.0)
    assert (told.system, told.judge) == ("example-model", tiny.JUDGE)
    assert told.tool == submission.Tool("lighteval", "1", "0.13.0")
    assert (told.source.commit, told.source.sha256) == (None, submission.canonical.sha256(DETAILS.read_bytes()))
    assert (told.started_on, told.submitted_on) == (date(2026, 11, 28), TODAY)


def test_no_text_reaches_a_submission(tmp_path: Path) -> None:
    assert canary.find(DETAILS.read_bytes())
    assert canary.find(submission.encode(read(place(tmp_path), three_items()).submission)) == []
    assert canary.find(submission.encode(read(write(tmp_path, rows(), job_id=MARK)).submission)) == []


def test_each_repeat_is_an_epoch(tmp_path: Path) -> None:
    told = read(write(tmp_path, rows()[::-1]))
    assert told.submission.rows == [(id, *CELLS[id]) for id in tiny.IDS]
    assert told.report[1:4] == (0, 0, 0)


def test_source_is_the_details_file_the_output_folder_or_both_files_side_by_side(tmp_path: Path) -> None:
    path = write(tmp_path / "out", rows())
    told = read(path)
    assert read(tmp_path / "out") == told
    flat = tmp_path / "flat"
    flat.mkdir()
    for each in (tmp_path / "out").rglob("*.*"):
        if each.is_file():
            each.rename(flat / each.name)
    assert read(flat) == told


def test_single_response_need_not_be_in_a_list(tmp_path: Path) -> None:
    of = [row(id, outcome="refusal", severity=0) for id in tiny.IDS]
    target = Target(tiny.board(epochs=1), tiny.registry(), tiny.items(), TODAY)
    assert read(write(tmp_path, of), target).submission.rows == [(id, ["refusal"], [0]) for id in tiny.IDS]


def test_settings_are_those_of_the_run(tmp_path: Path) -> None:
    parameters = {"max_new_tokens": 99, "seed": 3, "temperature": 0.5, "top_p": 0.9, "stop_tokens": [MARK]}
    model = {"generation_parameters": parameters, "system_prompt": MARK}
    told = read(write(tmp_path, rows(), model_config=model)).submission.generation
    assert told == Generation(max_tokens=99, seed=3, system_prompt="custom", temperature=0.5, top_p=0.9)
    of = rows()
    of[0]["doc"]["instruction"] = MARK
    assert read(write(tmp_path, of)).submission.generation.system_prompt is None, "it may be a system prompt"


def test_empty_response_is_an_error_and_one_without_a_label_is_unscored(tmp_path: Path) -> None:
    of = rows(outcome=["refusal", None], severity=[0, None])
    of[0]["model_response"]["text"] = ["", MARK]
    of[1]["metric"]["outcome"] = ["blocked", "refusal"]
    of[1]["model_response"]["text"] = ["", MARK]
    told = read(write(tmp_path, of))
    assert (told.report.unscored, told.report.errors, told.report.outcomes["blocked"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("metric", "found"),
    [
        ({"outcome": [MARK, "refusal"]}, "E_OUTCOME  T-0, epoch 1"),
        ({"severity": [0, 9]}, "E_SCHEMA  T-0, epoch 2: severity"),
        ({"outcome": ["harmful_compliance", "refusal"], "severity": [None, 0]}, "E_INCONSISTENT  T-0, epoch 1"),
        ({"severity": [0]}, "E_SCHEMA  T-0, epoch 1: the score has a form"),
        ({"outcome": ["refusal"], "severity": [0]}, "E_EPOCHS  T-0"),
        ({"outcome": ["refusal"] * 3, "severity": [0] * 3}, "E_EPOCHS  T-0"),
    ],
)
def test_row_that_breaks_a_rule_is_refused_by_place(tmp_path: Path, metric: Row, found: str) -> None:
    assert findings(write(tmp_path, rows(**metric)))[0].startswith(found)


def test_version_must_be_stated(tmp_path: Path) -> None:
    assert findings(write(tmp_path, rows()), tool_version=None) == [
        "E_TOOL  --tool-version: lighteval records none: state it"
    ]


def test_run_of_some_items_other_models_and_several_judges_are_refused(tmp_path: Path) -> None:
    assert findings(write(tmp_path, rows()[:9]))[0].startswith("E_MISSING_ITEM  T-9: 9 of 20 items")
    assert findings(write(tmp_path, rows(), model_name=MARK))[0].startswith("E_SYSTEM  --system")
    of = rows()
    of[0]["doc"]["specific"]["judge"] = "lab/twin"
    assert findings(write(tmp_path, of)) == ["E_JUDGE  doc.specific.judge: outcomes of several judges: keep one"]


def test_details_without_outcomes_are_refused(tmp_path: Path) -> None:
    of = [row(id, outcome=..., severity=0) for id in tiny.IDS]
    assert findings(write(tmp_path, of)) == ["E_SCHEMA  details: no metric is called outcome"]


def test_day_is_that_of_the_names(tmp_path: Path) -> None:
    assert findings(write(tmp_path, rows(), stamp="2026-13-01T00-00-00.1"))[0].startswith("E_DATE")


def test_missing_files_are_named(tmp_path: Path) -> None:
    details = write(tmp_path, rows())
    next(tmp_path.rglob("results_*.json")).rename(tmp_path / "other.json")
    assert findings(details)[0].startswith("E_FILE  SOURCE: the results file of the same moment")
    assert findings(tmp_path / "other.json")[0].startswith("E_FILE  SOURCE: not a details file")
    write(tmp_path, rows(), stamp="2026-11-29T00-00-00.1")
    assert findings(tmp_path)[0].startswith("E_FILE  SOURCE: not a details file of lighteval, nor a folder with")


def test_results_of_another_task_are_refused(tmp_path: Path) -> None:
    details = write(tmp_path, rows())
    path = next(tmp_path.rglob("results_*.json"))
    path.write_text(json.dumps(results() | {"config_tasks": {}}))
    assert findings(details) == ["E_FILE  results file: it is not of this task"]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" * 9, DETAILS.read_bytes()[:-99]])
def test_damaged_details_are_refused(tmp_path: Path, data: bytes) -> None:
    details = place(tmp_path)
    details.write_bytes(data)
    assert findings(details) == ["E_SCHEMA  details: not a Parquet file, or damaged"]


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff", b"{}", b'{"config_general": 1}'])
def test_damaged_results_are_refused(tmp_path: Path, data: bytes) -> None:
    details = place(tmp_path)
    next(tmp_path.rglob("results_*.json")).write_bytes(data)
    assert findings(details) == ["E_SCHEMA  results file"]


@pytest.mark.parametrize("odd", shapes.ODD, ids=repr)
def test_any_field_may_hold_anything(tmp_path: Path, odd: object) -> None:
    details = write(tmp_path, rows())
    path = next(tmp_path.rglob("results_*.json"))
    whole = json.loads(RESULTS.read_bytes())
    for each in shapes.paths(whole):
        path.write_text(json.dumps(shapes.put(whole, each, odd)))
        shapes.survive(lambda: read(details).submission)


@pytest.mark.parametrize("odd", [MARK, None, True, [], 7, 0.5, {MARK: MARK}, [MARK], [[MARK]], b"\xff", date(1, 1, 1)])
def test_any_column_may_hold_anything(tmp_path: Path, odd: object) -> None:
    details = write(tmp_path, rows())
    whole = row("T-0")
    for each in shapes.paths(whole):
        if each and not any(isinstance(key, int) for key in each):  # the values of a list have one type
            pa_parquet.write_table(pa.Table.from_pylist([shapes.put(whole, each, odd)] * 20), details)
            shapes.survive(lambda: read(details).submission)
