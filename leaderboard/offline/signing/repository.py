"""Drafts of a repository's next state: its first one, new targets, other keys, or the same state for longer.

Nothing here signs or writes. `drafts.sign` signs, `publication.publish` writes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.signing.drafts import Base, Draft
from leaderboard.release.trust import contents, layout, ledger, metadata, roles
from leaderboard.release.trust.layout import State
from leaderboard.release.trust.libraries import Key, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from leaderboard.release.trust.roles import Roles


class Expiry(NamedTuple):
    """How long signatures are valid from the moment of drafting."""

    root: timedelta
    targets: timedelta
    snapshot: timedelta
    timestamp: timedelta


SERVED = Expiry(timedelta(days=730), timedelta(days=365), timedelta(days=30), timedelta(days=30))
"""A site that is frozen at an old release shows so after 30 days; `heartbeat` renews snapshot and timestamp."""
EMBEDDED = Expiry(*[timedelta(days=36_500)] * 4)
"""A clone must still verify many years later, and nobody renews it."""


class NewRelease(NamedTuple):
    """A release to be added."""

    number: int
    data: bytes
    """The release file."""
    definitions: Mapping[str, bytes]
    """What it was made with, by path in a folder of boards. It has its own copy, because the present ones change."""
    file: str = contents.FILE

    @property
    def targets(self) -> dict[str, bytes]:
        """Its targets by name, the file first."""
        own = f"releases/{self.number}/{contents.BOARDS}"
        return {
            contents.release_name(self.number, self.file): self.data,
            **{f"{own}{path}": data for path, data in self.definitions.items()},
        }


def init(new_roles: Roles, *, now: datetime, expiry: Expiry = SERVED) -> Draft:
    """Returns the draft of a repository's first state, without targets. Refused E_KEY or E_THRESHOLD where the roles
    are impossible."""
    root = roles.make_root(new_roles, 1, now + expiry.root)
    base = Base((), b"", b"")
    return _complete(base, [root], Targets(version=1, expires=now + expiry.targets), {}, 0, 0, now, expiry)


def draft(
    folder: Path,
    *,
    now: datetime,
    expiry: Expiry = SERVED,
    add: Mapping[str, bytes] | None = None,
    remove: Collection[str] = (),
    releases: Sequence[NewRelease] = (),
    new_roles: Roles | None = None,
) -> Draft:
    """Returns the draft of a repository's next state: targets added, replaced or removed, new releases in order, other
    roles. Refused E_TARGET where a name cannot be added or removed, E_SEQ where a release's number is not a new, higher
    one, E_DRAFT where nothing changes."""
    state = layout.require_state(folder)
    old = metadata.entries(state.targets)
    files = _changed(old, dict(add or {}), releases)
    _require_names(old, files, remove, releases)
    roots = _next_roots(state, new_roles, now, expiry) if new_roles else []
    if not (files or remove or roots):
        raise refuse("E_DRAFT", "$")
    targets = None
    if files or remove or not _holds(state, roots, "targets"):
        targets = _next_targets(state, files, remove, releases, now + expiry.targets)
    return _following(state, roots, targets, files, now, expiry)


def rotate(
    folder: Path,
    new_roles: Roles,
    *,
    now: datetime,
    expiry: Expiry = SERVED,
    add: Mapping[str, bytes] | None = None,
    readmit: bool = False,
) -> Draft:
    """Returns the draft of a repository under other roles: a new root to be signed by the old keys and the new, and
    everything that the new keys have to sign again. `add` takes attestations that new reviewers have signed as well;
    those of lines that are not published yet come with the next release. Refused E_KEY where a key was removed before,
    perhaps because it was stolen, unless `readmit`."""
    state = layout.require_state(folder)
    _require_never_removed(state, new_roles, readmit)
    published = metadata.entries(state.targets)
    signed = {name: data for name, data in (add or {}).items() if name in published}
    return draft(folder, now=now, expiry=expiry, new_roles=new_roles, add=signed)


def revoke(
    folder: Path,
    keyid: str,
    *,
    now: datetime,
    expiry: Expiry = SERVED,
    replacement: Key | None = None,
    add: Mapping[str, bytes] | None = None,
    readmit: bool = False,
) -> Draft:
    """Returns the draft of a repository without a key, in every role that it had; Refused E_KEY where the replacement
    is the same key."""
    root = metadata.read_root(layout.require_state(folder).roots[-1]).signed
    if replacement and keyid in root.keys and roles.public_value(replacement) == roles.public_value(root.keys[keyid]):
        raise refuse("E_KEY", "$.replacement")
    new_roles = roles.without(roles.roles_of(root), keyid, replacement)
    return rotate(folder, new_roles, now=now, expiry=expiry, add=add, readmit=readmit)


def _require_never_removed(state: State, new_roles: Roles, readmit: bool) -> None:
    *earlier, current = (set(metadata.read_root(data).signed.keys) for data in state.roots)
    removed = set[str]().union(*earlier) - current
    if not readmit and any(key.keyid in removed for role in new_roles for key in role.keys):
        rule = "a key was removed before, perhaps because it was stolen: if it is safe, say so with --readmit"
        raise refuse("E_KEY", "$.roles", rule)


def ends(folder: Path) -> dict[str, datetime]:
    """Returns when the signatures of each role expire, in the order of the roles."""
    state = layout.require_state(folder)
    files = {"root": state.roots[-1], **{role: getattr(state, role) for role in ("targets", "snapshot", "timestamp")}}
    return {role: metadata.READ[role](data).signed.expires for role, data in files.items()}


def prolong(folder: Path, *, now: datetime, expiry: Expiry = SERVED) -> Draft:
    """Returns the draft of the same state, with a new snapshot and timestamp."""
    return _following(layout.require_state(folder), [], None, {}, now, expiry)


def _changed(old: contents.Entries, add: dict[str, bytes], releases: Sequence[NewRelease]) -> dict[str, bytes]:
    if any(name.startswith("releases/") for name in add):
        raise refuse("E_TARGET", "$.add")
    for release in releases:
        add |= release.targets
    return {
        name: data for name, data in add.items() if name not in old or old[name].hashes.sha256 != canonical.sha256(data)
    }


def _require_names(
    old: contents.Entries, files: Collection[str], remove: Collection[str], releases: Sequence[NewRelease]
) -> None:
    current = contents.current_release(old)
    if not all(map(contents.is_target, files)):
        raise refuse("E_TARGET", "$.add")
    if set(remove) - set(old) or ledger.NAME in remove or (current and current.name in remove and not releases):
        raise refuse("E_TARGET", "$.remove")
    numbers = [current.number if current else 0, *(release.number for release in releases)]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise refuse("E_SEQ", "$.release")


def _next_targets(
    state: State,
    files: Mapping[str, bytes],
    remove: Collection[str],
    releases: Sequence[NewRelease],
    expires: datetime,
) -> Targets:
    old = metadata.read_targets(state.targets).signed
    current = contents.current_release(metadata.entries(state.targets))
    targets = {name: target for name, target in old.targets.items() if name not in remove}
    targets |= {name: TargetFile.from_data(name, data, ["sha256"]) for name, data in files.items()}
    for seq, release in enumerate(releases, start=current.seq + 1 if current else 1):
        file = targets[next(iter(release.targets))]
        file.unrecognized_fields["custom"] = {"release": release.number, "seq": seq}
    if ledger.NAME in files:
        ledger.read(files[ledger.NAME])
        head = ledger.head(files[ledger.NAME])
        targets[ledger.NAME].unrecognized_fields["custom"] = {"head": head.head, "lines": head.lines}
    return Targets(version=old.version + 1, expires=expires, targets=targets)


def _next_roots(state: State, new_roles: Roles, now: datetime, expiry: Expiry) -> list[Root]:
    """The new root alone if everything signed so far is valid under it too. Otherwise a root between comes first, under
    which both the old and the new are: a repository cannot replace its root and its timestamp in one step."""
    old = metadata.read_root(state.roots[-1]).signed
    alone = roles.make_root(new_roles, old.version + 1, now + expiry.root)
    if all(_holds(state, [alone], role) for role in ("targets", "snapshot", "timestamp")):
        return [alone]
    passage = roles.between(roles.roles_of(old), new_roles, old.version + 1, now + expiry.timestamp)
    return [passage, roles.make_root(new_roles, old.version + 2, now + expiry.root)]


def _holds(state: State, roots: list[Root], role: str) -> bool:
    if not roots:
        return True
    return metadata.meets(roots[-1], role, metadata.READ[role](getattr(state, role)))


def _following(
    state: State, roots: list[Root], targets: Targets | None, files: Mapping[str, bytes], now: datetime, expiry: Expiry
) -> Draft:
    snapshot = metadata.read_snapshot(state.snapshot).signed
    timestamp = metadata.read_timestamp(state.timestamp).signed.version
    base = Base(state.roots, state.targets, state.timestamp)
    at = targets or metadata.read_targets(state.targets).signed
    complete = _complete(base, roots, at, files, snapshot.version, timestamp, now, expiry)
    return complete if targets else structs.replace(complete, targets=None)


def _complete(
    base: Base,
    roots: list[Root],
    targets: Targets,
    files: Mapping[str, bytes],
    snapshot: int,
    timestamp: int,
    now: datetime,
    expiry: Expiry,
) -> Draft:
    """`snapshot` and `timestamp` are the versions before. Of two new roots the snapshot asks for the first: it must be
    valid in the moment before the second one is published."""
    root = roots[0].version if roots else metadata.read_root(base.root).signed.version
    return Draft(
        base=base,
        roots=tuple(metadata.encode(Metadata(root)) for root in roots),
        targets=metadata.encode(Metadata(targets)),
        snapshot=_snapshot(snapshot + 1, root, targets.version, now + expiry.snapshot),
        timestamp=_timestamp(timestamp + 1, snapshot + 1, now + expiry.timestamp),
        files=dict(files),
    )


def _snapshot(version: int, root: int, targets: int, expires: datetime) -> bytes:
    meta = {"root.json": MetaFile(root), "targets.json": MetaFile(targets)}
    return metadata.encode(Metadata(Snapshot(version=version, expires=expires, meta=meta)))


def _timestamp(version: int, snapshot: int, expires: datetime) -> bytes:
    return metadata.encode(Metadata(Timestamp(version=version, expires=expires, snapshot_meta=MetaFile(snapshot))))
