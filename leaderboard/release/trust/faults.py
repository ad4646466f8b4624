"""What an error of python-tuf's means, in codes and places: its own text quotes the source and is not passed on."""

import re

from tuf.api import exceptions

from leaderboard.base.findings import Finding, Refused
from leaderboard.release.trust import layout, sources
from leaderboard.release.trust.states import State


def explain(error: Exception, last: str) -> tuple[State, list[Finding]]:
    """Returns the state that an error leaves the site in, and the finding that says why. `last` is the path that was
    read last, relative to the repository."""
    place = re.sub(r"[0-9a-f]{64}\.", "", last, count=1)
    match error:
        case Refused():
            return "rejected", [*error.findings]
        case exceptions.ExpiredMetadataError():
            return "expired", [Finding("E_EXPIRED", place)]
        case exceptions.DownloadLengthMismatchError():
            return "rejected", [Finding("E_SIZE", place)]
        case exceptions.DownloadHTTPError(status_code=403 | 404):
            return ("offline" if place == layout.TIMESTAMP else "rejected"), [Finding("E_MISSING", place)]
        case sources.NotAFile():
            return "rejected", [Finding("E_FILE", place)]
        case exceptions.DownloadError():
            return "offline", [Finding("E_SOURCE", place)]
        case exceptions.BadVersionNumberError():
            return "rejected", [Finding("E_VERSION", place)]
        case exceptions.UnsignedMetadataError():
            return "rejected", [Finding("E_SIGNATURE", place)]
        case exceptions.LengthOrHashMismatchError():
            return "rejected", [Finding("E_DIGEST", place)]
        case _:
            return "rejected", [Finding("E_METADATA", place)]
