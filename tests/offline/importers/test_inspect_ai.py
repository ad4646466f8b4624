"""Importing logs of Inspect AI, those that it writes in this very run and samples, by the command in `.venv-inspect`.

What a log should come to is counted from its files, which are read here without Inspect's API.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from leaderboard.base import clock
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline import demo
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission, verification
from leaderboard.offline.submissions.submission import Generation, Submission
from tests import canary
from tests.canary import MARK
from tests.offline.importers import page, tiny

pytestmark = pytest.mark.timeout(900)  # the first test waits for two dozen runs of the tool and as many imports
DONE, REFUSED, ENVIRONMENT = 0, 1, 3
FOLDER = Path(__file__).parent


class Answer(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str
    made: bytes
    """The submission that it wrote, if any."""

    @property
    def codes(self) -> list[str]:
        return [line.split()[0] for line in self.out.splitlines()]

    @property
    def submission(self) -> Submission:
        assert self.code == DONE, self.out
        return submission.decode(self.made)


@pytest.fixture(scope="session")
def python(project: Path) -> Path:
    """The Python that has Inspect AI, which `make test` sees to."""
    path = project / ".venv-inspect" / "bin" / "python"
    return path if path.exists() else pytest.skip("no .venv-inspect: `make inspect` makes it")


@pytest.fixture(scope="module")
def runs(project: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of many runs of the tiny board, its definitions and its items."""
    folder = tmp_path_factory.mktemp("runs")
    tiny.write(folder)
    (folder / "ids.json").write_text(json.dumps(tiny.IDS))
    example = project / "docs" / "submitting" / "medharm_judge.py"
    subprocess.run([python, FOLDER / "inspect_runs.py", folder, MARK, example], check=True, capture_output=True)
    return folder


def _tamper(runs: Path) -> None:
    """Files that are no logs, and logs that the tool leaves only where it is given more than its mock model."""
    (runs / "cut.eval").write_bytes((runs / "value.eval").read_bytes()[:3000])
    (runs / "text.json").write_text(json.dumps({"version": 2, "status": MARK, "eval": {MARK: MARK}}))
    log = json.loads((runs / "example.json").read_text())
    first, *others = log["samples"]
    stand_in = {"model": MARK, "fallback_model": MARK}
    tampered: dict[str, dict[str, Any]] = {
        "fallback": log | {"samples": [first | {"model_fallbacks": [stand_in]}, *others]},
        "invalid": log | {"invalidated": True},
        "twice": log | {"samples": [first, *log["samples"]]},
        "undated": log | {"stats": log["stats"] | {"started_at": ""}},
        "null": log | {"samples": [_voided(sample) for sample in log["samples"]]},
    }
    chosen = json.loads((runs / "chosen.json").read_text())
    given = {"name": "unsafe", "scorer": "medharm_judge", "params": {"grader_model": "lab/judge", "template": MARK}}
    tampered["params"] = chosen | {
        "eval": chosen["eval"] | {"scorers": None},
        "results": chosen["results"] | {"scores": [given]},
    }
    for name, changed in tampered.items():
        (runs / f"{name}.json").write_text(json.dumps(changed))


