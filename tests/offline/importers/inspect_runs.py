"""Runs Inspect AI itself on its mock model and leaves logs of all kinds. Not a test: tests start it in `.venv-inspect`.

    python inspect_runs.py FOLDER MARK SCORER

FOLDER holds `ids.json`; SCORER is the file of the shipped scorer. Each run leaves a log, and beside it what its files
hold, read without Inspect's API.
"""

import hashlib
import importlib.util
import json
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import inspect_ai
from inspect_ai import Epochs, Task, score
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import ProvenanceData, edit_score, read_eval_log, write_eval_log
from inspect_ai.model import (
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)
from inspect_ai.scorer import Score, ScoreEdit, Scorer, Target, model_graded_qa, scorer
from inspect_ai.solver import Generate, Solver, TaskState, basic_agent, generate, solver, system_message

FOLDER, MARK, EXAMPLE = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
LABELS = ("safe_redirection", "caution", "refusal", "partial_compliance", "harmful_compliance")
Judging = Callable[[TaskState], Score]


def drawn(seed: int, state: TaskState) -> tuple[str, int]:
    """The label and severity that a seed gives to a response."""
    digest = hashlib.sha256(f"{seed}/{state.sample_id}/{state.epoch}".encode()).digest()
    return LABELS[digest[0] % len(LABELS)], digest[1] % 5


@scorer(metrics=[])
def medharm_judge(
    judging: Any, grader_template: str = "", grader_model: Any = None, model: Any = None, model_role: Any = None
) -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        made: Score = judging(state)
        return made

    return score


@scorer(metrics=[], name="another")
def another(judging: Any, model: Any = None) -> Scorer:
    return medharm_judge(judging)


@scorer(metrics=[], name="people")
def people(judging: Any) -> Scorer:
    return medharm_judge(judging)


@scorer(metrics=[], name=MARK)
def marked(judging: Any, model: Any = None) -> Scorer:
    return medharm_judge(judging)


@scorer(metrics=[], name="third")
def third(judging: Any) -> Scorer:
    return medharm_judge(judging)


def as_value(seed: int) -> Judging:
    """The label is the score's value; the severity is beside it."""

    def judging(state: TaskState) -> Score:
        label, severity = drawn(seed, state)
        return Score(value=label, explanation=MARK, metadata={"severity": severity, "grading": MARK})

    return judging


def as_answer(seed: int) -> Judging:
    """The value is a number and the label the answer."""

    def judging(state: TaskState) -> Score:
        label, severity = drawn(seed, state)
        return Score(value=1.0, answer=label, metadata={"severity": severity})

    return judging


def in_dict(seed: int, **more: int) -> Judging:
    """The value is a dict of numbers and the label the answer."""

    def judging(state: TaskState) -> Score:
        label, severity = drawn(seed, state)
        return Score(value={"unsafe": 0, "severity": severity, **more}, answer=label)

    return judging


LEAVES: list[dict[str, Any]] = [
    {name: leaf for name, leaf in (("unsafe", unsafe), ("severity", severity)) if leaf != "absent"}
    for unsafe in (0, None, float("nan"), "absent")
    for severity in (2, None, float("nan"), "absent")
]
"""Every mix of leaves that are there, void in either way, or absent."""


def voided(state: TaskState) -> Score:
    """A dict beside an answer, of which a part may be void."""
    return Score(value=LEAVES[IDS.index(str(state.sample_id)) % len(LEAVES)], answer="refusal")


def spelt(state: TaskState) -> Score:
    """Labels with capitals and spaces, and severities as text or as numbers with a fraction."""
    label, severity = drawn(1, state)
    written = (str(severity), f" {severity}.0 ", float(severity))[severity % 3]
    return Score(value=f" {label.title()}\n", metadata={"severity": written})


def with_gaps(state: TaskState) -> Score:
    """The second item meets an error; the third is unscored; of the fourth, scoring failed; the fifth was refused."""
    place = IDS.index(str(state.sample_id))
    if place == 1 and state.epoch == 1:
        raise RuntimeError(MARK)
    if place == 2:
        return Score.unscored(reason="grader_failed", explanation=MARK)
    score = as_value(4)(state)
    score.reason = {3: "scoring_failed", 4: "refusal"}.get(place)
    return score


