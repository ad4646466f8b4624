"""Runs the site as a real process on a free port, as `make run` does."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

PROJECT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 10


class NotServing(Exception):
    """Raised when a site does not come up; its text holds what the process printed."""


@dataclass
class Site:
    """A running site, in a process of its own."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        """Everything that the process has printed so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> tuple[int, bytes]:
        """Returns the status and body of a plain request, also where the status is an error."""
        try:
            with urllib.request.urlopen(urljoin(self.url, path), timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def stop(self) -> None:
        """Ends the process: gently, or after ten seconds with everything that it started."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_SECONDS)


def start(log_path: Path, *arguments: str, env: dict[str, str] | None = None) -> Site:
    """Returns a site that answers `/healthz`. `arguments` are further ones of `serve`, `env` further variables."""
    port = free_port()
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "leaderboard", "serve", "--port", str(port), *arguments],
            cwd=PROJECT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    site = Site(f"http://127.0.0.1:{port}/", process, log_path)
    _wait_until_healthy(site)
    return site


def free_port() -> int:
    """Returns a port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(site: Site) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if site.process.poll() is not None:
            raise NotServing(f"The site ended with exit code {site.process.returncode}:\n{site.log}")
        try:
            if site.get("/healthz")[0] == 200:
                return
        except OSError:  # not listening yet
            pass
        time.sleep(0.1)
    site.stop()
    raise NotServing(f"The site was not healthy after {START_SECONDS} seconds:\n{site.log}")
