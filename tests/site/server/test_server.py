"""The public process, asked as anybody may ask it."""

import base64
import hashlib
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from leaderboard.base.findings import RULES
from leaderboard.site import server
from leaderboard.site.server import log
from leaderboard.site.views.pages import PAGES
from tests import offered
from tests.browser import site
from tests.browser.site import Site
from tests.hosting import Host

PROJECT = Path(__file__).parents[3]
CLOSED = (
    "/_stcore/metrics",
    "/_stcore/upload_file",
    "/_stcore/upload_file/session/file",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/auth",
    "/auth/login",
    "/oauth2callback",
)
"""Routes of Streamlit that this site does not use."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    started = site.start(tmp_path_factory.mktemp("server") / "log.txt")
    yield started
    started.stop()


def wait_for(condition: Callable[[], object]) -> None:
    """A line of the log is written a moment after the answer."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def headers(running: Site, path: str) -> dict[str, str]:
    try:
        with urlopen(running.url + path.lstrip("/"), timeout=10) as response:
            return {name.lower(): value for name, value in response.headers.items()}
    except HTTPError as error:
        with error:
            return {name.lower(): value for name, value in error.headers.items()}


def test_health_is_answered(running: Site) -> None:
    assert running.get("/healthz") == (200, b"ok")


def test_readiness_names_release_and_state(running: Site) -> None:
    status, body = running.get("/readyz")
    assert (status, json.loads(body)) == (200, {"state": "fresh", "fault": None, "release": offered.latest()})


@pytest.mark.parametrize("path", ["/", "/system?board=msts", "/healthz", "/favicon.png", "/_stcore/health", "/absent"])
def test_every_answer_carries_the_security_headers(running: Site, path: str) -> None:
    answer = headers(running, path)
    assert "default-src 'none'" in answer["content-security-policy"]
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["x-frame-options"] == "DENY"
    assert "server" not in answer


def test_no_inline_script_is_allowed_but_those_of_the_document(running: Site) -> None:
    policy = dict(part.strip().split(" ", 1) for part in headers(running, "/")["content-security-policy"].split(";"))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    _, body = running.get("/")
    inline = re.findall(r"<script>(.*?)</script>", body.decode(), re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    allowed = policy["script-src"].split()
    assert digests and {f"'sha256-{digest}'" for digest in digests} == {each for each in allowed if "sha256" in each}
    assert {policy[name] for name in ("frame-ancestors", "object-src", "base-uri", "form-action")} == {"'none'"}


@pytest.mark.parametrize(
    "path",
    [
        *CLOSED,
        *("/_stcore/metrics/", "/_stcore/agent/interact", "/_stcore/absent", "/static/absent.js", "/static/"),
        *("/no/such/page", "/system/", "/app.py"),
    ],
)
def test_what_is_not_used_is_not_there(running: Site, path: str) -> None:
    assert running.get(path)[0] == 404


def test_nobody_may_embed_or_steer_the_site(running: Site) -> None:
    status, body = running.get("/_stcore/host-config")
    assert (status, json.loads(body)["allowedOrigins"]) == (200, [])


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in PAGES), "/leaderboard?board=msts"])
def test_every_page_starts_from_our_document(running: Site, path: str) -> None:
    status, body = running.get(path)
    text = body.decode()
    assert status == 200
    assert "MedHarm Leaderboard</title>" in text
    assert text.index("BACKEND_BASE_URL") < text.index('id="first"') < text.index('id="root"')
    waiting = text[text.index('<template id="streamlit">') : text.index("</template>")]
    for part in ("/static/js/", 'rel="stylesheet"', 'rel="modulepreload" crossorigin'):
        assert text.count(part) == waiting.count(part) > 0
    assert "You need to enable JavaScript" not in text
    assert "agent" not in text


def test_invented_results_are_not_for_search_engines(running: Site) -> None:
    assert headers(running, "/?board=demo")["x-robots-tag"] == "noindex"
    for path in ("/", "/?board=msts", "/categories?board=nonsense"):
        assert "x-robots-tag" not in headers(running, path)


def test_icon_is_ours(running: Site) -> None:
    assert running.get("/favicon.png")[1] == (PROJECT / "static" / "favicon.svg").read_bytes()


@pytest.mark.parametrize(("origin", "status"), [("http://elsewhere.example", b"403"), (None, b"101")])
def test_socket_is_opened_for_our_own_pages_only(running: Site, origin: str | None, status: bytes) -> None:
    host, port = running.url.removeprefix("http://").rstrip("/").split(":")
    lines = ["GET /_stcore/stream HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines.append(f"Origin: {origin or running.url.rstrip('/')}")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(100).split(b" ")[1] == status


def test_log_holds_method_path_status_and_time_and_no_query(running: Site) -> None:
    running.get("/?board=msts&q=a-private-search")
    running.get("/nowhere%0aforged?q=a-private-search")
    wait_for(lambda: re.search(r"^GET / 200 \d+ ms$", running.log, re.MULTILINE))
    wait_for(lambda: re.search(r"^GET /nowhere%0Aforged 404 \d+ ms$", running.log, re.MULTILINE))
    assert "a-private-search" not in running.log


def test_mistake_in_a_page_is_noted_by_kind_and_place_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        {}["a-private-text"]
    except KeyError as error:
        assert server.on_script_error(error)
    noted = capsys.readouterr().err
    assert re.search(r"^script error: KeyError in test_server.py:\d+$", noted, re.MULTILINE)
    assert "a-private-text" not in noted


def test_what_others_would_print_of_a_request_or_a_mistake_is_silenced() -> None:
    loggers = [logging.getLogger(name) for name in ("uvicorn.access", "streamlit.error_util")]
    before = [logger.disabled for logger in loggers]
    log.silence()
    assert all(logger.disabled for logger in loggers)
    for logger, was in zip(loggers, before, strict=True):
        logger.disabled = was


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/status/{'0af1' * 8}",
        f"/api/v1/status/{'0AF1' * 8}.csv",
        f"/api/v1/status/{'0af1' * 7}",
        f"/api/v1/boards/demo/systems/{'0af1' * 8}",
        f"/api/v1/STATUS//{'0af1' * 5}/0af1",
    ],
)
def test_no_nonce_is_logged(path: str) -> None:
    assert "0af1" not in log.path(path).lower()
    assert log.path("/api/v1/boards/demo/systems/yarrow-7") == "/api/v1/boards/demo/systems/yarrow-7"


