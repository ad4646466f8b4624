"""What a maintainer does to a file: verify it against a vault, accept, reject, correct or withdraw it."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board, Tier
from leaderboard.boards.registry import Registry
from leaderboard.offline.submissions import forensics, submission
from leaderboard.offline.submissions import vault as store
from leaderboard.offline.submissions.evidence import tiers
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import Event, Vault
from leaderboard.offline.submissions.verification import History, Verdict, verify

if TYPE_CHECKING:
    from leaderboard.release.trust.libraries import Key


def read(path: Path, vault: Vault | None = None) -> bytes:
    """Returns the bytes of a file; where it is too large to be a submission, it is kept in quarantine first."""
    try:
        return submission.read_bytes(path)
    except Refused as refused:
        if vault and refused.findings[0].code == "E_SIZE":
            vault.quarantine_file(path)
        raise


def examine(
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier | None = None,
    manifest: list[Item] | None = None,
) -> Verdict:
    """Returns the findings of a file against a vault; a refused file's bytes are kept in its quarantine. A submission
    that stands at a tier below `tier` is no replay. `manifest` holds the items where the vault does not yet."""
    events, digest = vault.events(), canonical.sha256(data)
    items = vault.items(board) or manifest
    if items is None:
        raise refuse("E_BOARD", "$.items_digest", f"the vault has no items of version {board.version}: name --items")
    verdict = verify(
        data,
        board,
        registry,
        today=today,
        items=items,
        history=_history(board, events, tier, digest),
        digest=digest,
    )
    if verdict.refused or verdict.submission is None:
        vault.quarantine(data)
        return verdict
    others = _item_scores(vault, events, board, items)
    flags = forensics.flag(verdict.submission, others, board, registry, items)
    return Verdict(verdict.submission, (*verdict.findings, *flags))


def _item_scores(vault: Vault, events: list[Event], board: Board, items: list[Item]) -> dict[str, forensics.Floats]:
    """What each system's last submission on these items says of them; a withdrawn one may be copied as well."""
    ids = [item.id for item in sorted(items)]
    mine = (board.id, board.version)  # the outcomes of another version may be other words
    digests = {e.system: e.submission for e in store.replay(events) if (e.board, e.board_version) == mine}
    for digest in set(digests.values()) - set(vault.item_scores):
        rows = vault.outcomes(digest)
        alike = [row[0] for row in rows] == ids
        vault.item_scores[digest] = forensics.item_scores([row[1] for row in rows], board, items) if alike else None
    known = {system: vault.item_scores[digest] for system, digest in digests.items()}
    return {system: scores for system, scores in known.items() if scores is not None}


def _history(board: Board, events: list[Event], tier: Tier | None, digest: str) -> History:
    raised = digest if store.raises(events, digest, tier) else None
    others = [event for event in events if raised is None or event.submission != raised]
    used = (frozenset(store.used(others, what)) for what in ("nonce", "submission"))
    return History(frozenset(store.issued(events, board.id, board.version)), *used)


def register(board: Board, system: str, vault: Vault, today: date) -> str:
    """Registers one attempt of a system and returns its nonce. Refused E_CAP where it has had as many this year on this
    version as the board allows: whoever may try often enough gets the best of many draws."""

    def require(events: list[Event]) -> None:
        attempt, versions = ("nonce", board.id, system, today.year), (None, board.version)
        dated = zip(events, store.dates(events), strict=True)
        made = [event for event, day in dated if (event.kind, event.board, event.system, day.year) == attempt]
        if sum(event.board_version in versions for event in made) >= board.attempts_per_year:
            raise refuse("E_CAP", "$.system")

    return vault.register_nonce(board.id, system, today, board_version=board.version, require=require)


def accept(
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier,
    evidence: Path | None = None,
    reviewers: "Iterable[Key]" = (),
) -> Event:
    """Takes a file into the vault and returns its ledger event; Refused with its findings otherwise, also where
    `evidence` is not what the tier asks for. `reviewers` may sign the record of a log that stays with the lab."""
    return _take("accept", data, board, registry, vault, today, tier, evidence, reviewers)


