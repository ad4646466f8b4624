"""Runs a reader of somebody else's file in a process of its own: a file that ends the process or takes too much memory
or time costs the caller a refusal, and nothing else.

The libraries that read logs and tables are not made for hostile files. Arrow ends the process at some damaged Parquet
files, and a few kilobytes of a packed log can stand for gigabytes. The limits hold on Linux; elsewhere a crash is
contained all the same, but memory is not bounded.
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
"""Bytes of memory that the process may hold: under 500 MB together with the process that waits for it."""
SECONDS = 60
"""Processor time that it may take: five times what the log of 1,100 items in two epochs needs in its slower form."""
PATIENCE = 600
"""Seconds to wait for its answer, on a machine that has much else to do."""
MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer; that of a board's largest label table is under a tenth of it."""
PLACE = "SOURCE"
T = TypeVar("T")


def call(function: Callable[..., T], answer: type[T], *arguments: object) -> T:
    """Returns what a function of a module returns, as an `answer`. Refused with the function's findings; E_SIZE where
    it takes too much memory or time, E_FILE where it fails in any other way. Its OSErrors are passed on."""
    # The server imports the libraries of the reader once; each file is read by a fork that knows nothing of others.
    context = multiprocessing.get_context("forkserver")
    module = sys.modules[function.__module__]
    context.set_forkserver_preload([module.__name__, *getattr(module, "LIBRARIES", ())])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, function, arguments), daemon=True)
    with _no_main():
        process.start()
    sender.close()
    data = b""
    with suppress(EOFError, OSError):  # the process has ended, or says too much
        if receiver.poll(PATIENCE):
            data = receiver.recv_bytes(MAX_ANSWER)
    receiver.close()
    process.join(1 if data else 0)
    process.kill()  # one that hangs, perhaps on its way out
    process.join()
    return _understand(data, answer, process.exitcode)


@contextmanager
def _no_main() -> Iterator[None]:
    """Hides the program that calls: the new process would import it first, and it may be a whole Streamlit page."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _understand(data: bytes, answer: type[T], code: int | None) -> T:
    outcome = data[:1]
    if outcome == b"=":
        try:
            return msgspec.msgpack.decode(data[1:], type=answer)
        except ValueError:  # its text may quote the file
            raise refuse("E_FILE", PLACE, "damaged: the process that read it answered with something else") from None
    if outcome == b"-":
        raise Refused(msgspec.msgpack.decode(data[1:], type=list[Finding]))
    if outcome == b"!":
        raise OSError(*msgspec.msgpack.decode(data[1:]))
    if code == -signal.SIGXCPU:
        raise refuse("E_SIZE", PLACE, f"takes more than {SECONDS} seconds to read")
    raise refuse("E_FILE", PLACE, f"damaged: the process that read it has ended (exit code {code})")


def _run(sender: Connection, function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Is the process. Nothing that a library prints is shown: it may quote the file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    _limit()
    with suppress(BrokenPipeError):  # whoever asked is gone
        sender.send_bytes(_answer(function, arguments))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    if sys.platform == "linux":
        # What libraries have set aside so far but do not hold, such as stacks of threads, is given on top.
        text = Path("/proc/self/status").read_text("ascii")
        held, aside = (int(re.search(rf"^{name}:\s+(\d+) kB$", text, re.M)[1]) * 1024 for name in ("VmRSS", "VmData"))  # type: ignore[index]
        limit = aside + MEMORY - held
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
