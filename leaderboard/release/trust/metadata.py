"""TUF's metadata files as python-tuf reads them, each in its one form, and who signed them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import UnsetType

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, refuse
from leaderboard.release.trust import forms
from leaderboard.release.trust.forms import Entry
from leaderboard.release.trust.libraries import (
    DeserializationError,
    Key,
    Metadata,
    Root,
    Snapshot,
    SSlibKey,
    Targets,
    Timestamp,
    UnverifiedSignatureError,
)

Document = Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp]


def read_root(data: bytes) -> Metadata[Root]:
    """Returns root metadata, unverified. Refused E_METADATA or E_CANON where it is not exactly of the form, E_KEY where
    a key's id is not the one computed from it (so no key can stand under two ids)."""
    made = forms.decode(data, forms.RootFile)
    if any(_id_of(key.keyval.public) != keyid for keyid, key in made.signed.keys.items()):
        raise refuse("E_KEY", "$.signed.keys")
    document: Metadata[Root] = parse(data)
    return document


def read_targets(data: bytes) -> Metadata[Targets]:
    """Returns targets metadata, unverified; Refused as by `read_root`, and E_METADATA where something is said of a
    target that is not said of its kind."""
    entries(data)
    document: Metadata[Targets] = parse(data)
    return document


def read_snapshot(data: bytes) -> Metadata[Snapshot]:
    """Returns snapshot metadata, unverified; Refused as by `read_root`."""
    forms.decode(data, forms.SnapshotFile)
    document: Metadata[Snapshot] = parse(data)
    return document


def read_timestamp(data: bytes) -> Metadata[Timestamp]:
    """Returns timestamp metadata, unverified; Refused as by `read_root`."""
    forms.decode(data, forms.TimestampFile)
    document: Metadata[Timestamp] = parse(data)
    return document


READ: dict[str, Callable[[bytes], Document]] = {
    "root": read_root,
    "targets": read_targets,
    "snapshot": read_snapshot,
    "timestamp": read_timestamp,
}
"""How each role's file is read."""


def entries(data: bytes) -> dict[str, Entry]:
    """Returns the targets that targets metadata name; Refused as by `read_targets`."""
    named = dict(forms.decode(data, forms.TargetsFile).signed.targets)
    for name, entry in named.items():
        said = _said(entry) - ({"content"} if name.endswith(".duckdb") else set())
        if said != _expected(name):
            raise refuse("E_METADATA", f"$.signed.targets.{name}.custom")
    return named


def _said(entry: Entry) -> set[str]:
    return set() if isinstance(entry.custom, UnsetType) else set(msgspec.to_builtins(entry.custom))


def _expected(name: str) -> set[str]:
    if forms.is_release(name):
        return {"release", "seq"}
    return {"head", "lines"} if name == "ledger.jsonl" else set()


def parse(data: bytes) -> Any:
    """Returns metadata of whichever role, unverified and of whatever form."""
    try:
        return Metadata.from_bytes(data)
    except DeserializationError:  # 31 February, say, has the form of a date
        raise refuse("E_METADATA", "$") from None


def computed_id(public: str) -> str:
    """Returns the id of an ed25519 key from its public bytes in hex: the same key always has the same id. ValueError
    where the bytes are not a key."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))).keyid


def _id_of(public: str) -> str | None:
    try:
        return computed_id(public)
    except ValueError:
        return None


def encode(document: Document) -> bytes:
    """Returns the one form of a metadata file."""
    document.signatures = {keyid: document.signatures[keyid] for keyid in sorted(document.signatures)}
    return canonical.encode(document.to_dict())


def check_signatures(role: str, document: Document, by: Root, known: Mapping[str, Key]) -> list[Finding]:
    """Returns E_SIGNATURE where fewer keys of a role signed than `by` requires, or where any signature is false or of a
    key that no root ever named: a spare signature may not be spoilt either."""
    if not meets(by, role, document):
        return [Finding("E_SIGNATURE", "$.signatures")]
    for keyid, signature in document.signatures.items():
        try:
            known[keyid].verify_signature(signature, document.signed_bytes)
        except (KeyError, UnverifiedSignatureError):
            return [Finding("E_SIGNATURE", f"$.signatures.{keyid}")]
    return []


def meets(by: Root, role: str, document: Document) -> bool:
    """Says whether enough of a role's keys signed a document, as a root requires."""
    return by.get_verification_result(role, document.signed_bytes, document.signatures).verified
