"""What a repository is read from: a folder, or an address on the web. Neither is trusted.

Paths are those of `layout`, relative to the repository. All errors are python-tuf's, and carry no text of the source.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

from tuf.api import exceptions
from urllib3 import BaseHTTPResponse

from leaderboard.base import files
from leaderboard.base.findings import Refused
from leaderboard.release.trust.libraries import FetcherInterface, Urllib3Fetcher

SOCKET_SECONDS = 10
"""Longest time without an answer."""
TOTAL_SECONDS = 120
"""Longest time for one file, also where it comes in small pieces."""


class NotAFile(exceptions.DownloadError):
    """There is something at the path that is not a regular file."""


class Source(FetcherInterface):
    """Something to read from. `last` is the path that was read last: it names the file that a fault is about."""

    last = ""

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.last = url
        return self._open(url)

    def _open(self, path: str) -> Iterator[bytes]:
        raise NotImplementedError

    def read(self, path: str, limit: int) -> bytes | None:
        """Returns a file, or None where there is none; DownloadError where the source cannot be reached or where the
        file is longer than `limit`."""
        try:
            return self.download_bytes(path, limit)
        except exceptions.DownloadHTTPError as error:
            if error.status_code in (403, 404):
                return None
            raise


class FolderSource(Source):
    """A repository in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _open(self, path: str) -> Iterator[bytes]:
        return self._pieces(path)

    def _pieces(self, path: str) -> Iterator[bytes]:
        try:
            yield from files.chunks(self.folder / path)
        except FileNotFoundError:
            if (self.folder / "metadata").is_dir():
                raise exceptions.DownloadHTTPError("missing", 404) from None
            raise exceptions.DownloadError("unreachable") from None
        except Refused:
            raise NotAFile("not a file") from None
        except OSError:
            raise exceptions.DownloadError("unreadable") from None


class _Web(Urllib3Fetcher):
    """python-tuf's fetcher, except that it returns what has arrived: the original waits for a full chunk, and a slow
    server could make it wait."""

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        try:
            while piece := response.read1(self.chunk_size):
                yield piece
        finally:
            response.release_conn()


class WebSource(Source):
    """A repository at an address, `https://...` or `http://...`."""

    def __init__(self, address: str, *, seconds: float = TOTAL_SECONDS) -> None:
        self.address = address.rstrip("/")
        self.seconds = seconds
        self._fetcher = _Web(socket_timeout=SOCKET_SECONDS, app_user_agent="medharm-leaderboard")

    def _open(self, path: str) -> Iterator[bytes]:
        return self._pieces(path, time.monotonic() + self.seconds)

    def _pieces(self, path: str, until: float) -> Iterator[bytes]:
        try:
            for piece in self._fetcher.fetch(f"{self.address}/{path}"):
                if time.monotonic() > until:
                    raise exceptions.SlowRetrievalError
                yield piece
        except exceptions.DownloadError:
            raise
        except Exception:  # urllib3's many kinds, whose texts quote the server
            raise exceptions.DownloadError("unreachable") from None


def open_source(results: Path | str) -> Source:
    """Returns the source at a web address, or else in a folder."""
    text = str(results)
    return WebSource(text) if text.startswith(("https://", "http://")) else FolderSource(Path(results))


def silence() -> None:
    """Turns off the log lines of the libraries: they quote key ids, addresses and a server's answers."""
    for name in ("tuf", "securesystemslib", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
