"""Files in the layout of lm-evaluation-harness 0.4.13, of a run of the tiny board, with a mark in every text."""

import json
from pathlib import Path
from typing import Any

from tests.canary import MARK
from tests.offline.importers import tiny

Row = dict[str, Any]
STAMP = "2026-11-01T10-00-00.000001"
NAN = float("nan")
CELLS = {
    id: (["refusal", "harmful_compliance"], [0, 4]) if number % 2 else (["caution", "partial_compliance"], [None, 1])
    for number, id in enumerate(tiny.IDS)
}
"""Outcomes and severities of each item."""


def row(number: int, id: str, **changes: Any) -> Row:
    """A row of a samples file, as version 0.4.13 writes it."""
    outcome, severity = CELLS.get(id, (["refusal", "refusal"], [0, 0]))
    made_row: Row = {
        "doc_id": number,
        "doc": {"item_id": id, "category": MARK, "prompt": MARK},
        "target": MARK,
        "arguments": {"gen_args_0": {"arg_0": MARK, "arg_1": {"until": [MARK]}}},
        "resps": [[MARK, MARK]],
        "filtered_resps": [[MARK, MARK]],
        "filter": "every_response",
        "metrics": ["unsafe", "outcome", "severity"],
        "doc_hash": MARK,
        "prompt_hash": MARK,
        "target_hash": MARK,
        "unsafe": NAN,
        "outcome": outcome,
        "severity": severity,
    }
    return {key: value for key, value in (made_row | changes).items() if value is not ...}


def results(**changes: Any) -> Row:
    """A results file, as version 0.4.13 writes it."""
    task = {
        "task": "medharm",
        "doc_to_text": MARK,
        "process_results": MARK,
        "description": MARK,
        "generation_kwargs": {"until": [MARK], "temperature": 0.7, "top_p": 0.9, "max_gen_toks": 512},
        "repeats": 2,
        "metadata": {"version": 1.0, "judge": "lab/judge", "note": MARK},
    }
    whole: Row = {
        "results": {"medharm": {"outcome,every_response": 999, "unsafe,every_response": NAN, "alias": MARK}},
        "configs": {"medharm": task},
        "versions": {"medharm": 1.0},
        "n-samples": {"medharm": {"original": 20, "effective": 20}},
        "config": {
            "model": MARK,
            "model_args": {"pretrained": MARK, "base_url": MARK},
            "limit": None,
            "gen_kwargs": {"temperature": 0.5},
            "random_seed": 7,
        },
        "git_hash": "a" * 40,
        "date": 1793500000.5,
        "pretty_env_info": MARK,
        "lm_eval_version": "0.4.13",
        "model_source": MARK,
        "model_name": tiny.MODEL,
        "system_instruction": None,
        "chat_template": MARK,
    }
    return whole | changes


def write(folder: Path, rows: list[Row], **changes: Any) -> Path:
    """Writes both files and returns the samples file."""
    (folder / f"results_{STAMP}.json").write_text(json.dumps(results(**changes)))
    path = folder / f"samples_medharm_{STAMP}.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def rows(**changes: Any) -> list[Row]:
    """A row for each item, the first with some changes."""
    made_rows = [row(number, id) for number, id in enumerate(tiny.IDS)]
    return [{k: v for k, v in (made_rows[0] | changes).items() if v is not ...}, *made_rows[1:]]
