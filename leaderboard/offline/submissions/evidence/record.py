"""A reviewer's record of a log seen at the lab: the pack made of it there, with the day, signed by the reviewer's key.

The log stays at the lab, and the key at home: the reviewer makes the pack on the lab's machine, takes the pack home and
signs it there (`signing.attesting`). An in-toto Statement v1 in a DSSE envelope, as attestations are.
"""

import datetime
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.submissions.evidence import pack as packs
from leaderboard.offline.submissions.evidence.pack import Pack
from leaderboard.release.trust import attestation, strict
from leaderboard.release.trust.attestation import Digest, Envelope, Subject
from leaderboard.release.trust.libraries import Key


class Sighting(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer states."""

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


def statement(pack: Pack, seen_on: datetime.date) -> bytes:
    """Returns the bytes to be signed for a log that was seen on a day."""
    return canonical.encode(
        Statement(
            "https://in-toto.io/Statement/v1",
            "urn:medharm-leaderboard:log-seen:v1",
            (Subject(Digest(pack.submission)),),
            Sighting(pack, seen_on),
        )
    )


def verify(data: bytes, reviewers: Iterable[Key], today: datetime.date) -> Pack:
    """Returns the pack that a record holds. Refused E_EVIDENCE where it is no record, E_DATE where its day is in the
    future, E_SIGNATURE where no reviewer signed it or the signature of one is false."""
    if len(data) > packs.MAX_BYTES:
        raise refuse("E_SIZE", "$")
    envelope = strict.decode(data, Envelope, "E_EVIDENCE", "$")
    payload = attestation.payload(envelope, "E_EVIDENCE")
    record = strict.decode(payload, Statement, "E_EVIDENCE", "$.payload")
    if record.subject[0].digest.sha256 != record.predicate.pack.submission:
        raise refuse("E_EVIDENCE", "$.payload.subject")
    if record.predicate.seen_on > today:
        raise refuse("E_DATE", "$.payload.predicate.seen_on")
    if not attestation.signers(envelope, payload, reviewers):
        raise refuse("E_SIGNATURE", "$.signatures", "no reviewer of the repository signed this record")
    return record.predicate.pack
