"""What developers reply: the state follows a row through corrections and raises, no state is final, and a vault agrees
with a model that knows nothing of its code."""

import random
from pathlib import Path
from typing import get_args

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import Tier
from leaderboard.boards.vocabulary import MAINTAINERS_ERRED, NEXT_REPLIES, REPLIES, Reply
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.vault import Vault
from tests import made

BOARD, REGISTRY = made.board(attempts_per_year=99), made.registry(3)
MAY_FOLLOW = {
    "none": {"notified"},
    "notified": {"disputed", "settled"},
    "disputed": {"settled"},
    "settled": {"disputed"},
}
"""The rule as docs/operations.md tells it."""


class Row:
    """One row of the model: a first submission and all that corrected it."""

    def __init__(self, digest: str, tier: Tier, attempt: int) -> None:
        self.digests, self.tier, self.attempt = [digest], tier, attempt
        self.state, self.withdrawn = "none", False


class World:
    """A vault, and beside it the model: the rows that each system ever had, the last of which stands."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.vault, self.draw = Vault(folder), random.Random(seed)
        self.vault.keep_items(BOARD, made.items())
        self.rows: dict[str, list[Row]] = {}
        self.attempts: dict[str, int] = {}
        self.withdrawals: dict[str, int] = {}
        self.log, self.count = made.log(self.vault), 0

    def file(self, system: str, nonce: str | None = None) -> bytes:
        if nonce is None:
            nonce = intake.register(BOARD, system, self.vault, made.TODAY)
            self.attempts[system] = self.attempts.get(system, 0) + 1
        self.count += 1
        return submission.encode(made.submission(system, 0.2, self.count, nonce=nonce))

    def take(self, data: bytes, tier: Tier) -> str:
        evidence = self.log if tier == "artifact_checked" else None
        event = intake.accept(data, BOARD, REGISTRY, self.vault, made.TODAY, tier, evidence)
        assert event.submission
        return event.submission

    def accept(self, system: str) -> None:
        tier: Tier = self.draw.choice(("paper_reported", "artifact_checked"))
        digest = self.take(self.file(system), tier)
        self.rows.setdefault(system, []).append(Row(digest, tier, self.attempts[system]))

    def correct(self, system: str) -> None:
        row = self.rows[system][-1]
        reason = self.draw.choice(("judge_error", "maintainer_error"))
        theirs = reason in MAINTAINERS_ERRED
        data = self.file(system, self.vault.submission(row.digests[-1]).nonce if theirs else None)
        evidence = self.log if row.tier == "artifact_checked" else None
        event = intake.correct(data, BOARD, REGISTRY, self.vault, made.TODAY, row.digests[-1], reason, evidence)
        assert event.submission
        row.digests.append(event.submission)
        row.attempt = row.attempt if theirs else self.attempts[system]

    def raise_tier(self, system: str) -> None:
        row = self.rows[system][-1]
        assert self.take(self.vault.accepted(row.digests[-1]), "artifact_checked") == row.digests[-1]
        row.tier = "artifact_checked"

    def withdraw(self, system: str) -> None:
        row = self.rows[system][-1]
        intake.withdraw(self.vault, row.digests[-1], "developer_request", made.TODAY)
        row.withdrawn = True
        self.withdrawals[system] = self.withdrawals.get(system, 0) + 1

    def reply(self, row: Row, state: str) -> None:
        """Naming any submission that the row ever had; refused exactly where the rule does not allow it."""
        named, count = self.draw.choice(row.digests), len(self.vault.events())
        if state in MAY_FOLLOW[row.state]:
            event = intake.notify(self.vault, named, state, made.TODAY)
            assert (event.kind, event.submission) == ("notify" if state == "notified" else "reply", named)
            row.state = state
        else:
            with pytest.raises(Refused, match="E_STATE") as refused:
                intake.notify(self.vault, named, state, made.TODAY)
            rule = refused.value.findings[0].evidence
            assert f"`{row.state}`" in rule and all(word in rule for word in MAY_FOLLOW[row.state])
            assert len(self.vault.events()) == count

    def step(self) -> None:
        system = f"system-{self.draw.randrange(3)}"
        rows = self.rows.get(system)
        if not rows:
            return self.accept(system)
        standing, chosen = rows[-1], self.draw.choice([rows[-1], *rows])
        acts = {"accept": 1, "reply": 6}
        if not standing.withdrawn:
            acts |= {"correct": 2, "withdraw": 1}
            acts |= {"raise_tier": 2} if standing.tier == "paper_reported" else {}
        act = self.draw.choices([*acts], [*acts.values()])[0]
        if act == "reply":
            return self.reply(chosen, self.draw.choice(("notified", "disputed", "settled")))
        getattr(self, act)(system)

    def agrees(self) -> None:
        stands = {each.system: each for each in event_log.replay(self.vault.events())}
        assert stands.keys() == self.rows.keys()
        for system, rows in self.rows.items():
            row, found = rows[-1], stands[system]
            assert facts(found) == (
                row.digests[-1],
                row.tier,
                row.state,
                row.attempt,
                self.attempts[system],
                row.withdrawn,
                self.withdrawals.get(system, 0),
            )
        states = event_log.replies(self.vault.events())
        assert states == {d: row.state for rows in self.rows.values() for row in rows for d in row.digests}


def facts(found: Standing) -> tuple[object, ...]:
    return (
        found.submission,
        found.tier,
        found.reply,
        found.attempt,
        found.attempts,
        found.withdrawn,
        found.withdrawals,
    )


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(8, 40))])
def test_state_of_a_row_is_what_the_sequence_of_events_says(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path / "vault", seed)
    for _ in range(40):
        world.step()
        world.agrees()
    # no dead end: every dispute, also of what was withdrawn or replaced, can be settled
    for row in [row for rows in world.rows.values() for row in rows]:
        while row.state != "settled":
            world.reply(row, "settled" if "settled" in MAY_FOLLOW[row.state] else next(iter(MAY_FOLLOW[row.state])))
    world.agrees()


def test_every_state_has_one_that_may_follow() -> None:
    assert {state: set(following) for state, following in NEXT_REPLIES.items()} == MAY_FOLLOW
    assert MAY_FOLLOW.keys() == set(get_args(Reply)) == set(REPLIES)


def test_reply_to_what_waits_for_signatures_counts_for_the_row_that_stands(tmp_path: Path) -> None:
    world = World(tmp_path / "vault", 1)
    world.accept("system-0")
    (row,) = world.rows["system-0"]
    for state in ("notified", "disputed"):
        world.reply(row, state)
    world.correct("system-0")
    line = len(event_log.ledger(world.vault.events()))
    intake.notify(world.vault, row.digests[1], "settled", made.TODAY)
    (waits,) = event_log.replay(world.vault.events(), waiting=[line])
    assert (waits.submission, waits.reply) == (row.digests[0], "settled")


def test_reply_to_what_was_never_accepted_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path / "vault", 1)
    world.accept("system-0")
    with pytest.raises(Refused, match=r"E_VAULT  \$\.submission"):
        intake.notify(world.vault, "f" * 64, "notified", made.TODAY)


@pytest.mark.parametrize(("reason", "has_old_nonce"), [("maintainer_error", False), ("judge_error", True)])
def test_only_an_error_of_the_maintainers_costs_no_attempt(tmp_path: Path, reason: str, has_old_nonce: bool) -> None:
    world = World(tmp_path / "vault", 1)
    world.accept("system-0")
    (wrong,) = world.rows["system-0"][0].digests
    data = world.file("system-0", world.vault.submission(wrong).nonce if has_old_nonce else None)
    evidence = world.log if world.rows["system-0"][0].tier == "artifact_checked" else None
    count = len(world.vault.events())
    with pytest.raises(Refused, match=r"E_(NONCE|REPLAY)  \$\.nonce"):
        intake.correct(data, BOARD, REGISTRY, world.vault, made.TODAY, wrong, reason, evidence)
    assert len(world.vault.events()) == count


def test_nonce_of_another_system_is_not_taken_over(tmp_path: Path) -> None:
    world = World(tmp_path / "vault", 1)
    world.accept("system-0")
    world.accept("system-1")
    (wrong,), (other,) = (world.rows[f"system-{n}"][0].digests for n in (0, 1))
    data = world.file("system-0", world.vault.submission(other).nonce)
    evidence = world.log if world.rows["system-0"][0].tier == "artifact_checked" else None
    with pytest.raises(Refused, match=r"E_NONCE  \$\.nonce"):
        intake.correct(data, BOARD, REGISTRY, world.vault, made.TODAY, wrong, "maintainer_error", evidence)


def test_file_rejected_by_hand_is_taken_only_if_that_is_said(tmp_path: Path) -> None:
    world = World(tmp_path / "vault", 1)
    data = world.file("system-0")
    intake.reject(data, BOARD, REGISTRY, world.vault, made.TODAY, "invalid")
    with pytest.raises(Refused, match=r"E_STATE  FILE.*line 1 \(invalid\).*--after-rejection"):
        intake.accept(data, BOARD, REGISTRY, world.vault, made.TODAY, "artifact_checked", world.log)
    event = intake.accept(data, BOARD, REGISTRY, world.vault, made.TODAY, "paper_reported", after_rejection=True)
    published = event_log.ledger(world.vault.events())
    assert [(each.kind, each.submission) for each in published] == [
        ("reject", event.submission),
        ("accept", event.submission),
    ]
    raised = intake.accept(data, BOARD, REGISTRY, world.vault, made.TODAY, "artifact_checked", world.log)
    assert raised.tier == "artifact_checked", "once it was accepted, nothing more needs to be said"


def test_rejected_file_does_not_come_back_as_a_correction(tmp_path: Path) -> None:
    world = World(tmp_path / "vault", 1)
    world.accept("system-0")
    row = world.rows["system-0"][0]
    data = world.file("system-0")
    intake.reject(data, BOARD, REGISTRY, world.vault, made.TODAY, "fabricated")
    evidence = world.log if row.tier == "artifact_checked" else None
    arguments = (data, BOARD, REGISTRY, world.vault, made.TODAY, row.digests[0], "judge_error", evidence)
    with pytest.raises(Refused, match="E_STATE  FILE"):
        intake.correct(*arguments)
    assert intake.correct(*arguments, after_rejection=True).replaces == row.digests[0]
