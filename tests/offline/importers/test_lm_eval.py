"""Importing what lm-evaluation-harness leaves: its real files, and files in their layout with a mark in every text."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline import demo
from leaderboard.offline.importers import lm_eval
from leaderboard.offline.submissions import submission, verification
from leaderboard.offline.submissions.logs import Imported, Target
from leaderboard.offline.submissions.submission import Generation
from tests import canary, made
from tests.canary import MARK
from tests.offline.importers import shapes, tiny
from tests.offline.importers.lm_eval_run import CELLS, NAN, STAMP, Row, results, row, rows, write


def read(source: Path, target: Target | None = None, **stated: Any) -> Imported:
    return lm_eval.read(source, target or tiny.target(), tiny.stated(**{"judge": None} | stated))


def findings(source: Path, target: Target | None = None, **stated: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(source, target, **stated)
    assert not canary.find(str(refused.value).encode())
    return [str(finding) for finding in refused.value.findings]


def test_each_repeat_is_an_epoch(tmp_path: Path) -> None:
    made_of = read(write(tmp_path, rows()))
    assert made_of.submission.rows == [(id, *CELLS[id]) for id in tiny.IDS]
    assert made_of.report.outcomes == {
        "caution": 10,
        "refusal": 10,
        "partial_compliance": 10,
        "harmful_compliance": 10,
    }
    assert made_of.report[1:] == (0, 0, 0)


def test_header_is_what_the_results_file_records(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    told = read(path).submission
    assert told.generation == Generation(max_tokens=512, seed=7, system_prompt="none", temperature=0.5, top_p=0.9)
    assert (told.system, told.judge) == ("example-model", tiny.JUDGE)
    assert told.tool == submission.Tool("lm_eval", "1.0", "0.4.13")
    assert (told.source.commit, told.source.sha256) == ("a" * 40, submission.canonical.sha256(path.read_bytes()))
    assert (told.started_on, told.submitted_on) == (date(2026, 11, 1), made.TODAY)


def test_settings_without_a_place_are_unknown(tmp_path: Path) -> None:
    config = {"limit": None, "gen_kwargs": f"temperature={MARK}", "random_seed": -1}
    told = read(
        write(tmp_path, rows(), config=config, system_instruction=MARK, git_hash="a1b2c3", versions={})
    ).submission
    assert (told.generation.seed, told.generation.system_prompt, told.generation.temperature) == (None, "custom", 0.7)
    assert told.source.commit is None and told.tool.task_version is None


def test_no_text_reaches_a_submission(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    assert canary.find(path.read_bytes()) and canary.find((tmp_path / f"results_{STAMP}.json").read_bytes())
    assert canary.find(submission.encode(read(path).submission)) == []


def test_folder_with_one_task_is_as_good_as_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    assert read(tmp_path) == read(path)


@pytest.mark.parametrize(
    "outcome",
    [["refusal", "harmful_compliance"], "['refusal', 'harmful_compliance']", '["refusal", "harmful_compliance"]'],
)
@pytest.mark.parametrize("severity", [[0, 4], ["0", "4"], ["0.0", "4.0"], "[0, 4]", [0.0, 4.0]])
def test_older_files_hold_the_same_as_text(tmp_path: Path, outcome: Any, severity: Any) -> None:
    changed = rows(outcome=outcome, severity=severity, doc_id="0")
    assert read(write(tmp_path, changed)).submission.rows[0] == ("T-0", ["refusal", "harmful_compliance"], [0, 4])


def test_one_response_needs_no_list(tmp_path: Path) -> None:
    plain = [row(n, id, outcome="refusal", severity="2", filtered_resps=[MARK]) for n, id in enumerate(tiny.IDS)]
    assert read(write(tmp_path, plain), tiny.target(epochs=1)).submission.rows[5] == ("T-5", ["refusal"], [2])


@pytest.mark.parametrize("nothing", [None, NAN, "None", "nan"])
def test_what_nobody_scored_is_null_and_counted(tmp_path: Path, nothing: Any) -> None:
    told = read(write(tmp_path, rows(outcome=["refusal", nothing], severity=[1, nothing])))
    assert told.submission.rows[0] == ("T-0", ["refusal", None], [1, None])
    assert (told.report.unscored, told.report.errors) == (1, 0)


@pytest.mark.parametrize("texts", [[["", MARK]], ["", MARK]])
def test_empty_response_is_an_error_unless_it_was_blocked(tmp_path: Path, texts: Any) -> None:
    told = read(write(tmp_path, rows(filtered_resps=texts)))
    assert told.submission.rows[0] == ("T-0", [None, "partial_compliance"], [None, 1])
    assert (told.report.unscored, told.report.errors) == (0, 1)
    blocked = rows(filtered_resps=texts, outcome=["blocked", "refusal"], severity=[None, None])
    assert read(write(tmp_path, blocked)).submission.rows[0][1] == ["blocked", "refusal"]


def test_filter_that_keeps_every_repeat_is_read(tmp_path: Path) -> None:
    first = [row(n, id, filter="first", outcome="blocked", severity=None) for n, id in enumerate(tiny.IDS)]
    assert read(write(tmp_path, first + rows())).submission.rows == read(write(tmp_path, rows())).submission.rows


def test_filters_that_say_the_same_are_one(tmp_path: Path) -> None:
    again = [each | {"filter": "other"} for each in rows()]
    assert read(write(tmp_path, rows() + again)).submission.rows == read(write(tmp_path, rows())).submission.rows


def test_filters_that_do_not_agree_are_refused(tmp_path: Path) -> None:
    again = [each | {"filter": MARK} for each in rows(outcome=["refusal", "refusal"])]
    assert findings(write(tmp_path, rows() + again)) == ["E_DUP_ITEM  samples: several filters, which do not agree"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"outcome": [MARK, "refusal"]}, ["E_OUTCOME  T-0, epoch 1: not an outcome of the board"]),
        ({"outcome": [["refusal"], 3]}, [f"E_OUTCOME  T-0, epoch {n}: not an outcome of the board" for n in (1, 2)]),
        ({"outcome": ...}, ["E_EPOCHS  T-0: 1 of 20 items have fewer than 2 epochs"]),
        ({"outcome": ["refusal"], "severity": [1]}, ["E_EPOCHS  T-0: 1 of 20 items have fewer than 2 epochs"]),
        ({"outcome": ["refusal"] * 3, "severity": [1] * 3}, ["E_EPOCHS  T-0: an epoch is not in 1 to 2"]),
        ({"severity": [1, MARK]}, ["E_SCHEMA  T-0, epoch 2: severity is not a whole number from 0 to 4"]),
        ({"severity": [1, 5]}, ["E_SCHEMA  T-0, epoch 2: severity is not a whole number from 0 to 4"]),
        ({"severity": [1, 1.5]}, ["E_SCHEMA  T-0, epoch 2: severity is not a whole number from 0 to 4"]),
        ({"severity": [1, True]}, ["E_SCHEMA  T-0, epoch 2: severity is not a whole number from 0 to 4"]),
        ({"severity": [1]}, [f"E_SCHEMA  T-0, epoch {n}: the score has a form that is not read" for n in (1, 2)]),
        ({"severity": None}, ["E_INCONSISTENT  T-0, epoch 2: an unsafe outcome without severity"]),
        (
            {"doc": {"item_id": "T-1"}},
            ["E_DUP_ITEM", "E_DUP_ITEM", "E_MISSING_ITEM  T-0: 19 of 20 items are in the log"],
        ),
        ({"doc": {"item_id": MARK}}, ["E_UNKNOWN_ITEM  response 1", "E_UNKNOWN_ITEM  response 2", "E_MISSING_ITEM"]),
        ({"doc": {"id": MARK}}, ["E_UNKNOWN_ITEM  response 1", "E_UNKNOWN_ITEM  response 2", "E_MISSING_ITEM"]),
        ({"doc": MARK}, ["E_SCHEMA  row 1"]),
        ({"filter": 1}, ["E_SCHEMA  row 1"]),
    ],
)
def test_row_that_breaks_a_rule_is_refused_by_place(tmp_path: Path, changes: Row, found: list[str]) -> None:
    said = findings(write(tmp_path, rows(**changes)))
    assert all(line.startswith(rule) for line, rule in zip(said, found, strict=False)) and len(said) >= len(found)


@pytest.mark.parametrize(
    ("changes", "stated", "found"),
    [
        ({"config": {"limit": 3}}, {}, ["E_LIMIT  config.limit: limited"]),
        (
            {"n-samples": {"medharm": {"original": 9, "effective": 6}}},
            {},
            ["E_LIMIT  n-samples: limited to 6 of 9 items"],
        ),
        ({"model_name": MARK}, {}, ["E_SYSTEM  --system"]),
        ({"model_name": None}, {"system": "second"}, ["E_SYSTEM  --system"]),
        ({"configs": {"medharm": {"metadata": {"judge": MARK}}}}, {}, ["E_JUDGE  --judge: the registry does not know"]),
        ({"configs": {"medharm": {"metadata": {}}}}, {}, ["E_JUDGE  --judge: the log has no judge: state it"]),
        (
            {"configs": {"medharm": {"metadata": {"judge": "lab/twin"}}}},
            {},
            ["E_JUDGE  --judge: the registry has several"],
        ),
        ({}, {"judge": tiny.JudgeRef("person", "1")}, ["E_JUDGE  --judge: the log names another judge"]),
        ({"date": 1.0}, {}, ["E_DATE  start of the run"]),
        ({"date": 4e9}, {}, ["E_DATE  start of the run"]),
        ({"date": 1e30}, {}, ["E_DATE  start of the run"]),
        ({"date": MARK}, {}, ["E_SCHEMA  results file"]),
        ({"configs": {MARK: {}}}, {}, ["E_FILE  results file: it is not of this task"]),
    ],
)
def test_run_that_breaks_a_rule_is_refused(tmp_path: Path, changes: Row, stated: Row, found: list[str]) -> None:
    said = findings(write(tmp_path, rows(), **changes), **stated)
    assert len(said) == 1 and said[0].startswith(found[0])


def test_judge_with_two_versions_must_be_stated(tmp_path: Path) -> None:
    path = write(tmp_path, rows(), configs={"medharm": {"metadata": {"judge": "lab/twin"}}})
    assert read(path, judge=tiny.JudgeRef("twin", "2")).submission.judge == tiny.JudgeRef("twin", "2")


def test_board_without_severity_keeps_none(tmp_path: Path) -> None:
    plain = read(write(tmp_path, rows()), tiny.target(severity=False)).submission
    assert {severity for _, _, severities in plain.rows for severity in severities} == {None}


@pytest.mark.parametrize(
    ("line", "found"),
    [(b"{", "E_SCHEMA  samples"), (b"[" * 100_000, "E_SCHEMA  samples"), (b"\xff", "E_SCHEMA  samples")],
)
def test_damaged_file_is_refused(tmp_path: Path, line: bytes, found: str) -> None:
    path = write(tmp_path, rows())
    path.write_bytes(path.read_bytes() + line)
    assert findings(path) == [found]


@pytest.mark.parametrize("odd", shapes.ODD, ids=repr)
def test_any_field_may_hold_anything(tmp_path: Path, odd: object) -> None:
    whole, one = results(), row(0, "T-0")
    ways = [(shapes.put(whole, path, odd), one) for path in shapes.paths(whole)]
    ways += [(whole, shapes.put(one, path, odd)) for path in shapes.paths(one)]
    for changed, first in ways:
        if isinstance(changed, dict):
            path = write(tmp_path, [first, *rows()[1:]], **{key: changed.get(key) for key in whole})
            shapes.survive(lambda path=path: read(path).submission)


def test_file_without_outcomes_is_refused(tmp_path: Path) -> None:
    bare = [{key: value for key, value in each.items() if key != "outcome"} for each in rows()]
    assert findings(write(tmp_path, bare)) == ["E_SCHEMA  samples: no metric is called outcome"]


def test_source_must_be_one_task_with_its_results(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    alone = ["E_FILE  SOURCE: not a samples file, nor a folder with exactly one"]
    assert findings(tmp_path / "absent") == findings(tmp_path / f"results_{STAMP}.json") == alone
    path.with_name(f"samples_other_{STAMP}.jsonl").write_bytes(b"")
    assert findings(tmp_path) == alone
    (tmp_path / f"results_{STAMP}.json").unlink()
    assert findings(path) == ["E_FILE  SOURCE: the results file of the same moment is not beside it"]


def test_sample_has_the_published_counts(project: Path, shared: Path) -> None:
    catalogue = read_catalogue(project / "results" / "boards")
    target = Target(catalogue.boards["demo"], catalogue.registries["demo"], demo.items(), made.TODAY)
    assert findings(shared / "samples" / "lm_eval", target) == ["E_JUDGE  --judge: the log has no judge: state it"]
    told = read(shared / "samples" / "lm_eval", target, judge=tiny.JUDGE)
    counts = {
        "refusal": 742,
        "safe_redirection": 547,
        "partial_compliance": 344,
        "caution": 344,
        "harmful_compliance": 223,
    }
    assert told.report.outcomes == counts
    assert Counter(outcome for _, outcomes, _ in told.submission.rows for outcome in outcomes) == counts
    data = submission.encode(read(shared / "samples" / "lm_eval", target, judge=tiny.JUDGE, nonce="0" * 32).submission)
    assert verification.verify(data, *target[:2], today=target.today, items=target.items).findings == ()
