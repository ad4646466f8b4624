"""Writing so that a crash leaves the old state or the new one: a new file beside the target, fsync, rename, fsync."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from filelock import FileLock

PART = ".part"


def write(path: Path, data: bytes) -> None:
    """Puts the bytes at `path`, whole or not at all, over whatever was there."""
    settle(write_part(path, data), path)


def settle(part: Path, path: Path) -> None:
    """Moves a whole file, already written beside it, to `path`; where that fails, the part is gone too."""
    with _passing(part):
        sync_file(part)
        os.replace(part, path)
    _sync_name(path)


def create(path: Path, data: bytes) -> None:
    """Puts the bytes at `path`, whole or not at all; FileExistsError if something is there already."""
    part = write_part(path, data)
    with _passing(part):
        sync_file(part)
        os.link(part, path)
    _discard(part)
    _sync_name(path)


def write_part(path: Path, data: bytes) -> Path:
    """Writes the bytes beside `path` and returns where; only this process writes that name."""
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    with _passing(part):
        part.write_bytes(data)
    return part


def make_folder(path: Path) -> None:
    """Makes a folder, and those that it is in, unless they are there; the names of new ones are on the disk."""
    new = list(takewhile(lambda folder: not folder.exists(), (path, *path.parents)))
    path.mkdir(parents=True, exist_ok=True)
    for folder in reversed(new):
        sync_folder(folder.parent)


def clear_place(path: Path, belongs: Callable[[Path], bool]) -> None:
    """Removes what is at `path` unless it is of the kind that belongs there, or nothing: a folder with all that is in
    it, a link but not what it leads to."""
    if not belongs(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what interrupted writes left in a folder. For who holds the lock that all its writers take: a part in it
    is then a dead one's."""
    with suppress(OSError):  # a leftover misleads nobody, and is swept the next time
        for part in folder.glob(f".*{PART}"):
            part.unlink(missing_ok=True)


@contextmanager
def _passing(part: Path) -> Iterator[None]:
    """Removes a part where what was to be done with it fails."""
    try:
        yield
    except BaseException:
        _discard(part)
        raise


def _discard(part: Path) -> None:
    with suppress(OSError):  # as in sweep
        part.unlink(missing_ok=True)


def _sync_name(path: Path) -> None:
    """The file is there for everybody by now, so that one error is no reason to say that it is not: the disk is asked
    again. (This is of names only. Bytes that could not be synced are never believed at a second asking.)"""
    try:
        sync_folder(path.parent)
    except OSError:
        sync_folder(path.parent)


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
    make_folder(folder)
    lock = FileLock(folder / ".lock")
    lock.acquire()
    try:
        yield
    finally:
        with suppress(OSError):  # what was done is done, and the lock ends with the process at the latest
            lock.release(force=True)
