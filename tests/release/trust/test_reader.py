"""The reader: four states, plain codes, and the last good state whatever a source does."""

import functools
import gzip
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from leaderboard.base.findings import Refused
from leaderboard.offline.signing import publication, repository
from leaderboard.release.trust import (
    attestation,
    contents,
    floor,
    inspection,
    layout,
    ledger,
    metadata,
    reader,
    sources,
)
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource, WebSource
from leaderboard.release.trust.states import Outcome
from tests.release.trust.world import BOARDS, DAY, DEFINITIONS, NOW, OWNERS, World, key, keyring, resign


def codes(seen: Outcome) -> tuple[str, list[str]]:
    return seen.state, [each.code for each in seen.findings]


def number(seen: Outcome) -> int | None:
    return seen.good.release.number if seen.good and seen.good.release else None


def test_a_fresh_state_has_everything_but_older_releases_under_its_own_names(published: World, tmp_path: Path) -> None:
    made = published.reader(tmp_path)
    seen = made.refresh(NOW)
    assert codes(seen) == ("fresh", []) and number(seen) == 2
    assert made.path(ledger.NAME).read_bytes() == published.ledger()
    for name, data in {**BOARDS, **published.attestations()}.items():
        assert made.path(name).read_bytes() == data
    assert made.path(contents.release_name(2)).exists()
    assert not (made.tree(seen.good) / "releases/1").exists()  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        made.path("../metadata/root.json")


def test_an_older_release_is_fetched_when_asked_for(published: World, tmp_path: Path) -> None:
    made = published.reader(tmp_path)
    seen = made.refresh(NOW)
    assert seen.good is not None
    assert [release.number for release in seen.good.releases] == [2, 1]
    path = made.older(1)
    assert path is not None
    assert not layout.check_target("x", path, seen.good.entries[contents.release_name(1)])
    boards = made.boards(seen.good, 1)
    assert {name: (boards / name).read_bytes() for name in DEFINITIONS} == DEFINITIONS
    assert boards != made.boards(seen.good, 2)
    assert (made.older(3), made.older(0)) == (None, None)


@pytest.mark.parametrize("name", ["*.leaderboard.json", "boards/small/*.systems.toml"])
def test_an_older_release_that_is_damaged_or_away_is_not_had(world: World, tmp_path: Path, name: str) -> None:
    made = world.reader(tmp_path / "cache")
    made.refresh(NOW)
    (path,) = (world.folder / "targets/releases/1").glob(name)
    path.write_bytes(b"another")
    assert made.older(1) is None
    path.unlink()
    assert made.older(1) is None
    assert codes(made.refresh(NOW)) == ("fresh", [])


def test_a_new_release_is_taken_over_and_costs_only_what_is_new(world: World, tmp_path: Path) -> None:
    class Counting(FolderSource):
        asked: list[str] = []  # noqa: RUF012 - of one test

        def _open(self, path: str) -> Iterator[bytes]:
            self.asked.append(path)
            return super()._open(path)

    made = Reader(world.trusted(), None, tmp_path / "cache", Counting(world.folder))
    made.refresh(NOW)
    world.accept("system-2")
    world.release()
    Counting.asked.clear()
    assert number(made.refresh(NOW)) == 3
    fetched = [path for path in Counting.asked if path.startswith("targets/")]
    assert len(fetched) == 3  # the ledger, an attestation and the release
    Counting.asked.clear()
    assert made.refresh(NOW).state == "fresh"
    assert Counting.asked == ["metadata/timestamp.json", "metadata/2.root.json"]


def test_an_unreachable_source_leaves_the_last_good_state_across_restarts(world: World, tmp_path: Path) -> None:
    world.reader(tmp_path / "cache").refresh(NOW)
    root = world.trusted()
    world.folder.rename(tmp_path / "elsewhere")
    made = Reader(root, None, tmp_path / "cache", FolderSource(world.folder))
    seen = made.refresh(NOW + 300 * DAY)
    assert codes(seen) == ("offline", ["E_SOURCE"]) and number(seen) == 2
    assert made.path(ledger.NAME).read_bytes() == world.ledger()
    (tmp_path / "elsewhere").rename(world.folder)
    assert codes(made.refresh(NOW)) == ("fresh", [])


