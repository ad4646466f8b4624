"""The vault: an event log that is only added to, and whose replay says what stands."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Refused
from leaderboard.boards.board import TIERS, Tier
from leaderboard.offline.submissions import event_log, ids, intake, submission
from leaderboard.offline.submissions.vault import Vault
from tests import made


def standing(keep: Vault, system: str) -> event_log.Standing:
    return next(s for s in event_log.replay(keep.events()) if s.system == system)


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
    assert [event.kind for event in event_log.ledger(events)] == ["accept"] * 2


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


@pytest.mark.parametrize("field", ["submission", "system", "tier", "board_version", "items_digest"])
def test_an_acceptance_that_lacks_what_it_must_name_is_damage(tmp_path: Path, field: str) -> None:
    made.vault(tmp_path, (0.1,))
    path = tmp_path / "events" / "000002.json"
    path.write_bytes(canonical.encode({k: v for k, v in json.loads(path.read_bytes()).items() if k != field}))
    with pytest.raises(Refused, match=r"E_VAULT  \$.events\[2\]"):
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


WRITES: dict[str, Callable[[Vault, Path], object]] = {
    "event": lambda vault, _: vault.register_nonce("small", "system-0", made.TODAY),
    "submission": lambda vault, _: vault.keep(b"a"),
    "evidence": lambda vault, _: vault.keep_evidence(b"a"),
    "refused bytes": lambda vault, _: vault.quarantine(b"a"),
    "refused file": lambda vault, file: vault.quarantine_file(file),
    "items": lambda vault, _: vault.keep_items(made.board(), made.items()),
    "ids": lambda vault, _: vault.keep_ids(made.board(), {ids.shorten("a text"): "a text"}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_removes_what_killed_processes_left_in_any_folder(
    tmp_path: Path, write: Callable[[Vault, Path], object]
) -> None:
    vault = made.vault(tmp_path / "vault", (0.1,))
    parts = [
        Path(folder, f".{name}{durable.PART}")
        for folder in (".", "events", "submissions", "quarantine", "evidence", "items", "ids")
        for name in ("a", "b")
    ]
    for part in parts:
        (vault.folder / part).parent.mkdir(exist_ok=True)
        (vault.folder / part).write_bytes(b"half")
    (tmp_path / "file").write_bytes(b"a")
    write(vault, tmp_path / "file")
    assert not list(vault.folder.rglob(f"*{durable.PART}"))


def test_a_manifest_never_changes(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, ())
    other = [item._replace(family=item.family + "x") for item in made.items()]
    with pytest.raises(Refused, match="E_BOARD"):
        keep.keep_items(made.board(), other)
    assert keep.items(made.board()) == made.items()


def test_ids_never_change_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    keep, of = made.vault(tmp_path, ()), {ids.shorten("a text"): "a text"}
    for _ in range(2):
        keep.keep_ids(made.board(), of)
    path = tmp_path / "ids" / "small-1.json"
    assert (ids.decode(path.read_bytes()), stat.S_IMODE(path.stat().st_mode)) == (of, 0o600)
    with pytest.raises(Refused, match="E_BOARD"):
        keep.keep_ids(made.board(), {ids.shorten("b text"): "b text"})
    assert ids.decode(path.read_bytes()) == of


def test_of_two_who_accept_one_file_at_once_the_second_is_refused(tmp_path: Path) -> None:
    keep = made.vault(tmp_path, (0.1,))
    before = keep.events()[-1]
    with pytest.raises(Refused, match="E_REPLAY"):  # verified before the other's event was there
        keep.append("accept", made.TODAY, "small", "system-0", submission=before.submission, tier="self_reported")
    with pytest.raises(Refused, match="E_REPLAY"):
        keep.append("accept", made.TODAY, "small", "system-0", submission="f" * 64, nonce=before.nonce)
    assert keep.events()[-1] == before


def accepted(keep: Vault, data: bytes, tier: Tier, evidence: Path | None) -> event_log.Event:
    return intake.accept(data, made.board(), made.registry(), keep, made.TODAY, tier, evidence)


def self_reported(folder: Path) -> tuple[Vault, bytes]:
    keep = Vault(folder)
    keep.keep_items(made.board(), made.items())
    nonce = keep.register_nonce("small", "system-0", made.TODAY)
    data = submission.encode(made.submission(nonce=nonce))
    accepted(keep, data, "self_reported", made.pack(folder.with_name("pack"), data))
    intake.notify(keep, canonical.sha256(data), "notified", made.TODAY)
    return keep, data


def test_a_submission_that_stands_is_raised_to_a_higher_tier_without_a_new_attempt(tmp_path: Path) -> None:
    keep, data = self_reported(tmp_path / "vault")
    before = standing(keep, "system-0")
    assert intake.examine(data, made.board(), made.registry(), keep, made.TODAY).findings[0].code == "E_REPLAY"
    event = accepted(keep, data, "artifact_checked", made.log(keep))
    after = standing(keep, "system-0")
    assert (event.kind, after.tier, after.line) == ("accept", "artifact_checked", 3)
    assert (after.submission, after.attempt, after.attempts) == (before.submission, 1, 1)
    assert after.reply == "notified", "the developer was told of these numbers"
    unsigned = [s for s in event_log.replay(keep.events(), waiting=[3]) if s.system == "system-0"]
    assert [(s.tier, s.line) for s in unsigned] == [("self_reported", 1)], "until reviewers attest, the old one stands"


@pytest.mark.parametrize("tier", TIERS)
def test_a_submission_is_taken_again_at_a_higher_tier_only(tmp_path: Path, tier: Tier) -> None:
    keep, data = self_reported(tmp_path / "vault")
    evidence = {"self_reported": tmp_path / "pack", "artifact_checked": made.log(keep)}.get(tier)
    count = len(keep.events())
    expected = {"rejudged": "E_EVIDENCE", "maintainer_rerun": "E_EVIDENCE", "artifact_checked": ""}.get(
        tier, "E_REPLAY"
    )
    if expected:
        with pytest.raises(Refused, match=expected):
            accepted(keep, data, tier, evidence)
        assert len(keep.events()) == count
    else:
        accepted(keep, data, tier, evidence)
    with pytest.raises(Refused, match="E_REPLAY"):
        accepted(keep, data, "self_reported", tmp_path / "pack")


def test_what_was_withdrawn_or_replaced_is_not_raised(tmp_path: Path) -> None:
    for name in ("withdrawn", "replaced"):
        keep, data = self_reported(tmp_path / name / "vault")
        if name == "withdrawn":
            intake.withdraw(keep, canonical.sha256(data), "takedown", made.TODAY)
        else:
            made.take(keep, "system-0", 0.1, seed=8)
        with pytest.raises(Refused, match="E_REPLAY"):
            accepted(keep, data, "artifact_checked", made.log(keep))


def test_a_submission_that_stands_is_not_rejected(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [0.1])
    data = next((keep.folder / "submissions").iterdir()).read_bytes()
    before = keep.events()
    with pytest.raises(Refused, match="E_STATE  FILE: it was accepted: `withdraw` or `correct` it"):
        intake.reject(data, made.board(), made.registry(), keep, made.TODAY, "copied")
    assert keep.events() == before
