"""Canonical JSON: UTF-8, sorted keys, no spaces, so that equal content has equal bytes and an equal sha256."""

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Returns the canonical JSON bytes of a value or msgspec Struct."""
    return _encoder.encode(value)


def sha256(data: bytes) -> str:
    """Returns the sha256 of some bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
