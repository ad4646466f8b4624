"""The files of a release, whole and in parts."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base import canonical
from leaderboard.release import container, legacy
from leaderboard.site.data import updater
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.server.api import file
from leaderboard.site.server.api.problem import ApiError
from tests import made, offered, published

DATA = bytes(range(100))
KIND = "application/octet-stream"


@given(first=st.integers(0, 120), last=st.integers(0, 120))
def test_a_range_is_that_part(first: int, last: int) -> None:
    if first >= len(DATA) or last < first:
        with pytest.raises(ApiError, match="range_not_satisfiable"):
            file.respond(DATA, KIND, f"bytes={first}-{last}", {})
        return
    response = file.respond(DATA, KIND, f"bytes={first}-{last}", {})
    assert (response.status_code, response.body) == (206, DATA[first : last + 1])
    assert response.headers["content-range"] == f"bytes {first}-{min(last, 99)}/100"


def test_a_range_from_the_end() -> None:
    assert file.respond(DATA, KIND, "bytes=-10", {}).body == DATA[-10:]
    assert file.respond(DATA, KIND, "bytes=-1000", {}).body == DATA
    assert file.respond(DATA, KIND, "bytes=90-", {}).body == DATA[90:]


@pytest.mark.parametrize("wanted", [None, "", "bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"])
def test_any_other_header_asks_for_the_whole(wanted: str | None) -> None:
    response = file.respond(DATA, KIND, wanted, {})
    assert (response.status_code, response.body) == (200, DATA)


def test_the_signed_file_and_the_same_rows_as_a_database(tmp_path: Path) -> None:
    vault, results = made.vault(tmp_path / "vault"), published.begin(tmp_path)
    published.release(vault, results)
    shown = offered.store(results).current()
    assert shown is not None
    signed, digest = file.read(shown, "/download/release")
    assert (signed, digest) == (shown.file.read_bytes(), shown.digest)
    database, other = file.read(shown, "/download/leaderboard.duckdb")
    assert other == canonical.sha256(database) != digest
    contents = container.decode(signed)
    path = tmp_path / "a.duckdb"
    path.write_bytes(database)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert {name for (name,) in connection.execute("show tables").fetchall()} == set(contents.tables)
        for name, table in contents.tables.items():
            columns = ", ".join(f'"{column}"' for column in table)
            rows = connection.execute(f'select {columns} from "{name}"').fetchall()
            assert sorted(map(repr, rows)) == sorted(map(repr, zip(*table.values(), strict=True))), name
        texts = connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal and data_type = 'VARCHAR'"
        ).fetchall()
        hashes = [("ledger", "attempt_sha256"), ("row", "items_digest")]
        assert sorted(texts) == hashes, "each a sha256, and no other column that could hold a text"
        kinds = connection.execute("select distinct data_type from duckdb_columns() where not internal").fetchall()
    plain = {kind for (kind,) in kinds if not kind.startswith("ENUM(")}
    assert plain == {"INTEGER", "DOUBLE", "DATE", "BOOLEAN", "VARCHAR"}


def embedded(number: int) -> Snapshot:
    snapshot = updater.store(offered.EMBEDDED).release(number)
    assert snapshot is not None
    return snapshot


def test_a_release_that_was_signed_as_a_database_is_sent_as_one() -> None:
    for number in filter(lambda number: legacy.is_known(offered.file(number)), offered.numbers()):
        shown = embedded(number)
        assert file.read(shown, "/download/leaderboard.duckdb") == file.read(shown, "/download/release")


@pytest.mark.parametrize("number", [1, offered.latest()])
@pytest.mark.parametrize("kind", file.FILES)
def test_a_file_that_was_changed_since_is_not_sent(tmp_path: Path, kind: str, number: int) -> None:
    shown = embedded(number)
    assert file.read(shown, kind)[0]
    changed = tmp_path / "changed"
    changed.write_bytes(shown.file.read_bytes() + b"x")
    for path in (changed, tmp_path / "absent"):
        with pytest.raises(ApiError, match="release_unavailable"):
            file.read(shown._replace(file=path), kind)
