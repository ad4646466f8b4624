"""The audit is exact: anything that is not the public schema, or not a known word, or not a number, is found."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from leaderboard import firewall
from leaderboard.vocabulary import vocabulary
from tests import made

KNOWN = vocabulary(made.catalogue(9))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A release of the small board."""
    folder = tmp_path_factory.mktemp("sound")
    keep = made.vault(folder / "vault")
    yield made.database(folder / "draft", keep)


def codes(path: Path) -> set[str]:
    return {finding.code for finding in firewall.audit(path, KNOWN)}


def test_a_release_passes(sound: Path) -> None:
    assert firewall.audit(sound, KNOWN) == []


@pytest.mark.parametrize(
    "sql",
    [
        "create table note (n integer)",
        "create table note (text varchar)",
        "alter table score add column note varchar",
        "alter table score add column note integer",
        "alter table score drop column deff",
        "alter table score rename column deff to note",
        "alter table score alter column n drop not null",
        "alter table score alter column n set default 4",
        "drop table separated",
        "create view note as select 'text' as text",
        "create schema note",
        "create sequence note",
        "create macro note() as 'text'",
        "create index note on score (n)",
        "create type note as enum ('text')",
        "create type note as struct(a integer)",
        "comment on table score is 'text'",
        "comment on column score.n is 'text'",
        "alter table ledger alter column line type bigint",
        "alter table score alter column metric type varchar",
        "alter table score alter column metric type cause using null",
        "drop table change; create table change (n integer check (n <> 4))",
    ],
)
def test_another_shape_is_refused(sound: Path, tmp_path: Path, sql: str) -> None:
    path = Path(shutil.copy(sound, tmp_path / "changed.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from score")
        connection.execute(sql)
    assert codes(path) & {"E_SHAPE", "E_VOCABULARY"}


@pytest.mark.parametrize(
    "sql",
    [
        "update score set estimate = 'nan'::double where category = 'all'",
        "update score set ci_high = 'inf'::double",
        "update score set ci_low = estimate + 0.001",
        "update view_score set ci_high = 1.5",
    ],
)
def test_a_number_that_is_not_a_rate_is_refused(sound: Path, tmp_path: Path, sql: str) -> None:
    path = Path(shutil.copy(sound, tmp_path / "changed.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
    assert codes(path) == {"E_NUMBER"}


@pytest.mark.parametrize("damage", ["empty", "truncated", "noise", "absent"])
def test_a_file_that_does_not_open_is_refused(sound: Path, tmp_path: Path, damage: str) -> None:
    data = sound.read_bytes()
    path = tmp_path / "damaged.duckdb"
    if damage != "absent":
        path.write_bytes({"empty": b"", "truncated": data[: len(data) // 3], "noise": b"\x07" * 50_000}[damage])
    assert codes(path) & {"E_DATABASE", "E_SHAPE"}


def test_an_older_release_with_fewer_words_passes(sound: Path) -> None:
    grown = KNOWN | {"system_id": (*KNOWN["system_id"], "newcomer")}
    assert firewall.audit(sound, grown) == []


def test_a_release_with_a_word_that_was_since_removed_is_refused(sound: Path) -> None:
    shrunk = KNOWN | {"system_id": KNOWN["system_id"][1:]}
    assert [str(finding) for finding in firewall.audit(sound, shrunk)] == ["E_VOCABULARY  $.types.system_id"]
