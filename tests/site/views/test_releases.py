"""What a release changed and what happened to a submission, in words."""

import msgspec
import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Change, LedgerLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import releases
from tests.site.conftest import Shown


def changes(*causes: str) -> list[Change]:
    nothing = dict.fromkeys(name for name in Change.__struct_fields__ if name not in ("system", "cause"))
    return [Change("a", cause, **nothing) for cause in causes]


@pytest.fixture(scope="module")
def ledger(demo: Shown) -> list[LedgerLine]:
    return rows.read(LedgerLine, queries.ledger(demo.database, demo.board))


def test_changes_of_a_system_itself_are_counted_apart_from_moves() -> None:
    moves = changes("moved_by_others", "moved_by_others", "moved_by_others")
    assert releases.summary([*changes("new", "method"), *moves], 3) == [
        "Release 3 brought two changes to this board.",
        "Three more systems kept their numbers and moved in rank because others changed.",
    ]
    assert releases.summary([*changes("new"), *moves[:1]], 3) == [
        "Release 3 brought one change to this board.",
        "One more system kept its numbers and moved in rank because others changed.",
    ]
    assert len(releases.summary(changes("new", "method"), 3)) == 1


def test_board_without_changes_says_so() -> None:
    assert releases.summary([], 3) == ["Release 3 changed nothing on this board."]


def test_ledger_says_who_signed_what_there_is_to_sign(ledger: list[LedgerLine], snapshot: Snapshot) -> None:
    for line in ledger:
        signed = "two build keys" if line.event in ("accept", "correct") else "–"
        assert releases.signatures(line, snapshot) == signed
        waiting = releases.signatures(msgspec.structs.replace(line, attested=False), snapshot)
        assert waiting.endswith("; waits for more")


def test_reviewers_are_not_called_build_keys(ledger: list[LedgerLine], snapshot: Snapshot) -> None:
    line = next(line for line in ledger if line.attested)
    assert releases.signatures(line, snapshot._replace(build_keys=False)) == "two reviewers"
    attestation = snapshot.ledger[line.line - 1].attestation
    assert attestation is not None
    once = snapshot._replace(build_keys=False, signers={attestation: 1})
    assert releases.signatures(line, once) == "one reviewer"


def test_event_has_its_reason_and_the_line_that_it_replaces(ledger: list[LedgerLine]) -> None:
    line = msgspec.structs.replace(ledger[0], event="correct", reason="judge_error", replaces=7)
    assert releases.event(line) == "Corrected: the judge erred, line 7"
    assert releases.event(msgspec.structs.replace(line, reason=None, replaces=None)) == "Corrected"
