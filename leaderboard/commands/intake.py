"""What happens to a submission: an attempt registered, the file verified, accepted, rejected, corrected, withdrawn."""

import argparse
from typing import TYPE_CHECKING, Any

from leaderboard.base import clock
from leaderboard.base.findings import Refused, refuse
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.release.trust.libraries import Key


def nonce(options: argparse.Namespace) -> Answer:
    """Registers an attempt."""
    from leaderboard.offline.submissions import intake

    board, registry = answers.board(options)
    if options.system not in {system.id for system in registry.system}:
        raise refuse("E_SYSTEM", "SYSTEM")
    vault = answers.vault(options.vault, options.clock_checked)
    made = intake.register(board, options.system, vault, options.date or clock.today())
    return {"nonce": made, "lines": [made]}


def verify(options: argparse.Namespace) -> Answer:
    """Prints findings; flags alone are no refusal."""
    from leaderboard.offline.submissions import intake, verification

    board, registry = answers.board(options)
    day = options.date or clock.today()
    data = _read(options)
    vault = answers.vault(options.vault) if options.vault else None
    if vault:
        verdict = intake.examine(data, board, registry, vault, day, manifest=_items(options, board))
    else:
        verdict = verification.verify(data, board, registry, today=day, items=_items(options, board))
    if verdict.refused:
        raise Refused(verdict.findings)
    return {"findings": answers.told(verdict.findings), "lines": [_said(options, board)]}


def _said(options: argparse.Namespace, board: "Board") -> str:
    if options.vault or options.items or _items(options, board) is not None:
        return "verified"
    return "verified, all but the items: name --items or --vault to have them checked"


def _read(options: argparse.Namespace) -> bytes:
    from leaderboard.offline.submissions import intake

    return intake.read(options.file, answers.vault(options.vault) if options.vault else None)


def _items(options: argparse.Namespace, board: "Board") -> Any:
    from leaderboard.offline.publishing.embedded import manifest
    from leaderboard.offline.submissions import items

    return items.read_items(options.items, board) if options.items else manifest(board)


def accept(options: argparse.Namespace) -> Answer:
    """Verifies a file again and takes it."""
    from leaderboard.boards.board import TIERS
    from leaderboard.offline.submissions import intake

    board, registry = answers.board(options)
    if options.tier not in TIERS:
        raise refuse("E_TIER", "--tier")
    vault = answers.vault(options.vault, options.clock_checked)
    if (items := _items(options, board)) is not None:
        vault.keep_items(board, items)
    day = options.date or clock.today()
    data = _read(options)
    flags = intake.examine(data, board, registry, vault, day, options.tier).findings
    event = intake.accept(data, board, registry, vault, day, options.tier, options.evidence, _reviewers(options))
    return answers.of_event(event) | {"findings": answers.told(flags)}


def reject(options: argparse.Namespace) -> Answer:
    """Keeps a file in quarantine and writes why."""
    from leaderboard.offline.submissions import intake

    board, registry = answers.board(options)
    day = options.date or clock.today()
    data = _read(options)
    vault = answers.vault(options.vault, options.clock_checked)
    return answers.of_event(intake.reject(data, board, registry, vault, day, _reason(options)))


def correct(options: argparse.Namespace) -> Answer:
    """Verifies a corrected file and puts it in the place of the accepted one."""
    from leaderboard.offline.submissions import intake

    board, registry = answers.board(options)
    day, vault = options.date or clock.today(), answers.vault(options.vault, options.clock_checked)
    data = _read(options)
    replaces, reason = answers.submission_digest(options.replaces), _reason(options)
    return answers.of_event(
        intake.correct(data, board, registry, vault, day, replaces, reason, options.evidence, _reviewers(options))
    )


def _reviewers(options: argparse.Namespace) -> "tuple[Key, ...]":
    """Who may sign the record of a log: the reviewers of the results folder's repository, if it has been begun."""
    from leaderboard.release.trust import layout, metadata
    from leaderboard.release.trust.roles import roles_of

    state = layout.read_state(options.results / "repository") if options.evidence else None
    return roles_of(metadata.read_root(state.roots[-1]).signed).targets.keys if state else ()


def withdraw(options: argparse.Namespace) -> Answer:
    """Takes an accepted submission out."""
    from leaderboard.offline.submissions import intake

    day, vault = options.date or clock.today(), answers.old_vault(options.vault, options.clock_checked)
    return answers.of_event(
        intake.withdraw(vault, answers.submission_digest(options.submission), _reason(options), day)
    )


def _reason(options: argparse.Namespace) -> str:
    from leaderboard.boards.vocabulary import REASONS

    if options.reason not in REASONS:
        raise refuse("E_REASON", "--reason")
    return str(options.reason)


def notify(options: argparse.Namespace) -> Answer:
    """Writes down that a developer was told, or what the developer answered."""
    from leaderboard.offline.submissions import intake

    day, vault = options.date or clock.today(), answers.old_vault(options.vault, options.clock_checked)
    return answers.of_event(intake.notify(vault, answers.submission_digest(options.submission), options.state, day))


def reset_clock(options: argparse.Namespace) -> Answer:
    """Has dates start again, because the clock of an event was ahead."""
    from leaderboard.offline.submissions import event_log

    keep = answers.old_vault(options.vault)
    made = keep.reset_clock(options.event, options.date or clock.today())
    line = len(event_log.ledger(keep.events()[: made.n]))
    return {
        "event": made.kind,
        "line": line,
        "lines": [
            f"dates start again at {made.on}  ledger line {line}",
            f"events {options.event} to {made.n - 1} count as of {made.on} where they are dated later",
            "the next release publishes this line, signed by its reviewers",
        ],
    }
