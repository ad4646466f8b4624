"""Typed, canonical decoding of bytes that nobody vouches for yet. No error repeats a word of them."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from leaderboard.base import canonical
from leaderboard.base.findings import refuse

T = TypeVar("T")
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A sha256, a key id or a public key."""


def decode(data: bytes, kind: type[T], code: str, place: str) -> T:
    """Returns what canonical JSON bytes hold. Refused with `code` where they are not of the type, E_CANON where they
    are, but are not written in the canonical way."""
    try:
        value = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # their texts may quote the input
        raise refuse(code, place) from None
    if canonical.encode(value) != data:
        raise refuse("E_CANON", place)
    return value