def test_a_machine_that_never_saw_anything_has_nothing_to_show(published: World, tmp_path: Path) -> None:
    made = published.reader(tmp_path / "cache", source=tmp_path / "nowhere")
    seen = made.refresh(NOW)
    assert (codes(seen), seen.good) == (("offline", ["E_SOURCE"]), None)


def test_a_missing_timestamp_is_as_good_as_no_source(world: World, tmp_path: Path) -> None:
    (world.folder / layout.TIMESTAMP).unlink()
    assert codes(world.reader(tmp_path / "cache").refresh(NOW)) == ("offline", ["E_MISSING"])


@pytest.mark.parametrize("path", ["metadata/3.snapshot.json", "metadata/3.targets.json", "targets/ledger.jsonl"])
def test_a_missing_file_that_was_promised_is_a_fault(world: World, tmp_path: Path, path: str) -> None:
    found = [each for each in world.folder.rglob("*") if each.name.endswith(path.partition("/")[2])]
    assert len(found) == 1
    found[0].unlink()
    seen = world.reader(tmp_path / "cache").refresh(NOW)
    assert (codes(seen), seen.findings[0].place) == (("rejected", ["E_MISSING"]), path)


def test_a_fault_names_the_target_and_not_its_file(world: World, tmp_path: Path) -> None:
    name = min(world.attestations())
    (path,) = (world.folder / "targets/attestations").glob(f"*.{name.partition('/')[2]}")
    path.unlink()
    seen = world.reader(tmp_path / "cache").refresh(NOW)
    assert [str(each) for each in seen.findings] == [f"E_MISSING  targets/{name}"]


def test_a_rejected_state_is_looked_at_again_until_it_is_mended(world: World, tmp_path: Path) -> None:
    made = world.reader(tmp_path / "cache")
    (path,) = (world.folder / "targets/releases/2").glob("*.leaderboard.json")
    data = path.read_bytes()
    path.write_bytes(b"x" * len(data))
    for _ in range(2):
        assert codes(made.refresh(NOW)) == ("rejected", ["E_DIGEST"])
    path.write_bytes(data)
    assert codes(made.refresh(NOW)) == ("fresh", [])


def test_a_state_expires_while_nobody_touches_it(world: World, tmp_path: Path) -> None:
    made = world.reader(tmp_path / "cache")
    assert made.refresh(NOW).state == "fresh"
    seen = made.refresh(NOW + 30 * DAY)
    assert codes(seen) == ("expired", ["E_EXPIRED"]) and number(seen) == 2
    publication.heartbeat(world.folder, keyring("rob"), now=NOW + 30 * DAY)
    assert codes(made.refresh(NOW + 30 * DAY)) == ("fresh", [])


def test_a_damaged_cache_is_filled_again(published: World, tmp_path: Path) -> None:
    for damage in (
        lambda cache: (cache / "good.json").write_bytes(b'{"\xf4":1}'),
        lambda cache: (cache / "metadata/timestamp.json").write_bytes(b""),
        lambda cache: (cache / "metadata/targets.json").write_bytes(b"{}"),
        lambda cache: next((cache / "trees").rglob("ledger.jsonl")).write_bytes(b"other"),
        lambda cache: shutil.rmtree(cache / "trees"),
    ):
        made = published.reader(tmp_path)
        made.refresh(NOW)
        damage(made.cache)
        again = published.reader(tmp_path)
        assert codes(again.refresh(NOW)) == ("fresh", [])
        assert again.path(ledger.NAME).read_bytes() == published.ledger()


def test_a_lost_cache_of_metadata_does_not_forget_the_release(world: World, old: Path, tmp_path: Path) -> None:
    made = world.reader(tmp_path / "cache")
    made.refresh(NOW)
    shutil.rmtree(made.cache / "metadata")
    seen = world.reader(tmp_path / "cache", source=old).refresh(NOW)
    assert codes(seen)[0] == "rejected" and "E_SEQ" in codes(seen)[1] and number(seen) == 2


