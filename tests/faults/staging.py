"""Runs a command in a process of its own with one fault in it: at a system call, by strace, or at a Python call.

strace is attached before the command begins, so that what is counted and failed is the command's own work.
"""

import ctypes
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults import commands
from tests.faults.forking import context, import_all
from tests.faults.plant import PASSPHRASE, Plant

CHANGING = (
    "mkdir,rmdir,rename,link,linkat,unlink,unlinkat,symlink,fsync,fdatasync,write,pwrite64,ftruncate,fallocate,"
    "copy_file_range,sendfile,flock"
)
READING = "openat,read,pread64,getdents64,stat,newfstatat"
"""Calls that may fail for want of a sound disk. (`lseek`, `fstat` and `close` do not reach it on a local one.)"""
FREEING = {"rmdir", "unlink", "unlinkat", "flock"}
"""Changes that never find the disk full."""
LONGEST = 90
"""Seconds after which a command hangs."""


class Fault(NamedTuple):
    """The `n`-th call of this name fails with this error."""

    call: str
    n: int
    error: str

    def __str__(self) -> str:
        return f"{self.error} at {self.call} {self.n}"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int | None
    """None where it hung, or died of something else than its own will."""
    said: str
    complained: str
    """What it wrote on stderr."""


def run(plant: Plant, command: str, *, strace: list[str] | None = None, fault: Fault | None = None) -> Ended:
    """Runs a command in a plant: with these options of strace, or with a fault at a Python call, or as it is."""
    arguments = commands.commands(plant)[command].arguments
    with tempfile.TemporaryDirectory() as aside:
        ours, its = context.Pipe()
        process = context.Process(target=_act, args=(plant.folder, arguments, Path(aside), its, fault))
        process.start()
        its.close()
        ours.recv()
        tracer = _attach(process.pid or 0, strace) if strace else None
        ours.send("go")
        code = _answer(ours)
        process.kill()
        process.join()
        if tracer:
            tracer.communicate()
        said, complained = (Path(aside, name).read_text("utf-8", "replace") for name in ("1", "2"))
        return Ended(code, said, complained)


def _answer(gate: Connection) -> int | None:
    """The exit code that a process says it ends with. (`Process.exitcode` may be wrong where two threads wait for two
    processes: whoever starts one asks after all.)"""
    try:
        return int(gate.recv()) if gate.poll(LONGEST) else None
    except EOFError:  # it ended without a word
        return None


def _act(folder: Path, arguments: list[str], aside: Path, gate: Connection, fault: Fault | None) -> None:
    import_all()
    os.environ["MEDHARM_PASSPHRASE"] = PASSPHRASE
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open(aside / str(stream), os.O_WRONLY | os.O_CREAT), stream)
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER: strace is no ancestor of ours
    gate.send("ready")
    gate.recv()
    left = arm(folder, fault) if fault else [0]
    code = 70
    try:
        code = commands.run(arguments)
    except BaseException:
        traceback.print_exc()
    print(f"acts {fault.n - left[0]}" if fault else "", flush=True)
    sys.stderr.flush()
    gate.send(code)
    os._exit(code)


