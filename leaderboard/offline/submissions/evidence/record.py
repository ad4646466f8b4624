"""A reviewer's record of a log seen at the lab: the pack made of it there, with the day, signed by the reviewer's key.

The log stays where it is, and the key too: the reviewer makes the pack on the lab's machine, takes the pack home and
signs it there. An in-toto Statement v1 in a DSSE envelope, as attestations are (`trust.attestation`).
"""

import datetime
from base64 import b64decode
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, field

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.submissions.evidence import pack as packs
from leaderboard.offline.submissions.evidence.pack import Pack
from leaderboard.release.trust import strict
from leaderboard.release.trust.attestation import PAYLOAD, Digest, Envelope, Subject
from leaderboard.release.trust.libraries import DsseEnvelope, Key, Signature, Signer, UnverifiedSignatureError
from leaderboard.release.trust.roles import distinct


class Sighting(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer says."""

    pack: Pack
    """Made by the reviewer, of the log."""
    seen_on: datetime.date


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed."""

    type: Literal["https://in-toto.io/Statement/v1"] = field(name="_type")
    predicate_type: Literal["urn:medharm-leaderboard:log-seen:v1"] = field(name="predicateType")
    subject: tuple[Subject]
    """The submission."""
    predicate: Sighting


def sign(pack: Pack, seen_on: datetime.date, signers: Sequence[Signer]) -> bytes:
    """Returns the record of a log that these reviewers saw on a day."""
    statement = Statement(
        "https://in-toto.io/Statement/v1",
        "urn:medharm-leaderboard:log-seen:v1",
        (Subject(Digest(pack.submission)),),
        Sighting(pack, seen_on),
    )
    envelope = DsseEnvelope(canonical.encode(statement), PAYLOAD, {})
    for signer in signers:
        envelope.sign(signer)
    return canonical.encode(envelope.to_dict())


def verify(data: bytes, reviewers: Iterable[Key], today: datetime.date) -> Pack:
    """Returns the pack that a record holds. Refused E_EVIDENCE where it is no record, E_DATE where its day has not
    come, E_SIGNATURE where no reviewer signed it or the signature of one is false."""
    if len(data) > packs.MAX_BYTES:
        raise refuse("E_SIZE", "$")
    envelope = strict.decode(data, Envelope, "E_EVIDENCE", "$")
    try:
        payload = b64decode(envelope.payload, validate=True)
        signed = {each.keyid: b64decode(each.sig, validate=True) for each in envelope.signatures}
    except ValueError:
        raise refuse("E_EVIDENCE", "$.payload") from None
    said = strict.decode(payload, Statement, "E_EVIDENCE", "$.payload")
    if said.subject[0].digest.sha256 != said.predicate.pack.submission:
        raise refuse("E_EVIDENCE", "$.payload.subject")
    if said.predicate.seen_on > today:
        raise refuse("E_DATE", "$.payload.predicate.seen_on")
    known = [key for key in distinct(reviewers) if key.keyid in signed]
    if not known:
        raise refuse("E_SIGNATURE", "$.signatures", "no reviewer of the repository signed this record")
    pae = DsseEnvelope(payload, PAYLOAD, {}).pae()
    for key in known:
        try:
            key.verify_signature(Signature(key.keyid, signed[key.keyid].hex()), pae)
        except UnverifiedSignatureError:
            raise refuse("E_SIGNATURE", "$.signatures") from None
    return said.predicate.pack
