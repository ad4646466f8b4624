"""The metadata floor: the signed files of the last state known when the site was built, shipped beside the root.

A machine that knows nothing but a root would accept any old state until it expires. With the floor it starts from where
the maintainers were: `reader` stores these files where python-tuf stores what it has seen, so that TUF's own rules
refuse anything older, and recover from a fast-forward once the release key has been replaced.
"""

from pathlib import Path
from typing import NamedTuple

from leaderboard.base import durable, files
from leaderboard.base.findings import refuse
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.proof import Known

FILES = ("timestamp", "snapshot", "targets")


class Floor(NamedTuple):
    """The files as they were signed."""

    timestamp: bytes
    snapshot: bytes
    targets: bytes

    @property
    def version(self) -> int:
        """Version of the timestamp."""
        return metadata.read_timestamp(self.timestamp).signed.version

    @property
    def known(self) -> Known:
        """The current release and the ledger's head at that time."""
        entries = metadata.entries(self.targets)
        return Known(contents.ledger_head(entries), contents.current_release(entries))


def read_floor(folder: Path) -> Floor | None:
    """Returns the floor in a folder, or None where there is no folder. Refused E_MISSING, E_METADATA or E_CANON where a
    part is missing or not of its form."""
    if not folder.exists():
        return None
    floor = Floor(*(_read(folder / f"{role}.json") for role in FILES))
    for role in FILES:
        layout.at(f"floor/{role}.json", metadata.READ[role], getattr(floor, role))
    return floor


def _read(path: Path) -> bytes:
    try:
        return files.read(path, layout.MAX_METADATA)
    except FileNotFoundError:
        raise refuse("E_MISSING", f"floor/{path.name}") from None


def take_floor(repository: Path) -> Floor:
    """Returns the present state of a repository as a floor, to be shipped with a root that vouches for it. Refused
    E_MISSING where there is none."""
    state = layout.require_state(repository)
    return Floor(state.timestamp, state.snapshot, state.targets)


def write_floor(folder: Path, floor: Floor) -> None:
    """Writes a floor to a folder, over the one before."""
    for role in FILES:
        durable.write(folder / f"{role}.json", getattr(floor, role))
