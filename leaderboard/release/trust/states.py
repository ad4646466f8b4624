"""What the site knows of its source: a state, why, and the last good contents."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from leaderboard.base.findings import Finding
from leaderboard.release.trust import contents
from leaderboard.release.trust.contents import Entry, Release
from leaderboard.release.trust.proof import Known
from leaderboard.release.trust.strict import Hex64

State = Literal["fresh", "offline", "expired", "rejected"]
"""`fresh`: the source's present state is shown. `offline`: it could not be reached. `expired`: what it offers has
passed its date. `rejected`: it offers something that failed a check. In the last three the last good state is shown."""


class Good(Struct, frozen=True, forbid_unknown_fields=True):
    """A verified state."""

    root: int
    targets: int
    snapshot: int
    timestamp: int
    """Versions of its metadata."""
    expires: datetime
    """The first moment at which any of them no longer holds."""
    tree: Annotated[str, Meta(pattern=r"^[0-9]{1,16}-[0-9a-f]{16}\Z")]
    """Name of the folder of its targets."""
    entries: dict[str, Entry]
    threshold: int
    reviewers: tuple[Hex64, ...]
    """How many of which keys must sign a release and an attestation."""

    @property
    def release(self) -> Release | None:
        """The current release."""
        return contents.current_release(self.entries)

    @property
    def releases(self) -> list[Release]:
        """Every release kept, the current one first."""
        return contents.releases(self.entries)

    @property
    def wanted(self) -> list[str]:
        """Every target but older releases."""
        current = self.release
        return [name for name in self.entries if not name.startswith("releases/") or (current and name == current.name)]

    @property
    def known(self) -> Known:
        """What a later state has to go on from."""
        return Known(contents.ledger_head(self.entries), self.release)


class Outcome(NamedTuple):
    """What a look at the source came to."""

    state: State
    findings: tuple[Finding, ...]
    """Why, by code and place; none where fresh."""
    good: Good | None
    """The last good state, which is the source's own where fresh."""


Audit = Callable[[Good, Path], Iterable[Finding]]
"""A further check of a verified state and the folder of its targets, before it becomes the good one."""


def accept(good: Good, tree: Path) -> Iterable[Finding]:
    """The audit that finds nothing."""
    return ()
