"""The site shows a release that passed every check, and keeps it whatever its source does next."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical, clock
from leaderboard.offline.signing import repository
from leaderboard.offline.signing.repository import SERVED
from leaderboard.release import schema
from leaderboard.release.trust import contents, layout, metadata, sources
from leaderboard.release.trust.roles import Holders
from leaderboard.site.data import updater
from leaderboard.site.data.updater import Store
from tests import containers, offered
from tests.hosting import Host


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with releases 1 and 2, and its root beside it."""
    return offered.copy(tmp_path_factory.mktemp("published"), release=2).parent


@pytest.fixture
def results(tmp_path: Path, published: Path) -> Path:
    """A copy of it, to be changed at will."""
    shutil.copytree(published, tmp_path / "site")
    return tmp_path / "site" / "results"


@pytest.fixture
def host(results: Path) -> Iterator[Host]:
    """The same folder on the web."""
    made = Host(results)
    yield made
    made.stop()


def web_store(host: Host) -> Store:
    return Store(host.address, offered.root(host.folder), host.folder.with_name("cache"))


def shown(store: Store) -> int | None:
    current = store.current()
    return current.number if current else None


def look(store: Store) -> tuple[int | None, str, str | None]:
    """What the site shows after another look, in which state, and why."""
    store.refresh()
    return shown(store), store.state, store.fault


def hide(results: Path) -> None:
    (results / "repository").rename(results / "hidden")


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# A good release


def test_current_release_is_read_with_everything_that_a_page_needs(results: Path) -> None:
    snapshot = offered.store(results).current()
    assert snapshot is not None
    assert (snapshot.number, snapshot.kept, snapshot.method) == (2, (2, 1), 1)
    assert snapshot.digest == canonical.sha256(offered.file(2)) == offered.target(results, 2).name.partition(".")[0]
    assert list(snapshot.catalogue.boards) == ["medharm", "msts", "xstest", "demo"]
    assert len(snapshot.ledger) == offered.ledger_lines(2)
    assert {line.attestation for line in snapshot.ledger if line.attestation} == set(snapshot.signers)


def test_snapshot_says_who_signed(results: Path) -> None:
    snapshot = offered.store(results).current()
    assert snapshot is not None
    assert (snapshot.signature.threshold, snapshot.signature.reviewers, snapshot.build_keys) == (2, 2, True)
    assert timedelta(days=29) < snapshot.signature.expires - clock.now() <= timedelta(days=30)
    assert set(snapshot.signers.values()) == {2}


def test_unchanged_source_is_not_read_again(host: Host) -> None:
    store = web_store(host)
    first = store.current()
    host.asked.clear()
    store.refresh()
    assert store.current() is first
    assert host.asked == ["/repository/metadata/timestamp.json", "/repository/metadata/2.root.json"]


def test_new_release_is_shown_after_the_next_look(results: Path) -> None:
    store = offered.store(results)
    assert shown(store) == 2
    before = store.mark()
    offered.offer(results, 3)
    assert shown(store) == 2
    assert look(store) == (3, "fresh", None)
    assert store.mark() != before


def test_heartbeat_and_new_reviewers_are_noticed_without_a_new_release(results: Path) -> None:
    store = offered.store(results)
    store.current()
    first, _ = (signer.public_key for signer in offered.signers())
    later = SERVED._replace(timestamp=timedelta(days=3))
    folder = results / "repository"
    offered.publish(results, repository.prolong(folder, now=clock.now(), expiry=later))
    store.refresh()
    assert (snapshot := store.current()) is not None
    assert snapshot.signature.expires - clock.now() <= timedelta(days=3)
    alone = offered.roles()._replace(targets=Holders((first,), 1))
    offered.publish(results, repository.rotate(folder, alone, now=clock.now()))
    assert look(store) == (2, "fresh", None)
    assert (snapshot := store.current()) is not None
    assert (snapshot.signature.threshold, snapshot.signature.reviewers) == (1, 1)
    assert set(snapshot.signers.values()) == {1}


def test_mark_differs_when_only_the_state_does(results: Path) -> None:
    store = offered.store(results)
    before = store.mark()
    hide(results)
    store.refresh()
    assert store.mark() == before._replace(state="offline", fault="E_SOURCE")


