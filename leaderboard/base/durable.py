"""Writing so that a crash leaves the old state or the new one: a new file beside the target, fsync, rename, fsync."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from filelock import FileLock

PART = ".part"


def write(path: Path, data: bytes, *, private: bool = False) -> None:
    """Writes the bytes to `path`, completely or not at all, and replaces what was there. Only its owner can read a
    `private` file."""
    settle(write_part(path, data, private=private), path)


def settle(part: Path, path: Path) -> None:
    """Moves a complete file, already written beside it, to `path`; removes the `.part` file if that fails."""
    with _removed_on_error(part):
        sync_file(part)
        os.replace(part, path)
    _sync_name(path)


def create(path: Path, data: bytes, *, private: bool = False) -> None:
    """Writes the bytes to `path`, completely or not at all; FileExistsError if something is there already. `private` is
    as in `write`."""
    part = write_part(path, data, private=private)
    with _removed_on_error(part):
        sync_file(part)
        os.link(part, path)
    _discard(part)
    _sync_name(path)


def write_part(path: Path, data: bytes, *, private: bool = False) -> Path:
    """Writes the bytes to a `.part` file beside `path`, whose name holds the process id, and returns its path.
    `private` is as in `write`."""
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    with _removed_on_error(part):
        if private:
            part.unlink(missing_ok=True)  # others may be able to read what an interrupted write left
        with open(part, "wb", opener=_open_private if private else None) as file:
            file.write(data)
    return part


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def make_folder(path: Path) -> None:
    """Makes a folder and its missing parents, and syncs the parent of each new one."""
    new = list(takewhile(lambda folder: not folder.exists(), (path, *path.parents)))
    path.mkdir(parents=True, exist_ok=True)
    for folder in reversed(new):
        sync_folder(folder.parent)


def clear_place(path: Path, belongs: Callable[[Path], bool]) -> None:
    """Removes what is at `path` unless `belongs(path)`: a folder with its contents, a link but not its target."""
    if not belongs(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes `.part` files of interrupted writes. Call it with the lock of all writers held: a `.part` file then
    belongs to a crashed process."""
    with suppress(OSError):  # a leftover file is harmless, and the next sweep removes it
        for part in folder.glob(f".*{PART}"):
            part.unlink(missing_ok=True)


@contextmanager
def _removed_on_error(part: Path) -> Iterator[None]:
    """Removes a `.part` file if the block fails."""
    try:
        yield
    except BaseException:
        _discard(part)
        raise


def _discard(part: Path) -> None:
    with suppress(OSError):  # as in sweep
        part.unlink(missing_ok=True)


def _sync_name(path: Path) -> None:
    # Readers can already see the file, so one fsync error is not fatal: retry. This holds for names only. After a
    # failed fsync of a file's bytes, a second one may succeed although the bytes are lost.
    try:
        sync_folder(path.parent)
    except OSError:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Waits until the bytes of the file are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Waits until the names in the folder are on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets one process at a time write in a folder; the others wait. The lock of a crashed process is released."""
    make_folder(folder)
    lock = FileLock(folder / ".lock")
    lock.acquire()
    try:
        yield
    finally:
        with suppress(OSError):  # the work is done, and the lock ends with the process at the latest
            lock.release(force=True)