def _attach(pid: int, options: list[str]) -> subprocess.Popen[str]:
    command = ["strace", "-f", "-y", "-s", "0", "-p", str(pid), *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    if "attached" not in line:
        raise PermissionError(line)
    return tracer


def refusal() -> str | None:
    """Returns why strace cannot be used here, or None where it can."""
    if not shutil.which("strace"):
        return "strace is not installed (on Debian and Ubuntu: apt-get install strace)"
    command = ["strace", "-f", "-e", "inject=getppid:error=EPERM", "-o", os.devnull, "true"]
    return None if subprocess.run(command, capture_output=True, check=False).returncode == 0 else "ptrace is forbidden"


def trace(plant: Plant, command: str, log: Path) -> list[str]:
    """Runs a command and returns the lines of its system calls, in order, of its first thread."""
    ended = run(plant, command, strace=["-o", str(log), "-e", f"trace={CHANGING},{READING}"])
    assert ended.code == 0, ended
    lines = [line.split(maxsplit=1) for line in log.read_text("utf-8", "replace").splitlines()]
    return [text for pid, text in lines if pid == lines[0][0] and "resumed>" not in text]


def places(lines: list[str], folder: Path) -> Iterator[tuple[str, int, str]]:
    """Returns name, count and text of every call in a trace that is about something in a folder."""
    seen: Counter[str] = Counter()
    for line in lines:
        call = line.partition("(")[0]
        seen[call] += 1
        paths = re.findall(r'"([^"]+)"', line) or re.findall(r"\d<([^>]*)>", line)
        if any(not path.startswith("/") or Path(path).is_relative_to(folder) for path in paths if ":[" not in path):
            yield call, seen[call], line


def faults(lines: list[str], folder: Path) -> tuple[list[Fault], list[Fault]]:
    """Returns every fault that a command may meet: at calls that change the disk, where it may fail or be full, and at
    calls that only read it, where it may fail."""
    found = list(places(lines, folder))
    changing = [(call, n) for call, n, line in found if call in CHANGING.split(",") or "O_CREAT" in line]
    reading = [(call, n) for call, n, _ in found if (call, n) not in set(changing)]
    full = [Fault(*at, "ENOSPC") for at in changing if at[0] not in FREEING]
    return [*(Fault(*at, "EIO") for at in changing), *full], [Fault(*at, "EIO") for at in reading]


def inject(plant: Plant, command: str, fault: Fault) -> Ended:
    """Runs a command with a fault at a system call."""
    injected = f"inject={fault.call}:error={fault.error}:when={fault.n}"
    return run(plant, command, strace=["-o", os.devnull, "-e", f"trace={fault.call}", "-e", injected])


# The same without strace: faults at Python's own calls. They cannot fall into DuckDB, nor between Python and the disk.

EVENTS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir", "os.symlink"}


def acts_of(plant: Plant, command: str) -> range:
    """Runs a command and returns the numbers of its acts on files."""
    ended = run(plant, command, fault=Fault("act", 0, "EIO"))
    assert ended.code == 0, ended
    return range(1, int(ended.said.split()[-1]) + 1)


def arm(folder: Path, fault: Fault) -> list[int]:
    """From now on in this process, the n-th act on a file of the folder fails, with `EIO+` every later one too; a write
    is done by half. Returns how many acts there are left until then, which goes on to be counted down."""
    left, number, lasting = [fault.n], getattr(errno, fault.error.rstrip("+")), fault.error.endswith("+")

    def act(*paths: Any) -> bool:
        if not _is_in(folder, paths):
            return False
        left[0] -= 1
        return left[0] == 0 or (lasting and left[0] < 0)

    def hook(event: str, values: tuple[Any, ...]) -> None:
        if event in EVENTS and act(*values[:2]):
            raise OSError(number, "injected")

    sys.addaudithook(hook)
    os.fsync = _failing(os.fsync, lambda _: act(folder), number)
    Path.write_bytes = _failing(Path.write_bytes, act, number)  # type: ignore[method-assign]  # the point of it
    return left


def _is_in(folder: Path, paths: tuple[Any, ...]) -> bool:
    named = [Path(os.fsdecode(path)) for path in paths if isinstance(path, str | bytes | os.PathLike)]
    return any(Path(os.path.abspath(path)).is_relative_to(folder) for path in named)


def _failing(real: Callable[..., Any], fails: Callable[[Any], bool], number: int) -> Callable[..., Any]:
    def call(first: Any, *rest: Any) -> Any:
        if not fails(first):
            return real(first, *rest)
        if rest:
            real(first, rest[0][: len(rest[0]) // 2])
        raise OSError(number, "injected")

    return call
