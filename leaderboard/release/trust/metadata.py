"""TUF's metadata files in the one form that is accepted, and who signed them.

python-tuf parses them, but it keeps fields that it does not know and accepts any text as an id, a hash or the name of a
target. So every file is rebuilt from nothing but versions, dates, keys, thresholds, hashes, lengths and names of a
fixed pattern. A file that holds anything else, or the same in other bytes, is refused: no text can ride along, and a
change that a lenient reader would accept is found. Parts of TUF that are not used here (delegations, other kinds of
key, hashes of metadata) are refused too.
https://theupdateframework.github.io/specification/v1.0.31/#file-formats
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.release.trust import contents
from leaderboard.release.trust.contents import Entry
from leaderboard.release.trust.libraries import (
    DeserializationError,
    Key,
    Metadata,
    MetaFile,
    Role,
    Root,
    Signature,
    Snapshot,
    SSlibKey,
    TargetFile,
    Targets,
    Timestamp,
    UnverifiedSignatureError,
)

Document = Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp]
S = TypeVar("S", Root, Targets, Snapshot, Timestamp)
MAX_THRESHOLD = 64


def read_root(data: bytes) -> Metadata[Root]:
    """Returns root metadata, unverified. Refused E_METADATA or E_CANON where it is not exactly of the form, E_KEY where
    a key's id is not the one computed from it (so no key can have two ids)."""
    return _read(data, Root, _plain_root)


def read_targets(data: bytes) -> Metadata[Targets]:
    """Returns targets metadata, unverified; Refused as by `read_root`, and E_METADATA where a target's custom data are
    not those of its kind."""
    return _read(data, Targets, _plain_targets)


def read_snapshot(data: bytes) -> Metadata[Snapshot]:
    """Returns snapshot metadata, unverified; Refused as by `read_root`. It names root.json too: TUF lets a host hide a
    new root until the old one expires; with the oldest root that is allowed here, only until the next snapshot."""
    return _read(data, Snapshot, _plain_snapshot)


def read_timestamp(data: bytes) -> Metadata[Timestamp]:
    """Returns timestamp metadata, unverified; Refused as by `read_root`."""
    return _read(data, Timestamp, _plain_timestamp)


READ: dict[str, Callable[[bytes], Document]] = {
    "root": read_root,
    "targets": read_targets,
    "snapshot": read_snapshot,
    "timestamp": read_timestamp,
}
"""How each role's file is read."""


def entries(data: bytes) -> dict[str, Entry]:
    """Returns the targets that targets metadata name; Refused as by `read_targets`."""
    return {name: _entry(name, target) for name, target in read_targets(data).signed.targets.items()}


def parse(data: bytes) -> Any:
    """Returns metadata of any role, unverified and of any form. Refused E_METADATA where python-tuf cannot read it."""
    try:
        return Metadata.from_bytes(data)
    except DeserializationError:  # its text may quote the file
        raise refuse("E_METADATA", "$") from None


def encode(document: Document) -> bytes:
    """Returns the one form of a metadata file: canonical JSON, signatures sorted by key id."""
    document.signatures = {keyid: document.signatures[keyid] for keyid in sorted(document.signatures)}
    return canonical.encode(document.to_dict())


def _read(data: bytes, kind: type[S], plain_part: Callable[[S], S]) -> Metadata[S]:
    document = parse(data)
    try:
        if not isinstance(document.signed, kind):
            raise TypeError("another role")
        signatures = {
            _hex(keyid, 64): Signature(keyid, _hex(signature.signature, 128))
            for keyid, signature in document.signatures.items()
        }
        plain = Metadata(plain_part(document.signed), signatures)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError):  # their texts may quote the file
        raise refuse("E_METADATA", "$") from None
    if document != plain:
        raise refuse("E_METADATA", "$")
    if encode(plain) != data:
        raise refuse("E_CANON", "$")
    return plain


def _plain_root(root: Root) -> Root:
    if any(key != computed_key(key.keyval["public"]) for key in root.keys.values()):
        raise refuse("E_KEY", "$.signed.keys")
    if not all(keyid in root.keys for role in root.roles.values() for keyid in role.keyids):
        raise refuse("E_KEY", "$.signed.roles")
    roles = {
        name: Role([_hex(keyid, 64) for keyid in role.keyids], _number(role.threshold, MAX_THRESHOLD))
        for name, role in root.roles.items()
    }
    return Root(*_plain_common(root), dict(root.keys), roles, consistent_snapshot=True)


def _plain_targets(targets: Targets) -> Targets:
    entries = {name: _entry(name, target) for name, target in targets.targets.items()}
    plain = {name: TargetFile.from_dict(msgspec.to_builtins(entry), name) for name, entry in entries.items()}
    return Targets(*_plain_common(targets), plain)


def _entry(name: str, target: TargetFile) -> Entry:
    if not contents.is_target(name):
        raise ValueError("not the name of a target")
    entry = msgspec.convert(target.to_dict(), Entry)
    custom = set() if entry.custom is None else set(msgspec.to_builtins(entry.custom))
    if name.endswith(".duckdb"):  # files of before say more, which is not read any more
        custom.discard("content")
    if custom != contents.custom_fields(name):
        raise refuse("E_METADATA", f"$.signed.targets.{name}.custom")
    return entry


def _plain_snapshot(snapshot: Snapshot) -> Snapshot:
    meta = {name: _plain_file(snapshot.meta[name]) for name in ("root.json", "targets.json")}
    return Snapshot(*_plain_common(snapshot), meta)


def _plain_timestamp(timestamp: Timestamp) -> Timestamp:
    return Timestamp(*_plain_common(timestamp), _plain_file(timestamp.snapshot_meta))


def _plain_file(file: MetaFile) -> MetaFile:
    return MetaFile(_number(file.version))


def _plain_common(signed: Root | Targets | Snapshot | Timestamp) -> tuple[int, str, Any]:
    if re.fullmatch(r"1\.0\.[0-9]{1,3}", signed.spec_version) is None:
        raise ValueError("another version of the specification")
    return _number(signed.version), signed.spec_version, signed.expires


def _number(value: object, most: int = 2**53) -> int:
    # python-tuf does not check types: 1.0 and true are not less than 1 either.
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError("not a whole number in range")
    return value


def _hex(value: str, digits: int) -> str:
    if re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is None:
        raise ValueError("not hex digits")
    return value


def computed_key(public: str) -> SSlibKey:
    """Returns the ed25519 key of these public bytes in hex: the same bytes always have the same id. ValueError where
    they are not a key."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))


def check_signatures(
    role: str, document: Document, by: Root, known: Mapping[str, Key], *, complete: bool = True
) -> list[Finding]:
    """Returns E_SIGNATURE where fewer keys of a role signed than `by` requires, or where any signature is false or of
    an unknown key: a spare signature may not be damaged either. `known` are the keys of all roots; where the older
    roots are not at hand (not `complete`), a signature of an unknown key may be by a reviewer of that time."""
    if not meets(by, role, document):
        return [Finding("E_SIGNATURE", "$.signatures")]
    for keyid, signature in document.signatures.items():
        if keyid not in known and not complete:
            continue
        try:
            known[keyid].verify_signature(signature, document.signed_bytes)
        except (KeyError, UnverifiedSignatureError):
            return [Finding("E_SIGNATURE", f"$.signatures.{keyid}")]
    return []


def meets(by: Root, role: str, document: Document) -> bool:
    """Returns whether enough of a role's keys signed a document, as a root requires."""
    return by.get_verification_result(role, document.signed_bytes, document.signatures).verified
