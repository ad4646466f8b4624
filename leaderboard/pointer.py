"""The pointer file: which release is current, and the digest of every release kept. Written last, read first."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from leaderboard import canonical
from leaderboard.findings import refuse

MAX_BYTES = 256 * 1024 * 1024
"""Far above any release (thousands of systems take a few megabytes); a larger file is not read."""

Name = Annotated[str, Meta(pattern=r"^releases/[1-9][0-9]{0,5}/leaderboard\.duckdb\Z")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """One file that the pointer vouches for."""

    content: Hex64
    """Digest over the sorted rows of every table: equal for equal numbers, whatever wrote the file."""
    sha256: Hex64
    size: Annotated[int, Meta(ge=1, le=MAX_BYTES)]


class Pointer(Struct, frozen=True, forbid_unknown_fields=True):
    """Which release is current, and the digest of every release kept."""

    format: Literal[1]
    release: Annotated[int, Meta(ge=1)]
    released_on: date
    targets: dict[Name, Target]


def target_name(number: int) -> str:
    """Returns the name under which the pointer lists a release."""
    return f"releases/{number}/leaderboard.duckdb"


def decode_pointer(data: bytes) -> Pointer:
    """Returns the pointer that canonical bytes hold; Refused E_POINTER where they are not one, or where the current
    release is not among those listed."""
    try:
        pointer = msgspec.json.decode(data, type=Pointer)
    except (msgspec.DecodeError, RecursionError):  # its text may quote the input
        raise refuse("E_POINTER", "$") from None
    if canonical.encode(pointer) != data or target_name(pointer.release) not in pointer.targets:
        raise refuse("E_POINTER", "$")
    return pointer
