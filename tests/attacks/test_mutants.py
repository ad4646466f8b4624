"""Random damage to a sound file: a finding, or a file that is truly sound; never anything else."""

import json
from datetime import date
from typing import Any

import pytest

from leaderboard.offline.submissions.verification import History, verify
from tests import made
from tests.attacks import hostile
from tests.attacks.test_intake import FINDING

BOARD, REGISTRY, ITEMS = made.board(), made.registry(), made.items()
HISTORY = History(frozenset({("system-0", hostile.OWN_NONCE)}), frozenset(), frozenset())


def survivors(count: int, seed: int) -> int:
    """Verifies so many mutants and returns how many are sound still."""
    found = 0
    for mutant in hostile.mutants(hostile.VALID, count, seed):
        verdict = verify(mutant, BOARD, REGISTRY, today=made.TODAY, items=ITEMS, history=HISTORY, digest="0" * 64)
        assert all(FINDING.fullmatch(f"{finding.code}  {finding.place}") for finding in verdict.findings)
        if not verdict.refused:
            assert is_sound(json.loads(mutant)), mutant
            found += 1
    return found


def is_sound(file: Any) -> bool:
    """The rules of a submission, said once more in plain Python."""
    outcomes = {outcome.id for outcome in BOARD.outcome}
    severe = {outcome.id for outcome in BOARD.outcome if outcome.harmful.unsafe}
    rows = [row for table in (file["rows"], *(each["rows"] for each in file["judgments"])) for row in table]
    started, submitted = date.fromisoformat(file["started_on"]), date.fromisoformat(file["submitted_on"])
    return (
        [row[0] for row in file["rows"]] == [item.id for item in ITEMS]
        and {row[0] for row in rows} <= {item.id for item in ITEMS}
        and all(len(given) == len(severity) == BOARD.epochs for _, given, severity in rows)
        and all(outcome in outcomes or outcome is None for _, given, _ in rows for outcome in given)
        and all(
            s in range(5) if o in severe else s in (None, *range(5))
            for _, g, v in rows
            for o, s in zip(g, v, strict=True)
        )
        and (file["board"], file["board_version"], file["system"]) == ("small", "1", "system-0")
        and (file["nonce"], file["judge"]) == (hostile.OWN_NONCE, {"id": "judge", "version": "1"})
        and BOARD.earliest <= started <= submitted <= made.TODAY
    )


def test_ten_thousand_mutants_are_refused_or_sound() -> None:
    assert 0 < survivors(10_000, seed=20261122) < 2_000


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_mutants_are_refused_or_sound(seed: int) -> None:
    assert 0 < survivors(10_000, seed) < 2_000
