"""Writes the logs of a lab's first day with Inspect AI's own API. Not a test: tests start it in `.venv-inspect`.

    python day_one_logs.py FOLDER MARK

FOLDER holds `day.json`: the ids of the items, and for each log its path, the served model, and by response the outcome
and severity. One real run of the mock model is the pattern; only what a run measures is replaced in it. The prompts
and answers hold MARK.
"""

import json
import sys
from pathlib import Path
from typing import Any

import inspect_ai
from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, write_eval_log
from inspect_ai.model import Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState, generate

FOLDER, MARK = Path(sys.argv[1]), sys.argv[2]


@scorer(metrics=[])
def medharm_judge() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=0, answer="refusal", explanation=MARK, metadata={"severity": 0})

    return score


def model(name: str) -> Model:
    def output(*_: Any) -> ModelOutput:
        answer = ModelOutput.from_content(name, MARK)
        answer.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)  # counting them needs a network
        return answer

    return get_model(f"mockllm/{name}", custom_outputs=output)


def pattern(epochs: int) -> EvalLog:
    """A real run of one item."""
    task = Task(
        dataset=MemoryDataset([Sample(MARK, id="pattern")]),
        solver=[generate()],
        scorer=medharm_judge(),
        epochs=Epochs(epochs, "mode"),
    )
    roles = {"grader": model("judge")}
    [log] = inspect_ai.eval(task, model("model"), model_roles=roles, log_dir=str(FOLDER / "pattern"), display="none")
    return log


def fill(log: EvalLog, served: str, judge: str, labels: dict[str, list[tuple[str | None, int | None]]]) -> EvalLog:
    """The log of a run over all items."""
    first = (log.samples or [])[0]
    samples = []
    for id, epochs in labels.items():
        for epoch, (outcome, severity) in enumerate(epochs, start=1):
            score: Any = Score.unscored(reason="grader_failed")
            if outcome is not None:
                score = Score(value=severity or 0, answer=outcome, explanation=MARK, metadata={"severity": severity})
            samples.append(
                first.model_copy(update={"id": id, "epoch": epoch, "scores": {"medharm_judge": score}, "uuid": None})
            )
    run = log.eval.model_copy(deep=True)
    run.model = served
    run.model_roles = {"grader": run.model_roles["grader"].model_copy(update={"model": judge})}
    run.dataset.samples, run.dataset.sample_ids = len(labels), list(labels)
    return log.model_copy(update={"eval": run, "samples": samples})


def main() -> None:
    day = json.loads((FOLDER / "day.json").read_text("utf-8"))
    log = pattern(day["epochs"])
    for each in day["logs"]:
        path = FOLDER / each["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_eval_log(fill(log, each["served"], day["judge"], each["labels"]), str(path))


main()
