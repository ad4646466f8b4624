"""Writing so that a crash leaves the old state or the new one: a new file beside the target, fsync, rename, fsync."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

PART = ".part"


def write(path: Path, data: bytes) -> None:
    """Puts the bytes at `path`, whole or not at all, over whatever was there."""
    settle(write_part(path, data), path)


def settle(part: Path, path: Path) -> None:
    """Moves a whole file, already written beside it, to `path`."""
    sync_file(part)
    os.replace(part, path)
    sync_folder(path.parent)


def create(path: Path, data: bytes) -> None:
    """Puts the bytes at `path`, whole or not at all; FileExistsError if something is there already."""
    part = write_part(path, data)
    sync_file(part)
    try:
        os.link(part, path)
    finally:
        part.unlink()
    sync_folder(path.parent)


def write_part(path: Path, data: bytes) -> Path:
    """Writes the bytes beside `path` and returns where; only this process writes that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    part.write_bytes(data)
    return part


def sync_file(path: Path) -> None:
    """Returns once the file's bytes are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Returns once the folder's list of names is on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets one process at a time write in a folder; the others wait. A dead process holds no lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        yield
