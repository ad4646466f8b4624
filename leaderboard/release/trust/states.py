"""What the site knows of its source: a state, why, and the last good contents."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding
from leaderboard.release.container import Contents
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.contents import Entry, Release
from leaderboard.release.trust.proof import Known
from leaderboard.release.trust.strict import Hex64

State = Literal["fresh", "offline", "expired", "rejected"]
"""`fresh`: the source's present state is shown. `offline`: it could not be reached. `expired`: what it offers has
passed its date. `rejected`: it offers something that failed a check. In the last three the last good state is shown."""


class Good(Struct, frozen=True, forbid_unknown_fields=True):
    """What a state says of itself. Where it is called good, it was verified."""

    root: int
    targets: int
    snapshot: int
    timestamp: int
    """Versions of its metadata."""
    expires: datetime
    """The first moment at which any of them is no longer valid."""
    tree: Annotated[str, Meta(pattern=r"^[0-9]{1,16}-[0-9a-f]{16}\Z")]
    """Name of the folder of its targets in a reader's cache."""
    entries: dict[str, Entry]
    threshold: int
    reviewers: tuple[Hex64, ...]
    """How many of which keys must sign a release and an attestation."""
    signers: tuple[Hex64, ...] = ()
    """Which of them signed its targets."""

    @property
    def release(self) -> Release | None:
        """The current release."""
        return contents.current_release(self.entries)

    @property
    def releases(self) -> list[Release]:
        """Every release, the current one first."""
        return contents.releases(self.entries)

    @property
    def wanted(self) -> list[str]:
        """Every target but older releases."""
        current = self.release
        return [name for name in self.entries if not name.startswith("releases/") or (current and name == current.name)]

    @property
    def known(self) -> Known:
        """What a later state must continue from."""
        return Known(contents.ledger_head(self.entries), self.release)


def describe(state: layout.State) -> Good:
    """Returns what a state says of itself; Refused as by `metadata.READ` where a file is not of its form."""
    files = {"root": state.roots[-1], **{role: getattr(state, role) for role in ("targets", "snapshot", "timestamp")}}
    signed = {role: metadata.READ[role](data).signed for role, data in files.items()}
    versions = {role: part.version for role, part in signed.items()}
    reviewers = metadata.read_root(state.roots[-1]).signed.roles["targets"]
    signers = metadata.read_targets(state.targets).signatures
    return Good(
        **versions,
        expires=min(part.expires for part in signed.values()),
        tree=f"{versions['targets']}-{canonical.sha256(state.targets)[:16]}",
        entries=metadata.entries(state.targets),
        threshold=reviewers.threshold,
        reviewers=tuple(reviewers.keyids),
        signers=tuple(keyid for keyid in reviewers.keyids if keyid in signers),
    )


class Outcome(NamedTuple):
    """The result of a check of the source."""

    state: State
    findings: tuple[Finding, ...]
    """Why, by code and position; none where fresh."""
    good: Good | None
    """The last good state, which is the source's own where fresh."""
    opened: Contents | None = None
    """Its current release, decoded and audited, where this check has just taken it over."""


Audit = Callable[[Good, Path, Contents], Iterable[Finding]]
"""A further check of a verified state that has a release: the state, the folder of its targets, the decoded release."""


def accept(good: Good, tree: Path, release: Contents) -> Iterable[Finding]:
    """The audit that finds nothing."""
    return ()