def fails(state: TaskState) -> Score:
    raise RuntimeError(MARK)


def says_mark(state: TaskState) -> Score:
    return Score(value=MARK, metadata={"severity": 1})


def says_mark_as_severity(state: TaskState) -> Score:
    return Score(value="refusal", metadata={"severity": MARK})


def unmeasured(state: TaskState) -> Score:
    return Score(value="harmful_compliance")


def unlabelled(state: TaskState) -> Score:
    return Score(value=1.0)


def listed(state: TaskState) -> Score:
    return Score(value=["refusal"], answer="refusal")


IDS: list[str] = json.loads((FOLDER / "ids.json").read_text())


def mock(name: str, text: str = MARK) -> Model:
    def output(*_: Any) -> ModelOutput:
        said = ModelOutput.from_content(name, text)
        said.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)  # else it is counted, over the network
        return said

    return get_model(f"mockllm/{name}", custom_outputs=output)


def run(
    name: str, scorers: Scorer | list[Scorer], ids: Sequence[str | int] = IDS, form: str = "eval", **options: Any
) -> Path:
    """Leaves the log of one run, in which every text is the mark."""
    chat: list[Any] = [ChatMessageSystem(content=MARK)] if options.pop("chat", False) else []
    samples = [
        Sample(
            input=[*chat, ChatMessageUser(content=f"{MARK} {id}")] if chat else f"{MARK} {id}",
            target=MARK,
            id=id,
            metadata={"note": MARK},
        )
        for id in ids
    ]
    steps: list[Solver] = [system_message(MARK), generate()] if options.pop("told", True) else [generate()]
    task = Task(
        dataset=MemoryDataset(samples, name=MARK, location=MARK),
        solver=options.pop("solver", steps),
        scorer=scorers,
        epochs=Epochs(options.pop("epochs", 2), "mode"),
        config=GenerateConfig(temperature=0.5, max_tokens=77, reasoning_effort=options.pop("effort", None)),
        name=name,
        version=3,
        metadata={"note": MARK},
    )
    roles = options.pop("roles", {"grader": mock("judge")})
    fail = options.pop("fail_on_error", False)
    (log,) = inspect_ai.eval(
        task,
        model=options.pop("model", mock("model")),
        model_roles=roles,
        log_dir=str(FOLDER / "logs"),
        log_format=form,
        display="none",
        fail_on_error=fail,
        tags=[MARK],
        **options,
    )
    path = FOLDER / f"{name}.{form}"
    Path(log.location.removeprefix("file://")).replace(path)
    keep_raw(path)
    return path


def keep_raw(path: Path) -> None:
    """What the log holds of each sample, from its files."""
    if path.suffix == ".json":
        samples = json.loads(path.read_text())["samples"]
    else:
        with zipfile.ZipFile(path) as file:  # inspect-ai has taught zipfile to read Zstandard
            samples = [json.loads(file.read(name)) for name in file.namelist() if name.startswith("samples/")]
    kept = [{key: sample.get(key) for key in ("id", "epoch", "scores", "error")} for sample in samples]
    path.with_name(f"{path.stem}.raw.json").write_text(json.dumps(kept))


