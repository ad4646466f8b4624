"""A signed draft becomes the current state: checked as a reader will check it, then written so that a reader at any
moment, and after a crash at any moment, sees the old state or the new one.

Order: new target files and new metadata under names that nothing leads to yet; a new root, under which the old state is
still valid; `timestamp.json`, which leads to the new state; the last root of a change of keys, under which only the new
state is valid. Then the files that nothing leads to any more are removed.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.signing import drafts, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.repository import SERVED, Expiry
from leaderboard.offline.signing.signers import Signer
from leaderboard.release.trust import contents, inspection, layout, metadata, proof
from leaderboard.release.trust.contents import Entries, Entry, Release
from leaderboard.release.trust.layout import State

_OURS = re.compile(r"\d+\.(root|targets|snapshot)\.json|[0-9a-f]{64}\..+|\..+\.part")


RENEWED = {
    "root": "only the owners can renew it: `trust rotate`, without naming a role",
    "targets": "only the reviewers can renew them: `release draft`, signed and published",
}
"""What a heartbeat does not renew, and who does."""


class Published(NamedTuple):
    """The state that a repository is in after publication."""

    release: int | None
    seq: int
    root: int
    targets: int
    snapshot: int
    timestamp: int


def publish(draft: Draft, folder: Path, *, now: datetime) -> Published:
    """Makes a draft the current state of a repository and returns it. Publishing the same draft again changes nothing.
    Refused E_STALE where the repository has moved on since it was drafted, otherwise with what `check_draft` finds; an
    OSError means that the old state is current, and that the same call may be repeated."""
    with durable.locked(folder):
        return _publish(draft, folder, now)


def heartbeat(folder: Path, signers: Sequence[Signer], *, now: datetime, expiry: Expiry = SERVED) -> Published:
    """Renews snapshot and timestamp with the release key, so that the current state does not expire. Refused E_EXPIRED
    where the root or the targets have expired: the release key cannot renew these, and no site would show the state;
    as by `inspection.check_state` where a file is not what its keys signed."""
    with durable.locked(folder):
        state = layout.require_state(folder)
        faults = inspection.check_state(state, state.roots[0], now)
        if faults := [fault for fault in faults if fault.code not in ("E_EXPIRED", "E_VALIDITY")]:
            raise Refused(faults)
        if over := [role for role in RENEWED if repository.ends(folder)[role] <= now]:
            raise Refused(Finding("E_EXPIRED", f"$.{role}", RENEWED[role]) for role in over)
        draft = repository.prolong(folder, now=now, expiry=expiry)
        for signer in signers:
            draft = drafts.sign(draft, signer)
        return _publish(draft, folder, now)


def _publish(draft: Draft, folder: Path, now: datetime) -> Published:
    _require_current(draft, layout.read_state(folder))
    if findings := check_draft(draft, folder, now):
        raise Refused(findings)
    files = list(writes(draft))
    try:
        _write(folder, files)
    except OSError:
        # An error on the very last fsync comes after the rename: what a reader sees decides, not the error.
        if not all(_is_there(folder / path, data) for path, data in files):
            raise
    with suppress(OSError):  # leftovers do no harm, and are removed the next time
        _sweep(folder)
    return _describe(draft)


def _require_current(draft: Draft, state: State | None) -> None:
    """A draft continues from the state that it was made of, or from itself, written in part or whole. All documents are
    compared: two drafts of one state have equal timestamps if they were made at the same moment."""
    base = draft.base
    root = state.roots[-1] if state else b""
    current = (state.targets, state.timestamp) if state else (b"", b"")
    before = current == (base.targets, base.timestamp)
    after = current == (draft.targets or base.targets, draft.timestamp) and state and state.snapshot == draft.snapshot
    if root not in (base.root, *draft.roots) or not (before or after):
        raise refuse("E_STALE", "$.base")


def check_draft(draft: Draft, folder: Path, now: datetime) -> list[Finding]:
    """Returns what prevents a draft from being published: a signature that is missing or false (E_SIGNATURE), versions
    that do not follow (E_VERSION), a date that has passed (E_EXPIRED), files that are not those of the metadata
    (E_DRAFT, E_MISSING, E_DIGEST), or inconsistent contents (see `proof`)."""
    return (
        drafts.check_files(draft)
        or [*_check_pages(draft, now), *_check_passage(draft), *_check_versions(draft)]
        or _check_targets(draft, folder)
    )


def _check_pages(draft: Draft, now: datetime) -> Iterator[Finding]:
    for page in drafts.pages(draft):
        faults = [metadata.check_signatures(page.role, page.document, root, page.keys()) for root in page.by]
        if any(faults):
            yield Finding("E_SIGNATURE", f"$.{page.name}")
        if page.document.signed.is_expired(now):
            yield Finding("E_EXPIRED", f"$.{page.name}")


def _check_passage(draft: Draft) -> Iterator[Finding]:
    """While a root is being replaced, the state before and the state after must both be valid under the first new one;
    under the last, the state after."""
    if not draft.base.root:
        return
    after = [draft.targets or draft.base.targets, draft.snapshot, draft.timestamp]
    valid = [[draft.base.targets, draft.base.timestamp, *(after if len(draft.roots) > 1 else [])], after]
    for root, documents in zip(draft.roots, valid, strict=False):
        if not all(_holds(root, document) for document in documents):
            yield Finding("E_SIGNATURE", "$.roots")


def _holds(root: bytes, data: bytes) -> bool:
    by, document = metadata.read_root(root).signed, metadata.parse(data)
    return metadata.meets(by, document.signed.type, document)


def _check_versions(draft: Draft) -> Iterator[Finding]:
    root, targets, timestamp = _versions_before(draft)
    snapshot, after = metadata.read_snapshot(draft.snapshot).signed, metadata.read_timestamp(draft.timestamp).signed
    if draft.targets is not None:
        targets += 1
        if metadata.read_targets(draft.targets).signed.version != targets:
            yield Finding("E_VERSION", "$.targets")
    if [metadata.read_root(data).signed.version for data in draft.roots] != [
        *range(root + 1, root + 1 + len(draft.roots))
    ]:
        yield Finding("E_VERSION", "$.roots")
    if {name: meta.version for name, meta in snapshot.meta.items()} != {
        "root.json": root + bool(draft.roots),
        "targets.json": targets,
    }:
        yield Finding("E_VERSION", "$.snapshot")
    if after.version <= timestamp or after.snapshot_meta.version != snapshot.version:
        yield Finding("E_VERSION", "$.timestamp")


def _versions_before(draft: Draft) -> tuple[int, int, int]:
    if not draft.base.root:
        return 0, 0, 0
    return (
        metadata.read_root(draft.base.root).signed.version,
        metadata.read_targets(draft.base.targets).signed.version,
        metadata.read_timestamp(draft.base.timestamp).signed.version,
    )


def _check_targets(draft: Draft, folder: Path) -> list[Finding]:
    old, new = drafts.old_entries(draft), drafts.new_entries(draft)
    faults = [
        Finding("E_SEQ", f"targets/{release.name}")  # a published release and its definitions never change
        for release in contents.releases(new)
        if release.name in old and _of(release, old) != _of(release, new)
    ]
    files = [(name, folder / layout.placed(name, entry.hashes.sha256), entry) for name, entry in new.items()]
    faults += [
        fault
        for name, path, entry in files
        if name not in draft.files
        for fault in layout.check_target(name, path, entry)
    ]
    if faults:
        return faults
    known = proof.Known(contents.ledger_head(old), contents.current_release(old))
    paths = {name: path for name, path, _ in files}

    def read(name: str) -> bytes:
        return draft.files[name] if name in draft.files else paths[name].read_bytes()

    return proof.prove(new, read, drafts.final_root(draft).signed, known).findings


def _of(release: Release, entries: Entries) -> dict[str, Entry]:
    folder = release.name.rpartition("/")[0] + "/"
    return {name: entry for name, entry in entries.items() if name.startswith(folder)}


def writes(draft: Draft) -> Iterator[tuple[str, bytes]]:
    """Returns every file of a draft in the order in which it is written, by its path in the repository."""
    for name, data in sorted(draft.files.items()):
        yield layout.placed(name, canonical.sha256(data)), data
    if draft.targets is not None:
        yield layout.versioned("targets", metadata.read_targets(draft.targets).signed.version), draft.targets
    yield layout.versioned("snapshot", metadata.read_snapshot(draft.snapshot).signed.version), draft.snapshot
    roots = [(layout.versioned("root", metadata.read_root(data).signed.version), data) for data in draft.roots]
    yield from roots[:1]
    yield layout.TIMESTAMP, draft.timestamp
    yield from roots[1:]


def _write(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Writes all files in their order. Everything else is on the disk, up to the names of its folders, before the first
    file that leads anywhere."""
    leads = [path == layout.TIMESTAMP or path.endswith(".root.json") for path, _ in files]
    first = leads.index(True)
    for path, data in files[:first]:
        _put(folder / path, data)
    parents = {parent for path, _ in files for parent in (folder / path).parents}
    for parent in sorted(parent for parent in parents if parent.is_relative_to(folder.parent)):
        durable.sync_folder(parent)
    for path, data in files[first:]:
        _put(folder / path, data)


def _put(path: Path, data: bytes) -> None:
    """Writes a file; one that exists already, perhaps from an interrupted attempt, is only made durable."""
    if not _is_there(path, data):
        durable.write(path, data)
        return
    durable.sync_file(path)
    durable.sync_folder(path.parent)


def _is_there(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _sweep(folder: Path) -> None:
    """Removes what an interrupted publication left and what only the state before led to. Files whose names are not of
    our pattern are not touched; `inspection` reports them."""
    named = set(layout.paths(layout.require_state(folder)))
    for path in [path for part in ("metadata", "targets") for path in (folder / part).rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in named and _OURS.fullmatch(path.name):
            path.unlink()
            with suppress(OSError):  # not empty
                for parent in path.parents:
                    parent.rmdir()


def _describe(draft: Draft) -> Published:
    release = contents.current_release(drafts.new_entries(draft))
    snapshot = metadata.read_snapshot(draft.snapshot).signed
    return Published(
        release=release.number if release else None,
        seq=release.seq if release else 0,
        root=drafts.final_root(draft).signed.version,
        targets=snapshot.meta["targets.json"].version,
        snapshot=snapshot.version,
        timestamp=metadata.read_timestamp(draft.timestamp).signed.version,
    )
