"""The site shows a release that passed every check, and keeps it whatever the folder offers next."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import msgspec
import pytest

from leaderboard import updater
from leaderboard.pointer import target_name
from leaderboard.updater import Store
from tests import offered


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder whose current release is 2, with 3 ready to be pointed at."""
    return offered.copy(tmp_path, release=2)


def shown(store: Store) -> int | None:
    current = store.current()
    return current.number if current else None


def test_current_release_is_read_with_its_boards(results: Path) -> None:
    snapshot = Store(results).current()
    assert snapshot is not None
    assert (snapshot.number, snapshot.kept) == (2, (2, 1))
    assert snapshot.digest == offered.read_pointer(results).targets[target_name(2)].sha256
    assert list(snapshot.catalogue.boards) == ["medharm", "xstest", "msts", "demo"]


def test_unchanged_folder_is_not_read_again(results: Path) -> None:
    store = Store(results)
    first = store.current()
    store.refresh()
    assert store.current() is first


def test_new_release_is_shown_after_the_next_look(results: Path) -> None:
    store = Store(results)
    assert shown(store) == 2
    before = store.mark()
    offered.point(results, 3)
    assert shown(store) == 2
    store.refresh()
    assert (shown(store), store.state) == (3, "fresh")
    assert store.mark() != before


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


def put_another_release_in_its_place(results: Path) -> None:
    offered.target(results, 3).write_bytes(offered.target(results, 1).read_bytes())
    offered.vouch(results, 3)


def add_a_text_column(results: Path) -> None:
    with duckdb.connect(str(offered.target(results, 3))) as connection:
        connection.execute("alter table release add column note varchar default 'anything at all'")
    offered.vouch(results, 3)


def empty_the_release_table(results: Path) -> None:
    with duckdb.connect(str(offered.target(results, 3))) as connection:
        connection.execute("delete from release")
    offered.vouch(results, 3)


def write_no_json(results: Path) -> None:
    offered.pointer(results).write_bytes(b"{")


def write_spaces(results: Path) -> None:
    path = offered.pointer(results)
    path.write_bytes(msgspec.json.format(path.read_bytes()))


def name_a_path(results: Path) -> None:
    path = offered.pointer(results)
    path.write_bytes(path.read_bytes().replace(b"releases/1/", b"releases/../"))


def name_no_target(results: Path) -> None:
    made = offered.read_pointer(results)
    offered.write_pointer(results, msgspec.structs.replace(made, release=4))


def break_a_board(results: Path) -> None:
    (results / "boards" / "msts" / "board.toml").write_text("title = ")


DAMAGES: list[tuple[Callable[[Path], None], str]] = [
    (flip_a_bit, "E_DIGEST"),
    (truncate, "E_SIZE"),
    (append, "E_SIZE"),
    (remove, "E_FILE"),
    (put_another_release_in_its_place, "E_POINTER"),
    (add_a_text_column, "E_SHAPE"),
    (empty_the_release_table, "E_DATABASE"),
    (write_no_json, "E_POINTER"),
    (write_spaces, "E_POINTER"),
    (name_a_path, "E_POINTER"),
    (name_no_target, "E_POINTER"),
    (break_a_board, "E_BOARD"),
]


@pytest.mark.parametrize(("damage", "code"), DAMAGES)
def test_damaged_release_is_refused_and_the_last_good_one_stays(
    results: Path, damage: Callable[[Path], None], code: str
) -> None:
    store = Store(results)
    assert shown(store) == 2
    offered.point(results, 3)
    damage(results)
    store.refresh()
    assert (shown(store), store.state, store.fault) == (2, "rejected", code)


def test_damage_to_the_current_file_is_noticed_and_nothing_shown_changes(results: Path) -> None:
    offered.point(results, 3)
    store = Store(results)
    before = store.current()
    flip_a_bit(results)
    os.utime(offered.target(results, 3), ns=(1, 1))
    store.refresh()
    assert store.current() is before
    assert (store.state, store.fault) == ("rejected", "E_DIGEST")


def test_mended_folder_is_taken_over(results: Path) -> None:
    store = Store(results)
    store.current()
    good = offered.target(results, 3).read_bytes()
    truncate(results)
    offered.point(results, 3)
    store.refresh()
    assert store.state == "rejected"
    offered.target(results, 3).write_bytes(good)
    store.refresh()
    assert (shown(store), store.state, store.fault) == (3, "fresh", None)


def test_first_release_that_fails_leaves_nothing_to_show(results: Path) -> None:
    offered.point(results, 3)
    flip_a_bit(results)
    store = Store(results)
    assert store.current() is None
    assert (store.state, store.fault) == ("rejected", "E_DIGEST")


def test_folder_without_a_release_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.current() is None
    assert (store.state, store.fault) == ("missing", None)


def test_last_good_release_outlives_its_folder(results: Path) -> None:
    store = Store(results)
    store.current()
    offered.pointer(results).unlink()
    store.refresh()
    assert (shown(store), store.state) == (2, "missing")


def test_older_release_opens_while_the_pointer_vouches_for_it(results: Path) -> None:
    store = Store(results)
    older = store.release(1)
    assert older is not None
    assert older.number == 1
    assert store.release(2) is store.current()
    assert store.release(3) is None


def test_damaged_older_release_cannot_be_opened(results: Path) -> None:
    offered.target(results, 1).write_bytes(b"")
    store = Store(results)
    assert store.release(1) is None
    assert (shown(store), store.state) == (2, "fresh")


def test_only_a_few_older_releases_stay_in_memory(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updater, "KEPT", 1)
    offered.point(results, 3)
    store = Store(results)
    first = store.release(1)
    assert store.release(1) is first
    store.release(2)
    assert store.release(1) is not first


def test_many_first_visitors_cause_one_load(results: Path) -> None:
    store = Store(results)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.current(), range(16)))
    assert all(snapshot is found[0] for snapshot in found)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed in /proc on Linux only")
def test_no_release_file_stays_open(results: Path) -> None:
    store = Store(results)
    store.current()
    store.release(1)
    links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert not [link for link in links if link.endswith(".duckdb")]


def test_process_has_one_store_per_folder(results: Path) -> None:
    assert updater.store(results) is updater.store(results)


def test_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDHARM_RESULTS", str(tmp_path))
    assert updater.results_folder() == tmp_path
    monkeypatch.delenv("MEDHARM_RESULTS")
    assert updater.results_folder() == offered.EMBEDDED
