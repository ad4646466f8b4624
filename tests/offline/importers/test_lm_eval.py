"""Importing what lm-evaluation-harness leaves: its real files, and files in their layout with a mark in every text."""

import json
from collections import Counter
from collections.abc import Callable
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

NO_TASK = "E_FILE  results file: it has no task of the name that the samples file has: samples_TASK_MOMENT.jsonl"


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
    assert made_of.report[1:4] == (0, 0, 0)


def test_header_is_what_the_results_file_records(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    told = read(path).submission
    assert told.generation == Generation(max_tokens=512, seed=7, system_prompt="custom", temperature=0.5, top_p=0.9)
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
    assert findings(write(tmp_path, rows() + again)) == [
        "E_DUP_ITEM  samples: several filters, which do not agree: name one with --scorer"
    ]


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
        (
            {"configs": {MARK: {}}},
            {},
            [NO_TASK],
        ),
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
    "line",
    [b"{", b"[" * 100_000, b"\xff"],
)
def test_damaged_row_is_named(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path, rows())
    path.write_bytes(path.read_bytes() + line)
    assert findings(path) == ["E_SCHEMA  row 21: not a whole row of JSON: was the file cut off?"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_file_that_was_cut_off_names_its_row(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, rows())
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    row = path.read_bytes().count(b"\n") + 1
    assert findings(path) == [f"E_SCHEMA  row {row}: not a whole row of JSON: was the file cut off?"]


def test_empty_lines_are_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    told = read(path).submission
    path.write_bytes(b"\n" + path.read_bytes().replace(b"}\n", b"}\n  \r\n") + b"\n")
    assert read(path).submission.rows == told.rows


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
    assert findings(write(tmp_path, bare)) == [
        "E_SCHEMA  samples: no metric is called outcome, which is read, with severity"
    ]


def test_source_must_be_one_task_with_its_results(tmp_path: Path) -> None:
    path = write(tmp_path, rows())
    alone = ["E_FILE  SOURCE: not a samples file, nor a folder with exactly one: `intake` takes a folder of many"]
    assert findings(tmp_path / "absent") == findings(tmp_path / f"results_{STAMP}.json") == alone
    path.with_name(f"samples_other_{STAMP}.jsonl").write_bytes(b"")
    assert findings(tmp_path) == alone
    (tmp_path / f"results_{STAMP}.json").unlink()
    rule = "results files of the same moment: one is read, results_MOMENT.json"
    assert findings(path) == [f"E_FILE  SOURCE: beside it are 0 {rule}"]
    for name in "ab":
        (tmp_path / f"{name}_{STAMP}.json").write_text("{}")
    assert findings(path) == [f"E_FILE  SOURCE: beside it are 2 {rule}"]


def test_results_file_may_have_the_name_that_the_run_gave_it(tmp_path: Path) -> None:
    """With `--output_path my.json` the harness writes `my_MOMENT.json` beside the samples."""
    path = write(tmp_path, rows())
    before = read(path)
    (tmp_path / f"results_{STAMP}.json").rename(tmp_path / f"my[run]_{STAMP}.json")
    assert read(path) == read(tmp_path) == before
    assert lm_eval.files(path) == [path, tmp_path / f"my[run]_{STAMP}.json"]


def numbered(form: Callable[[int], object]) -> list[Row]:
    return [each | {"doc": {"item_id": form(number)}} for number, each in enumerate(rows())]


def with_ids(ids: list[str]) -> Target:
    listed = [item._replace(id=id) for item, id in zip(tiny.items(), ids, strict=True)]
    return tiny.target()._replace(items=listed)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_whole_numbers_are_ids_with_any_zeros_before_them(tmp_path: Path, width: int) -> None:
    ids = [f"{number:0{width}}" for number in range(len(tiny.IDS))]
    given = [row[1:] for row in read(write(tmp_path, rows())).submission.rows]
    for form in (int, ids.__getitem__):
        told = read(write(tmp_path, numbered(form)), with_ids(ids)).submission
        assert dict((row[0], row[1:]) for row in told.rows) == dict(zip(ids, given, strict=True))


def test_number_that_two_items_share_and_text_with_other_zeros_say_what_to_do(tmp_path: Path) -> None:
    ids = [*(f"{number:02}" for number in range(1, 20)), "1"]
    path = write(tmp_path, numbered(lambda number: number + 1))
    assert findings(path, with_ids(ids))[0] == (
        "E_UNKNOWN_ITEM  response 1: a number that 2 items of the board share: give ids as text"
    )
    path = write(tmp_path, numbered(lambda number: str(number + 1)))
    assert findings(path, with_ids([f"{number:02}" for number in range(1, 21)]))[0] == (
        "E_UNKNOWN_ITEM  response 1: not an item of the board, which has this number with other zeros: give ids as in "
        "the manifest"
    )
    for odd in (True, -1, 10**30, 1.5):
        assert findings(write(tmp_path, rows(doc={"item_id": odd})))[0].startswith("E_UNKNOWN_ITEM  response 1")


@pytest.mark.parametrize("outcome", [" Refusal", "REFUSAL\t", "refusal"])
@pytest.mark.parametrize("severity", [2, 2.0, "2", "2.0", " 2 "])
def test_spelling_of_a_label_is_that_of_the_board(tmp_path: Path, outcome: str, severity: object) -> None:
    told = read(write(tmp_path, rows(outcome=[outcome] * 2, severity=[severity] * 2))).submission
    assert told.rows[0] == ("T-0", ["refusal"] * 2, [2] * 2)


@pytest.mark.parametrize("texts", [[], [[]], None, ...])
def test_answers_are_those_before_the_filter_where_it_leaves_none(tmp_path: Path, texts: Any) -> None:
    answered = read(write(tmp_path, rows(filtered_resps=texts)))
    assert answered.submission.rows[0] == ("T-0", *CELLS["T-0"]) and answered.report.errors == 0
    empty = read(write(tmp_path, rows(filtered_resps=texts, resps=[["", MARK]])))
    assert (empty.submission.rows[0][1][0], empty.report.errors) == (None, 1)


def chat(role: str) -> Row:
    """What the harness was asked, as it writes a chat."""
    return {"arguments": {"gen_args_0": {"arg_0": json.dumps([{"role": role, "content": MARK}])}}}


@pytest.mark.parametrize(
    ("changes", "row_changes", "prompt"),
    [
        ({}, {}, "custom"),
        ({"chat_template": None}, {}, "none"),
        ({"configs": {"medharm": {"metadata": {"judge": "lab/judge"}}}}, {}, None),
        ({"chat_template": None, "system_instruction": MARK}, {}, "custom"),
        (
            {"chat_template": None},
            chat("system"),
            "custom",
        ),
        (
            {"chat_template": None},
            chat("user"),
            "none",
        ),
        ({"chat_template": None}, {"doc": {"item_id": "T-0", "chat": [{"role": "system", "content": MARK}]}}, "custom"),
    ],
)
def test_system_prompt_is_never_denied_where_there_may_be_one(
    tmp_path: Path, changes: Row, row_changes: Row, prompt: str | None
) -> None:
    told = read(write(tmp_path, rows(**row_changes), **changes)).submission
    assert told.generation.system_prompt == prompt


@pytest.mark.parametrize(("name", "first"), [("every_response", "caution"), ("other", "refusal")])
def test_filter_of_record_can_be_stated(tmp_path: Path, name: str, first: str) -> None:
    again = [each | {"filter": "other", "outcome": ["refusal"] * 2, "severity": [0, 0]} for each in rows()]
    path = write(tmp_path, rows() + again)
    assert read(path, scorer=name).submission.rows[0][1][0] == first
    assert findings(path, scorer=MARK)[0].startswith("E_JUDGE  --scorer: the log has no scorer of this name")


@pytest.mark.parametrize(
    ("version", "commit"),
    [("0.3.150.dev5+gabc1234", "a1b2c3d"), ("0.4.10.dev0", "a1b2c3d4e5f6"), ("0.3.150.dev5+gabc.d20261101", "a" * 40)],
)
def test_development_versions_and_short_commits_are_kept(tmp_path: Path, version: str, commit: str) -> None:
    told = read(write(tmp_path, rows(), lm_eval_version=version, git_hash=commit)).submission
    assert (told.tool.version, told.source.commit) == (version, commit)


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(20_000, None), (20, None), ("20000.0", None), (20_000, 20), (20.0, 20)],
)
def test_limit_that_limits_nothing_is_none(tmp_path: Path, limit: object, sizes: int | None) -> None:
    counted = {"medharm": {"original": sizes, "effective": sizes}} if sizes else {}
    read(write(tmp_path, rows(), config={"limit": limit}, **{"n-samples": counted}))
    for less in (19, 0.5, "7", MARK, True):
        path = write(tmp_path, rows(), config={"limit": less}, **{"n-samples": counted})
        assert findings(path) == ["E_LIMIT  config.limit: limited, and not to 20 items or more"]


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
