"""Decoding of bytes that nobody vouches for yet: typed, canonical, and without a word of theirs in any error."""

from typing import TypeVar

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import refuse

T = TypeVar("T")


def decode(data: bytes, kind: type[T], code: str, place: str) -> T:
    """Returns what canonical JSON bytes hold. Refused with `code` where they are not of the type, E_CANON where they
    are, but are not written in the one way."""
    try:
        made = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # their texts may quote the input
        raise refuse(code, place) from None
    if canonical.encode(made) != data:
        raise refuse("E_CANON", place)
    return made
