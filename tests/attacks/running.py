"""The world that all commands work in: what is in it, how it is restored, what a call reads, and when it takes too
long."""

import multiprocessing
import os
import resource
import signal
import stat
import sys
import threading
import traceback
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.attacks import mutating, small_world
from tests.attacks.mutating import Mutant
from tests.attacks.small_world import Call, Ended

SECONDS = 10.0
"""Longest time of one call; the slowest sound one takes under a second."""
MEMORY = 3 * 1000**3
"""Bytes of this process, so that an endless file is a fault and not the end of the machine."""

State = dict[str, bytes | str]
"""What is at each path of a world: bytes, or what else than a file."""


class Hung(BaseException):
    """A call takes far too long."""


class Input(NamedTuple):
    """A file or folder that a call reads."""

    command: str
    call: Call
    path: str


def state(folder: Path) -> State:
    """Returns all that is in a folder, but for plain folders."""
    found: State = {}
    start = len(str(folder)) + 1
    for at, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = os.path.join(at, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                found[path[start:]] = content(path, status.st_ino, status.st_ctime_ns, status.st_size)
            elif stat.S_ISLNK(status.st_mode):
                found[path[start:]] = f"link to {os.readlink(path)}"
            elif not stat.S_ISDIR(status.st_mode):
                found[path[start:]] = "no file"
    return found


@lru_cache(maxsize=2_000)
def content(path: str, *_: int) -> bytes:
    """The bytes of a file; its number, time of change and length say whether it is still the same."""
    return Path(path).read_bytes()


def changed(before: State, after: State) -> set[str]:
    """Returns the paths that differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


class World:
    """The folder that all calls work in, and how it was made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        small_world.build(folder)
        self.calls = small_world.calls(folder)
        self.made = state(folder)
        self.folders = [path for path, *_ in os.walk(folder)]
        self.sound: dict[tuple[tuple[str, ...], bool], Ended] = {}
        """How each sound call ends, plainly and with --json."""
        self.opened: dict[tuple[str, ...], set[str]] = defaultdict(set)
        """The paths that each sound call opens."""

    def restore(self) -> None:
        """Makes all as it was."""
        for path in state(self.folder).keys() - self.made.keys():
            mutating.clear(self.folder / path)
        for at, folders, _ in os.walk(self.folder, topdown=False):
            for name in folders:
                if os.path.join(at, name) not in self.folders and not Path(at, name).is_symlink():
                    mutating.clear(Path(at, name))
        for folder in self.folders:
            if not Path(folder).is_dir() or Path(folder).is_symlink():
                mutating.clear(Path(folder))
                Path(folder).mkdir()
        for path in changed(self.made, state(self.folder)):
            mutating.clear(self.folder / path)
            data = self.made[path]
            if isinstance(data, bytes):
                (self.folder / path).write_bytes(data)
            else:
                (self.folder / path).symlink_to(data.removeprefix("link to "))

    def place(self, path: str, mutant: Mutant) -> None:
        """Puts a mutant where the sound file is."""
        mutating.clear(self.folder / path)
        if mutant.place:
            mutant.place(self.folder / path)
        else:
            (self.folder / path).write_bytes(mutant.data or b"")

    def expected(self, call: Call, as_json: bool) -> Ended:
        """How the call ends if nothing is wrong."""
        key = (call.arguments, as_json)
        if key not in self.sound:
            with reading(self.opened[call.arguments]):
                ended = small_world.run(*call.arguments, *["--json"] * as_json)
            self.sound[key] = ended
            self.restore()
            is_quiet = not ended.err or call.code != 0
            assert ended.code == call.code and is_quiet, ended
        return self.sound[key]


READ: set[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and READ is not None and isinstance(arguments[0], str | os.PathLike):
        READ.add(os.fspath(arguments[0]))


sys.addaudithook(_note)


@contextmanager
def reading(opened: set[str]) -> Iterator[None]:
    """Adds the path of every file that this process opens."""
    global READ
    READ = opened
    try:
        yield
    finally:
        READ = None


def read_by_calls(world: World) -> list[Input]:
    """Every file that a call opens, as Python itself reports it, and the folders that these are in."""
    found: list[Input] = []
    for command, calls in world.calls.items():
        for call in calls:
            if command != "serve":
                world.expected(call, as_json=False)
            named = {os.path.relpath(path, world.folder) for path in world.opened[call.arguments]} & world.made.keys()
            files = {path for path in {*named, *call.also} if not path.endswith(".lock")}
            files |= SERVED & world.made.keys() if command == "serve" else set()
            folders = {str(parent) for path in files for parent in Path(path).parents} - {"."}
            found += [Input(command, call, path) for path in sorted(files) + sorted(folders)]
    return found


SERVED = frozenset(
    {"root.json", "results/repository/metadata/timestamp.json", "results/repository/metadata/2.targets.json"}
)


@contextmanager
def limited() -> Iterator[None]:
    """Raises Hung in the main thread after SECONDS, and MemoryError where MEMORY is not enough. (SIGALRM belongs to
    pytest-timeout.)"""

    def stop(number: int, frame: object) -> None:
        raise Hung

    main = threading.main_thread().ident or 0
    timer = threading.Timer(SECONDS, lambda: signal.pthread_kill(main, signal.SIGUSR1))
    handler, memory = signal.signal(signal.SIGUSR1, stop), resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, memory[1]))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        resource.setrlimit(resource.RLIMIT_DATA, memory)
        signal.signal(signal.SIGUSR1, handler)
        for child in multiprocessing.active_children():  # one that read a file for a call that hung
            child.kill()


def attempt(*arguments: str) -> Ended | str:
    """Runs a call; where it hangs or an exception escapes, says so and where."""
    try:
        with limited():
            return small_world.run(*arguments)
    except Hung as error:
        return f"hangs at {_origin(error)}"
    except BaseException as error:
        return f"traceback: {type(error).__name__} at {_origin(error)}"


def _origin(error: BaseException) -> str:
    """The last line of our own that an exception went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/leaderboard/" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
