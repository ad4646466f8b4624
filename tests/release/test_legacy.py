"""DuckDB files pass by their hash alone: whatever they hold, a file that is not listed is no release."""

import shutil
from pathlib import Path

import duckdb
import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.release import container, legacy

FROZEN = Path(__file__).parents[1] / "releases" / "2026-11-22" / "repository" / "targets" / "releases"


def files() -> list[Path]:
    return sorted(FROZEN.rglob("*.leaderboard.duckdb"))


def test_the_frozen_releases_are_the_listed_ones() -> None:
    assert {canonical.sha256(path.read_bytes()) for path in files()} == legacy.KNOWN


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_listed_file_is_read_as_schema_1(number: int) -> None:
    [path] = (FROZEN / str(number)).glob("*.duckdb")
    found = container.decode(path.read_bytes())
    assert (found.schema.version, found.tables["release"]["number"]) == (1, [number])
    with duckdb.connect(str(path), read_only=True) as connection:
        for name, table in found.tables.items():
            counted = connection.execute(f'select count(*) from "{name}"').fetchone()
            assert counted == (len(next(iter(table.values()))),), name


@pytest.mark.parametrize(
    "change",
    [
        "comment on type tier is 'text'",
        "comment on table score is 'text'",
        "create table note (text varchar)",
        "update score set n = n + 1",
    ],
)
def test_a_listed_file_that_was_opened_for_writing_is_no_release(tmp_path: Path, change: str) -> None:
    path = Path(shutil.copy(files()[0], tmp_path / "changed.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute(change)
        connection.execute("force checkpoint")
    data = path.read_bytes()
    assert data != files()[0].read_bytes()
    with pytest.raises(Refused, match="E_RELEASE"):
        container.decode(data)


@pytest.mark.parametrize("place", [0, 8, 4096, 500_000, -1])
def test_bytes_put_into_a_listed_file_or_behind_it_are_refused(place: int) -> None:
    data = files()[0].read_bytes()
    at = place % (len(data) + 1)
    for changed in (data[:at] + b"text" + data[at:], data[:at] + b"text" + data[at + 4 :], data + b"text"):
        with pytest.raises(Refused, match="E_RELEASE"):
            container.decode(changed)
