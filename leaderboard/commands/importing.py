"""A lab's labels, and the boards that come with the site, into submissions."""

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from leaderboard.base import clock
from leaderboard.base.findings import refuse
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.offline.submissions.items import Item
    from leaderboard.offline.submissions.logs import Imported, Stated


def import_log(options: argparse.Namespace) -> Answer:
    """Writes the submission that the log of one run comes to, and says what it was made of."""
    from leaderboard.base import durable
    from leaderboard.offline.importers import sandbox as contained
    from leaderboard.offline.submissions import submission
    from leaderboard.offline.submissions.logs import Imported, Target

    board, registry = answers.board(options)
    target = Target(board, registry, gated_items(options, board), clock.today())
    reader = _reader(options.step)
    imported = contained.call(reader, Imported, options.source, target, stated(options, _nonce(options)))
    made = imported.submission
    path = options.out / f"{made.system}.json" if options.out.is_dir() else options.out
    durable.write(path, submission.encode(made))
    said = options_given(options)
    told = {"system": made.system, "judge": f"{made.judge.id}@{made.judge.version}", **imported.report._asdict()}
    lines = [*_lines(imported), f"stated  {', '.join(said) or 'nothing'}"]
    if options.nonce is None:
        lines.append("no nonce  the maintainers give one for each attempt; verify asks for it")
    return told | {"stated": said, "lines": lines}


def _reader(name: str) -> "Callable[..., Imported]":
    from leaderboard.offline.importers import helm, inspect_ai, lm_eval

    return {"helm": helm.read, "inspect": inspect_ai.read, "lm-eval": lm_eval.read}[name]


def gated_items(options: argparse.Namespace, board: "Board") -> "list[Item]":
    """Returns the manifest that a command line names, or that of a board whose items are not gated."""
    from leaderboard.offline.publishing.embedded import manifest
    from leaderboard.offline.submissions import items

    found = items.read_items(options.items, board) if options.items else manifest(board)
    if found is None:
        raise refuse("E_ITEMS", "--items", "the manifest of this board comes with its gated data: name the file")
    return found


def stated(options: argparse.Namespace, nonce: str | None) -> "Stated":
    """Returns what the submitter says beside the log."""
    from leaderboard.boards.board import JudgeRef
    from leaderboard.offline.submissions.logs import Stated

    judge = JudgeRef(*options.judge) if options.judge else None
    return Stated(options.system, judge, options.tool_version, options.served_as_registered, nonce)


def options_given(options: argparse.Namespace) -> list[str]:
    """Returns the options by which the submitter said what no log vouches for."""
    names = ("system", "served_as_registered", "judge", "tool_version")
    return ["--" + name.replace("_", "-") for name in names if getattr(options, name)]


def _nonce(options: argparse.Namespace) -> str | None:
    if options.nonce is not None and not re.fullmatch("[0-9a-f]{32}", options.nonce):
        raise refuse("E_NONCE", "--nonce", "32 hexadecimal digits, as `nonce` prints them")
    return options.nonce or None


def _lines(imported: "Imported") -> list[str]:
    made, report = imported
    counts = ", ".join(f"{outcome} {count}" for outcome, count in report.outcomes.items())
    return [
        f"{made.system}  {len(made.rows)} items, judged by {made.judge.id}@{made.judge.version}",
        f"responses  {counts or 'none has an outcome'}",
        f"missing  unscored {report.unscored}, errors {report.errors}",
        f"edited scores  {report.edited}",
    ]


def import_table(options: argparse.Namespace) -> Answer:
    """Writes one submission per system, and the item manifest, into a folder."""
    from leaderboard.base import durable
    from leaderboard.offline.importers import sandbox as contained
    from leaderboard.offline.importers import table
    from leaderboard.offline.submissions import items, submission
    from leaderboard.offline.submissions.labels import read_labels

    board, registry = answers.board(options)
    nonce = _nonce(options)
    labels = read_labels(options.results / "boards" / board.id / "labels.toml", board, registry)
    imported = contained.call(table.read, table.Imported, options.source, board, registry, labels)
    made = [each for each in imported.submissions if options.system in (None, each.system)]
    if not made:
        raise refuse("E_SYSTEM", "--system")
    for each in made:
        durable.write(options.out / f"{each.system}.json", submission.encode(_with_nonce(each, nonce)))
    durable.write(options.out / "items.json", items.encode(imported.items))
    return {
        "systems": [each.system for each in made],
        "lines": [f"{len(made)} of {len(imported.submissions)} systems, {len(imported.items)} items each"],
    }


def _with_nonce(made: Any, nonce: str | None) -> Any:
    import msgspec

    return msgspec.structs.replace(made, nonce=nonce) if nonce else made


def build_board(options: argparse.Namespace) -> Answer:
    """Puts an embedded board, or a stage of the demo, into a vault."""
    from leaderboard.offline.publishing import embedded

    board, registry = answers.board(options)
    vault, day = answers.vault(options.vault, options.clock_checked), options.date or clock.today()
    if board.id == "demo":
        events = embedded.build_demo_board(board, registry, options.stage, vault, day)
    elif options.labels is None:
        raise refuse("E_FILE", "--labels")
    else:
        mapping = options.results / "boards" / board.id / "labels.toml"
        events = embedded.build_tables_board(board, registry, mapping, options.labels, vault, day)
    return {"events": len(events), "lines": [f"{board.id}  {len(events)} events"]}
