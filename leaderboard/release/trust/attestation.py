"""An attestation: reviewers' signatures under one statement about one accepted submission.

An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) in a DSSE envelope
(https://github.com/secure-systems-lab/dsse). The statement holds ids, enums, hashes, a number and a date: no key or
value of it can hold a sentence. Signatures are added to the envelope; the statement never changes, and its sha256 is
what the ledger names. `offline.signing.attesting` signs.
"""

import datetime
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.boards.board import Id, Tier, Version
from leaderboard.release.trust import strict
from leaderboard.release.trust.libraries import DsseEnvelope, Key, Signature, UnverifiedSignatureError
from leaderboard.release.trust.roles import distinct
from leaderboard.release.trust.strict import Hex64

PAYLOAD = "application/vnd.in-toto+json"
MAX_BYTES = 64 * 1024
Base64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}\Z", max_length=MAX_BYTES)]
Flag = Literal["F_PARTIAL"]


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True):
    """What the reviewers state about the submission."""

    board: Id
    board_version: Version
    date: datetime.date
    """When it was accepted."""
    event: Literal["accept", "correct"]
    findings: tuple[Flag, ...]
    """The flags that may be published, sorted, each once."""
    items_digest: Hex64
    """Which manifest its items were checked against."""
    line: Annotated[int, Meta(ge=1)]
    """The ledger line of the event, so that a statement belongs to one position in the history."""
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
    """A DSSE envelope as its file holds it: signatures sorted by key id."""

    payload: Base64
    payload_type: Literal["application/vnd.in-toto+json"] = field(name="payloadType")
    signatures: tuple[Signed, ...]


class Attested(NamedTuple):
    """A statement, and who signed it."""

    statement: Statement
    digest: str
    """sha256 of the statement's bytes: it names the file, and the ledger line holds it."""
    signers: tuple[str, ...]
    """Ids of the trusted keys whose signature is good, sorted."""


def name(digest: str) -> str:
    """Returns the target name of the attestation with this statement."""
    return f"attestations/{digest}.json"


def statement(submission: str, acceptance: Acceptance) -> bytes:
    """Returns the bytes to be signed, the same on every machine for the same facts. Refused as by `read_statement`."""
    data = canonical.encode(
        Statement(
            "https://in-toto.io/Statement/v1",
            "urn:medharm-leaderboard:acceptance:v1",
            (Subject(Digest(submission)),),
            acceptance,
        )
    )
    read_statement(data)
    return data


def read_statement(payload: bytes) -> Statement:
    """Returns the statement that these bytes are. Refused E_ATTESTATION where a value is not of its type, E_CANON where
    it is not written in the canonical way."""
    read = strict.decode(payload, Statement, "E_ATTESTATION", "$.payload")
    if list(read.predicate.findings) != sorted(set(read.predicate.findings)):
        raise refuse("E_CANON", "$.payload.predicate.findings")
    return read


def digest(payload: bytes) -> str:
    """Returns the sha256 of a statement, by which its ledger line and its file name it."""
    return canonical.sha256(payload)


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
    E_CANON where a lenient reader would accept how it is written."""
    envelope = strict.decode(data, Envelope, "E_ATTESTATION", "$")
    ids = [signed.keyid for signed in envelope.signatures]
    if not ids or ids != sorted(set(ids)):
        raise refuse("E_CANON", "$.signatures")
    for text, place in [(envelope.payload, "$.payload"), *((s.sig, "$.signatures") for s in envelope.signatures)]:
        if b64encode(_bytes(text)).decode() != text:  # the unused bits of the last character could be set
            raise refuse("E_CANON", place)
    read_statement(payload(envelope))
    return envelope


def payload(envelope: Envelope, code: str = "E_ATTESTATION") -> bytes:
    """Returns the bytes that an envelope's signatures are of. Refused with `code` where they are not Base64."""
    return _bytes(envelope.payload, code)


def verify(data: bytes, keys: Iterable[Key], threshold: int) -> Attested:
    """Returns what an envelope states and which of the keys signed it. Refused as by `examine`, and E_SIGNATURE where
    fewer than `threshold` different keys signed."""
    attested = examine(data, keys)
    if threshold < 1 or len(attested.signers) < threshold:
        raise refuse("E_SIGNATURE", "$.signatures")
    return attested


def examine(data: bytes, keys: Iterable[Key]) -> Attested:
    """Returns what an envelope states and which of the keys signed it, if any. Refused as by `read` and `signers`."""
    envelope = read(data)
    signed = payload(envelope)
    return Attested(read_statement(signed), digest(signed), signers(envelope, signed, keys))


def signers(envelope: Envelope, payload: bytes, keys: Iterable[Key]) -> tuple[str, ...]:
    """Returns the ids of the keys that signed an envelope. Refused E_SIGNATURE where the signature of one of them is
    false. Signatures of other keys are ignored: a key may have been revoked since."""
    by_id = {key.keyid: key for key in distinct(keys)}
    known = [signed for signed in envelope.signatures if signed.keyid in by_id]
    pae = DsseEnvelope(payload, PAYLOAD, {}).pae()
    for signed in known:
        try:
            signature = Signature(signed.keyid, b64decode(signed.sig, validate=True).hex())
            by_id[signed.keyid].verify_signature(signature, pae)
        except (ValueError, UnverifiedSignatureError):
            raise refuse("E_SIGNATURE", "$.signatures") from None
    return tuple(signed.keyid for signed in known)


def _bytes(text: str, code: str = "E_ATTESTATION") -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise refuse(code, "$.payload") from None
