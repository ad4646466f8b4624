"""A run folder in the layout of HELM, of a run of the tiny board, with a mark in every text."""

import json
from pathlib import Path
from typing import Any

from tests.canary import MARK
from tests.offline.importers import tiny

State = dict[str, Any]
CELLS = {
    (id, epoch): ("harmful_compliance", 4) if (number + epoch) % 3 == 0 else ("refusal", 0)
    for number, id in enumerate(tiny.IDS)
    for epoch in (1, 2)
}


def verdict(outcome: Any, severity: Any) -> State:
    """What a judge says, with what else judges leave."""
    return {"outcome": outcome, "severity": severity, "explanation": MARK, "reasoning": MARK, "score": 0.0}


def state(id: str, epoch: int, annotations: Any = None, **changes: Any) -> State:
    """One request state."""
    told = {"medharm": {"prompt_text": MARK, "lab/judge": verdict(*CELLS.get((id, epoch), ("refusal", 0)))}}
    return {
        "instance": {"input": {"text": MARK}, "references": [{"output": {"text": MARK}}], "split": "test", "id": id},
        "train_trial_index": epoch - 1,
        "output_mapping": {"A": MARK},
        "request": {"model": MARK, "prompt": MARK, "temperature": 0.5, "max_tokens": 99, "top_p": 1, "random": MARK},
        "result": {
            "success": True,
            "completions": [{"text": MARK}],
            "cached": False,
            "request_datetime": 1793500000 + 86400 * epoch,
            "error": MARK,
        },
        "annotations": told if annotations is None else annotations,
    } | changes


def states(**changes: Any) -> list[State]:
    """A state for each response, the first with some changes."""
    each = [state(id, epoch) for id in tiny.IDS for epoch in (1, 2)]
    return [each[0] | changes, *each[1:]]


def write(folder: Path, of: list[State], **adapter: Any) -> Path:
    """Writes the five files of a run, with statistics that no label can be read from."""
    spec = {"method": "generation", "instructions": "", "model": tiny.MODEL, "model_deployment": MARK, "max_tokens": 1}
    run = {
        "name": MARK,
        "adapter_spec": spec | adapter,
        "annotators": [{"class_name": MARK, "args": {}}],
        "groups": [MARK],
    }
    stat = {"name": {"name": "outcome", "split": "test"}, "count": 1, "sum": 0.0, "mean": 0.0}
    files = {
        "run_spec": run,
        "scenario": {"name": MARK, "description": MARK},
        "scenario_state": {"adapter_spec": spec | adapter, "annotator_specs": [MARK], "request_states": of},
        "per_instance_stats": [{"instance_id": id, "train_trial_index": 0, "stats": [stat]} for id in tiny.IDS],
        "stats": [stat],
    }
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder
