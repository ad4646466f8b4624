"""What became of one attempt: the files that were refused, each acceptance, its signatures and its first release."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from leaderboard.base.findings import refuse
from leaderboard.boards.board import Tier
from leaderboard.boards.catalogue import Catalogue
from leaderboard.offline.publishing import ledgers
from leaderboard.offline.publishing.published import open_repository
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, quarantine
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.submission import MAX_BYTES
from leaderboard.offline.submissions.vault import Vault
from leaderboard.offline.submissions.verification import History, verify
from leaderboard.release import container
from leaderboard.release.trust import attestation, contents, layout, metadata
from leaderboard.release.trust.roles import Holders, holders_of

State = Literal["stands", "raised", "corrected", "withdrawn", "replaced"]
"""Of an acceptance: what the next one of its system, or its withdrawal, made of it."""


class Refusal(NamedTuple):
    """A file with the nonce that was not taken."""

    sha256: str
    codes: tuple[str, ...]
    """Of the findings that refuse it now; empty where it was rejected by hand alone."""
    line: int | None
    """Of the ledger, where it was rejected by hand."""
    reason: str | None


class Acceptance(NamedTuple):
    """A submission with the nonce that was taken."""

    submission: str
    accepted_on: date
    tier: Tier
    line: int
    """Of the ledger."""
    signatures: int | None
    """Of reviewers of the repository; None without one."""
    threshold: int | None
    """How many of these must sign."""
    is_published: bool
    release: int | None
    """The first release that showed it; None also where that is not recorded."""
    state: State
    changed_line: int | None
    changed_on: date | None
    reason: str | None


class Fate(NamedTuple):
    """What became of one attempt."""

    board: str
    system: str
    registered_on: date
    refusals: tuple[Refusal, ...]
    acceptances: tuple[Acceptance, ...]
    """A higher tier, and a correction of an error of the maintainers, is a further one."""

    @property
    def state(self) -> str:
        """In one word: how far it came, or what ended it."""
        if not self.acceptances:
            return "refused" if self.refusals else "registered"
        last = self.acceptances[-1]
        if last.state != "stands":
            return last.state
        if last.is_published:
            return "published"
        is_attested = last.threshold is not None and (last.signatures or 0) >= last.threshold
        return "attested" if is_attested else "accepted"


class Shown(NamedTuple):
    """What a repository has of a vault's ledger."""

    reviewers: Holders | None
    lines: Mapping[int, int | None]
    """By published line of which enough reviewers signed: the first release that showed it, if that is recorded."""


def fate(nonce: str, vault: Vault, catalogue: Catalogue, results: Path, today: date) -> Fate:
    """Returns what became of the attempt with this nonce. Writes nothing. Refused E_NONCE where the vault has not
    registered it. The signatures and releases are those of the repository in the results folder, if it is of this
    vault."""
    events = vault.events()
    attempt = next((event for event in events if event.kind == "nonce" and event.nonce == nonce), None)
    if attempt is None or attempt.system is None:
        raise refuse("E_NONCE", "NONCE", "this vault has not registered it")
    on = dict(zip((event.n for event in events), event_log.dates(events), strict=True))
    return Fate(
        attempt.board,
        attempt.system,
        on[attempt.n],
        tuple(_refusals(nonce, attempt, vault, events, catalogue, today)),
        tuple(_acceptances(nonce, vault, events, on, shown(results, events))),
    )


def _refusals(
    nonce: str, attempt: Event, vault: Vault, events: Sequence[Event], catalogue: Catalogue, today: date
) -> Iterator[Refusal]:
    """Every file in quarantine that has the nonce in it and was never accepted. Why it was refused is not stored, so
    it is verified again."""
    accepted = event_log.used(events, "submission")
    for digest, data in quarantine.read(vault.folder, MAX_BYTES + 1):
        if digest in accepted or nonce.encode() not in data:
            continue
        rejected = event_log.rejected(events, digest)
        codes = _codes(data, attempt, vault, events, catalogue, today)
        yield Refusal(digest, codes, *(rejected or (None, None)))


def _codes(
    data: bytes, attempt: Event, vault: Vault, events: Sequence[Event], catalogue: Catalogue, today: date
) -> tuple[str, ...]:
    board = catalogue.boards.get(attempt.board)
    if board is None:
        return ("E_BOARD",)
    issued = frozenset(event_log.issued(events, board.id, board.version))
    history = History(issued, frozenset(event_log.used(events, "nonce")), frozenset())
    registry, items = catalogue.registries[board.id], vault.items(board)
    verdict = verify(data, board, registry, today=today, items=items, history=history)
    return tuple(sorted({finding.code for finding in verdict.findings if finding.code.startswith("E_")}))


def shown(results: Path, events: Sequence[Event]) -> Shown:
    """Returns what the repository of a results folder shows of these events; nothing where it is of another vault."""
    repository = results / "repository"
    if layout.read_state(repository) is None or ledgers.findings(events, ledgers.read(results)):
        return Shown(None, {})
    current = open_repository(repository)
    reviewers = holders_of(metadata.read_root(current.root).signed, "targets")
    release = contents.current_release(current.entries)
    if release is None:
        return Shown(reviewers, {})
    ledger = container.frames(container.decode(current.read(release.name)))["ledger"]
    lines = zip(ledger["line"], ledger["attested"], ledger["release"], strict=True)
    return Shown(reviewers, {line: first for line, is_attested, first in lines if is_attested})


def _acceptances(
    nonce: str, vault: Vault, events: Sequence[Event], on: dict[int, date], current: Shown
) -> Iterator[Acceptance]:
    lines = {event.n: line for line, event in enumerate(event_log.ledger(events), start=1)}
    signed = attesting.envelopes(vault, events)
    for event in events:
        if not event.accepts or event.nonce != nonce or not event.submission or not event.tier:
            continue
        line, next_event = lines[event.n], _next(event, events)
        yield Acceptance(
            event.submission,
            on[event.n],
            event.tier,
            line,
            signatures(signed.get(line), current.reviewers),
            current.reviewers.threshold if current.reviewers else None,
            line in current.lines,
            current.lines.get(line),
            _state(event, next_event),
            lines[next_event.n] if next_event else None,
            on[next_event.n] if next_event else None,
            next_event.reason if next_event else None,
        )


def signatures(envelope: bytes | None, reviewers: Holders | None) -> int | None:
    """Returns how many of the reviewers signed; None where these are not known."""
    if reviewers is None:
        return None
    return len(attestation.examine(envelope, reviewers.keys).signers) if envelope else 0


def _next(event: Event, events: Sequence[Event]) -> Event | None:
    """The event that ended what this acceptance began, if any."""
    later = (each for each in events[event.n :] if (each.board, each.system) == (event.board, event.system))
    return next((each for each in later if each.accepts or each.kind == "withdraw"), None)


def _state(event: Event, later: Event | None) -> State:
    if later is None:
        return "stands"
    if later.kind == "withdraw":
        return "withdrawn"
    if later.kind == "correct":
        return "corrected"
    return "raised" if later.submission == event.submission else "replaced"
