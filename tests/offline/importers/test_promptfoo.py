"""Importing results of promptfoo: the file that it wrote itself, and files made of its rows."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import Category
from leaderboard.offline.importers import promptfoo
from leaderboard.offline.submissions import logs, submission
from leaderboard.offline.submissions.logs import Imported, Target
from leaderboard.offline.submissions.submission import Generation
from tests import canary
from tests.canary import MARK
from tests.offline.importers import shapes, tiny
from tests.offline.importers.promptfoo_run import CELLS, GENUINE, MODELS, Row, genuine, label, row, rows, write

TODAY = date(2026, 11, 30)


def read(source: Path, target: Target | None = None, **stated: Any) -> Imported:
    target = target or tiny.target()._replace(today=TODAY)
    return promptfoo.read(source, target, tiny.stated(**{"judge": None} | stated))


def findings(source: Path, **stated: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(source, **stated)
    assert not canary.find(str(refused.value).encode())
    return [str(finding) for finding in refused.value.findings]


def three_items() -> Target:
    """The board of the genuine file."""
    few = Category("alpha", "Alpha", "The first.", harmful_items=3, harmful_families=2)
    return Target(tiny.board(category=(few,)), tiny.registry(), tiny.items()[:3], TODAY)


def test_genuine_file_gives_the_rows_of_each_of_its_models() -> None:
    first, second = [read(GENUINE, three_items(), system=system) for system in ("example-model", "second")]
    refused, complied, missing = ["refusal"] * 2, ["harmful_compliance"] * 2, [None] * 2
    none = [None] * 2
    assert first.submission.rows == [("T-0", refused, [0, 0]), ("T-1", complied, [4, 4]), ("T-2", missing, none)]
    assert second.submission.rows == [("T-0", refused, [0, 0]), ("T-1", missing, none), ("T-2", missing, none)]
    assert first.report == logs.Report(
        {"refusal": 2, "harmful_compliance": 2}, 2, errors=0, edited=0, scorer="lab/judge"
    )
    assert second.report == logs.Report({"refusal": 2}, 2, errors=2, edited=0, scorer="lab/judge")


def test_header_is_what_the_genuine_file_records() -> None:
    told = read(GENUINE, three_items(), system="example-model").submission
    assert told.generation == Generation(max_tokens=512, seed=7, temperature=0.5, top_p=0.9)
    assert (told.system, told.judge) == ("example-model", tiny.JUDGE)
    assert told.tool == submission.Tool("promptfoo", None, "0.121.20")
    assert (told.source.commit, told.source.sha256) == (None, submission.canonical.sha256(GENUINE.read_bytes()))
    assert (told.started_on, told.submitted_on) == (date(2026, 11, 28), TODAY)
    assert read(GENUINE, three_items(), system="second").submission.generation == Generation()


def test_no_text_reaches_a_submission(tmp_path: Path) -> None:
    assert canary.find(GENUINE.read_bytes())
    for system in ("example-model", "second"):
        assert canary.find(submission.encode(read(GENUINE, three_items(), system=system).submission)) == []
        told = read(write(tmp_path, rows(*MODELS)), system=system).submission
        assert canary.find(submission.encode(told)) == []


def test_epochs_are_the_repeats_in_the_order_of_the_tests(tmp_path: Path) -> None:
    path = write(tmp_path, rows(*MODELS))
    for system, model in zip(("example-model", "second"), MODELS, strict=True):
        told = read(path, system=system).submission.rows
        assert {(model, id, n): (o[n - 1], s[n - 1]) for id, o, s in told for n in (1, 2)} == {
            key: cell for key, cell in CELLS.items() if key[0] == model
        }


def test_several_models_are_ambiguous_until_the_system_is_stated(tmp_path: Path) -> None:
    path = write(tmp_path, rows(*MODELS))
    assert findings(path) == ["E_SYSTEM  --system: the file holds 2 models: name the system of one of them"]
    assert findings(path, system="ghost", served_as_registered=True)[0].startswith(
        "E_SYSTEM  --system: of 2 models in the file, 0 have a name"
    )
    of = [each | {"provider": {"id": f"x:{MARK}", "label": tiny.MODEL}} for each in rows()]
    assert findings(write(tmp_path, [*rows(), *of]), system="example-model")[0].startswith(
        "E_SYSTEM  --system: of 2 models in the file, 2 have a name"
    )


@pytest.mark.parametrize(
    "provider",
    [
        {"id": "echo", "label": tiny.MODEL},
        {"id": tiny.MODEL, "label": ""},
        {"id": f"openrouter:{tiny.MODEL}"},
        {"id": f"openai:chat:{tiny.MODEL}", "label": MARK},
    ],
)
def test_model_is_known_by_its_label_or_id(tmp_path: Path, provider: Row) -> None:
    path = write(tmp_path, [each | {"provider": provider} for each in rows()])
    assert read(path).submission.system == "example-model"


def test_other_model_is_refused_unless_stated(tmp_path: Path) -> None:
    path = write(tmp_path, [each | {"provider": {"id": MARK, "label": MARK}} for each in rows()])
    assert findings(path)[0].startswith("E_SYSTEM  --system")
    assert read(path, system="second", served_as_registered=True).submission.system == "second"


def test_several_prompts_for_one_model_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [*rows(), *(each | {"promptIdx": 5} for each in rows())])
    assert findings(path)[0].startswith("E_SCHEMA  results.prompts: several prompts for this model")


def test_item_may_be_named_in_the_metadata_of_a_test(tmp_path: Path) -> None:
    named = rows()
    for each in named:
        each["testCase"] = {"metadata": {"item_id": each["vars"]["item_id"]}, "vars": {"item_id": MARK}}
    assert read(write(tmp_path, named)).submission.rows == read(write(tmp_path, rows())).submission.rows


def test_failed_response_is_an_error_and_one_without_a_label_is_unscored(tmp_path: Path) -> None:
    first = row(tiny.MODEL, "T-0", 1, failureReason=2, gradingResult=None)
    second = row(tiny.MODEL, "T-0", 2, failureReason=1)
    second["gradingResult"]["componentResults"][0]["metadata"] = None
    rest = [each for each in rows() if each["vars"]["item_id"] != "T-0"]
    told = read(write(tmp_path, [first, second, *rest]))
    assert (told.report.unscored, told.report.errors) == (1, 1)
    assert told.submission.rows[0] == ("T-0", [None, None], [None, None])


def test_failed_assertion_with_a_label_counts(tmp_path: Path) -> None:
    of = [each | {"failureReason": 1, "success": False} for each in rows()]
    assert read(write(tmp_path, of)).submission.rows == read(write(tmp_path, rows())).submission.rows


def test_score_that_a_person_changed_is_counted(tmp_path: Path) -> None:
    of = rows()
    of[0]["gradingResult"]["componentResults"].append({"pass": False, "assertion": {"type": "human", "value": MARK}})
    assert read(write(tmp_path, of)).report.edited == 1


def test_assertions_without_an_outcome_are_not_read(tmp_path: Path) -> None:
    of = rows()
    for each in of:
        each["gradingResult"]["componentResults"].insert(0, {"pass": True, "metadata": {"severity": 4, "note": MARK}})
    assert read(write(tmp_path, of)).submission.rows == read(write(tmp_path, rows())).submission.rows


def jury(**metadata: Any) -> list[Row]:
    """Rows with a second assertion, which says caution of every response."""
    of = rows()
    for each in of:
        second = {"pass": True, "metadata": {"outcome": "caution", "severity": 0} | metadata, "reason": MARK}
        each["gradingResult"]["componentResults"].append(second)
    return of


def test_of_several_judges_one_is_named_and_the_others_are_further_judges(tmp_path: Path) -> None:
    path = write(tmp_path, jury(judge="lab/second-judge"))
    assert findings(path)[0].startswith("E_JUDGE  --scorer: several scorers")
    told = read(path, scorer="lab/judge")
    assert told.submission.rows == read(write(tmp_path, rows())).submission.rows
    assert [(each.judge.id, len(each.rows)) for each in told.submission.judgments] == [("second-judge", 20)]
    assert told.submission.judgments[0].rows[0] == ("T-0", ["caution"] * 2, [0, 0])
    swapped = read(write(tmp_path, jury(judge="lab/second-judge")), scorer="lab/second-judge")
    assert (swapped.submission.judge.id, swapped.report.outcomes) == ("second-judge", {"caution": 40})


def test_judge_that_the_registry_does_not_know_is_left_out(tmp_path: Path) -> None:
    told = read(write(tmp_path, jury(judge=MARK)), scorer="lab/judge")
    assert (told.submission.judgments, told.report.left_out) == ([], 1)


def test_two_outcomes_of_one_judge_are_refused(tmp_path: Path) -> None:
    assert findings(write(tmp_path, jury(judge="lab/judge")))[0].startswith("E_SCHEMA  T-0, epoch 1: the score has a")


def test_run_without_outcomes_is_refused(tmp_path: Path) -> None:
    of = [label(each, ..., 0) for each in rows()]
    assert findings(write(tmp_path, of))[0].startswith("E_JUDGE  gradingResult.componentResults: no assertion")


def test_judge_may_be_stated(tmp_path: Path) -> None:
    path = write(tmp_path, [label(each, "refusal", 0, judge=...) for each in rows()])
    assert findings(path) == ["E_JUDGE  --judge: the log has no judge: state it"]
    assert read(path, judge=tiny.JUDGE).submission.judge == tiny.JUDGE


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (label(row(tiny.MODEL, "T-0", 1), MARK, 0), "E_OUTCOME  T-0, epoch 1"),
        (label(row(tiny.MODEL, "T-0", 1), "refusal", MARK), "E_SCHEMA  T-0, epoch 1: severity"),
        (label(row(tiny.MODEL, "T-0", 1), "harmful_compliance", None), "E_INCONSISTENT  T-0, epoch 1"),
        (row(tiny.MODEL, "T-0", 1, testCase={"metadata": {"item_id": MARK}}), "E_UNKNOWN_ITEM  response 1"),
        (row(tiny.MODEL, "T-0", 1, testCase={"metadata": {"item_id": "T-1"}}), "E_EPOCHS  T-1"),
        (row(tiny.MODEL, "T-0", 1, testIdx=MARK), "E_SCHEMA  SOURCE"),
    ],
)
def test_row_that_breaks_a_rule_is_refused_by_place(tmp_path: Path, changed: Row, found: str) -> None:
    rest = [each for each in rows() if (each["vars"]["item_id"], each["testIdx"]) != ("T-0", 0)]
    assert any(line.startswith(found) for line in findings(write(tmp_path, [changed, *rest])))


def test_text_that_was_cut_off_inside_a_character_is_read(tmp_path: Path) -> None:
    of = rows()
    of[0]["response"]["output"] = f"{MARK} \ud83d"
    assert read(write(tmp_path, of)).submission.rows == read(write(tmp_path, rows())).submission.rows


@pytest.mark.parametrize("moment", [None, MARK, 7, "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00"])
def test_run_whose_day_is_not_recorded_is_refused(tmp_path: Path, moment: object) -> None:
    path = write(tmp_path, rows(), metadata=genuine()["metadata"] | {"evaluationCreatedAt": moment})
    assert findings(path)[0].startswith("E_DATE")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff",
        b"{}",
        b'{"results": 1}',
        GENUINE.read_bytes()[:-9],
        GENUINE.read_bytes().replace(b"seed", b"\xff"),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "results.json").write_bytes(data)
    assert findings(tmp_path / "results.json")[0].startswith("E_SCHEMA  SOURCE")


def test_folder_is_refused(tmp_path: Path) -> None:
    assert findings(tmp_path)[0].startswith("E_FILE  SOURCE: not a results file")


@pytest.mark.parametrize("odd", shapes.ODD, ids=repr)
def test_any_field_may_hold_anything(tmp_path: Path, odd: object) -> None:
    path = write(tmp_path, rows())
    whole = json.loads(path.read_bytes())
    whole["results"] = {"results": whole["results"]["results"]}
    for each in whole["results"]["results"][1:]:
        for unread in ("namedScores", "prompt", "response", "tokenUsage", "vars"):
            del each[unread]
    for place in shapes.paths(whole):
        if place[:2] != ("results", "results") or place[2:3] in ((), (0,)):
            path.write_text(json.dumps(shapes.put(whole, place, odd)))
            shapes.survive(lambda: read(path).submission)
