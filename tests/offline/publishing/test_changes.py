"""Why a row differs from the release before: each cause is brought about by real events of a vault."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from leaderboard.boards.board import Tier
from leaderboard.offline.publishing import building
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from tests import made

ON = (made.board(), made.registry(9))


class World:
    """A vault of two systems, each from a paper, and a first release."""

    def __init__(self, folder: Path) -> None:
        self.vault, self.count = Vault(folder / "vault"), 0
        self.vault.keep_items(made.board(), made.items())
        self.log = made.log(self.vault)
        for number in range(2):
            self.accept(f"system-{number}")
        self.before = self.release(1, {})

    def release(self, number: int, before: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        events = self.vault.events()
        facts = building.release_table(number, made.TODAY, events, build_keys=False, before=before)
        return container.frames(
            container.decode(building.build(self.vault, made.catalogue(9), events, (), before, facts))
        )

    def file(self, system: str, nonce: str | None = None) -> bytes:
        self.count += 1
        nonce = nonce or intake.register(made.board(), system, self.vault, made.TODAY)
        return submission.encode(made.submission(system, 0.2, self.count, nonce=nonce))

    def stands(self) -> event_log.Standing:
        return event_log.replay(self.vault.events())[0]

    def accept(self, system: str = "system-0", tier: Tier = "paper_reported", data: bytes = b"", **how: bool) -> None:
        evidence = self.log if tier == "artifact_checked" else None
        intake.accept(data or self.file(system), *ON, self.vault, made.TODAY, tier, evidence, **how)

    def raise_tier(self) -> None:
        self.accept(tier="artifact_checked", data=self.vault.accepted(self.stands().submission))

    def correct(self, reason: str = "judge_error") -> None:
        wrong = self.stands().submission
        nonce = self.vault.submission(wrong).nonce if reason == "maintainer_error" else None
        evidence = self.log if self.stands().tier == "artifact_checked" else None
        intake.correct(self.file("system-0", nonce), *ON, self.vault, made.TODAY, wrong, reason, evidence)

    def rejected_first(self) -> None:
        data = self.file("system-0")
        intake.reject(data, *ON, self.vault, made.TODAY, "invalid")
        self.accept(data=data, after_rejection=True)

    def withdraw(self) -> None:
        intake.withdraw(self.vault, self.stands().submission, "developer_request", made.TODAY)

    def notify(self) -> None:
        intake.notify(self.vault, self.stands().submission, "notified", made.TODAY)


STORIES: dict[str, tuple[tuple[Callable[[World], None], ...], str | None]] = {
    "nothing": ((), None),
    "a notice": ((World.notify,), None),
    "a raise": ((World.raise_tier,), "newly_ranked"),
    "a correction": ((World.correct,), "corrected"),
    "a correction of ours": ((lambda world: world.correct("maintainer_error"),), "corrected"),
    "a correction, raised": ((World.correct, World.raise_tier), "corrected"),
    "a correction of ours, raised": ((lambda world: world.correct("maintainer_error"), World.raise_tier), "corrected"),
    "a raise, corrected": ((World.raise_tier, World.correct), "corrected"),
    "a new attempt": ((World.accept,), "resubmitted"),
    "a new attempt, raised": ((World.accept, World.raise_tier), "resubmitted"),
    "a new attempt, corrected": ((World.accept, World.correct), "corrected"),
    "a correction, then a new attempt": ((World.correct, World.accept), "resubmitted"),
    "a new attempt, first rejected": ((World.rejected_first,), "resubmitted"),
    "a new attempt, first rejected, raised": ((World.rejected_first, World.raise_tier), "resubmitted"),
    "a withdrawal": ((World.withdraw,), "withdrawn"),
    "a correction, withdrawn": ((World.correct, World.withdraw), "withdrawn"),
}


@pytest.mark.parametrize("story", STORIES)
def test_cause_is_what_happened_to_the_row(tmp_path: Path, story: str) -> None:
    world = World(tmp_path)
    acts, expected = STORIES[story]
    for act in acts:
        act(world)
    after = world.release(2, world.before)
    causes = dict(zip(after["change"]["system"], after["change"]["cause"], strict=True))
    assert causes.get("system-0") == expected
    assert after["release"]["ledger_lines_before"].tolist() == [2]


def test_public_attempts_stay_the_same_only_after_an_error_of_the_maintainers(tmp_path: Path) -> None:
    world = World(tmp_path)
    counted = []
    for reason in ("maintainer_error", "judge_error", "maintainer_error"):
        world.correct(reason)
        row = world.release(2, world.before)["row"].set_index("system").loc["system-0"]
        counted.append((row["attempt"], row["attempts"]))
    assert counted == [(1, 1), (2, 2), (2, 2)]


def test_lines_name_the_line_before_them_that_they_speak_of(tmp_path: Path) -> None:
    world = World(tmp_path)
    for act in (World.notify, World.raise_tier, World.correct, World.rejected_first, World.withdraw):
        act(world)
    intake.notify(world.vault, world.vault.events()[1].submission or "", "disputed", made.TODAY)
    table = world.release(2, world.before)["ledger"].sort_values("line")
    replaces = table["replaces"].astype(object).where(table["replaces"].notna(), None)
    told = list(zip(table["event"], replaces, strict=True))
    assert told[2:] == [
        ("notify", 1),
        ("accept", 1),
        ("correct", 4),
        ("reject", None),
        ("accept", 6),
        ("withdraw", 7),
        ("reply", 4),
    ]
    assert all(replaces is None or replaces < line for line, (_, replaces) in enumerate(told, start=1))