def correct(
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    replaces: str,
    reason: str,
    evidence: Path | None = None,
    reviewers: "Iterable[Key]" = (),
) -> Event:
    """Puts a corrected file in the place of an accepted one of the same system and returns its ledger event. The tier
    stays, and what it rests on is needed again."""
    standing = _find(vault.events(), replaces)
    if standing.board != board.id:
        raise refuse("E_BOARD", "--replaces", "it stands on another board")
    if standing.board_version != board.version:
        rule = f"it stands on version {standing.board_version}: a run of version {board.version} is a new attempt"
        raise refuse("E_BOARD", "--replaces", f"{rule}, to be taken by `accept`")
    verdict = examine(data, board, registry, vault, today)
    if verdict.submission and verdict.submission.system != standing.system:
        raise refuse("E_SYSTEM", "$.system")
    why = {"reason": reason, "replaces": replaces}
    still = partial(_find, digest=replaces)
    return _take("correct", data, board, registry, vault, today, standing.tier, evidence, reviewers, still, **why)


def _take(
    kind: store.EventKind,
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier,
    evidence: Path | None,
    reviewers: "Iterable[Key]",
    require: Callable[[list[Event]], object] = len,
    **why: str,
) -> Event:
    known = len(vault.events())
    verdict = examine(data, board, registry, vault, today, tier if kind == "accept" else None)
    if verdict.refused or verdict.submission is None:
        raise Refused(verdict.findings)
    taken = verdict.submission
    rests_on = tiers.examine(evidence, tier, taken, board, registry, today, reviewers)
    if rests_on.kept is not None:
        vault.keep_evidence(rests_on.kept)

    def require_same(events: list[Event]) -> None:
        require(events)
        if len(events) != known:
            raise _Overtaken

    try:
        return vault.append(
            kind,
            today,
            board.id,
            taken.system,
            require_same,
            submission=vault.keep(data),
            nonce=taken.nonce,
            tier=tier,
            board_version=taken.board_version,
            items_digest=taken.items_digest,
            flags=tuple(sorted({finding.code for finding in verdict.findings})),
            evidence=rests_on.digest,
            sampled=rests_on.sampled,
            agreed=rests_on.agreed,
            **why,
        )
    except _Overtaken:
        return _take(kind, data, board, registry, vault, today, tier, evidence, reviewers, require, **why)


class _Overtaken(Exception):
    """Another event was added since the file was examined: it may be of a copy of this file's outcomes."""


def reject(data: bytes, board: Board, registry: Registry, vault: Vault, today: date, reason: str) -> Event:
    """Keeps a file in quarantine and returns the ledger event that says why it was not taken."""
    digest = canonical.sha256(data)
    if digest in store.used(vault.events(), "submission"):
        raise refuse("E_STATE", "FILE", "it was accepted: `withdraw` or `correct` it")
    vault.quarantine(data)
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
    standing = _find(vault.events(), digest)
    return vault.append(
        "withdraw",
        today,
        standing.board,
        standing.system,
        partial(_find, digest=digest),
        submission=digest,
        reason=reason,
    )


def notify(vault: Vault, digest: str, state: str, today: date) -> Event:
    """Writes down that a developer was told of the row to come, or what the developer answered, and returns the ledger
    event. Refused E_STATE where the state is none of these, or where an answer comes before the notice."""

    def require(events: list[Event]) -> None:
        reply = _find(events, digest).reply
        if state not in get_args(store.Reply)[1:] or (state == "notified") != (reply == "none"):
            raise refuse("E_STATE", "--state")

    standing = _find(vault.events(), digest)
    kind: store.EventKind = "notify" if state == "notified" else "reply"
    return vault.append(kind, today, standing.board, standing.system, require, submission=digest, reason=state)


def _find(events: list[Event], digest: str) -> store.Standing:
    """What stands by that digest. As a `require` of `vault.append`, the check that it still does."""
    for standing in store.replay(events):
        if standing.submission == digest and not standing.withdrawn:
            return standing
    raise Refused([Finding("E_VAULT", "$.submission")])
