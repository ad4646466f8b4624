"""An attestation: reviewers' signatures under one statement about one accepted submission.

An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) in a DSSE envelope
(https://github.com/secure-systems-lab/dsse). The statement holds ids, enums, digests, a number and a date: no key or
value of it can hold a sentence. Signatures are added to the envelope; the statement never changes, and its digest is
what the ledger names.
"""

import datetime
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from leaderboard.base import canonical, durable
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Id, Tier, Version
from leaderboard.release.trust import strict
from leaderboard.release.trust.forms import Hex64
from leaderboard.release.trust.libraries import DsseEnvelope, Key, Signature, Signer, UnverifiedSignatureError
from leaderboard.release.trust.roles import distinct

PAYLOAD = "application/vnd.in-toto+json"
MAX_BYTES = 64 * 1024
Base64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}\Z", max_length=MAX_BYTES)]
Flag = Literal["F_PARTIAL"]


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True):
    """What the reviewers say of the submission."""

    board: Id
    board_version: Version
    date: datetime.date
    """When it was accepted."""
    event: Literal["accept", "correct"]
    findings: tuple[Flag, ...]
    """The flags that are no secret, sorted, each once."""
    items_digest: Hex64
    """Which manifest its items were checked against."""
    line: Annotated[int, Meta(ge=1)]
    """The ledger line of the event, so that a statement stands for one place in the history."""
    system: Id
    tier: Tier


class Digest(Struct, frozen=True, forbid_unknown_fields=True):
    sha256: Hex64


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    digest: Digest
    """Of the submission's canonical bytes."""


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed."""

    type: Literal["https://in-toto.io/Statement/v1"] = field(name="_type")
    predicate_type: Literal["urn:medharm-leaderboard:acceptance:v1"] = field(name="predicateType")
    subject: tuple[Subject]
    predicate: Acceptance

    @property
    def submission(self) -> str:
        """sha256 of the submission that it is about."""
        return self.subject[0].digest.sha256


class Signed(Struct, frozen=True, forbid_unknown_fields=True):
    keyid: Hex64
    sig: Base64


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A DSSE envelope as its file holds it: signatures in order of key id."""

    payload: Base64
    payload_type: Literal["application/vnd.in-toto+json"] = field(name="payloadType")
    signatures: tuple[Signed, ...]


class Attested(NamedTuple):
    """What an envelope says, and who says so."""

    statement: Statement
    digest: str
    """sha256 of the statement's bytes: the name of the file and what the ledger line names."""
    signers: tuple[str, ...]
    """Ids of the trusted keys whose signature is good, sorted."""


def name(digest: str) -> str:
    """Returns the target name of the attestation with this statement."""
    return f"attestations/{digest}.json"


def statement(submission: str, acceptance: Acceptance) -> bytes:
    """Returns the bytes to be signed, equal for equal facts whoever makes them. Refused E_ATTESTATION where a value is
    not of its type."""
    made = Statement(
        "https://in-toto.io/Statement/v1",
        "urn:medharm-leaderboard:acceptance:v1",
        (Subject(Digest(submission)),),
        acceptance,
    )
    data = canonical.encode(made)
    _decode(data)
    return data


def digest(payload: bytes) -> str:
    """Returns the digest of a statement, which its ledger line and its file are named by."""
    return canonical.sha256(payload)


def sign(payload: bytes, signer: Signer) -> bytes:
    """Returns an envelope with one reviewer's signature."""
    _decode(payload)
    envelope = DsseEnvelope(payload, PAYLOAD, {})
    envelope.sign(signer)
    return canonical.encode(envelope.to_dict())


def merge(envelopes: Sequence[bytes]) -> bytes:
    """Returns one envelope with the signatures of all, which must be of one statement (Refused E_ATTESTATION)."""
    opened = [read(envelope) for envelope in envelopes]
    if len({envelope.payload for envelope in opened}) != 1:
        raise refuse("E_ATTESTATION", "$.payload")
    by_key = {signed.keyid: signed for envelope in opened for signed in envelope.signatures}
    together = tuple(by_key[keyid] for keyid in sorted(by_key))
    return canonical.encode(msgspec.structs.replace(opened[0], signatures=together))


def read(data: bytes) -> Envelope:
    """Returns an envelope, unverified. Refused E_ATTESTATION where it or its statement is not of the form above,
    E_CANON where a lenient reader would forgive how it is written."""
    envelope = strict.decode(data, Envelope, "E_ATTESTATION", "$")
    ids = [signed.keyid for signed in envelope.signatures]
    if not ids or ids != sorted(set(ids)):
        raise refuse("E_CANON", "$.signatures")
    for text, place in [(envelope.payload, "$.payload"), *((s.sig, "$.signatures") for s in envelope.signatures)]:
        if b64encode(_bytes(text)).decode() != text:  # unused bits of the last character
            raise refuse("E_CANON", place)
    _decode(_bytes(envelope.payload))
    return envelope


def payload(envelope: Envelope) -> bytes:
    """Returns the bytes that an envelope's signatures are of."""
    return _bytes(envelope.payload)


def verify(data: bytes, keys: Iterable[Key], threshold: int) -> Attested:
    """Returns what an envelope says and which of the keys say so. Refused as by `examine`, and E_SIGNATURE where fewer
    than `threshold` different keys signed."""
    found = examine(data, keys)
    if threshold < 1 or len(found.signers) < threshold:
        raise refuse("E_SIGNATURE", "$.signatures")
    return found


def examine(data: bytes, keys: Iterable[Key]) -> Attested:
    """Returns what an envelope says and which of the keys say so, if any. Refused as by `read`, and E_SIGNATURE where
    the signature of one of them is false. Other signatures count for nothing: a key may have been revoked since."""
    envelope = read(data)
    payload = _bytes(envelope.payload)
    known = {key.keyid: key for key in distinct(keys)}
    signed = [each for each in envelope.signatures if each.keyid in known]
    pae = DsseEnvelope(payload, PAYLOAD, {}).pae()
    for each in signed:
        _verify(each, known[each.keyid], pae)
    return Attested(_decode(payload), digest(payload), tuple(each.keyid for each in signed))


def keep(folder: Path, data: bytes) -> Path:
    """Adds an envelope's signatures to what a folder holds of the same statement, and returns the file."""
    path = folder / f"{digest(payload(read(data)))}.json"
    with durable.locked(folder):
        durable.sweep(folder)
        held = [path.read_bytes()] if path.exists() else []
        durable.write(path, merge([*held, data]))
    return path


def _verify(signed: Signed, key: Key, pae: bytes) -> None:
    try:
        key.verify_signature(Signature(signed.keyid, _bytes(signed.sig).hex()), pae)
    except UnverifiedSignatureError:
        raise refuse("E_SIGNATURE", "$.signatures") from None


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise refuse("E_ATTESTATION", "$.payload") from None


def _decode(payload: bytes) -> Statement:
    made = strict.decode(payload, Statement, "E_ATTESTATION", "$.payload")
    if list(made.predicate.findings) != sorted(set(made.predicate.findings)):
        raise refuse("E_CANON", "$.payload.predicate.findings")
    return made
