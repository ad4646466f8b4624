"""Reads an untrusted file in a separate process: a file that crashes it, or needs too much memory or time, is refused.

The libraries that read logs and tables are not made for hostile files. Arrow crashes on some damaged Parquet files, and
a few kilobytes of a compressed log can expand to gigabytes. On systems other than Linux, a crash is contained too, but
memory is not limited.

Inspect AI cannot be installed beside the site. Where a reader's libraries are only in the environment of their own, the
process is one of that environment, so that every command works from the one in which everything else runs.
"""

import multiprocessing
import os
import re
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

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
ROOT = Path(__file__).parents[3]
"""Of the clone, in which further environments are."""
T = TypeVar("T")


def call(function: Callable[..., T], answer: type[T], *arguments: object) -> T:
    """Returns what a module's function returns, as an `answer`. Refused with the findings of the function; E_SIZE if it
    needs too much memory or time, E_FILE if it fails in another way. Its OSErrors are raised here too."""
    module = sys.modules[function.__module__]
    libraries = getattr(module, "LIBRARIES", ())
    python = ROOT / getattr(module, "ENVIRONMENT", "") / "bin" / "python"
    if any(find_spec(name.partition(".")[0]) is None for name in libraries) and python.exists():
        data, code = _call_there(python, function, arguments)
    else:
        data, code = _call_here([module.__name__, *libraries], function, arguments)
    return _decode(data, answer, code)


def _call_there(
    python: Path, function: Callable[..., object], arguments: tuple[object, ...]
) -> tuple[bytes, int | None]:
    """The answer of a new process of another environment, and its exit code."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {__name__} import serve; serve()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(
        [python, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    request = msgspec.msgpack.encode((function.__module__, function.__name__, arguments), enc_hook=str)  # of paths
    try:
        data, _ = process.communicate(request, PATIENCE)
    except subprocess.TimeoutExpired:
        data = b""
    process.kill()
    process.communicate()
    return data[:MAX_ANSWER], process.returncode


def serve() -> None:
    """Runs in that process: reads the call from the standard input, and writes the answer to the standard output."""
    name, called, arguments = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=tuple[str, str, msgspec.Raw])
    function = getattr(import_module(name), called)
    for library in sys.modules[name].LIBRARIES:  # first, so that its memory does not count, as in the fork server
        with suppress(ImportError):
            import_module(library)
    kinds = [kind for parameter, kind in get_type_hints(function).items() if parameter != "return"]
    kind: Any = tuple[tuple(kinds)]  # type: ignore[misc]  # a type that is made when it runs
    values = msgspec.msgpack.decode(arguments, type=kind, dec_hook=lambda kind, value: kind(value))
    output = os.fdopen(os.dup(1), "wb")
    _hide()
    _limit()
    with suppress(BrokenPipeError), output:
        output.write(_answer(function, values))


def _call_here(
    preload: list[str], function: Callable[..., object], arguments: tuple[object, ...]
) -> tuple[bytes, int | None]:
    # The fork server imports the libraries of the reader once; each file is read by a new fork.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(preload)
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
    return data, process.exitcode


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
    """Runs in the new process."""
    _hide()
    _limit()
    with suppress(BrokenPipeError):  # the caller has ended
        sender.send_bytes(_answer(function, arguments))


def _hide() -> None:
    """Hides what libraries print: it may quote the file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


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
