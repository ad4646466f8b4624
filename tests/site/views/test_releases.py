"""What a release changed and what happened to a submission, in words."""

import msgspec
import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Change, LedgerLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import releases
from leaderboard.site.views.names import names_of
from tests import made
from tests.site.conftest import Shown


def changes(*causes: str) -> list[Change]:
    nothing = dict.fromkeys(name for name in Change.__struct_fields__ if name not in ("system", "cause"))
    return [Change("a", cause, **nothing) for cause in causes]


@pytest.fixture(scope="module")
def ledger(demo: Shown) -> list[LedgerLine]:
    return rows.read(LedgerLine, queries.ledger(demo.database, demo.board))


def test_changes_of_a_system_itself_are_counted_apart_from_those_from_outside() -> None:
    moves = changes("moved_by_others", "moved_by_others", "moved_by_others")
    assert releases.summary([*changes("new", "corrected"), *moves], [], 3, NAMES) == [
        "Release 3 brought two changes to this board.",
        "Because others changed, three more systems moved in rank; their numbers are the same.",
    ]
    assert releases.summary([*changes("new"), *moves[:1]], [], 3, NAMES) == [
        "Release 3 brought one change to this board.",
        "Because others changed, one more system moved in rank; its numbers are the same.",
    ]
    assert len(releases.summary(changes("new", "corrected"), [], 3, NAMES)) == 1


def test_release_that_only_has_a_new_method_is_not_said_to_have_changed_a_system() -> None:
    assert releases.summary(changes("method", "method"), [], 6, NAMES) == [
        "By the new method of release 6, two systems have another number or rank; their outcomes are the same."
    ]
    assert releases.folded_title("method", 2) == "Two systems changed by the method"


NAMES = names_of(made.board(), made.registry(9))


def lines(*events: str, is_new: bool | None = True) -> list[LedgerLine]:
    """New lines, the latest first; a reply is named by its state. The n-th is about `system-n`, a refused file about
    none."""
    nothing = dict.fromkeys(LedgerLine.__struct_fields__)
    return [
        LedgerLine(
            **nothing
            | {
                "line": number,
                "event": "reply" if event in ("disputed", "settled") else event,
                "system": None if event == "reject" else f"system-{number}",
                "reason": event,
                "is_new": is_new,
            }
        )
        for number, event in enumerate(events)
    ][::-1]


def test_board_without_changes_says_so() -> None:
    for ledger in ([], lines("accept", "notify", is_new=False), lines("accept")):
        assert releases.summary([], ledger, 3, NAMES) == ["Release 3 changed nothing on this board."]


def test_release_that_does_not_record_which_lines_are_new_does_not_claim_that_nothing_is() -> None:
    ledger = lines("notify", is_new=None)
    assert releases.summary([], ledger, 3, NAMES) == ["Release 3 changed no row of this board."]


def test_what_is_new_in_the_ledger_is_counted_and_named() -> None:
    ledger = lines("notify", "notify", "disputed", "settled", "reject", "withdraw")
    gained = (
        "New in the ledger: two notices to developers (Number 0, Number 1), one dispute (Number 2), one reply that "
        "leaves no dispute (Number 3), one refused file and one withdrawal (Number 5)."
    )
    assert releases.summary([], ledger, 3, NAMES) == ["Release 3 changed no row of this board.", gained]
    assert releases.summary(changes("new"), ledger, 3, NAMES)[1:] == [gained]
    (_, many) = releases.summary([], lines(*["notify"] * 7), 3, NAMES)
    assert many == "New in the ledger: seven notices to developers."


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        (None, "Accepted"),
        ("accept", "Raised to a higher tier, line 1"),
        ("correct", "Raised to a higher tier, line 1"),
        ("reject", "Accepted after it was refused, line 1"),
    ],
)
def test_second_acceptance_of_a_file_says_what_it_is(earlier: str | None, said: str) -> None:
    (line,) = lines("accept")
    replaces = None if earlier is None else 1
    changed = msgspec.structs.replace(line, reason=None, replaces=replaces, replaced_event=earlier)
    assert releases.event(changed) == said


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
