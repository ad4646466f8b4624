"""Reads an untrusted file in a separate process: a file that crashes it, or needs too much memory or time, is refused.

The libraries that read logs and tables are not made for hostile files. Arrow crashes on some damaged Parquet files, and
a few kilobytes of a compressed log can expand to gigabytes. On systems other than Linux, a crash is contained too, but
memory is not limited.
"""

import multiprocessing
import os
import re
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from leaderboard.base.findings import Finding, Refused, refuse

MEMORY = 400 * 1000 * 1000
"""Bytes of memory that the process may use: with the waiting process, it is under 500 MB."""
SECONDS = 60
"""CPU time that it may use: five times what the slower form of a log with 1,100 items in two epochs needs."""
PATIENCE = 600
"""Seconds to wait for its answer, on a busy machine."""
MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer. The largest label table of a board needs under a tenth of it."""
PLACE = "SOURCE"
T = TypeVar("T")


def call(function: Callable[..., T], answer: type[T], *arguments: object) -> T:
    """Returns what a module's function returns, as an `answer`. Refused with the findings of the function; E_SIZE if it
    needs too much memory or time, E_FILE if it fails in another way. Its OSErrors are raised here too."""
    # The fork server imports the libraries of the reader once; each file is read by a new fork.
    context = multiprocessing.get_context("forkserver")
    module = sys.modules[function.__module__]
    context.set_forkserver_preload([module.__name__, *getattr(module, "LIBRARIES", ())])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, function, arguments), daemon=True)
    with _no_main():
        process.start()
    sender.close()
    data = b""
    with suppress(EOFError, OSError):  # the process has ended, or its answer is too long
        if receiver.poll(PATIENCE):
            data = receiver.recv_bytes(MAX_ANSWER)
    receiver.close()
    process.join(1 if data else 0)
    process.kill()  # it may hang, even at its exit
    process.join()
    return _decode(data, answer, process.exitcode)


@contextmanager
def _no_main() -> Iterator[None]:
    """Hides the calling program: the new process would import it first, and it may be a Streamlit page."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _decode(data: bytes, answer: type[T], code: int | None) -> T:
    outcome = data[:1]
    if outcome == b"=":
        try:
            return msgspec.msgpack.decode(data[1:], type=answer)
        except ValueError:  # its text may quote the file
            raise refuse("E_FILE", PLACE, "damaged: the process that read it gave an answer of another type") from None
    if outcome == b"-":
        raise Refused(msgspec.msgpack.decode(data[1:], type=list[Finding]))
    if outcome == b"!":
        raise OSError(*msgspec.msgpack.decode(data[1:]))
    if code == -signal.SIGXCPU:
        raise refuse("E_SIZE", PLACE, f"takes more than {SECONDS} seconds to read")
    raise refuse("E_FILE", PLACE, f"damaged: the process that read it has ended (exit code {code})")


def _run(sender: Connection, function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Runs in the new process. Hides what libraries print: it may quote the file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    _limit()
    with suppress(BrokenPipeError):  # the caller has ended
        sender.send_bytes(_answer(function, arguments))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    if sys.platform == "linux":
        # Memory that libraries have reserved but do not use, such as the stacks of threads, is added to the limit.
        text = Path("/proc/self/status").read_text("ascii")
        sizes = dict(re.findall(r"^(VmRSS|VmData):\s+(\d+) kB$", text, re.M))
        used, reserved = int(sizes["VmRSS"]) * 1024, int(sizes["VmData"]) * 1024
        limit = reserved + MEMORY - used
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _answer(function: Callable[..., object], arguments: tuple[Any, ...]) -> bytes:
    try:
        return b"=" + msgspec.msgpack.encode(function(*arguments))
    except Refused as refused:
        findings = refused.findings
    except MemoryError:
        rule = f"takes more than {MEMORY // 10**6} MB of memory to read"
        findings = (Finding("E_SIZE", PLACE, rule),)
    except OSError as error:
        return b"!" + msgspec.msgpack.encode(
            [error.errno, error.strerror, str(error.filename)] if error.filename else error.args
        )
    except Exception as error:  # its text may quote the file
        where = traceback.extract_tb(error.__traceback__)[-1]
        rule = f"it cannot be read ({type(error).__name__}, {Path(where.filename).name} line {where.lineno})"
        findings = (Finding("E_FILE", PLACE, rule),)
    return b"-" + msgspec.msgpack.encode(findings)