def test_post_to_a_page_is_refused(running: Site) -> None:
    request = Request(running.url, data=b"x=1", method="POST")
    with pytest.raises(Exception, match="405"):
        urlopen(request, timeout=10)


def serve_in_vain(*options: str) -> subprocess.CompletedProcess[str]:
    """What `serve` says before it ends by itself."""
    command = [sys.executable, "-m", "leaderboard", "serve", *options]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


def test_missing_folder_is_one_sentence_and_exit_3(tmp_path: Path) -> None:
    done = serve_in_vain("--results", str(tmp_path / "absent"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "serve: there is no results folder: absent\n"


def ready(running: Site) -> tuple[int, object]:
    status, body = running.get("/readyz")
    return status, json.loads(body)


def test_missing_root_is_one_sentence_and_exit_3(tmp_path: Path) -> None:
    done = serve_in_vain("--root", str(tmp_path / "absent.json"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "serve: No such file or directory: absent.json\n"


def test_root_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root.json").write_text("anything at all")
    done = serve_in_vain("--root", str(tmp_path / "root.json"))
    assert (done.returncode, done.stdout, done.stderr) == (1, f"E_ROOT  --root: {RULES['E_ROOT']}\n", "")


def test_folder_with_a_bad_release_is_served_and_not_ready(tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    good = offered.target(results, 2).read_bytes()
    offered.target(results, 2).write_bytes(b"")
    running = site.start(tmp_path / "log.txt", "--results", str(results), "--root", str(offered.root(results)))
    try:
        assert running.get("/healthz")[0] == 200
        assert ready(running) == (503, {"state": "rejected", "fault": "E_DIGEST", "release": None})
        offered.target(results, 2).write_bytes(good)
        assert ready(running)[0] == 503  # pages look for a new release; readiness only says what they show
    finally:
        running.stop()


def test_site_reads_an_address_and_after_a_restart_shows_what_it_had(tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    host = Host(results)
    options = ["--results", host.address, "--root", str(offered.root(results))]
    running = site.start(tmp_path / "log.txt", *options)
    try:
        assert ready(running) == (200, {"state": "fresh", "fault": None, "release": 2})
    finally:
        running.stop()
        host.stop()
    running = site.start(tmp_path / "log.txt", *options)
    try:
        assert ready(running) == (200, {"state": "offline", "fault": "E_SOURCE", "release": 2})
        assert host.address not in running.log
    finally:
        running.stop()


def test_asking_whether_it_is_ready_has_the_site_look_again(tmp_path: Path) -> None:
    results = offered.copy(tmp_path, release=2)
    running = site.start(tmp_path / "log.txt", "--results", str(results), "--root", str(offered.root(results)))
    try:
        assert json.loads(running.get("/readyz")[1])["state"] == "fresh"
        (results / "repository" / "metadata" / "timestamp.json").write_bytes(b"garbage")
        until = time.monotonic() + 20
        while json.loads(running.get("/readyz")[1])["state"] == "fresh" and time.monotonic() < until:
            time.sleep(0.2)
        status, body = running.get("/readyz")
        assert (status, json.loads(body)) == (200, {"state": "rejected", "fault": "E_METADATA", "release": 2})
    finally:
        running.stop()


def rename_results(results: Path) -> None:
    results.rename(results.with_name("elsewhere"))


def empty_repository(results: Path) -> None:
    shutil.rmtree(results / "repository")
    (results / "repository").mkdir()


def put_a_file_in_its_place(results: Path) -> None:
    shutil.rmtree(results)
    results.write_text("")


@pytest.mark.parametrize(
    "lose",
    [
        rename_results,
        *(pytest.param(each, marks=pytest.mark.soak) for each in (empty_repository, put_a_file_in_its_place)),
    ],
)
def test_site_starts_from_what_it_verified_before_where_its_folder_is_gone(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    results = offered.copy(tmp_path, release=2)
    options = ("--results", str(results), "--root", str(offered.root(results)))
    env = {"MEDHARM_CACHE": str(tmp_path / "cache")}
    for state, fault in (("fresh", None), ("offline", "E_SOURCE")):
        started = site.start(tmp_path / f"{state}.txt", *options, env=env)
        try:
            assert ready(started) == (200, {"state": state, "fault": fault, "release": 2})
            assert b"Release 2" in started.get("/releases?board=demo")[1]
        finally:
            started.stop()
        if state == "fresh":
            lose(results)


def test_folder_that_was_never_there_is_a_typing_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leaderboard", "serve", "--results", str(tmp_path / "reslts")]
    env = {**os.environ, "MEDHARM_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "serve: there is no results folder: reslts\n"
