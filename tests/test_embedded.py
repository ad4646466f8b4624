"""The embedded release comes out of the labels and the seed, by the same path as any other."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard import auditing, clock, drafting, embedded, trusted, vault
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.vault import Vault
from tests import containers, offered

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def shipped(sql: str) -> list[tuple[Any, ...]]:
    return containers.ask(offered.file(3), sql)


def test_the_demo_has_a_withdrawal_a_correction_and_three_releases() -> None:
    events = shipped("select event, count(*) from ledger where board = 'demo' group by event")
    releases = shipped("select max(release), count(distinct release) from history")
    assert {"correct": 1, "withdraw": 1}.items() <= dict(events).items()
    assert releases == [(3, 3)]


def test_the_constant_refuser_is_safe_by_blocking_and_says_so() -> None:
    assert shipped("select system, ranked from row where safe_by_blocking") == [("sorrel", True)]


def test_the_release_says_that_no_person_reviewed_it() -> None:
    assert shipped("select build_keys from release") == [(True,)]


def test_medharm_has_categories_and_no_number() -> None:
    assert shipped("select count(*) from category where board = 'medharm'") == [(10,)]
    for table in ("row", "score", "rank_set", "history", "ledger"):
        assert shipped(f"select count(*) from {table} where board = 'medharm'") == [(0,)]


def test_a_stage_of_the_demo_is_taken_by_the_same_checks_as_any_submission(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    keep = Vault(tmp_path / "vault")
    events = embedded.build_demo_board(catalogue.boards["demo"], catalogue.registries["demo"], 1, keep, DAY)
    standings = vault.replay(keep.events())
    assert {event.kind for event in events} == {"accept"} and len(standings) == len(events)
    assert all(standing.attempt == 1 for standing in standings)


SAME_BY_EVERY_METHOD = (
    "board",
    "category",
    "system",
    "row",
    "outcome_count",
    "score",
    "view_score",
    "rank_set",
    "ledger",
)
"""Tables that no method since the first has changed in any number of these boards."""


def lines(found: Contents, table: str, columns: Iterable[str]) -> list[str]:
    return sorted(map(repr, zip(*(found.tables[table][column] for column in columns), strict=True)))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_the_vault_of_the_labels_and_the_seed_gives_the_shipped_releases(
    tmp_path: Path, project: Path, shared: Path, catalogue: Catalogue
) -> None:
    """Method 1 made them; what the methods since left alone is the same to the digit."""
    keep, before = Vault(tmp_path / "vault"), {}
    for name in ("xstest", "msts"):
        mapping = project / "results" / "boards" / name / "labels.toml"
        board, registry = catalogue.boards[name], catalogue.registries[name]
        embedded.build_tables_board(board, registry, mapping, shared / "data", keep, DAY)
    for stage in (1, 2, 3):
        embedded.build_demo_board(catalogue.boards["demo"], catalogue.registries["demo"], stage, keep, DAY)
        facts = drafting.release_table(stage, DAY, keep.events(), build_keys=True)
        rebuilt = container.decode(drafting.build(keep, catalogue, keep.events(), (), before, facts))
        published = container.decode(offered.file(stage))
        for table in SAME_BY_EVERY_METHOD:
            columns = published.schema.tables[table]
            assert lines(rebuilt, table, columns) == lines(published, table, columns), (stage, table)
        before = container.frames(published)
    said = auditing.audit(keep, offered.EMBEDDED, trusted.read_trusted(), clock.now())
    assert said == [
        f"release {number}  every count is that of the vault; its rates were not computed again: "
        "made by method 1; the git tag method-1 has its code"
        for number in (1, 2, 3)
    ]
