"""What happens to a submission: an attempt is registered; a file is verified, accepted, rejected or corrected."""

import argparse
from typing import TYPE_CHECKING

from leaderboard.base.findings import Refused, refuse
from leaderboard.boards.board import TIERS
from leaderboard.boards.vocabulary import STATED_REASONS
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.offline.submissions import event_log, intake, verification

if TYPE_CHECKING:
    from leaderboard.offline.submissions.vault import Vault


def nonce(options: argparse.Namespace) -> Answer:
    """Registers an attempt."""
    board, registry = answers.board(options)
    if options.system not in {system.id for system in registry.system}:
        raise refuse("E_SYSTEM", "SYSTEM", "not registered on this board")
    registered = intake.register(board, options.system, answers.vault(options), answers.day(options))
    return {"nonce": registered, "lines": [registered]}


def verify(options: argparse.Namespace) -> Answer:
    """Prints findings. Flags alone do not refuse a file."""
    board, registry = answers.board(options)
    day, vault = answers.day(options), answers.vault(options) if options.vault else None
    data, items = intake.read(options.file, vault), answers.items(options, board)
    if vault:
        verdict = intake.examine(data, board, registry, vault, day, manifest=items)
    else:
        verdict = verification.verify(data, board, registry, today=day, items=items)
    if verdict.refused:
        raise Refused(verdict.findings)
    unchecked = not vault and items is None
    line = "verified, all but the items: name --items or --vault to have them checked" if unchecked else "verified"
    return {"findings": answers.as_values(verdict.findings), "lines": [line]}


def accept(options: argparse.Namespace) -> Answer:
    """Verifies a file and takes it into the vault."""
    board, registry = answers.board(options)
    if options.tier not in TIERS:
        raise refuse("E_TIER", "--tier")
    vault, items = answers.vault(options), answers.items(options, board)
    if items is not None:
        vault.keep_items(board, items)
    data, day = intake.read(options.file, vault), answers.day(options)
    _register_again(options, data, vault)
    event, flags = intake.take(
        data,
        board,
        registry,
        vault,
        day,
        options.tier,
        options.evidence,
        answers.reviewers(options) if options.evidence else (),
        after_rejection=options.after_rejection,
    )
    return answers.of_event(event) | {"findings": answers.as_values(flags)}


def reject(options: argparse.Namespace) -> Answer:
    """Stores a file in quarantine and records the reason."""
    board, registry = answers.board(options)
    reason, vault = _reason(options), answers.vault(options)
    data = intake.read(options.file, vault)
    return answers.of_event(intake.reject(data, board, registry, vault, answers.day(options), reason))


def correct(options: argparse.Namespace) -> Answer:
    """Verifies a corrected file and replaces the accepted one by it."""
    board, registry = answers.board(options)
    reason, vault = _reason(options), answers.vault(options)
    data, day, replaces = (
        intake.read(options.file, vault),
        answers.day(options),
        answers.submission_digest(options.replaces),
    )
    _register_again(options, data, vault)
    return answers.of_event(
        intake.correct(
            data,
            board,
            registry,
            vault,
            day,
            replaces,
            reason,
            options.evidence,
            answers.reviewers(options) if options.evidence else (),
            after_rejection=options.after_rejection,
        )
    )


def _register_again(options: argparse.Namespace, data: bytes, vault: "Vault") -> None:
    """With --again, registers the nonce of the submission that the next published line names: nonces are not in the
    ledger. Refused E_FORKED where that line names another."""
    if options.again:
        from leaderboard.offline.publishing import ledgers

        ledgers.register_again(data, vault, answers.published(options), answers.day(options))


def withdraw(options: argparse.Namespace) -> Answer:
    """Takes an accepted submission out."""
    reason, vault = _reason(options), answers.old_vault(options)
    return answers.of_event(
        intake.withdraw(vault, answers.submission_digest(options.submission), reason, answers.day(options))
    )


def _reason(options: argparse.Namespace) -> str:
    if options.reason not in STATED_REASONS:
        raise refuse("E_REASON", "--reason", f"must be one of {', '.join(STATED_REASONS)}")
    return str(options.reason)


def notify(options: argparse.Namespace) -> Answer:
    """Records that a developer was told, or what the developer answered."""
    digest, day = answers.submission_digest(options.submission), answers.day(options)
    return answers.of_event(intake.notify(answers.old_vault(options), digest, options.state, day))


def supersede(options: argparse.Namespace) -> Answer:
    """Records that what stolen keys signed is void."""
    from leaderboard.offline.publishing import revoking  # here: it needs signing, which `import inspect` does without

    vault = answers.old_vault(options)
    event = revoking.supersede(vault, options.results, answers.day(options))
    line = len(event_log.ledger(vault.events()[: event.n]))
    return {
        "event": event.kind,
        "line": line,
        "lines": [
            f"what stolen keys signed is void  ledger line {line}",
            "the next release publishes this line; draft it with --after, the highest number of a false release",
            "sites take it only if every stolen key was replaced before: reviewers' keys and the release key",
        ],
    }


def reset_clock(options: argparse.Namespace) -> Answer:
    """Makes dates start again, because the clock was ahead when an event was added."""
    vault = answers.old_vault(options)
    event = vault.reset_clock(options.event, answers.day(options))
    line = len(event_log.ledger(vault.events()[: event.n]))
    return {
        "event": event.kind,
        "line": line,
        "lines": [
            f"dates start again at {event.on}  ledger line {line}",
            f"events {options.event} to {event.n - 1} count as of {event.on} where they are dated later",
            "the next release publishes this line, signed by its reviewers",
        ],
    }