# A bad release. tests/attacks/test_releases.py has those that somebody wants us to show.


def flip_a_bit(results: Path) -> None:
    path = offered.target(results, 3)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(results: Path) -> None:
    path = offered.target(results, 3)
    path.write_bytes(path.read_bytes()[:-1])


def append(results: Path) -> None:
    with offered.target(results, 3).open("ab") as file:
        file.write(b"\0")


def remove(results: Path) -> None:
    offered.target(results, 3).unlink()


def put_a_folder_in_its_place(results: Path) -> None:
    path = offered.target(results, 3)
    path.unlink()
    path.mkdir()


def put_another_release_in_its_place(results: Path) -> None:
    offered.target(results, 3).write_bytes(offered.target(results, 1).read_bytes())


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (flip_a_bit, "E_DIGEST"),
        (truncate, "E_DIGEST"),
        (append, "E_SIZE"),
        (remove, "E_MISSING"),
        (put_a_folder_in_its_place, "E_FILE"),
        (put_another_release_in_its_place, "E_DIGEST"),
    ],
)
def test_damaged_release_is_refused_and_the_last_good_one_stays(
    results: Path, damage: Callable[[Path], None], code: str
) -> None:
    store = offered.store(results)
    before = store.current()
    offered.offer(results, 3)
    damage(results)
    assert look(store) == (2, "rejected", code)
    assert store.current() is before


def signed_by_all(results: Path, data: bytes | None = None, **targets: bytes) -> None:
    """Offers release 3 with other contents, under every signature that it needs."""
    offered.force(results, offered.draft(results, 3, data, **targets))


def test_rows_in_another_file_than_they_were_signed_in_first_are_as_good(results: Path) -> None:
    """The control for what follows: nothing but the change is what is refused."""
    store = offered.store(results)
    assert shown(store) == 2
    signed_by_all(results, containers.changed(offered.file(3), "update release set number = 3"))
    assert look(store) == (3, "fresh", None)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("update score set ci_low = estimate + 0.01 where estimate < 0.9", "E_NUMBER"),
        ("update system set developer = 'anything at all'", "E_VOCABULARY"),
        ("update release set number = 7", "E_SEQ"),
        ("delete from release", "E_SEQ"),
        ("insert into release select * from release", "E_SEQ"),
        ("update ledger set event_on = event_on - 1 where line = 1", "E_LEDGER"),
        ("delete from ledger where line = 1", "E_LEDGER"),
        ("delete from ledger where line = (select max(line) from ledger)", "E_LEDGER"),
        ("update row set ledger_line = ledger_line + 1 where board = 'demo'", "E_LEDGER"),
    ],
)
def test_signatures_do_not_make_contents_fit_to_be_shown(results: Path, sql: str, code: str) -> None:
    store = offered.store(results)
    assert shown(store) == 2
    signed_by_all(results, containers.changed(offered.file(3), sql))
    assert look(store) == (2, "rejected", code)


def add_text(tables: containers.Tables) -> None:
    tables["release"]["note"] = ["anything at all"]


def add_table(tables: containers.Tables) -> None:
    tables["sentence"] = {"words": ["anything at all"]}


def drop_table(tables: containers.Tables) -> None:
    del tables["separated"]


def drop_column(tables: containers.Tables) -> None:
    del tables["release"]["vault_events"]


def be_no_rate(tables: containers.Tables) -> None:
    tables["score"]["estimate"][0] = 1.5


def say_in_a_number(tables: containers.Tables) -> None:
    tables["release"]["number"] = ["anything at all"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (add_text, "E_SHAPE"),
        (add_table, "E_SHAPE"),
        (drop_table, "E_SHAPE"),
        (drop_column, "E_SHAPE"),
        (be_no_rate, "E_NUMBER"),
        (say_in_a_number, "E_NUMBER"),
    ],
)
def test_signatures_do_not_make_another_shape_fit_to_be_shown(
    results: Path, change: Callable[[containers.Tables], None], code: str
) -> None:
    store = offered.store(results)
    assert shown(store) == 2
    signed_by_all(results, containers.altered(offered.file(3), change))
    assert look(store) == (2, "rejected", code)


def no_release(data: bytes) -> bytes:
    return b"anything at all"


