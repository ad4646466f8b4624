"""A copy of a repository from wherever it is, so that `inspection` can look at every file of it. Nothing is believed
here but lengths, which only bound what is read."""

from pathlib import Path

from tuf.api import exceptions

from leaderboard import durable
from leaderboard.findings import Finding, Refused
from leaderboard.trust import forms, layout, metadata
from leaderboard.trust.sources import NotAFile, Source


class Unreachable(Exception):
    """Nothing answers at the source."""


def copy(source: Source, folder: Path) -> list[Finding]:
    """Copies what the source's metadata lead to into a folder, and returns a finding for each file that is too long or
    not a file; one that is missing is found by the inspection. Raises Unreachable where there is no repository."""
    findings: list[Finding] = []
    try:
        _copy_all(source, folder, findings)
    except exceptions.DownloadError:
        raise Unreachable from None
    except Refused:
        pass  # not of its form: the inspection says so, with its place
    return findings


def _copy_all(source: Source, folder: Path, findings: list[Finding]) -> None:
    timestamp = _copy(source, layout.TIMESTAMP, folder, layout.MAX_METADATA, findings)
    if timestamp is None:
        raise exceptions.DownloadError("missing")
    version = 1
    while _copy(source, layout.versioned("root", version), folder, layout.MAX_METADATA, findings) is not None:
        version += 1
    at = metadata.read_timestamp(timestamp).signed.snapshot_meta.version
    snapshot = _copy(source, layout.versioned("snapshot", at), folder, layout.MAX_METADATA, findings) or b""
    at = metadata.read_snapshot(snapshot).signed.meta["targets.json"].version
    targets = _copy(source, layout.versioned("targets", at), folder, layout.MAX_METADATA, findings) or b""
    for name, entry in metadata.entries(targets).items():
        limit = min(entry.length, forms.MAX_TARGET)
        _copy(source, layout.placed(name, entry.hashes.sha256), folder, limit, findings)


def _copy(source: Source, path: str, folder: Path, limit: int, findings: list[Finding]) -> bytes | None:
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
    return data
