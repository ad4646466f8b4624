"""A static web host for results folders: a real server, on a port of this machine, that can be stopped or made slow."""

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class Host:
    """Serves a folder from `start` to `stop`, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        """Every path that was asked for."""
        self.answering = threading.Event()
        """Cleared, the host accepts a connection and then says nothing."""
        self.answering.set()
        self.leads: Callable[[str], str] = str
        """Gives the path that is served where another one is asked for."""
        self._port = 0
        self.start()

    @property
    def address(self) -> str:
        """What is given to `serve --results`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begins to serve, at once."""
        self._server = _Server(("127.0.0.1", self._port), partial(_Files, self, directory=str(self.folder)))
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Ends it: from now on, nothing listens at the address."""
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Files(SimpleHTTPRequestHandler):
    def __init__(self, host: Host, *arguments: Any, **options: Any) -> None:
        self._host = host
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        self._host.asked.append(self.path)
        self._host.answering.wait()
        self.path = self._host.leads(self.path)
        try:
            super().do_GET()
        except ConnectionError:  # the reader has had enough
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
