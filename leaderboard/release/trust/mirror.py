"""A copy of a repository from any source, so that `inspection` can read every file of it. Nothing is trusted here, so
what is read is bounded: each file by its length, all of them by number of roots, bytes and time."""

import time
from pathlib import Path

from tuf.api import exceptions

from leaderboard.base import durable
from leaderboard.base.findings import Finding, Refused
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.sources import NotAFile, Source

MAX_ROOTS = 256
"""As many as a reader follows from the root that it trusts (python-tuf's `max_root_rotations`)."""
MAX_ROOT = 512_000
"""Bytes of a root; a reader takes no longer one."""
MAX_TOTAL = 4 * 1024**3
"""Bytes of all files: a hundred times a repository of today."""
SECONDS = 900
"""Time for all files."""


class _Spent(Exception):
    """The source has sent all that it may."""


class Unreachable(Exception):
    """Nothing answers at the source."""


def copy(source: Source, folder: Path) -> list[Finding]:
    """Copies what the source's metadata lead to into a folder, and returns a finding for each file that is too long or
    not a file; one that is missing is left to the inspection. Raises Unreachable where there is no repository."""
    findings: list[Finding] = []
    try:
        _copy_all(source, folder, findings)
    except exceptions.DownloadError:
        raise Unreachable from None
    except _Spent:
        findings.append(Finding("E_SIZE", "$", f"more than {MAX_TOTAL // 1024**2} MiB in all"))
    except Refused:
        pass  # not of its form: the inspection says so, with its path
    return findings


def _copy_all(source: Source, folder: Path, findings: list[Finding]) -> None:
    left, until = MAX_TOTAL, time.monotonic() + SECONDS

    def copy_file(path: str, limit: int) -> bytes | None:
        nonlocal left
        if time.monotonic() > until:
            raise exceptions.SlowRetrievalError
        if left < limit:
            raise _Spent
        try:
            data = source.read(path, limit)
        except exceptions.DownloadLengthMismatchError:
            findings.append(Finding("E_SIZE", path))
            return None
        except NotAFile:
            findings.append(Finding("E_FILE", path))
            return None
        if data is not None:
            durable.write(folder / path, data)
        left -= len(data or b"")
        return data

    timestamp = copy_file(layout.TIMESTAMP, layout.MAX_METADATA)
    if timestamp is None:
        raise exceptions.DownloadError("missing")
    version = 1
    while copy_file(layout.versioned("root", version), MAX_ROOT) is not None:
        version += 1
        if version > MAX_ROOTS:
            findings.append(Finding("E_SIZE", layout.versioned("root", version), f"more than {MAX_ROOTS} roots"))
            break
    at = metadata.read_timestamp(timestamp).signed.snapshot_meta.version
    snapshot = copy_file(layout.versioned("snapshot", at), layout.MAX_METADATA) or b""
    at = metadata.read_snapshot(snapshot).signed.meta["targets.json"].version
    targets = copy_file(layout.versioned("targets", at), layout.MAX_METADATA) or b""
    for name, entry in metadata.entries(targets).items():
        copy_file(layout.placed(name, entry.hashes.sha256), min(entry.length, contents.MAX_TARGET))
