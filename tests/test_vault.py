"""The vault: an event log that is only added to, and whose replay says what stands."""

from pathlib import Path

import pytest

from leaderboard import intake, submission, vault
from leaderboard.findings import Refused
from leaderboard.vault import Vault
from tests import made


def standing(keep: Vault, system: str) -> vault.Standing:
    return next(s for s in vault.replay(keep.events()) if s.system == system)


def test_an_accepted_submission_stands_with_its_attempt(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    keep.register_nonce("small", "system-0", made.TODAY)
    second = made.take(keep, "system-0", 0.1, seed=8)
    found = standing(keep, "system-0")
    assert (found.submission, found.attempt, found.attempts, found.line) == (second, 3, 3, 2)


def test_a_withdrawn_submission_stands_no_more_and_is_counted(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    intake.withdraw(keep, standing(keep, "system-0").submission, "developer_request", made.TODAY)
    found = standing(keep, "system-0")
    assert (found.withdrawn, found.withdrawals) == (True, 1)
    with pytest.raises(Refused, match="E_VAULT"):
        intake.withdraw(keep, found.submission, "developer_request", made.TODAY)


def test_a_correction_takes_the_place_of_what_it_replaces(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    wrong = standing(keep, "system-0").submission
    nonce = keep.register_nonce("small", "system-0", made.TODAY)
    data = submission.encode(made.submission("system-0", 0.1, 9, nonce=nonce))
    event = intake.correct(
        data, made.board(), made.registry(), keep, made.TODAY, wrong, "labelling_error", made.log(keep)
    )
    assert (event.replaces, standing(keep, "system-0").submission) == (wrong, event.submission)


def test_a_correction_of_another_system_is_refused(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1, 0.1))
    nonce = keep.register_nonce("small", "system-1", made.TODAY)
    data = submission.encode(made.submission("system-1", 0.1, 9, nonce=nonce))
    wrong = standing(keep, "system-0").submission
    with pytest.raises(Refused, match="E_SYSTEM"):
        intake.correct(data, made.board(), made.registry(), keep, made.TODAY, wrong, "labelling_error", made.log(keep))


def test_refused_bytes_are_kept_in_quarantine(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    for data in (b"not json \xff", submission.encode(made.submission("system-0", nonce=None))):
        with pytest.raises(Refused):
            intake.accept(data, made.board(), made.registry(), keep, made.TODAY, "artifact_checked", made.log(keep))
        assert data in [path.read_bytes() for path in (tmp_path / "quarantine").iterdir()]


def test_a_rejection_is_an_event_even_of_bytes_that_name_nobody(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    event = intake.reject(b"\x00", made.board(), made.registry(), keep, made.TODAY, "invalid")
    assert (event.kind, event.system, event.reason) == ("reject", None, "invalid")
    assert keep.events()[-1] == event


def test_the_same_file_is_not_accepted_twice(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    data = submission.encode(keep.submission(standing(keep, "system-0").submission))
    with pytest.raises(Refused, match="E_REPLAY"):
        intake.accept(data, made.board(), made.registry(), keep, made.TODAY, "artifact_checked", made.log(keep))


def test_the_ledger_is_the_log_without_its_nonces(tmp_path: Path) -> None:
    events = made.vault(tmp_path, (0.1, 0.2)).events()
    assert [event.kind for event in events] == ["nonce", "accept"] * 2
    assert [event.kind for event in vault.ledger(events)] == ["accept"] * 2


@pytest.mark.parametrize("damage", ["edit", "remove", "truncate", "swap"])
def test_a_changed_event_breaks_the_chain(tmp_path: Path, damage: str) -> None:
    made.vault(tmp_path, (0.1, 0.2, 0.3))
    second, third = (tmp_path / "events" / f"{n:06}.json" for n in (2, 3))
    if damage == "edit":
        second.write_bytes(second.read_bytes().replace(b"artifact_checked", b"maintainer_rerun"))
    elif damage == "remove":
        second.unlink()
    elif damage == "truncate":
        second.write_bytes(second.read_bytes()[:-9])
    else:
        kept = second.read_bytes()
        second.write_bytes(third.read_bytes())
        third.write_bytes(kept)
    with pytest.raises(Refused, match="E_VAULT"):
        Vault(tmp_path).events()


def test_a_changed_submission_is_refused(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    digest = standing(keep, "system-0").submission
    path = tmp_path / "submissions" / f"{digest}.json"
    path.write_bytes(path.read_bytes().replace(b"caution", b"refusal"))
    with pytest.raises(Refused, match="E_VAULT"):
        keep.submission(digest)
    path.unlink()
    with pytest.raises(Refused, match="E_VAULT"):
        keep.submission(digest)


def test_a_manifest_never_changes(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, ())
    other = [item._replace(family=item.family + "x") for item in made.items()]
    with pytest.raises(Refused, match="E_BOARD"):
        keep.keep_items(made.board(), other)
    assert keep.items(made.board()) == made.items()


def test_of_two_who_accept_one_file_at_once_the_second_is_refused(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    before = keep.events()[-1]
    with pytest.raises(Refused, match="E_REPLAY"):  # verified before the other's event was there
        keep.append("accept", made.TODAY, "small", "system-0", submission=before.submission, tier="self_reported")
    with pytest.raises(Refused, match="E_REPLAY"):
        keep.append("accept", made.TODAY, "small", "system-0", submission="f" * 64, nonce=before.nonce)
    assert keep.events()[-1] == before
