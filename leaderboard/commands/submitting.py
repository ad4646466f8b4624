"""For a lab that submits, and a developer who is notified: what became of an attempt, what a run could show, and how
its row would look."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.offline.publishing.fates import Acceptance, Fate, Refusal


def status(options: argparse.Namespace) -> Answer:
    """Prints what became of an attempt. The nonce is not repeated."""
    from leaderboard.offline.publishing import fates

    vault, catalogue = answers.old_vault(options), answers.catalogue(options)
    attempt = fates.fate(options.nonce, vault, catalogue, options.results, answers.day(options))
    return {
        "board": attempt.board,
        "system": attempt.system,
        "state": attempt.state,
        "registered_on": attempt.registered_on,
        "refusals": [each._asdict() for each in attempt.refusals],
        "acceptances": [each._asdict() for each in attempt.acceptances],
        "lines": [*_describe(attempt)],
    }


def _describe(attempt: "Fate") -> Iterator[str]:
    yield f"registered  {attempt.registered_on}, {attempt.system} on {attempt.board}"
    yield from map(_refusal, attempt.refusals)
    for acceptance in attempt.acceptances:
        yield from _acceptance(acceptance)
    if not attempt.refusals and not attempt.acceptances:
        yield "received  nothing that this vault stores"


def _refusal(refusal: "Refusal") -> str:
    codes = ", ".join(refusal.codes)
    by_hand = f"by hand on ledger line {refusal.line}: {refusal.reason}" if refusal.line else ""
    return f"refused  {refusal.sha256}  {'; '.join(filter(None, (codes, by_hand))) or 'nothing refuses it now'}"


def _acceptance(acceptance: "Acceptance") -> Iterator[str]:
    yield f"accepted  {acceptance.accepted_on}, {acceptance.tier}, ledger line {acceptance.line}"
    if acceptance.threshold is None:
        yield "attested  not known: the results folder has no repository of this vault"
    else:
        yield f"attested  by {acceptance.signatures} of the {acceptance.threshold} reviewers who must sign"
    if acceptance.is_published:
        number = (
            f"in release {acceptance.release}" if acceptance.release else "before releases recorded which was first"
        )
        yield f"published  {number}"
    elif acceptance.threshold is not None:
        yield "published  in no release so far"
    if acceptance.state != "stands":
        reason = f": {acceptance.reason}" if acceptance.reason else ""
        yield f"{acceptance.state}  {acceptance.changed_on}, ledger line {acceptance.changed_line}{reason}"