def _voided(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample as versions before July 2026 wrote it where the judge had failed, although an answer is there."""
    (score,) = sample["scores"].values()
    return sample | {"scores": {"medharm_judge": score | {"value": {"unsafe": None, "severity": None}}}}


PADDED = [f"{number:03}" for number in range(len(tiny.IDS))]
MANIFESTS = {"padded": PADDED, "shared": [*PADDED[:-1], "7"]}
"""Ids that are the numbers of the samples, with zeros before them; and two that are one number."""
WAYS: dict[str, tuple[str, ...]] = {
    "answer, judge stated": ("answer.json", "--judge", "demo-judge@1"),
    "answer, no judge": ("answer.json",),
    "value, other judge stated": ("value.eval", "--judge", "person@1"),
    "value, unregistered judge": ("value.eval", "--judge", "nobody@1"),
    "value, other system": ("value.eval", "--system", "second"),
    "value, other system, stated": ("value.eval", "--system", "second", "--served-as-registered"),
    "value, simulated system": ("value.eval", "--system", "ghost", "--served-as-registered"),
    "value, no system": ("value.eval", "--system", MARK),
    "value, same version": ("value.eval", "--tool-version", "0.3.285"),
    "value, other version": ("value.eval", "--tool-version", "0.3.1"),
    "value, no version": ("value.eval", "--tool-version", MARK),
    "value, no nonce": ("value.eval", "--nonce", MARK),
    "stranger, stated": ("stranger.eval", "--judge", "person@1", "--system", "second", "--served-as-registered"),
    "fallback": ("fallback.json",),
    "invalid": ("invalid.json",),
    "twice": ("twice.json",),
    "undated": ("undated.json",),
    "again, first": ("again.eval", "--scorer", "medharm_judge"),
    "again, second": ("again.eval", "--scorer", "medharm_judge1"),
    "again, none of them": ("again.eval", "--scorer", MARK),
    "again-marked, second": ("again-marked.eval", "--scorer", "medharm_judge1"),
    "jury, marked": ("jury.eval", "--scorer", MARK, "--judge", "demo-judge@1"),
    "nobody, chosen": ("nobody.eval", "--scorer", "third"),
    "vote, stated": ("vote.eval", "--judge", "person@1"),
    "integers, padded": ("integers.eval", "--items", "padded.json"),
    "integers, shared": ("integers.eval", "--items", "shared.json"),
    "null": ("null.json",),
    "params": ("params.json",),
    "absent": ("absent.eval",),
    "folder": ("logs",),
    "cut": ("cut.eval",),
    "text": ("text.json",),
}
"""Calls that are more than the name of a log."""


def _import(python: Path, project: Path, calls: Sequence[Sequence[object]]) -> list[dict[str, Any]]:
    """Runs the command once for each call, without the folder that the tests run in on the path."""
    given = json.dumps([["import", "inspect", *map(str, call)] for call in calls])
    done = subprocess.run(
        [python, FOLDER / "calls.py"],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(project)},
    )
    assert MARK not in done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="module")
def answers(project: Path, python: Path, runs: Path) -> dict[str, Answer]:
    """What came of each log under its own name, and of each of the ways."""
    _tamper(runs)
    logs = sorted(path for path in runs.glob("*.eval") if path.stem not in ("cut",)) + sorted(
        path for path in runs.glob("*.json") if path.stem in ("example", "answer", "chosen")
    )
    ways = {path.stem: (path.name,) for path in logs if path.stem != "answer"} | WAYS
    board = ["--results", runs / "results", "--board", "tiny", "--items", runs / "items.json"]
    calls = []
    for name, ids in MANIFESTS.items():
        listed = [item._replace(id=id) for item, id in zip(tiny.items(), ids, strict=True)]
        (runs / f"{name}.json").write_bytes(manifest.encode(sorted(listed)))
    for number, (name, *options) in enumerate(ways.values()):
        options = [str(runs / each) if (runs / each).is_file() else each for each in options]
        calls.append([runs / name, *board, "--out", runs / f"{number}.made", *options])
    return {
        name: Answer(**answer, made=_bytes(runs / f"{number}.made"))
        for number, (name, answer) in enumerate(zip(ways, _import(python, project, calls), strict=True))
    }


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _raw(runs: Path, name: str) -> dict[tuple[Any, int], dict[str, Any]]:
    """What a log's files hold of each response, by item and epoch."""
    samples = json.loads((runs / f"{name}.raw.json").read_text())
    return {(sample["id"], sample["epoch"]): sample for sample in samples}


def _rows(of: Callable[[dict[str, Any]], tuple[str | None, int | None]], raw: dict[tuple[str, int], Any]) -> list[Any]:
    cells = {place: of(sample) for place, sample in raw.items()}
    return [(id, [cells[id, 1][0], cells[id, 2][0]], [cells[id, 1][1], cells[id, 2][1]]) for id in tiny.IDS]


def _as_value(sample: dict[str, Any]) -> tuple[str, int]:
    (score,) = sample["scores"].values()
    return score["value"], score["metadata"]["severity"]


def _as_answer(sample: dict[str, Any]) -> tuple[str, int]:
    (score,) = sample["scores"].values()
    return score["answer"], score["metadata"]["severity"]


def _in_dict(sample: dict[str, Any]) -> tuple[str, int]:
    (score,) = sample["scores"].values()
    return score["answer"], score["value"]["severity"]


@pytest.mark.parametrize(
    ("way", "log", "place"),
    [
        ("value", "value", _as_value),
        ("option", "option", _as_value),
        ("answer, judge stated", "answer", _as_answer),
        ("dict", "dict", _in_dict),
        ("example", "example", _in_dict),
        ("edited", "edited", _as_value),
        ("loose", "loose", _as_value),
        ("agent", "agent", _as_value),
        ("chat", "chat", _as_value),
        ("role", "role", _as_value),
        ("config", "config", _as_value),
        ("chosen", "chosen", _as_value),
    ],
)
def test_labels_are_those_of_the_samples_wherever_the_score_keeps_them(
    answers: dict[str, Answer], runs: Path, way: str, log: str, place: Any
) -> None:
    raw = _raw(runs, log)
    assert len(raw) == 40
    assert answers[way].submission.rows == _rows(place, raw)


def test_seeds_differ_so_that_the_counts_could_not_have_come_from_elsewhere(runs: Path) -> None:
    drawn = [
        tuple(map(str, map(place, _raw(runs, log).values())))
        for log, place in (("value", _as_value), ("answer", _as_answer))
    ]
    assert drawn[0] != drawn[1]


def test_header_of_a_submission_is_what_the_log_records(answers: dict[str, Answer], runs: Path) -> None:
    made = answers["value"].submission
    assert made.generation == Generation(max_tokens=77, system_prompt="custom", temperature=0.5)
    assert (made.system, made.judge, made.judgments, made.nonce) == ("example-model", tiny.JUDGE, [], None)
    assert (made.tool.name, made.tool.version, made.tool.task_version) == ("inspect_ai", "0.3.285", "3")
    assert made.source.sha256 == submission.canonical.sha256((runs / "value.eval").read_bytes())
    assert made.started_on <= made.submitted_on == clock.today()
    assert (
        answers["example-mute"].code == DONE and answers["example-mute"].submission.generation.system_prompt == "none"
    )


def test_edited_scores_are_counted_once_each(answers: dict[str, Answer], runs: Path) -> None:
    made = answers["edited"].submission
    assert made.source.edited_scores == 2 and "edited scores  2" in answers["edited"].out
    assert dict((row[0], row[1][0]) for row in made.rows[:2]) == {"T-0": "caution", "T-1": "refusal"}
    assert answers["value"].submission.source.edited_scores == 0


def test_errors_and_unscored_are_nulls_and_counted_apart(answers: dict[str, Answer], runs: Path) -> None:
    rows, raw = answers["gaps"].submission.rows, _raw(runs, "gaps")
    errors = [place for place, sample in raw.items() if sample["error"]]
    nulls = {(id, epoch) for id, outcomes, _ in rows for epoch, outcome in enumerate(outcomes, 1) if outcome is None}
    assert nulls == {*errors, ("T-2", 1), ("T-2", 2), ("T-3", 1), ("T-3", 2)} and len(errors) == 1
    assert "missing  unscored 4, errors 1" in answers["gaps"].out


def test_a_reason_about_the_response_does_not_void_its_label(answers: dict[str, Answer], runs: Path) -> None:
    raw = _raw(runs, "gaps")
    assert raw["T-4", 1]["scores"]["medharm_judge"]["reason"] == "refusal"
    assert answers["gaps"].submission.rows[4][1][0] == _as_value(raw["T-4", 1])[0]


def test_a_judge_whose_words_hold_no_verdict_leaves_gaps(answers: dict[str, Answer]) -> None:
    assert {outcome for row in answers["example-mute"].submission.rows for outcome in row[1]} == {None}
    assert "unscored 40, errors 0" in answers["example-mute"].out


def test_shipped_scorer_reads_the_last_verdict_of_the_judge(answers: dict[str, Answer]) -> None:
    cells = Counter((row[1][e], row[2][e]) for row in answers["example"].submission.rows for e in (0, 1))
    assert cells == {("partial_compliance", 3): 40}


NO_OUTCOME = f"not an outcome of the board, which are {', '.join(outcome.id for outcome in tiny.board().outcome)}"
NO_ITEM = "not an item of the board: ids are read as the manifest has them"
NAME = "name the one of record with --scorer"
OTHER = (
    "the log's model is not what the system is registered to be served as: add --served-as-registered if it was that "
    "system"
)
NO_FORM = (
    "the score has a form that is not read; read is a label as value, or as answer beside a number or a dict of unsafe "
    "and severity"
)


def _each(code: str, rule: str) -> list[str]:
    """The findings of a rule that every response breaks; the first ten are told."""
    every = [f"{code}  {id}, epoch {n}: {rule}" for n in (1, 2) for id in tiny.IDS]
    return [*every[:10], f"{code}  ...: and {len(every) - 10} more findings of this code"]


@pytest.mark.parametrize(
    ("way", "lines"),
    [
        (
            "limited",
            ["E_LIMIT  eval.config: limited to 3 of 20 items", "E_MISSING_ITEM  T-3: 3 of 20 items are in the log"],
        ),
        ("fewer", ["E_MISSING_ITEM  T-j: 19 of 20 items are in the log"]),
        ("short", ["E_EPOCHS  T-0: 20 of 20 items have fewer than 2 epochs"]),
        ("mark", _each("E_OUTCOME", NO_OUTCOME)),
        ("unlabelled", _each("E_OUTCOME", NO_OUTCOME)),
        ("mark-severity", _each("E_SCHEMA", "severity is not a whole number from 0 to 4")),
        ("unmeasured", _each("E_INCONSISTENT", "an unsafe outcome without severity")),
        ("listed", _each("E_SCHEMA", NO_FORM)),
        ("extra", _each("E_SCHEMA", NO_FORM)),
        (
            "nobody",
            [f"E_JUDGE  --scorer: several scorers, of which none is called medharm_judge: {NAME}, of 3 of other names"],
        ),
        (
            "again",
            [f"E_JUDGE  --scorer: the log was scored again: {NAME}, of medharm_judge, medharm_judge1"],
        ),
        (
            "again, none of them",
            ["E_JUDGE  --scorer: the log has no scorer of this name, but medharm_judge, medharm_judge1"],
        ),
        ("again-marked, second", ["E_JUDGE  --judge: the registry does not know the log's judge: state it"]),
        ("vote", ["E_JUDGE  --judge: the log has no judge: state it"]),
        ("answer, no judge", ["E_JUDGE  --judge: the log has no judge: state it"]),
        ("value, other judge stated", ["E_JUDGE  --judge: the log names another judge"]),
        ("value, unregistered judge", ["E_JUDGE  --judge: no such judge on this board"]),
        (
            "value, other system",
            [f"E_SYSTEM  --system: {OTHER}"],
        ),
        ("value, simulated system", ["E_SYSTEM  --system: no such system to be run on this board"]),
        ("value, no system", ["E_SYSTEM  --system: no such system to be run on this board"]),
        ("value, other version", ["E_TOOL  --tool-version: the log names another version"]),
        ("value, no version", ["E_TOOL  --tool-version: not a version number"]),
        ("value, no nonce", ["E_NONCE  --nonce: 32 hexadecimal digits, as `nonce` prints them"]),
        (
            "stranger",
            [
                "E_SYSTEM  --system: the log's model is served as no registered system: name the system",
                "E_JUDGE  --judge: the registry does not know the log's judge: state it",
            ],
        ),
        ("fallback", ["E_SYSTEM  response 1: another model stood in"]),
        ("invalid", ["E_STATUS  invalidated: the log, or a sample of it, was declared invalid"]),
        ("twice", ["E_DUP_ITEM  T-0, epoch 1: given twice"]),
        ("undated", ["E_DATE  start of the run: missing, in the future, or before the board's first day"]),
        ("absent", ["E_FILE  SOURCE: not a file"]),
        ("folder", ["E_FILE  SOURCE: not a file"]),
        ("cut", ["E_FILE  SOURCE: not a log that Inspect AI can read"]),
        ("text", ["E_FILE  SOURCE: not a log that Inspect AI can read"]),
    ],
)
def test_refusal_names_place_and_rule(answers: dict[str, Answer], way: str, lines: list[str]) -> None:
    assert answers[way].code == REFUSED and answers[way].made == b""
    assert answers[way].out.splitlines() == lines


def test_item_of_another_set_is_named_by_its_position(answers: dict[str, Answer]) -> None:
    assert answers["foreign"].codes == ["E_UNKNOWN_ITEM", "E_UNKNOWN_ITEM", "E_MISSING_ITEM"]


def test_too_many_epochs_are_refused(answers: dict[str, Answer]) -> None:
    assert answers["long"].out.splitlines() == [
        *(f"E_EPOCHS  {id}: an epoch is not in 1 to 2" for id in tiny.IDS[:10]),
        "E_EPOCHS  ...: and 10 more findings of this code",
    ]


def test_run_that_failed_is_refused_whatever_it_holds(answers: dict[str, Answer]) -> None:
    assert answers["failed"].codes[0] == "E_STATUS"


def test_scores_of_the_agreed_name_are_read_among_several(answers: dict[str, Answer], runs: Path) -> None:
    raw = _raw(runs, "several")
    labels = [raw[id, 1]["scores"]["medharm_judge"]["value"] for id in tiny.IDS]
    assert [row[1][0] for row in answers["several"].submission.rows] == labels


@pytest.mark.parametrize(
    ("way", "system", "judge"),
    [("value, other system, stated", "second", "demo-judge"), ("stranger, stated", "second", "person")],
)
def test_what_the_log_does_not_say_can_be_stated(answers: dict[str, Answer], way: str, system: str, judge: str) -> None:
    made = answers[way].submission
    assert (made.system, made.judge.id) == (system, judge)


def _leaves(sample: dict[str, Any]) -> dict[str, Any]:
    """The leaves of a score that hold something."""
    (score,) = sample["scores"].values()
    return {name: leaf for name, leaf in score["value"].items() if leaf is not None and leaf == leaf}


def test_score_whose_leaves_are_void_is_a_gap_and_never_its_answer(answers: dict[str, Answer], runs: Path) -> None:
    """Of every mix of numbers, nulls, NaN and nothing: `unsafe` says whether there is a score; without it, any leaf."""
    raw, made = _raw(runs, "voided"), answers["voided"].submission
    assert len({repr(sample["scores"]["medharm_judge"]["value"]) for sample in raw.values()}) == 16
    for id, outcomes, severities in made.rows:
        (score,) = raw[id, 1]["scores"].values()
        scored = "unsafe" in _leaves(raw[id, 1]) if "unsafe" in score["value"] else bool(_leaves(raw[id, 1]))
        assert outcomes == [("refusal" if scored else None)] * 2, score["value"]
        assert severities == [_leaves(raw[id, 1]).get("severity") if scored else None] * 2, score["value"]


def test_log_of_an_older_version_whose_scores_are_null_has_gaps(answers: dict[str, Answer]) -> None:
    made = answers["null"].submission
    assert {outcome for row in made.rows for outcome in row[1]} == {None}
    assert "unscored 40, errors 0" in answers["null"].out


def test_spelling_of_labels_and_severities_is_that_of_the_board(answers: dict[str, Answer], runs: Path) -> None:
    assert answers["spelt"].submission.rows == [
        (id, outcomes, severities) for id, outcomes, severities in answers["value"].submission.rows
    ]
    assert any(sample["scores"]["medharm_judge"]["value"] != _clean(sample) for sample in _raw(runs, "spelt").values())
    assert answers["spelt"].submission.generation.reasoning_effort == "xhigh"


def _clean(sample: dict[str, Any]) -> str:
    label: str = sample["scores"]["medharm_judge"]["value"]
    return label.strip().lower()


@pytest.mark.parametrize("log", ["value", "option", "graded", "config", "role", "chosen", "params"])
def test_judge_is_read_wherever_a_log_has_it(answers: dict[str, Answer], log: str) -> None:
    made = answers[log].submission
    assert made.judge == tiny.JUDGE and made.source.stated == ()


@pytest.mark.parametrize(("scorer", "seed_of"), [("first", "value"), ("second", "again")])
def test_log_that_was_scored_again_is_read_as_stated(
    answers: dict[str, Answer], runs: Path, scorer: str, seed_of: str
) -> None:
    name = {"first": "medharm_judge", "second": "medharm_judge1"}[scorer]
    raw, answer = _raw(runs, "again"), answers[f"again, {scorer}"]
    cells = {place: sample["scores"][name] for place, sample in raw.items()}
    given = [[cells[id, epoch]["value"] for epoch in (1, 2)] for id in tiny.IDS]
    assert [row[1] for row in answer.submission.rows] == given
    assert f"scorer of record  {name}" in answer.out and answer.submission.source.stated == ()
    assert (given == [row[1] for row in answers["value"].submission.rows]) == (scorer == "first")


def test_other_scorers_are_further_judges_where_the_registry_knows_them(answers: dict[str, Answer], runs: Path) -> None:
    raw, made = _raw(runs, "jury"), answers["jury"].submission
    assert [(each.judge.id, each.judge_kind) for each in made.judgments] == [
        ("people", "human"),
        ("second-judge", "classifier"),
    ]
    for judgment, name in zip(made.judgments, ("people", "another"), strict=True):
        cells = {place: sample["scores"][name] for place, sample in raw.items()}
        seen = tiny.IDS[::2] if name == "people" else tiny.IDS
        assert judgment.rows == [
            (id, [cells[id, n]["value"] for n in (1, 2)], [cells[id, n]["metadata"]["severity"] for n in (1, 2)])
            for id in seen
        ]
    assert "further judges  people@1, second-judge@1, other scorers left out 2" in answers["jury"].out
    assert "scorer of record  medharm_judge" in answers["jury"].out


def test_scorer_without_a_judge_of_its_own_does_not_speak_for_the_grader(answers: dict[str, Answer]) -> None:
    assert answers["nameless"].submission.judgments == []
    assert "further judges  none, other scorers left out 1" in answers["nameless"].out


def test_scorer_of_record_is_no_further_judge(answers: dict[str, Answer], runs: Path) -> None:
    raw, made = _raw(runs, "nobody"), answers["nobody, chosen"].submission
    assert [row[1][0] for row in made.rows] == [raw[id, 1]["scores"]["third"]["value"] for id in tiny.IDS]
    assert made.judgments == []


def test_whole_numbers_are_ids_with_any_zeros_before_them(answers: dict[str, Answer], runs: Path) -> None:
    raw, padded = _raw(runs, "integers"), answers["integers, padded"].submission
    assert [row[0] for row in padded.rows] == PADDED
    labels = [raw[number, 1]["scores"]["medharm_judge"]["value"] for number in range(20)]
    assert [row[1][0] for row in padded.rows] == labels
    shared = answers["integers, shared"].out.splitlines()
    assert shared[0] == "E_UNKNOWN_ITEM  response 8: a number that 2 items of the board share: give ids as text"
    assert {line.partition(" ")[0] for line in shared} == {"E_UNKNOWN_ITEM", "E_MISSING_ITEM"}


@pytest.mark.parametrize(
    ("log", "prompt"), [("chat", "custom"), ("agent", "custom"), ("own", None), ("example-mute", "none")]
)
def test_system_prompt_of_the_input_or_of_an_agent_is_one(
    answers: dict[str, Answer], log: str, prompt: str | None
) -> None:
    assert answers[log].submission.generation.system_prompt == prompt


@pytest.mark.parametrize(
    ("way", "stated"),
    [
        ("value", ()),
        ("value, same version", ()),
        ("answer, judge stated", ("judge",)),
        ("vote, stated", ("judge",)),
        ("value, other system, stated", ("model", "system")),
        ("stranger, stated", ("judge", "model", "system")),
    ],
)
def test_what_goes_beyond_the_log_is_named_in_submission_and_report(
    answers: dict[str, Answer], way: str, stated: tuple[str, ...]
) -> None:
    assert answers[way].submission.source.stated == stated
    assert f"stated  {', '.join(stated) or 'nothing'}" in answers[way].out.splitlines()


def test_section_of_the_page_runs_from_an_empty_folder(runs: Path, project: Path, python: Path) -> None:
    page.run(project, runs, "Inspect AI", python, LOG=runs / "example.json")


def test_no_text_of_any_log_reaches_a_submission_or_a_message(answers: dict[str, Answer], runs: Path) -> None:
    planted = [path for path in runs.glob("*.raw.json") if canary.find(path.read_bytes())]
    assert len(planted) > 5, "the mark was not in the logs"
    said = {name: (answer.made + (answer.out + answer.err).encode()) for name, answer in answers.items()}
    assert {name: found for name, data in said.items() if (found := canary.find(data))} == {}


def from_site(runs: Path, clone: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    """Imports a log by the Python of the site's environment, in which Inspect AI is not."""
    board = ["--results", runs / "results", "--board", "tiny", "--items", runs / "items.json", "--out", out]
    return subprocess.run(
        [sys.executable, "-m", "leaderboard", "import", "inspect", runs / "value.eval", *board],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )


def test_log_is_read_from_the_sites_environment_too(
    answers: dict[str, Answer], runs: Path, project: Path, tmp_path: Path
) -> None:
    done = from_site(runs, project, tmp_path / "out.json")
    assert (done.returncode, done.stdout) == (DONE, answers["value"].out), done.stderr
    assert (tmp_path / "out.json").read_bytes() == answers["value"].made


def test_without_inspect_ai_the_command_says_how_to_get_it(runs: Path, project: Path, tmp_path: Path) -> None:
    (tmp_path / "leaderboard").symlink_to(project / "leaderboard")
    done = from_site(runs, tmp_path, tmp_path / "out.json")
    assert (done.returncode, done.stdout) == (ENVIRONMENT, "")
    assert done.stderr == (
        "import: E_ABSENT  inspect-ai is not installed here: make inspect makes .venv-inspect, which has it\n"
    )


# The samples, on the demo board, whose items are built in.


@pytest.fixture(scope="module")
def samples(project: Path, python: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder, paths = tmp_path_factory.mktemp("samples"), sorted((shared / "samples" / "inspect_ai").iterdir())
    results = ["--results", project / "results", "--board", "demo"]
    calls = [[path, *results, "--nonce", "0" * 32, "--out", folder / f"{path.name}.made"] for path in paths]
    given = zip(paths, _import(python, project, calls), strict=True)
    return {path.name: Answer(**answer, made=_bytes(folder / f"{path.name}.made")) for path, answer in given}


def test_complete_sample_has_the_published_counts(samples: dict[str, Answer]) -> None:
    rows = samples["full_1100x2.eval"].submission.rows
    assert Counter(outcome for row in rows for outcome in row[1]) == {
        "refusal": 776,
        "safe_redirection": 617,
        "partial_compliance": 321,
        "caution": 276,
        "harmful_compliance": 210,
    }


def test_complete_sample_is_verified(samples: dict[str, Answer], project: Path) -> None:
    catalogue, data = read_catalogue(project / "results" / "boards"), samples["full_1100x2.eval"].made
    board, registry = catalogue.boards["demo"], catalogue.registries["demo"]
    assert verification.verify(data, board, registry, today=clock.today(), items=demo.items()).findings == ()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("_medharm_", "E_LIMIT  eval.config: limited to 12 of 1100 items"),
        ("_medharm-dict_", "E_LIMIT  eval.config: limited to 10 of 1100 items"),
        (
            "log_streaming",
            "E_UNKNOWN_ITEM  response 1: not an item of the board: ids are read as the manifest has them",
        ),
        ("log_streaming", f"E_OUTCOME  response 1: {NO_OUTCOME}"),
    ],
)
def test_other_samples_are_refused_for_the_reason_given(samples: dict[str, Answer], name: str, line: str) -> None:
    found = [answer for file, answer in samples.items() if name in file]
    assert found and all(answer.code == REFUSED and line in answer.out.splitlines() for answer in found)
