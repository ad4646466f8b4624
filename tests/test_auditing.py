"""A release computed again from its vault has every number, or is named."""

import shutil
from pathlib import Path

import duckdb
import pytest

from leaderboard import auditing, clock, trusted
from leaderboard.findings import Refused
from leaderboard.vault import Vault
from tests import made, offered, published


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two releases of the small board, with their vault beside them."""
    keep, results = made.vault(tmp_path / "vault"), published.begin(tmp_path)
    published.release(keep, results)
    made.take(keep, "system-4", 0.1, seed=7)
    published.release(keep, results)
    return results


def audit(results: Path) -> list[str]:
    root = trusted.read_trusted(offered.root(results))
    return auditing.audit(Vault(results.with_name("vault")), results, root, clock.now())


def test_the_vault_gives_every_number_again(results: Path) -> None:
    lines = audit(results)
    assert [line.split("  ")[0] for line in lines] == ["release 1", "release 2"]


def test_a_published_number_that_the_vault_does_not_give_is_named(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    shutil.copy(offered.target(results, 2), path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update release set number = 3, previous = 2")
        connection.execute("update score set estimate = ci_low where system = 'system-3'")
    offered.force(results, published.redraft(results, path.read_bytes()))
    with pytest.raises(Refused, match="E_CONTENT  targets/releases/3/"):
        audit(results)