def test_two_releases_do_not_share_a_seq(world: World, tmp_path: Path) -> None:
    made = world.reader(tmp_path / "cache")
    one, other = world.draft(filler=1), world.draft(filler=2)
    twin = tmp_path / "twin"
    shutil.copytree(world.folder, twin)
    world.publish(one, "ann", "bea", "rob")
    made.refresh(NOW)
    world.folder = twin
    world.publish(other, "ann", "bea", "rob")
    publication.heartbeat(world.folder, keyring("rob"), now=NOW)
    shutil.rmtree(made.cache / "metadata")
    seen = world.reader(tmp_path / "cache").refresh(NOW)
    assert codes(seen) == ("rejected", ["E_SEQ"])


def test_with_another_root_nothing_cached_is_believed(published: World, tmp_path: Path) -> None:
    published.reader(tmp_path / "cache").refresh(NOW)
    other = World(tmp_path / "other")
    other.begin(None, *OWNERS, "ann", "bea", "rob")
    publication.heartbeat(other.folder, keyring("rob"), now=NOW)
    root = repository.rotate(
        other.folder, repository.roles.roles_of(repository.metadata.read_root(other.trusted()).signed), now=NOW + DAY
    ).roots[0]
    made = Reader(root, None, tmp_path / "cache", FolderSource(tmp_path / "nowhere"))
    assert made.good() is None


