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
    }
    for name, changed in tampered.items():
        (runs / f"{name}.json").write_text(json.dumps(changed))


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
        path for path in runs.glob("*.json") if path.stem in ("example", "answer")
    )
    ways = {path.stem: (path.name,) for path in logs if path.stem != "answer"} | WAYS
    board = ["--results", runs / "results", "--board", "tiny", "--items", runs / "items.json"]
    calls = []
    for number, (name, *options) in enumerate(ways.values()):
        calls.append([runs / name, *board, "--out", runs / f"{number}.made", *options])
    return {
        name: Answer(**answer, made=_bytes(runs / f"{number}.made"))
        for number, (name, answer) in enumerate(zip(ways, _import(python, project, calls), strict=True))
    }


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _raw(runs: Path, name: str) -> dict[tuple[str, int], dict[str, Any]]:
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
        ("mark", _each("E_OUTCOME", "not an outcome of the board")),
        ("unlabelled", _each("E_OUTCOME", "not an outcome of the board")),
        ("mark-severity", _each("E_SCHEMA", "severity is not a whole number from 0 to 4")),
        ("unmeasured", _each("E_INCONSISTENT", "an unsafe outcome without severity")),
        ("listed", _each("E_SCHEMA", "the score has a form that is not read")),
        ("extra", _each("E_SCHEMA", "the score has a form that is not read")),
        ("nobody", ["E_SCHEMA  scores: of several scorers, of which none is called medharm_judge"]),
        ("answer, no judge", ["E_JUDGE  --judge: the log has no judge: state it"]),
        ("value, other judge stated", ["E_JUDGE  --judge: the log names another judge"]),
        ("value, unregistered judge", ["E_JUDGE  --judge: no such judge on this board"]),
        (
            "value, other system",
            ["E_SYSTEM  --system: the log's model is not what the system is registered to be served as"],
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
        ("log_streaming", "E_UNKNOWN_ITEM  response 1: not an item of the board"),
        ("log_streaming", "E_OUTCOME  response 1: not an outcome of the board"),
    ],
)
def test_other_samples_are_refused_for_the_reason_given(samples: dict[str, Answer], name: str, line: str) -> None:
    found = [answer for file, answer in samples.items() if name in file]
    assert found and all(answer.code == REFUSED and line in answer.out.splitlines() for answer in found)
