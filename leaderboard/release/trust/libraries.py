"""The names that are taken from python-tuf and securesystemslib. Both document them as public, but re-export them from
private modules in a way that mypy does not take for an export: hence the exemptions, here once for all."""

from securesystemslib.dsse import Envelope as DsseEnvelope
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import (  # type: ignore[attr-defined]
    Key,
    Signature,
    SSlibKey,
)
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig  # type: ignore[attr-defined]
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher

__all__ = [
    "DeserializationError",
    "DsseEnvelope",
    "FetcherInterface",
    "Key",
    "MetaFile",
    "Metadata",
    "Role",
    "Root",
    "SSlibKey",
    "Signature",
    "Snapshot",
    "TargetFile",
    "Targets",
    "Timestamp",
    "UnverifiedSignatureError",
    "Updater",
    "UpdaterConfig",
    "Urllib3Fetcher",
]
