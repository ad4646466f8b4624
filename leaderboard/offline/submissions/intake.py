"""What a maintainer does with a file: verify it against a vault, accept, reject, correct or withdraw it."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board, Tier
from leaderboard.boards.registry import Registry
from leaderboard.boards.vocabulary import NEXT_REPLIES
from leaderboard.offline.submissions import event_log, forensics, submission
from leaderboard.offline.submissions.event_log import Event, EventKind, Standing
from leaderboard.offline.submissions.evidence import tiers
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import Vault
from leaderboard.offline.submissions.verification import History, Verdict, verify

if TYPE_CHECKING:
    from leaderboard.release.trust.libraries import Key


def read(path: Path, vault: Vault | None = None) -> bytes:
    """Returns the bytes of a file. A file that is too large for a submission is copied to the quarantine of the vault
    and Refused E_SIZE, which says so."""
    try:
        return submission.read_bytes(path)
    except Refused as refused:
        if vault and refused.findings[0].code == "E_SIZE":
            digest = vault.quarantine_file(path)
            rule = f"{refused.findings[0].evidence}. The vault keeps a copy, quarantine/{digest}, and no event"
            raise refuse("E_SIZE", "$", rule) from None
        raise


def examine(
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier | None = None,
    manifest: list[Item] | None = None,
    inherited: str | None = None,
) -> Verdict:
    """Returns the findings of a file against a vault. The bytes of a refused file are stored in its quarantine. A
    submission that stands at a tier below `tier` is no replay, nor is the nonce `inherited`. `manifest` is used if the
    vault has no items yet."""
    events, digest = vault.events(), canonical.sha256(data)
    items = vault.items(board) or manifest
    if items is None:
        raise refuse("E_BOARD", "$.items_digest", f"the vault has no items of version {board.version}: name --items")
    history = _history(board, events, tier, digest, inherited)
    verdict = verify(data, board, registry, today=today, items=items, history=history, digest=digest)
    if verdict.refused or verdict.submission is None:
        vault.quarantine(data)
        return verdict
    flags = forensics.flag(verdict.submission, item_scores(vault, events, board, items), board, registry, items)
    return Verdict(verdict.submission, (*verdict.findings, *flags))


def item_scores(vault: Vault, events: Sequence[Event], board: Board, items: list[Item]) -> dict[str, forensics.Floats]:
    """Returns the item scores of each system's last submission, by system, also of a withdrawn one: it may have been
    copied."""
    ids = [item.id for item in sorted(items)]
    version = (board.id, board.version)  # another version may have other outcomes
    digests = {e.system: e.submission for e in event_log.replay(events) if (e.board, e.board_version) == version}
    for digest in set(digests.values()) - set(vault.item_scores):
        rows = vault.outcomes(digest)
        alike = [row[0] for row in rows] == ids
        vault.item_scores[digest] = forensics.item_scores([row[1] for row in rows], board, items) if alike else None
    known = {system: vault.item_scores[digest] for system, digest in digests.items()}
    return {system: scores for system, scores in known.items() if scores is not None}


def _history(board: Board, events: list[Event], tier: Tier | None, digest: str, inherited: str | None) -> History:
    raised = event_log.raises(events, digest, tier)
    return History(
        frozenset(event_log.issued(events, board.id, board.version)),
        frozenset(event_log.used(events, "nonce") - {event_log.nonce(events, digest) if raised else inherited}),
        frozenset(event_log.used(events, "submission") - {digest if raised else None}),
    )


def register(board: Board, system: str, vault: Vault, today: date) -> str:
    """Registers one attempt of a system and returns its nonce. Refused E_CAP where the system has had all attempts of
    this year on this version of the board: with unlimited attempts a lab could submit the best of many runs."""

    def require(events: list[Event]) -> None:
        attempt, versions = ("nonce", board.id, system, today.year), (None, board.version)
        dated = zip(events, event_log.dates(events), strict=True)
        attempts = [event for event, day in dated if (event.kind, event.board, event.system, day.year) == attempt]
        if sum(event.board_version in versions for event in attempts) >= board.attempts_per_year:
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
    *,
    after_rejection: bool = False,
) -> Event:
    """Takes a file into the vault and returns its ledger event, as `take`."""
    return take(data, board, registry, vault, today, tier, evidence, reviewers, after_rejection=after_rejection)[0]


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
    *,
    after_rejection: bool = False,
) -> Event:
    """Replaces an accepted file by a corrected one of the same system and returns its ledger event, as `take`. The tier
    stays, and evidence for it is needed again. It is an attempt of its own, with a new nonce, unless the reason says
    that the maintainers erred: then it has the nonce of the file that it replaces (E_NONCE)."""
    standing = _find(vault.events(), replaces)
    if standing.board != board.id:
        raise refuse("E_BOARD", "--replaces", "it stands on another board")
    if standing.board_version != board.version:
        rule = f"it stands on version {standing.board_version}: a run of version {board.version} is a new attempt"
        raise refuse("E_BOARD", "--replaces", f"{rule}, to be taken by `accept`")
    return take(
        data,
        board,
        registry,
        vault,
        today,
        standing.tier,
        evidence,
        reviewers,
        standing,
        reason,
        after_rejection=after_rejection,
    )[0]


def take(
    data: bytes,
    board: Board,
    registry: Registry,
    vault: Vault,
    today: date,
    tier: Tier,
    evidence: Path | None,
    reviewers: "Iterable[Key]",
    replaced: Standing | None = None,
    reason: str | None = None,
    *,
    after_rejection: bool = False,
) -> tuple[Event, tuple[Finding, ...]]:
    """Takes a file into the vault and returns its ledger event and the flags, with their evidence. Refused with the
    findings of `examine`; where `evidence` is not what the tier needs; E_STATE where the same file was rejected by hand
    before, unless `after_rejection` says that this is known. `reviewers` may sign the record of a log that stays with
    the lab."""
    events = vault.events()
    known, rejected = len(events), event_log.rejected(events, canonical.sha256(data))
    if rejected and not after_rejection:
        rule = "it was rejected on ledger line {0} ({1}): to take it anyway, say so with --after-rejection"
        raise refuse("E_STATE", "FILE", rule.format(*rejected))
    inherited = event_log.inherited(events, replaced.submission if replaced else None, reason)
    verdict = examine(data, board, registry, vault, today, None if replaced else tier, inherited=inherited)
    taken = verdict.submission
    if inherited and taken and taken.nonce != inherited:
        rule = f"a correction for the reason {reason} has the nonce of the file that it replaces, and is no new attempt"
        raise refuse("E_NONCE", "$.nonce", rule)
    if replaced and taken and taken.system != replaced.system:
        raise refuse("E_SYSTEM", "$.system", "a correction must be of the same system")
    if verdict.refused or taken is None:
        raise Refused(verdict.findings)
    checked = tiers.examine(evidence, tier, taken, board, registry, today, reviewers)
    if checked.stored is not None:
        vault.keep_evidence(checked.stored)

    def require(events: list[Event]) -> None:
        if replaced:
            _find(events, replaced.submission)
        if len(events) != known:
            raise _Overtaken

    try:
        event = vault.append(
            "correct" if replaced else "accept",
            today,
            board.id,
            taken.system,
            require,
            submission=vault.keep(data),
            nonce=taken.nonce,
            tier=tier,
            board_version=taken.board_version,
            items_digest=taken.items_digest,
            flags=tuple(sorted({finding.code for finding in verdict.findings})),
            evidence=checked.digest,
            sampled=checked.sampled,
            agreed=checked.agreed,
            reason=reason,
            replaces=replaced.submission if replaced else None,
        )
    except _Overtaken:
        return take(
            data,
            board,
            registry,
            vault,
            today,
            tier,
            evidence,
            reviewers,
            replaced,
            reason,
            after_rejection=after_rejection,
        )
    return event, verdict.findings


class _Overtaken(Exception):
    """Another event was added since the file was examined: it may be of a copy of this file's outcomes."""


