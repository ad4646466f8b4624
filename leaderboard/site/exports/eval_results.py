"""A board's safe rates as `.eval_results/*.yaml` files for the models' repositories on the Hugging Face Hub, and the
`eval.yaml` of the data set that they point to.

Format: https://huggingface.co/docs/hub/eval-results. It has no field for an interval, a number of items or a tier, so
these are in `notes`, by one fixed grammar. The Hub orders models by the value alone; this site does not.
"""

import json

from leaderboard.base.findings import refuse
from leaderboard.boards.board import Board, HubId
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.names import Names

TASK = "safe_rate"
NOTES = (
    "95 % interval {safe.low:.4f} to {safe.high:.4f}; n {safe.n}; tier {tier}; developer {reply}; release {release}; "
    "sha256 {digest}"
)
"""What `notes` says, with rates in [0, 1] like the value."""


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the files by path: `<owner>/<model>/.eval_results/<board>.yaml` for each ranked model with a repository,
    and `eval.yaml`. Refused for a synthetic board, whose numbers are about no model, and for a board without a data set
    on the Hub."""
    if board.synthetic:
        raise refuse("E_SYNTHETIC", "--board")
    if board.source.hub is None:
        raise refuse("E_HUB", "$.source.hub")
    entries = {"eval.yaml": _definition(board)}
    for row in rows.read(Standing, queries.standings(snapshot.database, board)):
        system = names.by_system[row.system]
        # A model behind a guardrail is not what its repository holds.
        if row.ranked and row.safe and system.hub and not system.guardrail:
            path = f"{system.hub}/.eval_results/{board.id}.yaml"
            entries[path] = _entry(snapshot, board.source.hub, row.safe, row.tier, row.reply)
    return entries


def _entry(snapshot: Snapshot, dataset: HubId, safe: Rate, tier: str, reply: str) -> bytes:
    notes = NOTES.format(safe=safe, tier=tier, reply=reply, release=snapshot.number, digest=snapshot.digest)
    return _joined(
        "- dataset:",
        f"    id: {_text(dataset)}",
        f"    task_id: {_text(TASK)}",
        f"  value: {safe.estimate!r}",
        f"  date: {_text(snapshot.released_on.isoformat())}",
        f"  notes: {_text(notes)}",
    )


def _definition(board: Board) -> bytes:
    """A template: the Hub takes it once its staff has listed the evaluation framework."""
    return _joined(
        f"name: {_text(f'{board.title} {board.version}')}",
        f"description: {_text(board.subtitle)}",
        'evaluation_framework: "medharm"  # to be listed by the Hub first',
        "tasks:",
        f"  - id: {_text(TASK)}",
        '    config: "default"',
        '    split: "test"',
    )


def _text(value: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(value, ensure_ascii=False)


def _joined(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
