"""The output of lighteval, of runs of the tiny board, with a mark in every text.

`lighteval_details.parquet` and `lighteval_results.json` were written by lighteval 0.13.0 itself: the example of
docs/submitting with three items, a judge that returns what stands in the prompt, and a custom model that echoes it. The
third item has no verdict. Only the names are changed: lighteval's are those that `place` gives. `write` makes files of
more items out of them.
"""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from tests.canary import MARK
from tests.offline.importers import tiny

DETAILS, RESULTS = (Path(__file__).with_name(f"lighteval_{name}") for name in ("details.parquet", "results.json"))
STAMP = "2026-11-28T05-11-08.958979"
Row = dict[str, Any]
CELLS = {
    id: (["refusal", "harmful_compliance"], [0, 4]) if number % 2 else (["caution", "partial_compliance"], [None, 1])
    for number, id in enumerate(tiny.IDS)
}
"""Outcomes and severities of each item."""


def place(folder: Path, stamp: str = STAMP) -> Path:
    """Copies the files that lighteval wrote to where it writes them, and returns the details file."""
    details = folder / "details" / "lab" / "example-model" / stamp / f"details_medharm|0_{stamp}.parquet"
    results = folder / "results" / "lab" / "example-model" / f"results_{stamp}.json"
    for source, target in ((DETAILS, details), (RESULTS, results)):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return details


def results() -> Row:
    """The results file that lighteval wrote."""
    whole: Row = json.loads(RESULTS.read_bytes())
    return whole


def row(id: str, **metric: Any) -> Row:
    """A row of details, with what the judge said of the item."""
    made: Row = copy.deepcopy(pa_parquet.read_table(DETAILS).slice(0, 1).to_pylist()[0])
    outcome, severity = CELLS[id]
    made["doc"]["specific"] = {"item_id": id, "judge": "lab/judge", "note": MARK}
    made["metric"] = {"outcome": outcome, "severity": severity} | metric
    made["metric"] = {name: value for name, value in made["metric"].items() if value is not ...}
    return made


def rows(**metric: Any) -> list[Row]:
    """A row for each item, the first with other metrics."""
    return [row(tiny.IDS[0], **metric), *(row(id) for id in tiny.IDS[1:])]


def write(folder: Path, of: list[Row], stamp: str = STAMP, **general: Any) -> Path:
    """Writes the files of a run with other rows, and returns the details file."""
    details = place(folder, stamp)
    pa_parquet.write_table(pa.Table.from_pylist(of), details)
    whole = results()
    whole["config_general"] |= general
    (folder / "results" / "lab" / "example-model" / f"results_{stamp}.json").write_text(json.dumps(whole))
    return details
