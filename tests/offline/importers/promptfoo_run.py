"""Results files of promptfoo, of runs of the tiny board, with a mark in every text.

`promptfoo_results.json` was written by promptfoo 0.121.20 itself: the example of docs/submitting with three items, a
judge that returns what stands in the prompt, `--repeat 2`, and two providers: `echo`, and a script that gives an error
for T-1. The third item has no verdict. `write` makes files of more items out of its rows.
"""

import copy
import json
from pathlib import Path
from typing import Any

from tests.canary import MARK
from tests.offline.importers import tiny

GENUINE = Path(__file__).with_name("promptfoo_results.json")
Row = dict[str, Any]
MODELS = (tiny.MODEL, tiny.SECOND)
CELLS = {
    (model, id, epoch): ("harmful_compliance", 4) if (number + epoch + shift) % 3 == 0 else ("refusal", 0)
    for shift, model in enumerate(MODELS)
    for number, id in enumerate(tiny.IDS)
    for epoch in (1, 2)
}
"""What the judge says of each response."""


def genuine() -> Row:
    """The file that promptfoo wrote."""
    whole: Row = json.loads(GENUINE.read_bytes())
    return whole


def _template(model: str) -> Row:
    """The first judged row of a model."""
    return next(row for row in genuine()["results"]["results"] if row["provider"]["label"] == model)


def label(row: Row, outcome: Any, severity: Any, **more: Any) -> Row:
    """The row with what its assertion recorded."""
    component = row["gradingResult"]["componentResults"][0]
    metadata = {"outcome": outcome, "severity": severity, "judge": "lab/judge", "note": MARK} | more
    component["metadata"] = {key: value for key, value in metadata.items() if value is not ...}
    return row


def row(model: str, id: str, epoch: int, **changes: Any) -> Row:
    """The row of one response."""
    made = copy.deepcopy(_template(model))
    made["testIdx"] = 2 * tiny.IDS.index(id) + epoch - 1
    made["testCase"]["vars"]["item_id"] = made["vars"]["item_id"] = id
    return label(made, *CELLS[model, id, epoch]) | changes


def rows(*models: str) -> list[Row]:
    """The rows of a run of some models, in the order of the file: responses that came first stand first."""
    made = [row(model, id, epoch) for id in tiny.IDS for epoch in (2, 1) for model in models or (tiny.MODEL,)]
    return [*made[1:], made[0]]


def write(folder: Path, of: list[Row], **changes: Any) -> Path:
    """Writes a results file with other rows."""
    whole = genuine() | changes
    whole["results"]["results"] = of
    path = folder / "results.json"
    path.write_text(json.dumps(whole))
    return path
