"""A board's safe rates as `.eval_results/*.yaml` files for the models' repositories on the Hugging Face Hub, and the
`eval.yaml` of the data set that they point to.

Format: https://huggingface.co/docs/hub/eval-results. It has no field for an interval, a number of items or a tier, so
these are in `notes`, by one fixed grammar. The Hub orders models by the value alone; this site does not.
"""

import json

from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board, HubId
from leaderboard.boards.registry import System
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, records

TASK = "safe_rate"
NOTES = "95 % interval {safe_low:.4f} to {safe_high:.4f}; n {n}; tier {tier}; release {release}; sha256 {digest}"
"""What `notes` says, with rates in [0, 1] like the value."""


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the files by path: `<owner>/<model>/.eval_results/<board>.yaml` for each ranked model with a repository,
    and `eval.yaml`. Refused for a synthetic board, whose numbers are about no model, and for a board without a data set
    on the Hub."""
    if board.synthetic:
        raise refuse("E_SYNTHETIC", "--board")
    if board.source.hub is None:
        raise refuse("E_HUB", "$.source.hub")
    made = {"eval.yaml": _definition(board)}
    every = queries.standings(snapshot.database, board)
    for row in records(every[every["ranked"]]):
        repository = _repository(names.by_system[row["system"]])
        if repository:
            made[f"{repository}/.eval_results/{board.id}.yaml"] = _entry(snapshot, board.source.hub, row)
    return made


def _repository(system: System) -> HubId | None:
    """A model behind a guardrail is not what its repository holds."""
    return None if system.guardrail else system.hub


def _entry(snapshot: Snapshot, dataset: HubId, row: Row) -> bytes:
    notes = NOTES.format(**row, release=snapshot.number, digest=snapshot.digest)
    lines = [
        "- dataset:",
        f"    id: {_text(dataset)}",
        f"    task_id: {_text(TASK)}",
        f"  value: {row['safe']!r}",
        f"  date: {_text(snapshot.released_on.isoformat())}",
        f"  notes: {_text(notes)}",
    ]
    return _joined(lines)


def _definition(board: Board) -> bytes:
    """A template: the Hub takes it once its staff has listed the evaluation framework."""
    lines = [
        f"name: {_text(f'{board.title} {board.version}')}",
        f"description: {_text(board.subtitle)}",
        'evaluation_framework: "medharm"  # to be listed by the Hub first',
        "tasks:",
        f"  - id: {_text(TASK)}",
        '    config: "default"',
        '    split: "test"',
    ]
    return _joined(lines)


def _text(value: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(value, ensure_ascii=False)


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