def a_space_more(data: bytes) -> bytes:
    return data.replace(b"{", b"{ ", 1)


def words_behind_the_end(data: bytes) -> bytes:
    return data + b" anything at all"


def a_newer_schema(data: bytes) -> bytes:
    return canonical.encode(msgspec.json.decode(data) | {"schema": schema.newest().version + 1})


def an_unknown_duckdb_file(data: bytes) -> bytes:
    """One bit of a page that no table accounts for: DuckDB reads the same rows."""
    return offered.file(3)[:-1] + bytes([offered.file(3)[-1] ^ 1])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (no_release, "E_RELEASE"),
        (a_space_more, "E_CANON"),
        (words_behind_the_end, "E_RELEASE"),
        (a_newer_schema, "E_NEWER"),
        (an_unknown_duckdb_file, "E_RELEASE"),
    ],
)
def test_signed_bytes_that_are_no_release_file_are_refused(
    results: Path, change: Callable[[bytes], bytes], code: str
) -> None:
    store = offered.store(results)
    store.current()
    signed_by_all(results, change(containers.changed(offered.file(3), "update release set number = 3")))
    assert look(store) == (2, "rejected", code)


def test_definitions_that_are_not_those_that_the_release_was_made_with_are_refused(results: Path) -> None:
    store = offered.store(results)
    store.current()
    draft = offered.draft(results, 3)
    made = draft.files["releases/3/boards/msts/board.toml"]
    other = repository.NewRelease(
        3, offered.file(3), {**offered.definitions(3), "msts/board.toml": made + b"\n"}, contents.LEGACY
    )
    add = {name: data for name, data in draft.files.items() if not name.startswith("releases/")}
    offered.force(results, repository.draft(results / "repository", now=clock.now(), add=add, releases=[other]))
    assert look(store) == (2, "rejected", "E_DIGEST")


@pytest.mark.parametrize("text", [b"title = ", b"title = 3\n", b"\xff\xfe", b"", b'id = "another"\n'])
def test_signed_definitions_that_are_none_are_refused(results: Path, text: bytes) -> None:
    store = offered.store(results)
    store.current()
    signed_by_all(results, **{"boards/msts/board.toml": text})
    assert look(store) == (2, "rejected", "E_BOARD")


def test_release_that_uses_a_word_that_its_definitions_do_not_have_is_refused(results: Path) -> None:
    store = offered.store(results)
    store.current()
    text = offered.embedded()["boards/msts/systems.toml"].replace(b'"gpt-4o"', b'"gpt-4p"')
    signed_by_all(results, **{"boards/msts/systems.toml": text})
    assert look(store) == (2, "rejected", "E_VOCABULARY")


def test_damage_to_what_is_shown_already_changes_nothing(results: Path) -> None:
    store = offered.store(results)
    before = store.current()
    offered.target(results, 2).write_bytes(b"")
    assert look(store) == (2, "fresh", None)
    assert store.current() is before


def test_fixed_release_is_shown(results: Path) -> None:
    store = offered.store(results)
    store.current()
    offered.offer(results, 3)
    good = offered.target(results, 3).read_bytes()
    truncate(results)
    assert look(store) == (2, "rejected", "E_DIGEST")
    offered.target(results, 3).write_bytes(good)
    assert look(store) == (3, "fresh", None)


def test_first_release_that_fails_leaves_nothing_to_show(results: Path) -> None:
    offered.offer(results, 3)
    flip_a_bit(results)
    store = offered.store(results)
    assert store.current() is None
    assert (store.state, store.fault) == ("rejected", "E_DIGEST")


# No release, no source, out of date


def test_repository_without_a_release_has_nothing_to_show_and_nothing_wrong(tmp_path: Path) -> None:
    results = offered.begin(tmp_path)
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (None, "fresh", None)
    offered.offer(results, 1)
    assert look(store) == (1, "fresh", None)


def test_folder_without_a_repository_is_offline(results: Path) -> None:
    hide(results)
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (None, "offline", "E_SOURCE")
    (results / "hidden").rename(results / "repository")
    assert look(store) == (2, "fresh", None)


