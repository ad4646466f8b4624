"""The embedded release comes out of the labels and the seed, by the same path as any other."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from leaderboard import drafting, embedded, release, vault
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.pointer import target_name
from leaderboard.release import Repository
from leaderboard.vault import Vault
from leaderboard.vocabulary import vocabulary

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def shipped(project: Path) -> duckdb.DuckDBPyConnection:
    repository = Repository(project / "results" / "repository")
    pointer = release.read_pointer(repository)
    assert pointer is not None
    return duckdb.connect(str(repository.release(pointer.release) / release.FILE), read_only=True)


def test_the_demo_has_a_withdrawal_a_correction_and_three_releases(project: Path) -> None:
    with shipped(project) as connection:
        events = connection.execute("select event, count(*) from ledger where board = 'demo' group by event").fetchall()
        releases = connection.execute("select max(release), count(distinct release) from history").fetchall()
    assert {"correct": 1, "withdraw": 1}.items() <= dict(events).items()
    assert releases == [(3, 3)]


def test_the_constant_refuser_is_safe_by_blocking_and_says_so(project: Path) -> None:
    with shipped(project) as connection:
        marked = connection.execute("select system, ranked from row where safe_by_blocking").fetchall()
    assert marked == [("sorrel", True)]


def test_the_release_says_that_no_person_reviewed_it(project: Path) -> None:
    with shipped(project) as connection:
        assert connection.execute("select build_keys from release").fetchall() == [(True,)]


def test_medharm_has_categories_and_no_number(project: Path) -> None:
    with shipped(project) as connection:
        assert connection.execute("select count(*) from category where board = 'medharm'").fetchall() == [(10,)]
        for table in ("row", "score", "rank_set", "history", "ledger"):
            assert connection.execute(f"select count(*) from {table} where board = 'medharm'").fetchall() == [(0,)]


def test_a_stage_of_the_demo_is_taken_by_the_same_checks_as_any_submission(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    keep = Vault(tmp_path / "vault")
    events = embedded.build_demo_board(catalogue.boards["demo"], catalogue.registries["demo"], 1, keep, DAY)
    standings = vault.replay(keep.events())
    assert {event.kind for event in events} == {"accept"} and len(standings) == len(events)
    assert all(standing.attempt == 1 for standing in standings)


@pytest.mark.soak
def test_the_shipped_releases_are_rebuilt_to_the_digit(
    tmp_path: Path, project: Path, shared: Path, catalogue: Catalogue
) -> None:
    pointer = release.read_pointer(Repository(project / "results" / "repository"))
    assert pointer is not None
    keep, repository = Vault(tmp_path / "vault"), Repository(tmp_path / "repository")
    for name in ("xstest", "msts"):
        mapping = project / "results" / "boards" / name / "labels.toml"
        board, registry = catalogue.boards[name], catalogue.registries[name]
        embedded.build_tables_board(board, registry, mapping, shared / "data", keep, DAY)
    for stage in (1, 2, 3):
        embedded.build_demo_board(catalogue.boards["demo"], catalogue.registries["demo"], stage, keep, DAY)
        drafting.draft(tmp_path / "draft", keep, repository, catalogue, DAY, build_keys=True)
        made = release.publish(tmp_path / "draft", repository, vocabulary(catalogue))
        name = target_name(stage)
        assert made.targets[name].content == pointer.targets[name].content
