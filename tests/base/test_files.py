"""Only regular files are read, only up to a length, and nothing is waited for."""

import os
from pathlib import Path

import pytest

from leaderboard.base import files
from leaderboard.base.findings import Refused


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    assert files.read(tmp_path / "file", 5) == files.read(tmp_path / "link", 5) == b"12345"
    with pytest.raises(Refused, match=r"\AE_SIZE  \$.here\Z"):
        files.read(tmp_path / "file", 4, "$.here")


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(Refused, match=r"\AE_FILE  \$\Z"):
            files.read(path, 5)


def test_what_is_not_there_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name in ("nothing", "loop"):
        with pytest.raises(OSError):
            files.read(tmp_path / name, 5)