def test_folder_that_vanishes_leaves_its_last_good_release(results: Path) -> None:
    store = offered.store(results)
    before = store.current()
    hide(results)
    assert look(store) == (2, "offline", "E_SOURCE")
    assert store.current() is before
    (results / "hidden").rename(results / "repository")
    assert look(store) == (2, "fresh", None)


def test_release_whose_date_passes_while_it_is_shown_stays_and_is_called_expired(results: Path) -> None:
    soon = SERVED._replace(timestamp=timedelta(seconds=2))
    store = offered.store(results)
    assert shown(store) == 2
    offered.publish(results, repository.prolong(results / "repository", now=clock.now(), expiry=soon))
    assert look(store) == (2, "fresh", None)
    wait_until(lambda: look(store) == (2, "expired", "E_EXPIRED"))
    offered.publish(results, repository.prolong(results / "repository", now=clock.now()))
    assert look(store) == (2, "fresh", None)


def test_source_that_has_expired_already_shows_nothing_to_a_new_machine(results: Path) -> None:
    long_ago = clock.now() - timedelta(days=40)
    offered.force(results, repository.prolong(results / "repository", now=long_ago))
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (None, "expired", "E_EXPIRED")


# After a restart


def test_last_good_release_outlives_the_process_and_its_source(results: Path) -> None:
    offered.store(results).current()
    hide(results)
    store = offered.store(results)
    snapshot = store.current()
    assert snapshot is not None
    assert (snapshot.number, store.state, store.fault) == (2, "offline", "E_SOURCE")
    assert snapshot.database.rows("select number from release")["number"].tolist() == [2]
    assert store.release(1) is None  # which was never fetched


def test_last_good_release_outlives_the_process_where_the_source_offers_a_bad_one(results: Path) -> None:
    offered.store(results).current()
    offered.offer(results, 3)
    flip_a_bit(results)
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (2, "rejected", "E_DIGEST")


def test_restarted_site_still_knows_what_it_showed(results: Path) -> None:
    before = shutil.copytree(results / "repository", results / "before")
    offered.offer(results, 3)
    assert shown(offered.store(results)) == 3
    shutil.rmtree(results / "repository")
    before.rename(results / "repository")
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (3, "rejected", "E_VERSION")


