"""Reviewers and what they attest: the statement about each accepted submission, and who has signed it.

A statement follows from its event alone, so that reviewers on different machines sign the same bytes, and the ledger
can name them before anybody has signed. Of the flags it holds F_PARTIAL alone, which the row shows anyway: that a
likeness to another system was looked into and found honest stays in the vault; published it would be an accusation.
"""

from collections.abc import Sequence
from pathlib import Path

from leaderboard.base.findings import refuse
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation
from leaderboard.release.trust.attestation import Acceptance
from leaderboard.release.trust.libraries import Signer
from leaderboard.release.trust.roles import Holders


def statements(events: Sequence[Event]) -> dict[int, bytes]:
    """Returns, by ledger line, what there is to be signed after these events."""
    lines = enumerate(event_log.ledger(events), start=1)
    return {line: _statement(line, event) for line, event in lines if event.accepts}


def _statement(line: int, event: Event) -> bytes:
    assert event.submission and event.system and event.tier and event.board_version and event.items_digest
    said = Acceptance(
        board=event.board,
        board_version=event.board_version,
        date=event.on,
        event="correct" if event.kind == "correct" else "accept",
        findings=("F_PARTIAL",) if "F_PARTIAL" in event.flags else (),
        items_digest=event.items_digest,
        line=line,
        system=event.system,
        tier=event.tier,
    )
    return attestation.statement(event.submission, said)


def attest(keep: Vault, submission: str, signer: Signer) -> Path:
    """Adds a reviewer's signature to the statement about an accepted submission and returns its file. Refused E_VAULT
    where no such submission was accepted."""
    events = keep.events()
    lines = enumerate(event_log.ledger(events), start=1)
    found = [line for line, event in lines if event.accepts and event.submission == submission]
    if not found:
        raise refuse("E_VAULT", "$.submission")
    return _keep(keep, statements(events)[found[-1]], signer)


def attest_all(keep: Vault, signer: Signer) -> int:
    """Adds a reviewer's signature to every statement about an acceptance, and returns how many. Those that were
    replaced since are among them: releases that are still shown rest on them."""
    return len([_keep(keep, payload, signer) for payload in statements(keep.events()).values()])


def _keep(keep: Vault, payload: bytes, signer: Signer) -> Path:
    return attestation.keep(keep.folder / "attestations", attestation.sign(payload, signer))


def envelopes(keep: Vault, events: Sequence[Event]) -> dict[int, bytes]:
    """Returns, by ledger line, what reviewers have signed so far."""
    paths = {line: _path(keep, payload) for line, payload in statements(events).items()}
    return {line: path.read_bytes() for line, path in paths.items() if path.exists()}


def _path(keep: Vault, payload: bytes) -> Path:
    return keep.folder / "attestations" / f"{attestation.digest(payload)}.json"


def waiting(keep: Vault, events: Sequence[Event], reviewers: Holders) -> set[int]:
    """Returns the ledger lines of acceptances that fewer reviewers than must have signed. Refused E_SIGNATURE where a
    signature of one of them is false."""
    signed = envelopes(keep, events)
    return {
        line
        for line in statements(events)
        if line not in signed or len(attestation.examine(signed[line], reviewers.keys).signers) < reviewers.threshold
    }
