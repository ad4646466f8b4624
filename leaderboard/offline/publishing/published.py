"""Reads the files of a published repository."""

from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, files
from leaderboard.base.findings import refuse
from leaderboard.offline.signing.repository import NewRelease
from leaderboard.release import admission
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.contents import Entries


class Published(NamedTuple):
    """A repository in a folder, and the files that its current state names."""

    repository: Path
    entries: Entries
    root: bytes = b""
    """The newest root metadata; empty if it was not read."""

    @property
    def repository_id(self) -> str:
        """sha256 of the first root: it tells repositories of the same results apart."""
        return canonical.sha256(layout.read_metadata(self.repository, layout.versioned("root", 1)))

    def read(self, name: str) -> bytes:
        """Returns the bytes of a file."""
        path = self.repository / layout.placed(name, self.entries[name].hashes.sha256)
        return files.read(path, contents.MAX_TARGET, f"targets/{name}")

    def release(self, number: int) -> bytes:
        """Returns the file of a release; Refused E_RELEASE where the repository no longer has it."""
        for release in contents.releases(self.entries):
            if release.number == number:
                return self.read(release.name)
        raise refuse("E_RELEASE", "$.number", f"the repository does not have release {number}")

    def copy_definitions(self, number: int, folder: Path) -> Path:
        """Writes the definitions of a release into a folder of boards, and returns it."""
        return admission.copy_definitions(self.entries, number, self.read, folder)

    def releases(self) -> list[NewRelease]:
        """Returns every release, oldest first, with the definitions that it was built with."""
        return [
            NewRelease(
                release.number,
                self.read(release.name),
                {path: self.read(name) for path, name in contents.definitions(self.entries, release.number).items()},
                release.name.rpartition("/")[2],
            )
            for release in reversed(contents.releases(self.entries))
        ]


def open_repository(repository: Path) -> Published:
    """Returns the current state of a repository; Refused E_MISSING where it has none."""
    state = layout.read_state(repository)
    if state is None:
        raise refuse("E_MISSING", layout.TIMESTAMP)
    return Published(repository, metadata.entries(state.targets), state.roots[-1])