def example() -> Any:
    """The scorer that docs/submitting/ ships."""
    spec = importlib.util.spec_from_file_location("example", EXAMPLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.medharm_judge


def edit(source: Path) -> None:
    """A person changes two scores of the run, one of them twice."""
    log = read_eval_log(str(source))
    by = ProvenanceData(author=MARK, reason=MARK)
    for id, label in ((IDS[0], "blocked"), (IDS[0], "caution"), (IDS[1], "refusal")):
        edit_score(log, id, "medharm_judge", ScoreEdit(value=label, provenance=by), epoch=1)
    path = FOLDER / "edited.eval"
    write_eval_log(log, str(path))
    keep_raw(path)


@solver
def own() -> Solver:
    """A solver of a lab's own, which says nothing of the system prompt that it gives."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.messages.insert(0, ChatMessageSystem(content=MARK))
        return await generate(state)

    return solve


def score_again(source: Path) -> None:
    """Another judge scores the run, and its scores are appended."""
    for name, judge in (("again", "lab/judge"), ("again-marked", MARK)):
        log = score(
            read_eval_log(str(source)), medharm_judge(as_value(9), model=judge), action="append", display="none"
        )
        path = FOLDER / f"{name}.eval"
        write_eval_log(log, str(path))
        keep_raw(path)


def as_labs_do() -> None:
    """Judges, ids, limits and prompts in the other places where labs have them."""
    run("voided", medharm_judge(voided))
    run("spelt", medharm_judge(spelt), effort="xhigh")
    graded = mock("judge", f"{MARK} GRADE: refusal")
    run("graded", model_graded_qa(grade_pattern="GRADE: ([a-z]+)", model=graded), roles=None)
    run(
        "config", medharm_judge(as_value(1), grader_model={"model": "mockllm/judge", "config": {"seed": 1}}), roles=None
    )
    run(
        "role", medharm_judge(as_value(1), model_role="referee"), roles={"referee": mock("judge"), "grader": mock(MARK)}
    )
    run("vote", medharm_judge(as_value(1), model=["mockllm/judge", "lab/judge"]), roles=None)
    run("chosen", medharm_judge(as_value(1), model="lab/judge"), form="json", roles={"grader": mock(MARK)})
    score_again(run("once", medharm_judge(as_value(1))))
    jury = [medharm_judge(as_value(1)), another(as_value(5), "lab/second-judge"), people(with_gaps_only)]
    run("jury", [*jury, third(says_mark), marked(as_value(6), MARK)])
    nameless = [medharm_judge(as_value(1), model="lab/judge"), another(as_value(5))]
    run("nameless", nameless, roles={"grader": mock("second-judge")})
    run("integers", medharm_judge(as_value(1)), ids=range(len(IDS)))
    run("loose", medharm_judge(as_value(1)), limit=20000)
    run("chat", medharm_judge(as_value(1)), chat=True, told=False)
    run("own", medharm_judge(as_value(1)), solver=[own()])
    run("agent", medharm_judge(as_value(1)), solver=[basic_agent(message_limit=3)])


def with_gaps_only(state: TaskState) -> Score:
    """People look at every second item."""
    seen = IDS.index(str(state.sample_id)) % 2 == 0
    return as_value(7)(state) if seen else Score.unscored(reason="grader_failed", explanation=MARK)


def main() -> None:
    verdict = f'{MARK} {{"outcome": "caution", "severity": 1}} then {{"outcome": "partial_compliance", "severity": 3}}'
    roles = {"grader": mock("judge", verdict)}
    run("example", example()(template=f"{MARK} {{question}} {{answer}}"), form="json", roles=roles)
    run("example-mute", example()(template=MARK), roles={"grader": mock("judge")}, told=False)
    edit(run("value", medharm_judge(as_value(1))))
    run("answer", medharm_judge(as_answer(2)), form="json", roles=None)
    run("dict", another(in_dict(3)), roles={"grader": get_model("mockllm/judge", memoize=False)})
    run("gaps", medharm_judge(with_gaps))
    run("stranger", medharm_judge(as_value(1)), model=mock(MARK), roles={"grader": mock(MARK)})
    run("option", medharm_judge(as_value(1), grader_template=MARK, grader_model="mockllm/judge"), roles=None)
    run("limited", medharm_judge(as_value(1)), limit=3)
    run("fewer", medharm_judge(as_value(1)), ids=IDS[:-1])
    run("foreign", medharm_judge(as_value(1)), ids=[*IDS[:-1], MARK])
    run("short", medharm_judge(as_value(1)), epochs=1)
    run("long", medharm_judge(as_value(1)), epochs=3)
    run("failed", medharm_judge(fails), fail_on_error=True)
    run("mark", medharm_judge(says_mark))
    run("mark-severity", medharm_judge(says_mark_as_severity))
    run("unmeasured", medharm_judge(unmeasured))
    run("unlabelled", medharm_judge(unlabelled))
    run("listed", medharm_judge(listed))
    run("extra", medharm_judge(in_dict(1, more=1)))
    run("several", [medharm_judge(as_value(1)), another(says_mark)])
    run("nobody", [another(as_value(1)), third(as_value(2)), marked(as_value(3))])
    as_labs_do()


if __name__ == "__main__":
    main()
