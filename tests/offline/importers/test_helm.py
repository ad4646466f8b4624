"""Importing run folders of HELM: the real one, and folders in its layout with a mark in every text."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline import demo
from leaderboard.offline.importers import helm
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.logs import Imported, Target
from leaderboard.offline.submissions.submission import Generation
from tests import canary, made
from tests.canary import MARK
from tests.offline.importers import shapes, tiny
from tests.offline.importers.helm_run import CELLS, State, state, states, verdict, write


def read(source: Path, target: Target | None = None, **stated: Any) -> Imported:
    return helm.read(source, target or tiny.target(), tiny.stated(**{"judge": None, "tool_version": "0.5.16"} | stated))


def findings(source: Path, target: Target | None = None, **stated: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(source, target, **stated)
    assert not canary.find(str(refused.value).encode())
    return [str(finding) for finding in refused.value.findings]


def test_labels_are_those_of_the_annotations(tmp_path: Path) -> None:
    told = read(write(tmp_path, states()))
    given = {(id, epoch): (o[epoch - 1], s[epoch - 1]) for id, o, s in told.submission.rows for epoch in (1, 2)}
    assert given == CELLS
    assert told.report.outcomes == {"refusal": 27, "harmful_compliance": 13} and told.report[1:4] == (0, 0, 0)


def test_annotator_without_judges_is_read_as_well(tmp_path: Path) -> None:
    flat = [
        state(id, epoch, {"lab/judge": verdict(*CELLS[id, epoch]), "other": {"prompt_text": MARK}, "text": MARK})
        for id in tiny.IDS
        for epoch in (1, 2)
    ]
    assert read(write(tmp_path, flat)).submission.rows == read(write(tmp_path, states())).submission.rows


def test_header_is_what_the_run_records(tmp_path: Path) -> None:
    told = read(write(tmp_path, states())).submission
    assert told.generation == Generation(max_tokens=99, system_prompt="none", temperature=0.5, top_p=1.0)
    assert (told.system, told.judge) == ("example-model", tiny.JUDGE)
    assert told.tool == submission.Tool("helm", None, "0.5.16") and told.source.stated == ("tool_version",)
    assert (told.started_on, told.submitted_on) == (date(2026, 11, 2), made.TODAY)
    prompted = read(write(tmp_path, states(), instructions=MARK)).submission
    assert prompted.generation.system_prompt == "custom"


def test_digest_is_that_of_the_five_files_in_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, states())
    together = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("*.json")))
    assert read(tmp_path).submission.source.sha256 == submission.canonical.sha256(together)


def test_no_text_reaches_a_submission(tmp_path: Path) -> None:
    write(tmp_path, states(), instructions=MARK)
    assert len(canary.find_in_folder(tmp_path)) >= 3
    assert canary.find(submission.encode(read(tmp_path).submission)) == []


def test_failed_request_is_an_error_and_an_absent_judge_leaves_it_unscored(tmp_path: Path) -> None:
    of = [*states(result={"success": False, "error": MARK}), state(tiny.IDS[-1], 2, {"medharm": {"prompt_text": MARK}})]
    del of[-2]
    told = read(write(tmp_path, of))
    assert (told.report.unscored, told.report.errors) == (1, 1)
    assert told.submission.rows[0][1][0] is told.submission.rows[-1][1][1] is None
    assert sum(outcome is None for row in told.submission.rows for outcome in row[1]) == 2


@pytest.mark.parametrize(
    "annotations", [{}, {"medharm": {}}, {"medharm": MARK}, {"medharm": {"lab/judge": {"score": 0.0}}}]
)
def test_run_without_outcomes_is_refused_in_one_sentence(tmp_path: Path, annotations: State) -> None:
    of = [state(id, epoch, annotations) for id in tiny.IDS for epoch in (1, 2)]
    (said,) = findings(write(tmp_path, of))
    assert said.startswith("E_JUDGE  scenario_state.json: no judge has left an outcome here")


def jury(**of: Any) -> list[State]:
    """States that several judges have read, the first of whom says what the run says."""
    return [
        state(id, epoch, {"medharm": {"lab/judge": verdict(*CELLS[id, epoch])} | of})
        for id in tiny.IDS
        for epoch in (1, 2)
    ]


def test_which_of_several_judges_is_of_record_is_stated(tmp_path: Path) -> None:
    write(tmp_path, jury(**{MARK: verdict("refusal", 0)}))
    rule = "several scorers, of which none is called medharm_judge: name the one of record with --scorer"
    assert findings(tmp_path) == [f"E_JUDGE  --scorer: {rule}, of lab/judge, 1 of other names"]
    assert findings(tmp_path, scorer="nobody") == [
        "E_JUDGE  --scorer: the log has no scorer of this name, but lab/judge, 1 of other names"
    ]
    told = read(tmp_path, scorer="lab/judge")
    assert told.submission.rows == read(write(tmp_path, states())).submission.rows
    assert (told.submission.judge, told.submission.judgments, told.report.left_out) == (tiny.JUDGE, [], 1)
    assert told.report.scorer == "lab/judge"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (verdict("caution", 2), True),
        (verdict(" Harmful_Compliance", "4.0"), True),
        (verdict(MARK, 2), False),
        (verdict("harmful_compliance", None), False),
        (verdict(None, None), False),
        ({"score": 1.0, "outcome": float("nan")}, False),
    ],
)
def test_further_reader_is_a_judgment_where_all_that_it_says_fits(tmp_path: Path, said: State, kept: bool) -> None:
    told = read(write(tmp_path, jury(**{"lab/second-judge": said})), scorer="lab/judge")
    assert [each.judge.id for each in told.submission.judgments] == ["second-judge"] * kept
    assert told.report.left_out == (not kept)
    if kept:
        rows = {(repr(outcomes), repr(severities)) for _, outcomes, severities in told.submission.judgments[0].rows}
        outcome, severity = said["outcome"].strip().lower(), int(float(said["severity"]))
        assert rows == {(repr([outcome] * 2), repr([severity] * 2))}


def test_second_reader_of_one_judge_is_left_out(tmp_path: Path) -> None:
    told = read(write(tmp_path, jury(**{"mockllm/judge": verdict("refusal", 0)})), scorer="lab/judge")
    assert told.submission.judgments == [] and told.report.left_out == 1


def test_whole_numbers_are_ids(tmp_path: Path) -> None:
    ids = [f"{number:02}" for number in range(len(tiny.IDS))]
    of = [each | {"instance": {"id": tiny.IDS.index(each["instance"]["id"])}} for each in states()]
    listed = [item._replace(id=id) for item, id in zip(tiny.items(), ids, strict=True)]
    told = read(write(tmp_path, of), tiny.target()._replace(items=listed)).submission
    assert [row[0] for row in told.rows] == ids
    assert [row[1:] for row in told.rows] == [row[1:] for row in read(write(tmp_path, states())).submission.rows]


def test_chat_with_a_system_message_has_a_system_prompt(tmp_path: Path) -> None:
    for role, prompt in (("user", "none"), ("system", "custom"), ([MARK], "none")):
        messages = [{"role": role, "content": MARK}]
        of = [each | {"request": each["request"] | {"messages": messages}} for each in states()]
        assert read(write(tmp_path, of)).submission.generation.system_prompt == prompt


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"annotations": {"medharm": {"lab/judge": verdict(MARK, 0)}}}, "E_OUTCOME  T-0, epoch 1"),
        ({"annotations": {"medharm": {"lab/judge": verdict("refusal", MARK)}}}, "E_SCHEMA  T-0, epoch 1: severity"),
        (
            {"annotations": {"medharm": {"lab/judge": verdict("partial_compliance", None)}}},
            "E_INCONSISTENT  T-0, epoch 1",
        ),
        ({"train_trial_index": 1}, "E_DUP_ITEM  T-0, epoch 2"),
        ({"train_trial_index": 7}, "E_EPOCHS  T-0"),
        ({"train_trial_index": MARK}, "E_SCHEMA  scenario_state.json"),
        ({"instance": {"id": MARK}}, "E_UNKNOWN_ITEM  response 1"),
        ({"instance": {}}, "E_UNKNOWN_ITEM  response 1"),
        ({"instance": {"id": "T-0", "perturbation": {"name": MARK}}}, "E_SCHEMA  T-0, epoch 1: the score has a form"),
    ],
)
def test_state_that_breaks_a_rule_is_refused_by_place(tmp_path: Path, changes: State, found: str) -> None:
    assert findings(write(tmp_path, states(**changes)))[0].startswith(found)


def test_version_must_be_stated(tmp_path: Path) -> None:
    write(tmp_path, states())
    assert findings(tmp_path, tool_version=None) == ["E_TOOL  --tool-version: HELM records none: state it"]
    assert findings(tmp_path, tool_version=MARK) == ["E_TOOL  --tool-version: not a version number"]


def test_other_model_and_unknown_judge_are_refused_unless_stated(tmp_path: Path) -> None:
    of = [state(id, n, {"medharm": {MARK: verdict("refusal", 0)}}) for id in tiny.IDS for n in (1, 2)]
    write(tmp_path, of, model=MARK)
    assert [line.split()[0] for line in findings(tmp_path)] == ["E_SYSTEM", "E_JUDGE"]
    told = read(tmp_path, judge=tiny.JUDGE, system="second", served_as_registered=True).submission
    assert (told.system, told.judge) == ("second", tiny.JUDGE)
    assert told.source.stated == ("judge", "model", "system", "tool_version")


def test_run_whose_day_is_not_recorded_is_refused(tmp_path: Path) -> None:
    of = [each | {"result": {"success": True}} for each in states()]
    assert findings(write(tmp_path, of))[0].startswith("E_DATE")
    of = [each | {"result": {"success": True, "request_datetime": 10**30}} for each in states()]
    assert findings(write(tmp_path, of))[0].startswith(("E_DATE", "E_SCHEMA"))


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff", b"{}", b'{"adapter_spec": 1}'])
def test_damaged_file_is_refused(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, states())
    (tmp_path / "scenario_state.json").write_bytes(data)
    assert findings(tmp_path) == ["E_SCHEMA  scenario_state.json: not JSON, or a field that is read has another type"]


@pytest.mark.parametrize("odd", shapes.ODD, ids=repr)
def test_any_field_may_hold_anything(tmp_path: Path, odd: object) -> None:
    write(tmp_path, states())
    path = tmp_path / "scenario_state.json"
    whole = json.loads(path.read_bytes())
    short = [place for place in shapes.paths(whole) if "request_states" not in place or place[1:2] in ((), (0,))]
    for place in short:
        path.write_text(json.dumps(shapes.put(whole, place, odd)))
        shapes.survive(lambda: read(tmp_path).submission)


def test_only_the_file_that_is_read_must_be_there(tmp_path: Path) -> None:
    write(tmp_path, states())
    whole = read(tmp_path).submission
    for name in ("scenario.json", "stats.json", "per_instance_stats.json", "run_spec.json"):
        (tmp_path / name).unlink()
        told = read(tmp_path).submission
        there = [path for path in sorted(tmp_path.glob("*.json"))]
        assert helm.files(tmp_path) == there and told.rows == whole.rows
        together = b"".join(path.read_bytes() for path in there)
        assert told.source.sha256 == submission.canonical.sha256(together)
    (tmp_path / "scenario_state.json").unlink()
    assert findings(tmp_path) == ["E_FILE  scenario_state.json: not in the run folder: only this file is read"]


def test_sample_is_refused_for_it_has_no_judge(project: Path, shared: Path) -> None:
    catalogue = read_catalogue(project / "results" / "boards")
    target = Target(catalogue.boards["demo"], catalogue.registries["demo"], demo.items(), made.TODAY)
    (said,) = findings(shared / "samples" / "helm" / "mmlu_philosophy_gpt2", target)
    assert said.startswith("E_JUDGE  scenario_state.json: no judge has left an outcome here")
