"""The embedded release comes out of the labels and the seed, by the same path as any other."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from leaderboard import content, drafting, embedded, vault
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.vault import Vault
from tests import offered

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def shipped(project: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(offered.target(project / "results", 3)), read_only=True)


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
    keep, before = Vault(tmp_path / "vault"), {}
    for name in ("xstest", "msts"):
        mapping = project / "results" / "boards" / name / "labels.toml"
        board, registry = catalogue.boards[name], catalogue.registries[name]
        embedded.build_tables_board(board, registry, mapping, shared / "data", keep, DAY)
    for stage in (1, 2, 3):
        embedded.build_demo_board(catalogue.boards["demo"], catalogue.registries["demo"], stage, keep, DAY)
        facts = drafting.release_table(stage, DAY, keep.events(), build_keys=True)
        path = drafting.build(tmp_path / str(stage), keep, catalogue, keep.events(), (), before, facts)
        assert content.digest(path) == offered.content(stage)
        before = drafting.read_tables(path)