def test_one_reader_waits_for_another_and_then_says_so(
    published: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published.reader(tmp_path)
    made.refresh(NOW)
    monkeypatch.setattr(reader, "BUSY_SECONDS", 0.05)
    with FileLock(made.cache / ".lock"):
        seen = published.reader(tmp_path).refresh(NOW)
    assert codes(seen) == ("offline", ["E_BUSY"]) and number(seen) == 2


def test_a_cache_that_cannot_be_written_does_not_stop_the_site(published: World, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, and no folder")
    seen = published.reader(tmp_path / "cache" / "of this source").refresh(NOW)
    assert codes(seen) == ("offline", ["E_CACHE"])


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_not_a_file_is_not_opened(world: World, tmp_path: Path, kind: str) -> None:
    path = world.folder / layout.TIMESTAMP
    path.unlink()
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    assert codes(world.reader(tmp_path / "cache").refresh(NOW)) == ("rejected", ["E_FILE"])


def test_no_finding_or_log_repeats_a_word_of_the_source(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    path = world.folder / layout.TIMESTAMP
    data = path.read_bytes()
    for hostile in (
        b'{"WOLPERTINGER":1}',
        b"WOLPERTINGER",
        data.replace(b'"keyid":"', b'"keyid":"WOLPERTINGER'),
        data.replace(b'"_type":"timestamp"', b'"_type":"WOLPERTINGER"'),
        data.replace(b"1.0.31", b"WOLPERTINGER"),
        data.replace(b'"signed":{', b'"signed":{"WOLPERTINGER":1,'),
    ):
        path.write_bytes(hostile)
        seen = world.reader(tmp_path / "cache").refresh(NOW)
        assert seen.state == "rejected" and "WOLPERTINGER" not in str(seen)
    (world.folder / "metadata/WOLPERTINGER").write_bytes(b"")
    assert "WOLPERTINGER" not in caplog.text + "".join(capfd.readouterr())


def test_a_floor_is_what_was_last_published(world: World, tmp_path: Path) -> None:
    floor.write_floor(tmp_path / "floor", world.floor())
    held = floor.read_floor(tmp_path / "floor")
    assert held == world.floor() and held is not None and held.known.release is not None
    assert (held.version, held.known.release.seq, held.known.head.lines) == (3, 2, 2)
    assert floor.read_floor(tmp_path / "nowhere") is None
    (tmp_path / "floor/targets.json").unlink()
    with pytest.raises(Refused, match=r"E_MISSING  floor/targets\.json"):
        floor.read_floor(tmp_path / "floor")


def test_a_newer_floor_raises_an_old_cache(world: World, old: Path, tmp_path: Path) -> None:
    assert number(world.reader(tmp_path / "cache", source=old).refresh(NOW)) == 1
    seen = world.reader(tmp_path / "cache", floor=world.floor(), source=old).refresh(NOW)
    assert codes(seen) == ("rejected", ["E_VERSION"]) and number(seen) == 1


def test_an_expired_floor_still_refuses_what_is_older(world: World, old: Path, tmp_path: Path) -> None:
    held = world.floor()
    for _ in range(2):  # by a thief of the release key, on old targets
        publication.heartbeat(old, keyring("rob"), now=NOW + 40 * DAY)
    seen = world.reader(tmp_path / "cache", floor=held, source=old).refresh(NOW + 41 * DAY)
    assert (codes(seen), seen.good) == (("rejected", ["E_VERSION"]), None)


def test_a_floor_signed_with_a_key_since_replaced_still_holds_its_release(
    world: World, old: Path, tmp_path: Path
) -> None:
    held = world.floor()
    for folder in (world.folder, old):
        world.folder = folder
        draft = repository.revoke(folder, key("rob").public_key.keyid, now=NOW, replacement=key("rita").public_key)
        world.publish(draft, *OWNERS, "rita")
    assert codes(world.reader(tmp_path / "cache", floor=held).refresh(NOW))[0] == "rejected"


def test_a_reader_refuses_what_an_inspection_refuses(world: World, tmp_path: Path) -> None:
    """A spare signature that is false, or of a key that no root ever named, though python-tuf accepts the file."""
    path = world.folder / "metadata/3.targets.json"
    good = resign(path.read_bytes(), *keyring("ann", "bea", "cem"))
    document = metadata.read_targets(good)
    document.signatures[key("cem").public_key.keyid].signature = "0" * 128
    strange = resign(good, *keyring("ann", "bea", "eve"))
    for number, data in enumerate((metadata.encode(document), strange)):
        path.write_bytes(data)
        assert codes(world.reader(tmp_path / str(number)).refresh(NOW)) == ("rejected", ["E_SIGNATURE"])
    path.write_bytes(good)
    assert codes(world.reader(tmp_path / "good").refresh(NOW)) == ("fresh", [])


def test_a_spare_signature_of_a_reviewer_of_before_is_no_fault(world: World, tmp_path: Path) -> None:
    """Also where the reader starts from a root that does not name the reviewer any more."""
    path = world.folder / "metadata/3.targets.json"
    path.write_bytes(resign(path.read_bytes(), *keyring("ann", "bea", "cem")))
    draft = repository.revoke(world.folder, key("cem").public_key.keyid, now=NOW)
    world.publish(draft, *OWNERS, "rob")
    for version in (1, 2):
        root = (world.folder / f"metadata/{version}.root.json").read_bytes()
        assert inspection.inspect(world.folder, root, now=NOW).verdict == "fresh"
        reader = Reader(root, world.floor(), tmp_path / str(version), FolderSource(world.folder))
        assert codes(reader.refresh(NOW)) == ("fresh", [])
        assert codes(reader.refresh(NOW)) == ("fresh", [])


def test_a_floor_of_another_repository_is_said_and_not_ignored(world: World, tmp_path: Path) -> None:
    other = floor.Floor(*(resign(data, key("eve")) for data in world.floor()))
    assert codes(world.reader(tmp_path / "cache", floor=other).refresh(NOW)) == ("rejected", ["E_FLOOR"] * 3)


# Over the web


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def over_web(world: World, cache: Path, address: str, *, seconds: float = 60) -> Reader:
    return Reader(world.trusted(), None, cache, WebSource(address, seconds=seconds))


def test_a_repository_is_read_over_the_web(world: World, tmp_path: Path) -> None:
    with served(functools.partial(Files, directory=str(world.folder))) as address:
        made = over_web(world, tmp_path / "cache", f"{address}/")
        assert codes(made.refresh(NOW)) == ("fresh", [])
        assert made.older(1) is not None
        world.accept("system-2")
        world.release()
        assert number(made.refresh(NOW)) == 3
        (path,) = (world.folder / "targets/releases/3").glob("*.leaderboard.json")
        path.write_bytes(b"another")
        assert codes(over_web(world, tmp_path / "other", address).refresh(NOW)) == ("rejected", ["E_DIGEST"])
    seen = made.refresh(NOW)
    assert codes(seen) == ("offline", ["E_SOURCE"]) and number(seen) == 3


class Chunked(Files):
    """Answers in small chunks and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def copyfile(self, source: Any, outputfile: Any) -> None:
        while piece := source.read(1_000):
            outputfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        outputfile.write(b"0\r\n\r\n")

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-Length":
            keyword, value = ("Transfer-Encoding", "chunked") if not self._missing else (keyword, value)
        super().send_header(keyword, value)

    _missing = False

    def send_error(self, *args: Any, **options: Any) -> None:
        self._missing = True
        super().send_error(*args, **options)
        self._missing = False


def test_a_repository_is_read_in_chunks(world: World, tmp_path: Path) -> None:
    with served(functools.partial(Chunked, directory=str(world.folder))) as address:
        assert codes(over_web(world, tmp_path / "cache", address).refresh(NOW)) == ("fresh", [])


def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(Files):
        def do_GET(self) -> None:
            answer(self)

    return Handler


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x" * 1_000_000)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(gzip.compress(bytes(100_000_000), 1))


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def broken(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(500, "WOLPERTINGER")


def gibberish(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"WOLPERTINGER WOLPERTINGER\r\n\r\n")


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the server's, when we hang up
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (endless, ("rejected", ["E_SIZE"])),
        (bomb, ("rejected", ["E_SIZE"])),
        (drip, ("offline", ["E_SOURCE"])),
        (broken, ("offline", ["E_SOURCE"])),
        (gibberish, ("offline", ["E_SOURCE"])),
        (hang_up, ("offline", ["E_SOURCE"])),
    ],
)
def test_a_hostile_server_changes_nothing_but_the_state(
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    answer: Callable[[BaseHTTPRequestHandler], None],
    expected: tuple[str, list[str]],
) -> None:
    world.reader(tmp_path / "cache").refresh(NOW)
    with served(answering(answer)) as address:
        # Only a drip is to run out of time: on a busy machine the others take more than a second.
        seen = over_web(world, tmp_path / "cache", address, seconds=1 if answer is drip else 60).refresh(NOW)
    assert codes(seen) == expected and number(seen) == 2
    assert "WOLPERTINGER" not in f"{seen} {caplog.text}"
    assert "WOLPERTINGER" not in capfd.readouterr().err.replace("gibberish", "")


def test_the_libraries_own_log_lines_are_silent_from_the_first_reader_on() -> None:
    script = (
        "import logging; from leaderboard.release.trust import sources; sources.silence(); "
        "logging.basicConfig(level=logging.DEBUG); "
        "[logging.getLogger(name).error('heard') for name in ('tuf.api._payload', 'urllib3.connectionpool')]"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_an_address_is_a_web_source_and_anything_else_a_folder(tmp_path: Path) -> None:
    assert isinstance(sources.open_source("https://example.org/repository"), WebSource)
    assert isinstance(sources.open_source(tmp_path), FolderSource)
    assert isinstance(sources.open_source(str(tmp_path)), FolderSource)


def test_reviewers_of_the_state_are_those_who_attest(published: World, tmp_path: Path) -> None:
    made = published.reader(tmp_path)
    good = made.refresh(NOW).good
    assert good is not None and (good.threshold, len(good.reviewers)) == (2, 3)
    keys = [key(name).public_key for name in ("ann", "bea", "cem")]
    assert set(good.reviewers) == {each.keyid for each in keys}
    for name in published.attestations():
        assert attestation.verify(made.path(name).read_bytes(), keys, good.threshold)
