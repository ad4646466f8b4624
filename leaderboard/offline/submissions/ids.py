"""Short ids for items and families whose own ids do not fit a submission: texts, paths, other scripts.

An id that has the form of a submission (`ItemId`) stays as it is, unless it looks like a hash. Any other id becomes
"sha256-" and the first 32 hex digits of the sha256 of its normal form in UTF-8. So an id depends on nothing but itself:
not on the machine, the other ids or the order of the table, and no id that stays can equal a hash. Which id was which
is written beside the manifest; it is private, like the manifest, and never part of a release.
"""

import re
from collections.abc import Mapping

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.base.fitting import fits
from leaderboard.offline.submissions.submission import ItemId

MAX_BYTES = 64 * 1024 * 1024
"""Of the map."""
LONGEST = 200
"""Characters of an id. What is longer is a text, and nobody meant it to be an id."""
DIGITS = 32
_HASH = re.compile(rf"sha256-[0-9a-f]{{{DIGITS}}}")
_decoder = msgspec.json.Decoder(dict[ItemId, str])


def shorten(id: str) -> str:
    """Returns the id that a submission has for an item or a family of that id."""
    return id if fits(id, ItemId) and not _HASH.fullmatch(id) else f"sha256-{canonical.sha256(id.encode())[:DIGITS]}"


def encode(ids: Mapping[str, str]) -> bytes:
    """Returns the canonical bytes of a map from each hash to the id that it is of."""
    return canonical.encode(dict(ids))


def decode(data: bytes) -> dict[str, str]:
    """Returns the map that canonical bytes hold; Refused E_SCHEMA or E_CANON where it is not one, or a hash is not that
    of its id."""
    try:
        ids = _decoder.decode(data)
        hashed = {shorten(id): id for id in ids.values()}
    except (ValueError, RecursionError):
        raise refuse("E_SCHEMA", "$") from None
    if hashed != ids:
        raise refuse("E_SCHEMA", "$", "a hash is not that of its id")
    if encode(ids) != data:
        raise refuse("E_CANON", "$")
    return ids
