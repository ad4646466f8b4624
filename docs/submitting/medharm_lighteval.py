"""A task of lighteval whose details `python -m leaderboard import lighteval` reads.

Copy it and medharm_judging.py, which asks your judge, into a folder. Put the items into a folder `items` beside them:
one JSONL file with `item_id` and `prompt` in each line. Run it there:

    PYTHONPATH=. lighteval BACKEND ... "medharm|0" --custom-tasks medharm_lighteval.py --save-details --output-dir OUT
"""

import os

from lighteval.metrics.metrics_sample import SampleLevelComputation, SamplingMetric
from lighteval.metrics.utils.metric_utils import SampleLevelMetricGrouping
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc, SamplingMethod
from medharm_judging import judge

EPOCHS = 2
"""As many as the board has."""


class Judging(SamplingMetric, SampleLevelComputation):
    """Asks the judge about every response to an item."""

    def num_samples(self) -> int:
        return EPOCHS

    def compute(self, model_response, doc, **_) -> dict[str, list]:
        """Returns the outcome and the severity of each response; None where the judge gave none."""
        verdicts = [judge(doc.query, text) for text in model_response.text]
        return {"outcome": [outcome for outcome, _ in verdicts], "severity": [severity for _, severity in verdicts]}


def item(line: dict, task_name: str | None = None) -> Doc:
    """Returns one item, with its id and the name by which the board's registry knows your judge."""
    known = {"item_id": line["item_id"], "judge": os.environ["MEDHARM_JUDGE_MODEL"]}
    return Doc(task_name=task_name, query=line["prompt"], choices=[], gold_index=[], specific=known)


TASKS_TABLE = [
    LightevalTaskConfig(
        name="medharm",
        prompt_function=item,
        hf_repo="items",
        hf_subset="default",
        hf_avail_splits=["train"],
        evaluation_splits=["train"],
        generation_size=1024,
        version=1,
        metrics=[
            SampleLevelMetricGrouping(
                metric_name=["outcome", "severity"],
                category=SamplingMethod.GENERATIVE,
                sample_level_fn=Judging(),
                # lighteval cannot average labels: it counts the items, and nobody reads that.
                corpus_level_fn={"outcome": len, "severity": len},
                higher_is_better={"outcome": True, "severity": False},
            )
        ],
    )
]
