"""What a maintainer does to a file: verify it against a vault, accept, reject, correct or withdraw it."""

from datetime import date
from pathlib import Path

from leaderboard import canonical, submission
from leaderboard import vault as store
from leaderboard.board import Board, Tier
from leaderboard.findings import Finding, Refused, refuse
from leaderboard.registry import Registry
from leaderboard.vault import Event, Vault
from leaderboard.verification import History, Verdict, verify


def read(path: Path, vault: Vault | None = None) -> bytes:
    """Returns the bytes of a file; where it is too large to be a submission, it is kept in quarantine first."""
    try:
        return submission.read_bytes(path)
    except Refused as refused:
        if vault and refused.findings[0].code == "E_SIZE":
            vault.quarantine_file(path)
        raise


def examine(data: bytes, board: Board, registry: Registry, vault: Vault, today: date) -> Verdict:
    """Returns the findings of a file against a vault; a refused file's bytes are kept in its quarantine."""
    events = vault.events()
    items = vault.items(board)
    if items is None:
        raise refuse("E_BOARD", "$.items_digest")
    verdict = verify(
        data,
        board,
        registry,
        today=today,
        items=items,
        history=_history(board, events),
        digest=canonical.sha256(data),
    )
    if verdict.refused:
        vault.quarantine(data)
    return verdict


def _history(board: Board, events: list[Event]) -> History:
    used = (frozenset(store.used(events, what)) for what in ("nonce", "submission"))
    return History(frozenset(store.issued(events, board.id)), *used)


def accept(data: bytes, board: Board, registry: Registry, vault: Vault, today: date, tier: Tier) -> Event:
    """Takes a file into the vault and returns its ledger event; Refused with its findings otherwise."""
    return _take("accept", data, board, registry, vault, today, tier)


def correct(
    data: bytes, board: Board, registry: Registry, vault: Vault, today: date, replaces: str, reason: str
) -> Event:
    """Puts a corrected file in the place of an accepted one of the same system and returns its ledger event."""
    standing = _find(vault, replaces)
    verdict = examine(data, board, registry, vault, today)
    if verdict.submission and verdict.submission.system != standing.system:
        raise refuse("E_SYSTEM", "$.system")
    return _take("correct", data, board, registry, vault, today, standing.tier, reason=reason, replaces=replaces)


def _take(
    kind: store.EventKind,
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier,
    **why: str,
) -> Event:
    verdict = examine(data, board, registry, vault, today)
    if verdict.refused or verdict.submission is None:
        raise Refused(verdict.findings)
    digest = vault.keep(data)
    taken = verdict.submission
    return vault.append(kind, today, board.id, taken.system, submission=digest, nonce=taken.nonce, tier=tier, **why)


def reject(data: bytes, board: Board, registry: Registry, vault: Vault, today: date, reason: str) -> Event:
    """Keeps a file in quarantine and returns the ledger event that says why it was not taken."""
    digest = vault.quarantine(data)
    try:
        system: str | None = submission.decode(data).system
    except Refused:
        system = None
    known = {entry.id for entry in registry.system}
    return vault.append(
        "reject", today, board.id, system if system in known else None, submission=digest, reason=reason
    )


def withdraw(vault: Vault, digest: str, reason: str, today: date) -> Event:
    """Takes an accepted submission out of the next release and returns the ledger event; its line stays."""
    standing = _find(vault, digest)
    return vault.append("withdraw", today, standing.board, standing.system, submission=digest, reason=reason)


def _find(vault: Vault, digest: str) -> store.Standing:
    for standing in store.replay(vault.events()):
        if standing.submission == digest and not standing.withdrawn:
            return standing
    raise Refused([Finding("E_VAULT", "$.submission")])
