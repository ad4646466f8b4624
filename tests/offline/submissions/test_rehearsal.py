"""The events of another copy are taken under the rules of their commands, or refused by number and rule."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.catalogue import Catalogue
from leaderboard.offline.submissions import event_log, intake, rehearsal, submission
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from tests import made

LATER = made.TODAY + timedelta(days=3)


class Pair:
    """A vault and a copy of it, which was made when `system-0` stood and had an attempt more."""

    def __init__(self, folder: Path) -> None:
        self.ours = made.vault(folder / "ours", (0.1,))
        self.nonce = self.ours.register_nonce("small", "system-0", made.TODAY)
        self.first = event_log.replay(self.ours.events())[0].submission
        shutil.copytree(folder / "ours", folder / "theirs")
        self.theirs = Vault(folder / "theirs")

    def plan(self, left_out: tuple[int, ...] = ()) -> list[Event]:
        return rehearsal.plan(self.ours, self.ours.events(), self.theirs, catalogue, left_out)

    def accept(self, vault: Vault, tier: str, seed: int = 1) -> str:
        data = submission.encode(made.submission("system-0", 0.2, seed, nonce=self.nonce))
        evidence = made.log(vault) if tier == "artifact_checked" else made.pack(vault.folder / "pack", data)
        event = intake.accept(data, made.board(), made.registry(9), vault, made.TODAY, tier, evidence)
        return event.submission or ""

    def correct(self, vault: Vault) -> None:
        data = submission.encode(made.submission("system-0", 0.2, 2, nonce=self.nonce))
        why, log = (self.first, "labelling_error"), made.log(vault)
        intake.correct(data, made.board(), made.registry(9), vault, made.TODAY, *why, log)


def catalogue() -> Catalogue:
    return made.catalogue(9)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_events_of_a_copy_that_only_went_on_are_taken_as_they_are(pair: Pair) -> None:
    made.take(pair.theirs, "system-1", 0.2, 1)
    assert pair.plan() == pair.theirs.events()[3:]


def test_missing_events_follow_the_last_one_with_its_date_where_theirs_is_earlier(pair: Pair) -> None:
    taken = made.take(pair.theirs, "system-1", 0.2, 1)
    intake.withdraw(pair.theirs, taken, "takedown", LATER + timedelta(days=1))
    pair.ours.register_nonce("small", "system-2", LATER)
    planned = pair.plan()
    assert [event.n for event in planned] == [5, 6, 7]
    assert [event.on for event in planned] == [LATER, LATER, LATER + timedelta(days=1)]
    assert pair.ours.extend(lambda _: planned) == Vault(pair.ours.folder).events()[4:], "the chain holds"


def test_an_event_that_both_recorded_is_taken_once(pair: Pair) -> None:
    for vault in (pair.ours, pair.theirs):
        intake.withdraw(vault, pair.first, "takedown", made.TODAY)
    pair.theirs.register_nonce("small", "system-3", made.TODAY)
    pair.ours.register_nonce("small", "system-2", made.TODAY)
    assert [(event.kind, event.system) for event in pair.plan()] == [("nonce", "system-3")]


def add(vault: Vault, event: Event) -> None:
    vault.extend(lambda _: [event])


def test_an_interrupted_merge_goes_on_where_it_ended(pair: Pair) -> None:
    made.take(pair.theirs, "system-1", 0.2, 1)
    made.take(pair.theirs, "system-2", 0.2, 2)
    pair.ours.register_nonce("small", "system-3", made.TODAY)
    shutil.copytree(pair.theirs.folder / "submissions", pair.ours.folder / "submissions", dirs_exist_ok=True)
    planned = pair.plan()
    while rest := pair.plan():
        assert rest == planned
        first, *planned = planned
        add(pair.ours, first)
    assert planned == [] and len(pair.ours.events()) == 8


def test_a_copied_vector_is_flagged_in_the_merged_vault(pair: Pair) -> None:
    made.take(pair.ours, "system-1", 0.4, 7)
    made.take(pair.theirs, "system-2", 0.4, 7)
    accepted = [event for event in pair.plan() if event.kind == "accept"]
    assert [event.flags for event in accepted] == [("F_COPY",)]


def reject_here(pair: Pair) -> None:
    pair.accept(pair.ours, "artifact_checked")
    data = pair.ours.accepted(event_log.replay(pair.ours.events())[0].submission)
    intake.reject(data, made.board(), made.registry(9), pair.theirs, made.TODAY, "invalid")


def accept_what_was_rejected(pair: Pair) -> None:
    pair.accept(pair.theirs, "artifact_checked")
    accepted = next(event for event in pair.theirs.events()[3:] if event.accepts)
    data = pair.theirs.accepted(accepted.submission or "")
    intake.reject(data, made.board(), made.registry(9), pair.ours, made.TODAY, "invalid")


def use_all_attempts(pair: Pair) -> None:
    for vault in (pair.ours, pair.theirs):
        for _ in range(3):
            intake.register(made.board(), "system-1", vault, made.TODAY)
    intake.register(made.board(), "system-1", pair.theirs, made.TODAY)


def reset_there(pair: Pair) -> None:
    Vault(pair.theirs.folder, clock_checked=True).register_nonce("small", "system-4", LATER + timedelta(days=400))
    pair.theirs.reset_clock(4, made.TODAY)
    pair.ours.register_nonce("small", "system-3", made.TODAY)
    pair.ours.clock_checked = True


CONFLICTS: dict[str, tuple[str, int, Callable[[Pair], object]]] = {
    "a submission at a lower tier": (
        "E_REPLAY",
        4,
        lambda pair: (pair.accept(pair.ours, "artifact_checked"), pair.accept(pair.theirs, "self_reported")),
    ),
    "a nonce that was used": (
        "E_REPLAY",
        4,
        lambda pair: (pair.accept(pair.ours, "artifact_checked", 3), pair.accept(pair.theirs, "artifact_checked", 4)),
    ),
    "a correction of what was withdrawn": (
        "E_VAULT",
        4,
        lambda pair: (
            intake.withdraw(pair.ours, pair.first, "takedown", made.TODAY),
            pair.correct(pair.theirs),
        ),
    ),
    "a withdrawal of what was corrected": (
        "E_VAULT",
        4,
        lambda pair: (
            pair.correct(pair.ours),
            intake.withdraw(pair.theirs, pair.first, "takedown", made.TODAY),
        ),
    ),
    "a rejection of what was accepted": ("E_STATE", 4, reject_here),
    "an acceptance of what was rejected": ("E_STATE", 4, accept_what_was_rejected),
    "an attempt too many": ("E_CAP", 7, use_all_attempts),
    "a clock that was reset": ("E_EVENT", 5, reset_there),
    "a date long after": (
        "E_DATE",
        4,
        lambda pair: (
            Vault(pair.theirs.folder, clock_checked=True).register_nonce(
                "small", "system-1", LATER + timedelta(days=200)
            ),
            pair.ours.register_nonce("small", "system-2", LATER),
        ),
    ),
}


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_an_event_that_cannot_follow_is_refused_by_its_number_and_rule(pair: Pair, conflict: str) -> None:
    code, number, make = CONFLICTS[conflict]
    make(pair)
    before = pair.ours.events()
    with pytest.raises(Refused) as refused:
        pair.plan()
    [finding] = refused.value.findings
    assert (finding.code, finding.place) == (code, f"OTHER.events[{number}]")
    kind = pair.theirs.events()[number - 1].kind
    assert finding.evidence.startswith(f"{kind} of small") and len(finding.evidence.partition(": ")[2]) > 4
    assert Vault(pair.ours.folder).events() == before
    assert number not in {event.n for event in pair.plan((number,)) if event.kind == "clock"}


def test_only_a_missing_event_can_be_left_out(pair: Pair) -> None:
    made.take(pair.theirs, "system-1", 0.2, 1)
    with pytest.raises(Refused, match="E_EVENT"):
        pair.plan((1,))
    with pytest.raises(Refused, match=r"E_NONCE  OTHER.events\[5\]"):
        pair.plan((4,))
    assert [event.kind for event in pair.plan((5,))] == ["nonce"]


def test_an_attempt_on_a_board_that_nobody_defines_is_refused(pair: Pair) -> None:
    pair.theirs.register_nonce("other", "system-1", made.TODAY)
    pair.ours.register_nonce("small", "system-1", made.TODAY)
    with pytest.raises(Refused, match=r"E_BOARD  OTHER.events\[4\]"):
        pair.plan()