def test_what_a_newer_version_of_the_site_left_is_not_shown(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be of a schema that this one does not know; a release in the cache was audited by the other."""
    signed_by_all(results, containers.changed(offered.file(3), "update release set number = 3"))
    assert shown(offered.store(results)) == 3
    hide(results)
    newest = schema.newest()
    monkeypatch.setattr(schema, "schemas", lambda: {99: msgspec.structs.replace(newest, version=99)})
    store = offered.store(results)
    assert (shown(store), store.state, store.fault) == (None, "offline", "E_SOURCE")


@pytest.mark.parametrize("damage", [b"anything at all", None])
def test_damaged_cache_is_not_shown(results: Path, damage: bytes | None) -> None:
    offered.store(results).current()
    (kept,) = results.with_name("cache").rglob(contents.LEGACY)
    if damage is None:
        kept.unlink()
    else:
        kept.write_bytes(damage)
    hide(results)
    store = offered.store(results)
    assert (shown(store), store.state) == (None, "offline")
    (results / "hidden").rename(results / "repository")
    assert look(store) == (2, "fresh", None)


def test_sources_do_not_share_a_cache(results: Path, host: Host) -> None:
    offered.store(results).current()
    web_store(host).current()
    cache = results.with_name("cache")
    assert len(list(cache.iterdir())) == 2


def test_cache_that_cannot_be_written_to_is_replaced_by_a_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, results: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MEDHARM_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = updater.cache_folder()
    assert found.is_dir() and found.parent == tmp_path
    assert shown(Store(results, offered.root(results))) == 2


def test_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDHARM_CACHE", str(tmp_path / "mine"))
    assert updater.cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("MEDHARM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert updater.cache_folder() == tmp_path / "user" / "medharm-leaderboard"


def test_full_disk_is_said_to_be_this_machines_own_fault(results: Path) -> None:
    cache = results.with_name("cache")
    store = offered.store(results)
    store.current()
    offered.offer(results, 3)
    shutil.rmtree(cache)
    cache.write_text("a file in the place of what may be the folder of others")
    assert look(store) == (2, "offline", "E_CACHE")


# Older releases


def test_older_release_opens_while_the_repository_vouches_for_it(results: Path) -> None:
    store = offered.store(results)
    older = store.release(1)
    assert older is not None
    assert (older.number, older.digest) == (1, canonical.sha256(offered.file(1)))
    assert store.release(2) is store.current()
    assert store.release(3) is None


def test_older_release_is_shown_with_the_definitions_that_it_was_made_with(results: Path) -> None:
    text = offered.embedded()["boards/msts/systems.toml"]
    renamed = text.replace(b'name = "GPT-4o"', b'name = "Renamed"')
    assert renamed != text
    offered.publish(results, offered.draft(results, 3, **{"boards/msts/systems.toml": renamed}))
    store = offered.store(results)
    for number, name in ((3, "Renamed"), (2, "GPT-4o"), (1, "GPT-4o")):
        snapshot = store.release(number)
        assert snapshot is not None
        names = {system.id: system.name for system in snapshot.catalogue.registries["msts"].system}
        assert names["gpt-4o"] == name


def test_older_release_that_was_taken_down_cannot_be_opened(results: Path) -> None:
    store = offered.store(results)
    assert store.release(1) is not None
    state = layout.read_state(results / "repository")
    assert state is not None
    gone = [name for name in metadata.entries(state.targets) if name.startswith("releases/1/")]
    assert len(gone) > 5  # with its definitions
    offered.publish(results, repository.draft(results / "repository", now=clock.now(), remove=gone))
    assert look(store) == (2, "fresh", None)
    assert store.release(1) is None


@pytest.mark.parametrize("damage", [b"anything at all", None])
def test_damaged_older_release_cannot_be_opened(results: Path, damage: bytes | None) -> None:
    path = offered.target(results, 1)
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    store = offered.store(results)
    assert store.release(1) is None
    assert (shown(store), store.state) == (2, "fresh")


def test_older_release_that_is_not_fit_to_be_shown_cannot_be_opened(tmp_path: Path) -> None:
    results = offered.begin(tmp_path)
    offered.force(results, offered.draft(results, 1, containers.altered(offered.file(1), add_text)))
    offered.offer(results, 2)
    store = offered.store(results)
    assert shown(store) == 2
    assert store.release(1) is None


def test_older_release_that_could_not_be_had_is_asked_for_again(host: Host) -> None:
    store = web_store(host)
    store.current()
    host.stop()
    assert store.release(1) is None
    assert look(store) == (2, "offline", "E_SOURCE")
    host.start()
    assert look(store) == (2, "fresh", None)
    assert store.release(1) is not None


def test_only_a_few_older_releases_stay_in_memory(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updater, "OLDER_CACHED", 1)
    offered.offer(results, 3)
    store = offered.store(results)
    first = store.release(1)
    assert store.release(1) is first
    store.release(2)
    assert store.release(1) is not first


# Many visitors, slow sources


def test_many_first_visitors_cause_one_load(host: Host) -> None:
    store = web_store(host)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.current(), range(16)))
    assert found[0] is not None
    assert all(snapshot is found[0] for snapshot in found)
    assert len([path for path in host.asked if path.endswith(contents.LEGACY)]) == 1
    assert host.asked.count("/repository/metadata/timestamp.json") == 2  # once for its mark


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed in /proc on Linux only")
def test_no_release_file_stays_open(results: Path) -> None:
    store = offered.store(results)
    store.current()
    store.release(1)
    links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert not [link for link in links if Path(link).name.endswith((contents.LEGACY, contents.FILE, ".duckdb"))]


def test_source_is_checked_in_the_background_and_not_too_often(host: Host) -> None:
    store = web_store(host)
    store.current()
    host.asked.clear()
    for _ in range(50):
        store.look()
    assert host.asked == []  # it was checked less than CHECK_SECONDS ago
    wait_until(lambda: store.look() or host.asked)
    wait_until(lambda: len(host.asked) == 2)
    for _ in range(50):
        store.look()
    assert len(host.asked) == 2


@pytest.mark.parametrize("seconds", [0, 0.5, 1])
def test_process_ends_cleanly_while_a_check_is_running(results: Path, seconds: float) -> None:
    code = (
        "import sys, time; from pathlib import Path; from leaderboard.site.data.updater import Store; "
        "Store(Path(sys.argv[1]), Path(sys.argv[2])).look(); time.sleep(float(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(results), str(offered.root(results)), str(seconds)]
    done = subprocess.run(
        command, cwd=offered.EMBEDDED.parent, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nobody_waits_for_a_slow_source(host: Host) -> None:
    store = web_store(host)
    before = store.current()
    host.answering.clear()
    host.asked.clear()
    refresh = threading.Thread(target=store.refresh)
    refresh.start()
    wait_until(lambda: host.asked)
    started = time.monotonic()
    for _ in range(20):
        store.look()
        store.refresh()
        assert store.current() is before
        assert store.release(2) is before
        assert store.mark().state == "fresh"
    assert time.monotonic() - started < 5  # the source's silence lasts as long as we like
    assert refresh.is_alive() and len(host.asked) == 1
    host.answering.set()
    refresh.join()
    assert (store.current(), store.state) == (before, "fresh")


def test_site_that_starts_before_its_slow_source_shows_the_stored_release(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_store(host).current()
    monkeypatch.setattr(updater, "FIRST_LOAD_SECONDS", 0.2)
    host.answering.clear()
    store = web_store(host)
    assert (shown(store), store.state, store.fault) == (2, "offline", None)
    assert Store(host.address, offered.root(host.folder), host.folder.with_name("new")).current() is None
    host.answering.set()
    wait_until(lambda: store.state == "fresh")
    assert shown(store) == 2


def test_source_that_never_answers_is_offline(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SOCKET_SECONDS", 0.1)
    store = web_store(host)
    assert shown(store) == 2
    host.answering.clear()
    assert look(store) == (2, "offline", "E_SOURCE")


# Over the web


def test_release_is_read_over_the_web_and_outlives_its_host(host: Host) -> None:
    store = web_store(host)
    assert shown(store) == 2
    older = store.release(1)
    assert older is not None and older.number == 1
    host.stop()
    assert look(store) == (2, "offline", "E_SOURCE")
    again = web_store(host)
    assert (shown(again), again.state) == (2, "offline")
    assert again.release(1) is not None  # which was fetched before
    host.start()
    offered.offer(host.folder, 3)
    assert look(store) == (3, "fresh", None)


def test_address_without_a_repository_has_nothing_to_show(host: Host, tmp_path: Path) -> None:
    store = Store(f"{host.address}/nowhere", offered.root(host.folder), tmp_path / "cache")
    assert (shown(store), store.state, store.fault) == (None, "offline", "E_MISSING")


def test_file_that_is_longer_than_was_signed_is_not_read(host: Host) -> None:
    store = web_store(host)
    store.current()
    offered.offer(host.folder, 3)
    with offered.target(host.folder, 3).open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) + 50_000_000)
    assert look(store) == (2, "rejected", "E_SIZE")
    cached = sum(path.stat().st_size for path in host.folder.with_name("cache").rglob("*") if path.is_file())
    assert cached < 5_000_000


def test_endless_roots_are_rejected_at_the_first(host: Host) -> None:
    store = web_store(host)
    assert shown(store) == 2
    host.leads = lambda path: re.sub(r"[0-9]+\.root\.json$", "1.root.json", path)
    host.asked.clear()
    assert look(store) == (2, "rejected", "E_VERSION")
    assert sum(path.endswith(".root.json") for path in host.asked) < 5


# Where it all is


def test_process_has_one_store_per_source(results: Path) -> None:
    assert updater.store(results) is updater.store(results)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "https://results.example/medharm/"])
def test_place_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str) -> None:
    monkeypatch.setenv("MEDHARM_RESULTS", str(tmp_path))
    assert updater.results_place() == tmp_path
    monkeypatch.setenv("MEDHARM_RESULTS", address)
    assert updater.results_place() == address.rstrip("/")
    monkeypatch.delenv("MEDHARM_RESULTS")
    assert updater.results_place() == offered.EMBEDDED


def test_root_comes_from_the_environment(results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))
    assert shown(Store(results, cache=tmp_path / "one")) == 2
    monkeypatch.delenv("MEDHARM_ROOT")
    store = Store(results, cache=tmp_path / "two")
    assert (shown(store), store.state) == (None, "rejected")  # the embedded root does not vouch for it