def reject(data: bytes, board: Board, registry: Registry, vault: Vault, today: date, reason: str) -> Event:
    """Stores a file in quarantine and returns the ledger event that says why it was not taken."""
    digest = canonical.sha256(data)
    if digest in event_log.used(vault.events(), "submission"):
        raise refuse("E_STATE", "FILE", "it was accepted: `withdraw` or `correct` it")
    if before := event_log.rejected(vault.events(), digest):
        raise refuse("E_STATE", "FILE", f"it was rejected already, on ledger line {before[0]}")
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
    standing, require = _find(vault.events(), digest), partial(_find, digest=digest)
    return vault.append("withdraw", today, standing.board, standing.system, require, submission=digest, reason=reason)


def notify(vault: Vault, digest: str, state: str, today: date) -> Event:
    """Records that a developer was told of the row to come, or what the developer answered, and returns the ledger
    event. The submission may be any that was ever accepted: a dispute is settled by naming what was disputed or what
    replaced it, also after a withdrawal. Refused E_STATE where the state may not follow (`NEXT_REPLIES`)."""

    def require(events: list[Event]) -> None:
        now = event_log.replies(events)[digest]
        if state not in NEXT_REPLIES[now]:
            rule = f"the state of this row is `{now}`: the next one may be {' or '.join(NEXT_REPLIES[now])}"
            raise refuse("E_STATE", "--state", rule)

    accepted = next((event for event in vault.events() if event.accepts and event.submission == digest), None)
    if accepted is None:
        raise refuse("E_VAULT", "$.submission", "no such submission was accepted into the vault")
    kind: EventKind = "notify" if state == "notified" else "reply"
    return vault.append(kind, today, accepted.board, accepted.system, require, submission=digest, reason=state)


def _find(events: list[Event], digest: str) -> Standing:
    """What stands with that sha256. As `require` of `vault.append`, it checks that the submission still stands."""
    for standing in event_log.replay(events):
        if standing.submission == digest and not standing.withdrawn:
            return standing
    raise refuse("E_VAULT", "$.submission", "no such submission stands in the vault")
