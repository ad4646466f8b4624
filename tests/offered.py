"""Results folders for tests of the public side: copies of the embedded one, pointed at one release or damaged."""

import shutil
from pathlib import Path

import msgspec

from leaderboard import canonical, updater
from leaderboard.pointer import Pointer, Target, decode_pointer, target_name
from leaderboard.updater import Snapshot

EMBEDDED = Path(__file__).parents[1] / "results"


def current(results: Path) -> Snapshot:
    """Returns the release that a folder offers, which must be a good one."""
    found = updater.store(results).current()
    assert found is not None, updater.store(results).fault
    return found


def copy(folder: Path, release: int | None = None) -> Path:
    """Returns a copy of the embedded results; with `release` its pointer names that one, and none that came later."""
    results = folder / "results"
    shutil.copytree(EMBEDDED / "boards", results / "boards")
    shutil.copytree(EMBEDDED / "repository", results / "repository")
    if release:
        point(results, release)
    return results


def pointer(results: Path) -> Path:
    """Returns the path of the pointer."""
    return results / "repository" / "metadata" / "pointer.json"


def target(results: Path, release: int) -> Path:
    """Returns the path of a release's file."""
    return results / "repository" / "targets" / "releases" / str(release) / "leaderboard.duckdb"


def read_pointer(results: Path) -> Pointer:
    """Returns the pointer of a folder."""
    return decode_pointer(pointer(results).read_bytes())


def write_pointer(results: Path, made: Pointer) -> None:
    """Puts a pointer in place at once, as a publication does."""
    part = pointer(results).with_suffix(".part")
    part.write_bytes(canonical.encode(made))
    part.replace(pointer(results))


def point(results: Path, release: int) -> None:
    """Points a folder at one of the embedded releases."""
    every = read_pointer(EMBEDDED)
    kept = {name: target for name, target in every.targets.items() if int(name.split("/")[1]) <= release}
    write_pointer(results, msgspec.structs.replace(every, release=release, targets=kept))


def vouch(results: Path, release: int) -> None:
    """Makes the pointer's digest and size of a release those of its file, whatever is in it."""
    data = target(results, release).read_bytes()
    before = read_pointer(results)
    name = target_name(release)
    made = Target(before.targets[name].content, canonical.sha256(data), len(data))
    write_pointer(results, msgspec.structs.replace(before, targets={**before.targets, name: made}))
