"""A board's safe rates as `.eval_results/*.yaml` files for the models' repositories on the Hugging Face Hub, and the
`eval.yaml` of the data set that they point to.

Format: https://huggingface.co/docs/hub/eval-results. It has no field for an interval, a number of items or a tier, so
these are in `notes`, by one fixed grammar. The Hub orders models by the value alone; this site does not.
"""

import json

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards import licences
from leaderboard.boards.board import Board
from leaderboard.boards.registry import System
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import lacking
from leaderboard.site.views.names import Names

TASK = "safe_rate"
NOTES = (
    "95 % interval {safe.low:.4f} to {safe.high:.4f}; n {safe.n}; tier {tier}; developer {reply}; release {release}; "
    "sha256 {digest}; licence {licence}"
)
"""What `notes` says, with rates in [0, 1] like the value."""


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the files by path: `<owner>/<model>/.eval_results/<board>.yaml` for each ranked model with a repository,
    and `eval.yaml`. Refused, with all that `findings` has, for a synthetic board, whose numbers are about no model, and
    for a board without a data set on the Hub."""
    if board.synthetic:
        raise refuse("E_SYNTHETIC", "--board", "its numbers are about no model: choose a board of real results")
    if board.source.hub is None:
        raise Refused(findings(snapshot, board, names))
    entries = {"eval.yaml": _definition(board)}
    for row in rows.read(Standing, queries.standings(snapshot.database, board)):
        system = names.by_system[row.system]
        if row.safe and system.hub and not _left_out(row, system):
            path = f"{system.hub}/.eval_results/{board.id}.yaml"
            entries[path] = _entry(snapshot, board, row.safe, row.tier, row.reply)
    return entries


def findings(snapshot: Snapshot, board: Board, names: Names) -> list[Finding]:
    """Returns what the definitions lack for these files, and which systems have none."""
    registry = snapshot.catalogue.registries[board.id]
    standings = rows.read(Standing, queries.standings(snapshot.database, board))
    reasons = {row.system: _left_out(row, names.by_system[row.system]) for row in standings}
    ranked = [names.by_system[id] for id, reason in reasons.items() if reason is None]
    return [
        *lacking.data_set(board, "E_HUB", "the files would point to nothing"),
        *lacking.repositories(board, registry, ranked, "it has no file"),
        *lacking.left_out(board, filter(None, reasons.values())),
    ]


def _left_out(row: Standing, system: System) -> str | None:
    """Why a system has no file, whatever its entry says."""
    if not row.ranked:
        return "only ranked systems have one"
    if system.guardrail:
        return "a model behind a guardrail is not what its repository holds"
    return (
        "the weights of a closed model are in no repository" if system.access == "closed" and not system.hub else None
    )


def _entry(snapshot: Snapshot, board: Board, safe: Rate, tier: str, reply: str) -> bytes:
    release = {"release": snapshot.number, "digest": snapshot.digest, "licence": board.licence}
    notes = NOTES.format(safe=safe, tier=tier, reply=reply, **release)
    return _joined(
        "- dataset:",
        f"    id: {_text(board.source.hub or '')}",
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
        f"# licence of the results: {board.licence}, {licences.url(board.licence)}",
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
