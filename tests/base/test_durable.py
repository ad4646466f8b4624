"""Durable writes: whole or not at all, and nothing of a failed one is left."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base import durable


def test_what_was_there_stays_when_a_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    durable.write(tmp_path / "a", b"old")
    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            with pytest.raises(OSError, match="injected"):
                durable.write(tmp_path / "a", b"new")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


@pytest.mark.parametrize("write", [durable.write, durable.create])
def test_private_file_is_its_owners_alone_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., None]
) -> None:
    """Also where an interrupted write has left a part that others can read."""
    part = durable.write_part(tmp_path / "a", b"half")
    part.chmod(0o644)
    seen: list[int] = []
    sync = durable.sync_file
    monkeypatch.setattr(durable, "sync_file", lambda path: (seen.append(stat.S_IMODE(path.stat().st_mode)), sync(path)))
    write(tmp_path / "a", b"secret", private=True)
    assert [*seen, stat.S_IMODE((tmp_path / "a").stat().st_mode)] == [0o600, 0o600]


def fail(*_: Any) -> None:
    raise OSError(errno.EIO, "injected")


def test_a_file_is_created_once(tmp_path: Path) -> None:
    durable.create(tmp_path / "a", b"first")
    with pytest.raises(FileExistsError):
        durable.create(tmp_path / "a", b"second")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"first"}


def test_one_error_after_a_file_has_its_name_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = durable.sync_folder, []

    def failing(path: Path) -> None:
        asked.append(path)
        if len(asked) == 1:
            fail()
        real(path)

    monkeypatch.setattr(durable, "sync_folder", failing)
    durable.create(tmp_path / "a", b"kept")
    assert (tmp_path / "a").read_bytes() == b"kept" and asked == [tmp_path, tmp_path]


def test_the_name_of_every_new_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    durable.make_folder(tmp_path / "a" / "b")
    durable.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir() and synced == [tmp_path, tmp_path / "a"]


def test_parts_that_a_dead_process_left_are_swept(tmp_path: Path) -> None:
    for name in (".a.123.part", "a", "b.part", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    durable.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b.part", ".hidden"}


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), durable.locked(tmp_path):
        raise ValueError("inside")
    with durable.locked(tmp_path):
        assert (tmp_path / ".lock").exists()
