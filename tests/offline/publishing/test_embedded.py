"""The embedded release comes out of the labels and the seed, by the same path as any other."""

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base import canonical, clock
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.offline.publishing import auditing, building, embedded, filling, ledgers
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container, methods
from leaderboard.release import trusted_root as trusted
from leaderboard.release.container import Contents
from leaderboard.release.methods import METHOD_VERSION
from tests import containers, offered

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def shipped(sql: str) -> list[tuple[Any, ...]]:
    return containers.ask(offered.file(offered.latest()), sql)


def test_the_demo_has_a_withdrawal_a_correction_and_every_release_since_the_first() -> None:
    events = shipped("select event, count(*) from ledger where board = 'demo' group by event")
    releases = shipped("select distinct release from history where board = 'demo' order by 1")
    assert {"correct": 1, "withdraw": 1}.items() <= dict(events).items()
    assert releases == [(number,) for number in offered.numbers()]


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
    standings = event_log.replay(keep.events())
    assert {event.kind for event in events} == {"accept"} and len(standings) == len(events)
    assert all(standing.attempt == 1 for standing in standings)


DRAWN = (1, 2, 3)
"""The releases that each came with a stage of the demo."""
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
"""Tables that no method since the first has changed in any number of these boards, but for systems that too many
outcomes are missing of: method 2 publishes no rates of them."""


def lines(found: Contents, table: str, columns: Iterable[str], without: Collection[str]) -> list[str]:
    """The lines of a table, but for the scores of some systems."""
    cells = found.tables[table]
    systems = cells["system"] if table in ("row", "score", "view_score") else [""] * len(cells["board"])
    rows = zip(*(cells[column] for column in columns), strict=True)
    return sorted(repr(row) for row, system in zip(rows, systems, strict=True) if system not in without)


def incomplete(found: Contents) -> set[str]:
    row = found.tables["row"]
    return {system for system, why in zip(row["system"], row["reason"], strict=True) if why == "coverage_too_low"}


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_the_vault_of_the_labels_and_the_seed_gives_the_shipped_releases(
    tmp_path: Path, project: Path, shared: Path, catalogue: Catalogue
) -> None:
    """Of releases by earlier methods, what the methods since left alone is the same to the digit; of this method's
    the whole file is, byte for byte."""
    keep, before = Vault(tmp_path / "vault"), {}
    boards, ledger_of = project / "results" / "boards", ledgers.read(offered.EMBEDDED)
    filling.fill(catalogue, filling.Sources(boards, shared / "data"), keep, clock.today(), ledger_of)
    for stage in DRAWN:
        [(count,)] = containers.ask(offered.file(stage), "select vault_events from release")
        events = keep.events()[:count]
        facts = building.release_table(stage, DAY, events, build_keys=True)
        rebuilt = container.decode(building.build(keep, catalogue, events, (), before, facts))
        published = container.decode(offered.file(stage))
        for table in SAME_BY_EVERY_METHOD:
            columns = published.schema.tables[table]
            one, other = (lines(each, table, columns, incomplete(published)) for each in (rebuilt, published))
            assert one == other, (stage, table)
        before = container.frames(published)
    said = auditing.audit(keep, offered.EMBEDDED, trusted.read_trusted(), clock.now())
    for number, line in zip(offered.numbers(), said, strict=True):
        [(method,)] = containers.ask(offered.file(number), "select method_version from release")
        digest = canonical.sha256(offered.file(number))
        beyond = f"every number too, sha256 {digest}" if method == METHOD_VERSION else methods.where(method)
        assert line.startswith(f"release {number}  every count is that of the vault; ") and line.endswith(beyond)
