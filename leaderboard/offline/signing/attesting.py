"""What reviewers sign one by one: the statement about each accepted submission, and the record of a log that they saw.

A statement follows from its event alone, so that reviewers on different machines sign the same bytes, and the ledger
can name them before anybody has signed. Of the flags it holds F_PARTIAL only, which the row shows anyway: that a
similarity to another system was examined and found honest stays in the vault; published it would be an accusation.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from leaderboard.base import canonical, durable, files
from leaderboard.base.findings import refuse
from leaderboard.boards.vocabulary import judge_label
from leaderboard.offline.signing.signers import Signer
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions import submission as filed
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.evidence import record
from leaderboard.offline.submissions.evidence.pack import Pack
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation, layout, ledger
from leaderboard.release.trust.attestation import Acceptance
from leaderboard.release.trust.ledger import Line
from leaderboard.release.trust.libraries import DsseEnvelope
from leaderboard.release.trust.roles import Holders


def sign(payload: bytes, signer: Signer) -> bytes:
    """Returns an envelope of a statement with one reviewer's signature. Refused as by `attestation.read_statement`."""
    attestation.read_statement(payload)
    return _sign(payload, [signer])


def sign_record(pack: Pack, seen_on: date, signers: Sequence[Signer]) -> bytes:
    """Returns the record of a log that these reviewers saw on a day."""
    return _sign(record.statement(pack, seen_on), signers)


def _sign(payload: bytes, signers: Sequence[Signer]) -> bytes:
    envelope = DsseEnvelope(payload, attestation.PAYLOAD, {})
    for signer in signers:
        envelope.sign(signer)
    return canonical.encode(envelope.to_dict())


def statements(events: Sequence[Event]) -> dict[int, bytes]:
    """Returns, by ledger line, the statements to be signed after these events."""
    lines = enumerate(event_log.ledger(events), start=1)
    return {line: _statement(line, event) for line, event in lines if event.accepts}


