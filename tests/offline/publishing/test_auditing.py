"""A release computed again from its vault has every number, or is named."""

import re
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import auditing
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import trusted_root as trusted
from tests import containers, made, offered, published


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
    for number, line in enumerate(lines, start=1):
        [digest] = re.findall(r"every number too, sha256 ([0-9a-f]{64})$", line)
        assert offered.target(results, number).name.startswith(digest)


def forge(results: Path, sql: str) -> None:
    """Publishes a third release, under every signature: the second with a change."""
    data = offered.target(results, 2).read_bytes()
    renumbered = containers.changed(data, "update release set number = 3, previous = 2")
    offered.force(results, published.redraft(results, containers.changed(renumbered, sql)))


def test_a_published_number_that_the_vault_does_not_give_is_named(results: Path) -> None:
    forge(results, "update score set estimate = ci_low where system = 'system-3'")
    with pytest.raises(Refused) as refused:
        audit(results)
    assert str(refused.value) == "E_CONTENT  targets/releases/3/leaderboard.json"


OLDER = "update release set method_version = 1; "


def test_a_release_of_an_earlier_method_has_its_counts_checked_and_its_code_named(results: Path) -> None:
    forge(results, OLDER + "update score set estimate = ci_low where system = 'system-3'")
    assert audit(results)[2] == (
        "release 3  every count is that of the vault; its rates were not computed again: "
        "made by method 1; the git tag method-1 (commit 6f869c9) has its code"
    )


ONE = "system = 'system-3' and category = 'alpha' and outcome = 'harmful'"


@pytest.mark.parametrize(
    "sql",
    [
        f"update outcome_count set responses = responses + 1 where {ONE}",
        f"update outcome_count set outcome = 'partial' where {ONE}",
        f"update outcome_count set system = 'system-2' where {ONE}",
        f"update outcome_count set outcome = null where {ONE}",
        "delete from outcome_count where system = 'system-3'",
        f"delete from outcome_count where {ONE}",
        f"insert into outcome_count select * from outcome_count where {ONE}",
        "insert into outcome_count values ('small', 'system-3', 'calm', 'harmful', 'harmful', 7)",
    ],
)
def test_a_count_of_an_earlier_method_that_the_vault_does_not_give_is_named(results: Path, sql: str) -> None:
    forge(results, OLDER + sql)
    with pytest.raises(Refused, match=r"E_CONTENT  targets/releases/3/leaderboard\.json \$\.outcome_count"):
        audit(results)
