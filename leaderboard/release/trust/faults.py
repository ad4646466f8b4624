"""What an error of python-tuf means, as codes and paths: its own text quotes the source and is not passed on."""

import re

from tuf.api import exceptions

from leaderboard.base.findings import Finding, Refused
from leaderboard.release.trust import layout, sources
from leaderboard.release.trust.states import State


def explain(error: Exception, last: str) -> tuple[State, list[Finding]]:
    """Returns the state that an error leaves the site in, and the finding that says why. `last` is the path that was
    read last, relative to the repository."""
    path = re.sub(r"[0-9a-f]{64}\.", "", last, count=1)
    match error:
        case Refused():
            return "rejected", [*error.findings]
        case exceptions.ExpiredMetadataError():
            return "expired", [Finding("E_EXPIRED", path)]
        case exceptions.DownloadLengthMismatchError():
            return "rejected", [Finding("E_SIZE", path)]
        case exceptions.DownloadHTTPError(status_code=403 | 404):
            return ("offline" if path == layout.TIMESTAMP else "rejected"), [Finding("E_MISSING", path)]
        case sources.NotAFile():
            return "rejected", [Finding("E_FILE", path)]
        case exceptions.DownloadError():
            return "offline", [Finding("E_SOURCE", path)]
        case exceptions.BadVersionNumberError():
            return "rejected", [Finding("E_VERSION", path)]
        case exceptions.UnsignedMetadataError():
            return "rejected", [Finding("E_SIGNATURE", path)]
        case exceptions.LengthOrHashMismatchError():
            return "rejected", [Finding("E_DIGEST", path)]
        case _:
            return "rejected", [Finding("E_METADATA", path)]