def _statement(line: int, event: Event) -> bytes:
    assert event.submission and event.system and event.tier and event.board_version and event.items_digest
    acceptance = Acceptance(
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
    return attestation.statement(event.submission, acceptance)


def write_ledger(events: Iterable[Event], attestations: Mapping[int, str]) -> bytes:
    """Returns the public ledger of a vault's published events (`event_log.ledger`). `attestations` holds, by line
    number from 1, the sha256 of the statement about each accepted submission."""
    data, prev = b"", ledger.START
    for number, event in enumerate(events, start=1):
        line = {
            "n": number,
            "prev": prev,
            "event": event.kind,
            "date": event.on,
            "board": event.board,
            # Bytes that name no registered system were perhaps no submission but somebody's prompt, and their hash
            # would confirm to a holder of the text that it was sent (docs/safety.md section 1, clause 3).
            "submission": event.submission if event.system else None,
            "system": event.system,
            "tier": event.tier,
            "attestation": attestations.get(number),
            "reason": event.reason,
            "replaces": event.replaces,
        }
        text = canonical.encode(msgspec.convert(line, Line))
        data, prev = data + text + b"\n", canonical.sha256(text)
    return data


def ledger_of(events: Sequence[Event]) -> bytes:
    """Returns the public ledger of a vault."""
    named = {line: attestation.digest(payload) for line, payload in statements(events).items()}
    return write_ledger(event_log.ledger(events), named)


def describe(source: Vault, submissions: Collection[str] | None = None) -> list[str]:
    """Returns a line for each acceptance that a reviewer is asked to sign, of these submissions or all: what it is of,
    what its run lacks, what the lab stated beside the log, and its flags, which are for the reviewer to look into."""
    events = source.events()
    signed = envelopes(source, events)
    return [
        _describe(line, event, source, len(attestation.read(signed[line]).signatures) if line in signed else 0)
        for line, event in enumerate(event_log.ledger(events), start=1)
        if event.accepts and (submissions is None or event.submission in submissions)
    ]


def _describe(line: int, event: Event, source: Vault, signatures: int) -> str:
    assert event.submission
    taken = filed.decode(source.accepted(event.submission))
    gaps = sum(outcome is None for _, outcomes, _ in taken.rows for outcome in outcomes)
    tool = f"{taken.tool.name} {taken.tool.version}" if taken.tool.version else taken.tool.name
    parts = [
        f"{event.board} {event.system}, {event.tier}, {tool}, judged by {judge_label(taken.judge)}",
        f"{len(taken.rows)} items, {gaps} missing",
        *([f"{taken.source.edited_scores} edited scores"] if taken.source.edited_scores else []),
        *([f"stated beside the log: {', '.join(taken.source.stated)}"] if taken.source.stated else []),
        *event.flags,
        f"{signatures} signatures so far",
    ]
    return f"ledger line {line}  {', '.join(parts)}  {event.submission}"


def attest(source: Vault, submission: str, signer: Signer) -> Path:
    """Adds a reviewer's signature to the statement about an accepted submission and returns its file. Refused E_VAULT
    where no such submission was accepted."""
    events = source.events()
    lines = enumerate(event_log.ledger(events), start=1)
    accepted = [line for line, event in lines if event.accepts and event.submission == submission]
    if not accepted:
        raise refuse("E_VAULT", "$.submission")
    return store(_folder(source), sign(statements(events)[accepted[-1]], signer))


def attest_all(source: Vault, signer: Signer) -> int:
    """Adds a reviewer's signature to every statement about an acceptance, and returns how many. Those that were
    replaced since are included: releases that are still shown depend on them."""
    payloads = statements(source.events()).values()
    return len([store(_folder(source), sign(payload, signer)) for payload in payloads])


def store(folder: Path, data: bytes) -> Path:
    """Adds an envelope's signatures to those in a folder of the same statement, and returns the file."""
    path = folder / f"{attestation.digest(attestation.payload(attestation.read(data)))}.json"
    with durable.locked(folder):
        durable.sweep(folder)
        before = [files.read(path, attestation.MAX_BYTES)] if path.exists() else []
        durable.write(path, attestation.merge([*before, data]))
    return path


def unite(target: Vault, source: Vault, events: Sequence[Event]) -> None:
    """Adds the signatures that another copy of a vault has under statements about these events. A statement holds its
    ledger line, so those of lines that have another number here do not count. Refused as by `attestation.read`."""
    for data in envelopes(source, events).values():
        store(_folder(target), data)


def envelopes(source: Vault, events: Sequence[Event]) -> dict[int, bytes]:
    """Returns, by ledger line, what reviewers have signed so far, unverified. Refused E_ATTESTATION or E_CANON where a
    file is no envelope of that line's statement."""
    names = {line: f"{attestation.digest(payload)}.json" for line, payload in statements(events).items()}
    paths = {line: _folder(source) / name for line, name in names.items()}
    return {line: _envelope(path) for line, path in paths.items() if path.exists()}


def _envelope(path: Path) -> bytes:
    """The bytes of an envelope, which is one of the statement that its name says."""
    position = f"attestations/{path.name}"
    data = files.read(path, attestation.MAX_BYTES, position)
    envelope = layout.at(position, attestation.read, data)
    if attestation.digest(attestation.payload(envelope)) != path.stem:
        raise refuse("E_ATTESTATION", position, "it is about something else than its name says")
    return data


def _folder(source: Vault) -> Path:
    return source.folder / "attestations"


def waiting(source: Vault, events: Sequence[Event], reviewers: Holders) -> set[int]:
    """Returns the ledger lines of acceptances that too few reviewers have signed. Refused E_SIGNATURE where a signature
    of one of them is false."""
    signed = envelopes(source, events)
    return {
        line
        for line in statements(events)
        if line not in signed or len(attestation.examine(signed[line], reviewers.keys).signers) < reviewers.threshold
    }
