"""The one exact form of TUF's metadata files.

python-tuf keeps unknown keys, some of them unsigned, and forgives the order of keys and white space. Here a file is its
canonical bytes and holds nothing but versions, dates, digests, key ids and names of a closed pattern: no text can ride
along, and a change that a lenient reader would forgive is found. Parts of TUF that are not used (delegations, other
kinds of key, lengths of metadata) are not part of the form.
https://theupdateframework.github.io/specification/v1.0.31/#file-formats
"""

import re
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

from leaderboard.base.findings import refuse
from leaderboard.release.trust import strict

RELEASE = r"releases/[1-9][0-9]{0,5}/leaderboard\.(json|duckdb)"
TARGET = (
    rf"{RELEASE}"
    r"|ledger\.jsonl"
    r"|attestations/[0-9a-f]{64}\.json"
    r"|(releases/[1-9][0-9]{0,5}/)?boards/([a-z0-9][a-z0-9_-]{0,62}/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
)
"""Every name that a target may have."""
MAX_TARGET = 256 * 1024 * 1024
"""Bytes of a target; far above any release."""

Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hex128 = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]
Name = Annotated[str, Meta(pattern=rf"^({TARGET})\Z")]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Version = Annotated[int, Meta(ge=1, le=2**53)]
Time = Annotated[str, Meta(pattern=r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
Specification = Annotated[str, Meta(pattern=r"^1\.0\.[0-9]{1,3}\Z")]


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    keyid: Hex64
    sig: Hex128


class Common(Struct, frozen=True, forbid_unknown_fields=True):
    expires: Time
    spec_version: Specification
    version: Version


class KeyValue(Struct, frozen=True, forbid_unknown_fields=True):
    public: Hex64


class PublicKey(Struct, frozen=True, forbid_unknown_fields=True):
    keytype: Literal["ed25519"]
    keyval: KeyValue
    scheme: Literal["ed25519"]


class Role(Struct, frozen=True, forbid_unknown_fields=True):
    keyids: list[Hex64]
    threshold: Annotated[int, Meta(ge=1, le=64)]


class RoleSet(Struct, frozen=True, forbid_unknown_fields=True):
    root: Role
    snapshot: Role
    targets: Role
    timestamp: Role


class RootPart(Common, frozen=True, forbid_unknown_fields=True):
    type: Literal["root"] = field(name="_type")
    consistent_snapshot: Literal[True]
    keys: dict[Hex64, PublicKey]
    roles: RoleSet


class Sha256(Struct, frozen=True, forbid_unknown_fields=True):
    sha256: Hex64


class Custom(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the signature says of a target beside its bytes. Of a release: seq, release. Of the ledger: lines, head."""

    content: Hex64 | UnsetType = UNSET
    """Of a DuckDB file of before: a hash over its sorted rows. Not read any more; the file is known by its own hash."""
    head: Hex64 | UnsetType = UNSET
    lines: Count | UnsetType = UNSET
    release: Version | UnsetType = UNSET
    seq: Version | UnsetType = UNSET
    """Place of the release in everything ever published: the highest is the current one, and it never goes back."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One target: its length, its digest, and what is said of it."""

    hashes: Sha256
    length: Annotated[int, Meta(ge=0, le=MAX_TARGET)]
    custom: Custom | UnsetType = UNSET


class TargetsPart(Common, frozen=True, forbid_unknown_fields=True):
    type: Literal["targets"] = field(name="_type")
    targets: dict[Name, Entry]


class MetaVersion(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version


class SnapshotMeta(Struct, frozen=True, forbid_unknown_fields=True):
    root: MetaVersion = field(name="root.json")
    """The oldest root that may still be the last one. TUF lets whoever serves a repository hide a new root until the
    old one expires; with this they can hide it until the next snapshot."""
    targets: MetaVersion = field(name="targets.json")


class SnapshotPart(Common, frozen=True, forbid_unknown_fields=True):
    type: Literal["snapshot"] = field(name="_type")
    meta: SnapshotMeta


class TimestampMeta(Struct, frozen=True, forbid_unknown_fields=True):
    snapshot: MetaVersion = field(name="snapshot.json")


class TimestampPart(Common, frozen=True, forbid_unknown_fields=True):
    type: Literal["timestamp"] = field(name="_type")
    meta: TimestampMeta


class RootFile(Struct, frozen=True, forbid_unknown_fields=True):
    signatures: list[Signature]
    signed: RootPart


class SnapshotFile(Struct, frozen=True, forbid_unknown_fields=True):
    signatures: list[Signature]
    signed: SnapshotPart


class TargetsFile(Struct, frozen=True, forbid_unknown_fields=True):
    signatures: list[Signature]
    signed: TargetsPart


class TimestampFile(Struct, frozen=True, forbid_unknown_fields=True):
    signatures: list[Signature]
    signed: TimestampPart


F = TypeVar("F", RootFile, SnapshotFile, TargetsFile, TimestampFile)


def is_target(name: str) -> bool:
    """Says whether a target may have this name."""
    return re.fullmatch(TARGET, name) is not None


def is_release(name: str) -> bool:
    """Says whether a target is the file of a release, by its name."""
    return re.fullmatch(RELEASE, name) is not None


def decode(data: bytes, form: type[F]) -> F:
    """Returns what a metadata file holds. Refused E_METADATA where it is not of the form, E_CANON where it is not
    written in the one way, signatures in order of key id."""
    made = strict.decode(data, form, "E_METADATA", "$")
    ids = [signature.keyid for signature in made.signatures]
    if ids != sorted(set(ids)):
        raise refuse("E_CANON", "$")
    return made
