"""Every structural finding, with its place, and that a sound file has none."""

from datetime import date, timedelta

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import JudgeRef
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.submission import Judgment, Row, Submission
from leaderboard.offline.submissions.verification import History, limited, require_sound, verify
from tests import made

SOUND = made.submission()
NOBODY = History(frozenset(), frozenset(), frozenset())


def findings(made_of: Submission, history: History | None = None) -> list[str]:
    verdict = verify(
        submission.encode(made_of),
        made.board(),
        made.registry(),
        today=made.TODAY,
        items=made.items(),
        history=history,
        digest="d" * 64,
    )
    lines = [str(finding) for finding in verdict.findings]
    if history is None:  # an import makes the same checks
        nonce = msgspec.structs.replace(made_of, nonce=None)
        assert of_an_import(made_of) == of_an_import(nonce) == [line for line in lines if "E_NONCE" not in line]
    return lines


def of_an_import(made_of: Submission) -> list[str]:
    """The findings when it was imported. Each has the prefix; errors are raised, flags are returned."""
    try:
        checked = require_sound(
            made_of, made.board(), made.registry(), today=made.TODAY, items=made.items(), prefix="a "
        )
        assert not any(finding.code.startswith("E_") for finding in checked)
    except Refused as refused:
        checked = list(refused.findings)
        assert any(finding.code.startswith("E_") for finding in checked)
    assert all(finding.place.startswith("a $") for finding in checked)
    return [str(finding._replace(place=finding.place.removeprefix("a "))) for finding in checked]


def with_rows(*changes: tuple[int, Row | None]) -> Submission:
    """The sound submission with some rows replaced, or left out where None."""
    rows: list[Row | None] = list(SOUND.rows)
    for place, row in changes:
        rows[place] = row
    return msgspec.structs.replace(SOUND, rows=[row for row in rows if row is not None])


def test_a_sound_file_has_no_findings() -> None:
    assert findings(SOUND) == []


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"board": "other"}, "E_BOARD  $.board"),
        (
            {"board_version": "2"},
            (
                "E_BOARD  $.board_version: the board is at version 1, "
                "and rows of another version have no numbers in a new release"
            ),
        ),
        ({"items_digest": "b" * 64}, "E_BOARD  $.items_digest"),
        ({"system": "stranger"}, "E_SYSTEM  $.system"),
        ({"judge": JudgeRef("stranger", "1")}, "E_JUDGE  $.judge"),
        ({"judge": JudgeRef("judge", "2")}, "E_JUDGE  $.judge"),
        ({"started_on": date(2025, 12, 31)}, "E_DATE  $.started_on"),
        ({"started_on": date(2026, 11, 3)}, "E_DATE  $.started_on"),
        ({"submitted_on": made.TODAY + timedelta(1)}, "E_DATE  $.submitted_on"),
        ({"nonce": None}, "E_NONCE  $.nonce"),
    ],
)
def test_a_header_that_does_not_fit_is_found(fields: dict[str, object], finding: str) -> None:
    assert findings(msgspec.structs.replace(SOUND, **fields)) == [finding]


@pytest.mark.parametrize(
    ("history", "finding"),
    [
        (NOBODY, "E_NONCE  $.nonce"),
        (NOBODY._replace(issued=frozenset({("system-1", "0" * 32)})), "E_NONCE  $.nonce"),
        (
            NOBODY._replace(issued=frozenset({("system-0", "0" * 32)}), used_nonces=frozenset({"0" * 32})),
            "E_REPLAY  $.nonce",
        ),
        (NOBODY._replace(used_digests=frozenset({"d" * 64})), "E_REPLAY  $"),
    ],
)
def test_a_nonce_is_issued_for_the_system_and_used_once(history: History, finding: str) -> None:
    assert findings(SOUND, history) == [finding]


FIRST = SOUND.rows[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(1, FIRST)], ["E_DUP_ITEM  $.rows[1][0]", "E_MISSING_ITEM  $.rows"]),
        ([(0, SOUND.rows[1]), (1, FIRST)], ["E_ORDER  $.rows[1][0]"]),
        ([(0, None)], ["E_MISSING_ITEM  $.rows"]),
        ([(0, ("aaa", *FIRST[1:]))], ["E_UNKNOWN_ITEM  $.rows[0][0]", "E_MISSING_ITEM  $.rows"]),
        ([(0, (FIRST[0], ["refusal"], [None]))], ["E_EPOCHS  $.rows[0][1]"]),
        ([(0, (FIRST[0], ["refusal", "refusal"], [None]))], ["E_INCONSISTENT  $.rows[0][2]"]),
        ([(0, (FIRST[0], ["refusal", "other"], [None, None]))], ["E_OUTCOME  $.rows[0][1][1]"]),
        ([(0, (FIRST[0], ["refusal", "harmful"], [None, None]))], ["E_INCONSISTENT  $.rows[0][2][1]"]),
        ([(0, (FIRST[0], ["refusal", "refusal"], [4, None]))], []),
    ],
)
def test_a_row_that_breaks_a_rule_is_found_with_its_place(
    changes: list[tuple[int, Row | None]], expected: list[str]
) -> None:
    assert findings(with_rows(*changes)) == expected


def test_a_severity_is_refused_where_the_board_measures_none() -> None:
    board = msgspec.structs.replace(made.board(), severity=False)
    verdict = verify(submission.encode(SOUND), board, made.registry(), today=made.TODAY)
    assert {finding.code for finding in verdict.findings} == {"E_INCONSISTENT"}


@pytest.mark.parametrize(
    ("judgment", "expected"),
    [
        (Judgment(JudgeRef("person", "1"), "human", SOUND.rows[:5]), []),
        (Judgment(JudgeRef("person", "1"), "llm_judge", []), ["E_JUDGE  $.judgments[0].judge"]),
        (Judgment(JudgeRef("judge", "1"), "llm_judge", []), ["E_JUDGE  $.judgments[0].judge"]),
        (
            Judgment(JudgeRef("person", "1"), "human", [("aaa", ["refusal", None], [None, None])]),
            ["E_UNKNOWN_ITEM  $.judgments[0].rows[0][0]"],
        ),
    ],
)
def test_a_further_judge_is_registered_and_not_the_judge_of_record(judgment: Judgment, expected: list[str]) -> None:
    assert findings(msgspec.structs.replace(SOUND, judgments=[judgment])) == expected


def test_missing_outcomes_are_flagged_and_never_refused() -> None:
    few = with_rows(
        (0, (FIRST[0], [None, None], [None, None])), (1, (SOUND.rows[1][0], [None, "refusal"], [None, None]))
    )
    assert findings(few) == []
    many = with_rows(*((n, (SOUND.rows[n][0], [None, None], [None, None])) for n in range(3)))
    assert findings(many) == ["F_PARTIAL  $.rows: coverage_too_low, 97 of 100 items complete"]


def test_coverage_counts_in_each_category_too() -> None:
    calm = [n for n, row in enumerate(SOUND.rows) if row[0].startswith("calm")]
    thin = with_rows(*((n, (SOUND.rows[n][0], [None, None], [None, None])) for n in calm[:2]))
    assert limited(thin, made.items(), made.board()) == "category_coverage_too_low"
