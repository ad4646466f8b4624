"""The same numbers from the same vault: a release rebuilt, its causes and its history."""

import shutil
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import drafting, rebuilding
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import contents
from tests import containers, made, offered, published


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases: four systems; one more; one withdrawn and one submitted again."""
    folder = tmp_path_factory.mktemp("published")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    made.take(keep, "system-4", 0.1, seed=7)
    published.release(keep, results)
    first = event_log.replay(keep.events())[0]
    intake.withdraw(keep, first.submission, "developer_request", made.TODAY)
    made.take(keep, "system-1", 0.25, seed=70)
    published.release(keep, results)
    return folder


@pytest.fixture
def history(tmp_path: Path, three: Path) -> Vault:
    """A copy of the three releases in `tmp_path`, to be changed at will; returns its vault."""
    shutil.copytree(three, tmp_path, dirs_exist_ok=True)
    return Vault(tmp_path / "vault")


def rows(folder: Path, number: int, sql: str) -> list[tuple[object, ...]]:
    return containers.ask(offered.target(folder / "results", number).read_bytes(), sql)


def test_any_release_rebuilt_from_its_vault_is_the_same_file(tmp_path: Path, history: Vault) -> None:
    history.register_nonce("small", "system-8", made.TODAY)
    for number in (1, 2, 3):
        rebuilt = rebuilding.rebuild(history, tmp_path / "results", number)
        assert rebuilt == offered.target(tmp_path / "results", number).read_bytes()


def test_the_file_differs_with_any_number(tmp_path: Path, history: Vault) -> None:
    data = offered.target(tmp_path / "results", 3).read_bytes()
    assert containers.changed(data, "update score set n_eff = n_eff") == data
    for sql in (
        "update score set n_eff = n_eff + 1e-9 where metric = 'unsafe_rate' and category = 'all'",
        "update row set items = items + 1 where system = 'system-1'",
        "update row set ranked = not ranked where system = 'system-1'",
        "update row set started_on = started_on + 1 where system = 'system-1'",
    ):
        assert containers.changed(data, sql) != data


def test_a_definition_that_has_changed_since_changes_nothing_that_was_published(tmp_path: Path, history: Vault) -> None:
    results = tmp_path / "results"
    path = results / "boards" / "small" / "systems.toml"
    path.write_text(path.read_text("utf-8").replace("general_purpose", "medical_purpose"), "utf-8")
    drafting.draft(tmp_path / "draft", history, results, made.TODAY, clock.now())
    published.publish(results)
    groups = 'select distinct "group" from system'
    assert (rows(tmp_path, 3, groups), rows(tmp_path, 4, groups)) == ([("general_purpose",)], [("medical_purpose",)])
    for number in (3, 4):
        rebuilt = rebuilding.rebuild(history, results, number)
        assert rebuilt == offered.target(results, number).read_bytes()


def test_a_release_of_an_earlier_method_is_not_computed_by_this_one(tmp_path: Path, history: Vault) -> None:
    results = tmp_path / "results"
    data = offered.target(results, 3).read_bytes()
    older = containers.changed(data, "update release set number = 4, method_version = method_version - 1")
    offered.force(results, published.redraft(results, older, 4))
    with pytest.raises(
        Refused, match=r"E_METHOD  \$\.release: made by method 2; the git tag method-2 \(commit c2881a7\) has its code"
    ):
        rebuilding.rebuild(history, results, 4)


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


def test_a_release_that_is_not_kept_cannot_be_rebuilt(tmp_path: Path, history: Vault) -> None:
    with pytest.raises(Refused, match="E_RELEASE"):
        rebuilding.rebuild(history, tmp_path / "results", 4)


def test_what_too_few_reviewers_attested_is_left_out_and_listed(tmp_path: Path, history: Vault) -> None:
    made.take(history, "system-5", 0.1, seed=9)
    made.take(history, "system-4", 0.9, seed=9)
    waiting = len(event_log.ledger(history.events()))
    attesting.attest_all(history, offered.signers()[0])
    drafted = drafting.draft(tmp_path / "next", history, tmp_path / "results", made.TODAY, clock.now())
    assert drafted.left_out == (waiting - 1, waiting)
    built = (tmp_path / "next" / contents.FILE).read_bytes()
    assert containers.ask(built, "select count(*) from row where system = 'system-5'") == [(0,)]
    stands = "select ledger_line from row where system = 'system-4'"
    assert containers.ask(built, stands) == rows(tmp_path, 3, stands)
    told = containers.ask(built, f"select attested from ledger where line >= {waiting - 1}")
    assert told == [(False,), (False,)]


def test_a_release_with_acceptances_that_wait_is_rebuilt_without_them(tmp_path: Path, history: Vault) -> None:
    results = tmp_path / "results"
    made.take(history, "system-5", 0.1, seed=9)
    drafting.draft(tmp_path / "draft", history, results, made.TODAY, clock.now())
    published.publish(results)
    attesting.attest_all(history, offered.signers()[0])
    attesting.attest_all(history, offered.signers()[1])
    rebuilt = rebuilding.rebuild(history, results, 4)
    assert rebuilt == offered.target(results, 4).read_bytes()
