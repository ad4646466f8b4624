"""What is kept of a submission is not scored again, and changes no number."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import building
from leaderboard.offline.scoring.entries import Entry
from leaderboard.offline.scoring.store import DIGEST, Store
from leaderboard.offline.submissions.event_log import replay
from leaderboard.offline.submissions.submission import Judgment
from leaderboard.offline.submissions.vault import Vault
from tests import made

FILE = "small.npz"


def build(keep: Vault, store: Store | None = None) -> str:
    """The digest of a release of what a vault holds."""
    facts = building.release_table(1, made.TODAY, keep.events(), build_keys=False)
    return canonical.sha256(building.build(keep, made.catalogue(9), keep.events(), (), {}, facts, store))


def counts(store: Store) -> tuple[int, int]:
    return store.scored, store.reused


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault and its store. Four systems, one with missing outcomes, one with an audit;
    a fifth withdrawn before it was ever scored."""
    folder = tmp_path_factory.mktemp("stored")
    keep = made.vault(folder / "vault", (0.05, 0.2))
    made.take(keep, "system-2", 0.4, 2, rows=made.replaced(made.rows(0.4, 2), None, "alpha-000"))
    people = Judgment(made.registry().judge[1].ref, "human", made.rows(0.4, 9)[:30])
    made.take(keep, "system-3", 0.4, 3, judgments=[people])
    gone = made.take(keep, "system-4", 0.3, 4)
    keep.append("withdraw", made.TODAY, "small", "system-4", submission=gone, reason="developer_request")
    build(keep, Store(folder / "scored"))
    return folder


@pytest.fixture
def folder(tmp_path: Path, stored: Path) -> Path:
    """A copy of the store, beside a copy of its vault."""
    shutil.copytree(stored, tmp_path, dirs_exist_ok=True)
    return tmp_path / "scored"


@pytest.fixture
def keep(folder: Path) -> Vault:
    """The vault that the store is of."""
    return Vault(folder.with_name("vault"))


def test_a_release_has_the_same_numbers_with_a_store_without_one_and_once_it_is_deleted(
    keep: Vault, folder: Path
) -> None:
    warm = Store(folder)
    assert build(keep) == build(keep, warm) and counts(warm) == (0, 4)
    (folder / FILE).unlink()
    cold = Store(folder)
    assert build(keep) == build(keep, cold) and counts(cold) == (4, 0)


def test_one_more_system_leaves_the_others_unscored(keep: Vault, folder: Path) -> None:
    made.take(keep, "system-5", 0.1, 7)
    store = Store(folder)
    assert build(keep, store) == build(keep) and counts(store) == (1, 4)
    assert str(store) == "scored 1 of 5 systems (4 from the store)"


def test_a_system_submitted_again_is_scored_again_alone(keep: Vault, folder: Path) -> None:
    made.take(keep, "system-1", 0.25, 70)
    store = Store(folder)
    assert build(keep, store) == build(keep) and counts(store) == (1, 3)


def test_a_kept_submission_is_scored_from_its_column_without_its_rows(keep: Vault, folder: Path) -> None:
    shelf = Store(folder).shelf(made.board(), made.items())
    standings = [standing for standing in replay(keep.events()) if not standing.withdrawn]
    systems = {system.id: system for system in made.registry(9).system}
    entries = []
    for standing in standings:
        kept = shelf.submission(standing.submission)
        assert kept == msgspec.structs.replace(keep.submission(standing.submission), rows=[])
        entries.append(Entry(standing, systems[standing.system], kept))
    panel = made.panel(*(keep.submission(standing.submission).rows for standing in standings))
    assert np.array_equal(shelf.columns(entries).panel.outcome, panel.outcome)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: DIGEST // 2],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"0" * DIGEST + data[DIGEST:],
        *(lambda data, at=at: flipped(data, len(data) * at // 10) for at in range(10)),
    ],
)
def test_a_damaged_store_is_not_used(keep: Vault, folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = folder / FILE
    digest = replay(keep.events())[0].submission
    assert Store(folder).shelf(made.board(), made.items()).submission(digest)
    path.write_bytes(damage(path.read_bytes()))
    assert Store(folder).shelf(made.board(), made.items()).submission(digest) is None


def test_what_a_damaged_store_held_is_scored_again_and_kept(keep: Vault, folder: Path) -> None:
    path, store = folder / FILE, Store(folder)
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, len(whole) // 2))
    assert build(keep, store) == build(keep) and counts(store) == (4, 0)
    assert path.read_bytes() == whole


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_store_of_another_definition_of_the_board_or_of_other_items_is_not_used(keep: Vault, folder: Path) -> None:
    digest = replay(keep.events())[0].submission
    board, items = made.board(), made.items()
    assert Store(folder).shelf(board, items).submission(digest)
    strict = tuple(msgspec.structs.replace(each, harmful=board.outcome[-1].harmful) for each in board.outcome)
    assert Store(folder).shelf(made.board(outcome=strict), items).submission(digest) is None
    moved = [items[0]._replace(family=items[2].family), *items[1:]]
    assert Store(folder).shelf(board, moved).submission(digest) is None


def test_a_store_of_other_formulas_is_not_used(keep: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = replay(keep.events())[0].submission
    monkeypatch.setattr("leaderboard.offline.scoring.store.METHOD_VERSION", 99)
    assert Store(folder).shelf(made.board(), made.items()).submission(digest) is None


def test_a_kept_submission_whose_file_was_changed_is_still_refused(keep: Vault, folder: Path) -> None:
    digest = replay(keep.events())[0].submission
    path = keep.folder / "submissions" / f"{digest}.json"
    path.write_bytes(path.read_bytes().replace(b"caution", b"refusal"))
    with pytest.raises(Refused, match="E_VAULT"):
        build(keep, Store(folder))
