"""Publication: the old release or the new one, never something between; and the same numbers from the same vault."""

import shutil
from pathlib import Path

import duckdb
import pytest

from leaderboard import checking, drafting, intake, release, vault
from leaderboard.catalogue import Catalogue
from leaderboard.findings import Refused
from leaderboard.pointer import Pointer, target_name
from leaderboard.release import Draft, Repository
from leaderboard.vault import Vault
from leaderboard.vocabulary import vocabulary
from tests import made

CATALOGUE = made.catalogue(9)


def draft(folder: Path, keep: Vault, as_of: int | None = None, into: str = "draft") -> Draft:
    return drafting.draft(folder / into, keep, Repository(folder / "results"), CATALOGUE, made.TODAY, as_of=as_of)


def publish(folder: Path, into: str = "draft", catalogue: Catalogue = CATALOGUE) -> Pointer:
    return release.publish(folder / into, Repository(folder / "results"), vocabulary(catalogue))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases: four systems; one more; one withdrawn and one submitted again."""
    folder = tmp_path_factory.mktemp("published")
    keep = made.vault(folder / "vault")
    draft(folder, keep)
    publish(folder)
    made.take(keep, "system-4", 0.1, seed=7)
    draft(folder, keep)
    publish(folder)
    first = vault.replay(keep.events())[0]
    intake.withdraw(keep, first.submission, "developer_request", made.TODAY)
    made.take(keep, "system-1", 0.25, seed=70)
    draft(folder, keep)
    publish(folder)
    return folder


@pytest.fixture
def history(tmp_path: Path, published: Path) -> Vault:
    """A copy of the three releases in `tmp_path`, to be changed at will; returns its vault."""
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return Vault(tmp_path / "vault")


def rows(folder: Path, number: int, sql: str) -> list[tuple[object, ...]]:
    path = Repository(folder / "results").release(number) / release.FILE
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_any_release_rebuilt_from_its_vault_has_the_same_content(tmp_path: Path, history: Vault) -> None:
    pointer = release.read_pointer(Repository(tmp_path / "results"))
    assert pointer is not None and pointer.release == 3
    history.register_nonce("small", "system-8", made.TODAY)
    for number in (1, 2, 3):
        rebuilt = draft(tmp_path, history, as_of=number, into=f"again-{number}")
        assert rebuilt.target.content == pointer.targets[target_name(number)].content


def test_the_content_digest_moves_with_any_number(tmp_path: Path, history: Vault) -> None:
    path = Repository(tmp_path / "results").release(3) / release.FILE
    before = release.content_digest(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update score set n_eff = n_eff + 1e-9 where metric = 'unsafe_rate' and category = 'all'")
    assert release.content_digest(path) != before


def test_each_change_has_its_cause(tmp_path: Path, history: Vault) -> None:
    causes = "select system, cause from change order by system"
    assert {cause for _, cause in rows(tmp_path, 1, causes)} == {"new"}
    assert dict(rows(tmp_path, 2, causes))["system-4"] == "new"
    third = dict(rows(tmp_path, 3, causes))
    assert (third["system-0"], third["system-1"]) == ("withdrawn", "resubmitted")
    assert set(third.values()) <= {"withdrawn", "resubmitted", "moved_by_others"}


def test_history_keeps_what_each_release_said(tmp_path: Path, history: Vault) -> None:
    kept = "select system, release, estimate, low, high from history where release < 3 order by all"
    assert rows(tmp_path, 3, kept) == rows(tmp_path, 2, kept)
    assert rows(tmp_path, 3, "select release from history where system = 'system-0' order by 1") == [(1,), (2,)]


def test_a_withdrawn_system_keeps_its_row_and_loses_its_numbers(tmp_path: Path, history: Vault) -> None:
    row = "select ranked, reason, withdrawals from row where system = 'system-0'"
    assert rows(tmp_path, 3, row) == [(False, "withdrawn", 1)]
    for table in ("score", "rank_set", "view_score", "outcome_count"):
        assert rows(tmp_path, 3, f"select count(*) from {table} where system = 'system-0'") == [(0,)]


def test_publishing_the_same_draft_again_changes_nothing(tmp_path: Path, history: Vault) -> None:
    repository = Repository(tmp_path / "results")
    before = repository.pointer.read_bytes()
    publish(tmp_path)
    assert repository.pointer.read_bytes() == before


def test_a_draft_of_an_older_state_is_refused(tmp_path: Path, history: Vault) -> None:
    draft(tmp_path, history, into="one")
    made.take(history, "system-5", 0.3, seed=3)
    draft(tmp_path, history, into="other")
    publish(tmp_path, "other")
    with pytest.raises(Refused, match="E_STALE"):
        publish(tmp_path, "one")


def test_a_draft_that_was_touched_is_refused(tmp_path: Path, history: Vault) -> None:
    before = Repository(tmp_path / "results").pointer.read_bytes()
    draft(tmp_path, history, into="next")
    with duckdb.connect(str(tmp_path / "next" / release.FILE)) as connection:
        connection.execute("update score set estimate = 0, ci_low = 0 where system = 'system-3'")
    with pytest.raises(Refused, match="E_DIGEST"):
        publish(tmp_path, "next")
    assert Repository(tmp_path / "results").pointer.read_bytes() == before


def test_what_an_interrupted_publication_left_is_replaced(tmp_path: Path, history: Vault) -> None:
    left = Repository(tmp_path / "results").release(4)
    left.mkdir()
    (left / release.FILE).write_bytes(b"half")
    draft(tmp_path, history, into="next")
    assert publish(tmp_path, "next").release == 4
    assert checking.check_repository(Repository(tmp_path / "results"), CATALOGUE)


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "older"])
def test_check_names_a_damaged_release(tmp_path: Path, history: Vault, damage: str) -> None:
    repository = Repository(tmp_path / "results")
    checking.check_repository(repository, CATALOGUE)
    path = repository.release(2) / release.FILE
    data = path.read_bytes()
    if damage == "flip":
        path.write_bytes(data[:-5000] + bytes([data[-5000] ^ 1]) + data[-4999:])
    elif damage == "truncate":
        path.write_bytes(data[:-1])
    elif damage == "remove":
        path.unlink()
    else:
        shutil.copy(repository.release(1) / release.FILE, path)
    with pytest.raises(Refused, match="releases/2/"):
        checking.check_repository(repository, CATALOGUE)
