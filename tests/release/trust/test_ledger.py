"""The ledger: only ever added to, and any other change is found at its line."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.boards.vocabulary import Vocabulary
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.event_log import ledger as published_part
from leaderboard.release.trust import ledger

DAY = date(2026, 11, 22)


def events(count: int = 6) -> list[Event]:
    kinds = ("accept", "withdraw", "accept", "correct", "reject", "notify")
    made = [
        Event(
            n=n + 1,
            prev="0" * 64,
            kind=kinds[n % len(kinds)],
            on=DAY,
            board="small",
            system=f"system-{n}",
            submission=canonical.sha256(b"%d" % n),
            tier="artifact_checked" if kinds[n % len(kinds)] in ("accept", "correct") else None,
            reason="judge_error" if kinds[n % len(kinds)] in ("withdraw", "correct") else None,
        )
        for n in range(count)
    ]
    return made


def made(count: int = 6) -> bytes:
    return attesting.write_ledger(events(count), {1: "a" * 64, 3: "b" * 64, 4: "c" * 64})


def fault(data: bytes, known: ledger.Head | None = None) -> str:
    with pytest.raises(Refused) as refused:
        ledger.read(data, known)
    return str(refused.value)


def rewritten(data: bytes, line: int, **changes: object) -> bytes:
    """The ledger with one line edited, and nothing else: its writer does not own the lines after it."""
    texts = data.splitlines()
    texts[line - 1] = canonical.encode({**json.loads(texts[line - 1]), **changes})
    return b"".join(text + b"\n" for text in texts)


def test_every_event_is_one_canonical_line_that_names_the_one_before() -> None:
    lines = ledger.read(made())
    assert [line.n for line in lines] == [1, 2, 3, 4, 5, 6]
    texts = made().splitlines()
    assert [line.prev for line in lines] == [ledger.START, *map(canonical.sha256, texts[:-1])]
    assert (lines[0].attestation, lines[1].attestation) == ("a" * 64, None)
    assert set(json.loads(texts[1])) == {
        *("n", "prev", "event", "date", "board", "submission"),
        *("system", "tier", "attestation", "reason", "replaces"),
    }


def test_a_vault_gives_its_ledger() -> None:
    nonce = Event(1, "0" * 64, "nonce", DAY, "small", "system-0", nonce="0" * 32)
    assert len(ledger.read(attesting.write_ledger(published_part([nonce, *events()]), {}))) == 6


def test_bytes_that_name_no_system_leave_no_digest() -> None:
    unknown = Event(1, "0" * 64, "reject", DAY, "small", submission="d" * 64, reason="invalid")
    (line,) = ledger.read(attesting.write_ledger([unknown], {}))
    assert line.submission is None


def test_an_edited_line_is_found_by_the_next() -> None:
    assert fault(rewritten(made(), 2, date="2026-11-23")) == "E_LEDGER  $[3].prev"


def test_the_last_line_is_guarded_by_the_known_head() -> None:
    edited = rewritten(made(), 6, date="2026-11-23")
    assert len(ledger.read(edited)) == 6
    assert fault(edited, ledger.head(made())) == "E_LEDGER  $.head"


def test_lines_out_of_order_are_found() -> None:
    texts = made().splitlines(keepends=True)
    assert fault(b"".join([texts[0], texts[2], texts[1], *texts[3:]])) == "E_LEDGER  $[2].n"


def test_a_missing_line_is_found() -> None:
    texts = made().splitlines(keepends=True)
    assert fault(b"".join([*texts[:2], *texts[3:]])) == "E_LEDGER  $[3].n"


def test_a_shortened_ledger_is_found_by_the_known_count() -> None:
    short = b"".join(made().splitlines(keepends=True)[:4])
    assert len(ledger.read(short)) == 4
    assert fault(short, ledger.head(made())) == "E_LEDGER  $.lines"


def test_a_line_cut_short_is_found() -> None:
    assert fault(made()[:-1]) == "E_LEDGER  $[6]"
    assert fault(made()[:-20]) == "E_LEDGER  $[6]"


def test_a_fork_is_found_by_the_known_head() -> None:
    other = events()
    other[1] = Event(2, "0" * 64, "withdraw", DAY, "small", "system-7", submission="e" * 64, reason="judge_error")
    fork = attesting.write_ledger(other, {})
    assert len(ledger.read(fork)) == 6
    assert fault(fork, ledger.head(made(3))) == "E_LEDGER  $.head"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace(b'"n":2', b'"n": 2'), "E_CANON"),
        (lambda text: text.replace(b'"prev":"', b'"prev":"A'), "E_SCHEMA"),
        (lambda text: text.replace(b'"reason":"judge_error"', b'"reason":"Judge error, see me"'), "E_SCHEMA"),
        (lambda text: text.replace(b'"board":', b'"note":"hi","board":'), "E_SCHEMA"),
        (lambda text: text.replace(b'"system":', b'"board":"small","system":'), "E_CANON"),
        (lambda text: text.replace(b',"tier":null', b""), "E_SCHEMA"),
        (lambda text: text.replace(b"small", b"\\u0073mall"), "E_CANON"),
        (lambda text: b"[" * 100_000, "E_SCHEMA"),
        (lambda text: b"", "E_SCHEMA"),
        (lambda text: b'"' + b"\xff" + b'"', "E_SCHEMA"),
    ],
)
def test_a_line_that_a_lenient_reader_would_forgive_is_refused(change: Callable[[bytes], bytes], code: str) -> None:
    texts = made().splitlines()
    data = b"".join(text + b"\n" for text in [texts[0], change(texts[1]), *texts[2:]])
    assert fault(data) == f"{code}  $[2]"


def test_upper_case_hex_is_not_the_same_digest() -> None:
    texts = made().splitlines(keepends=True)
    upper = texts[1].replace(canonical.sha256(b"1").encode(), canonical.sha256(b"1").upper().encode())
    assert fault(texts[0] + upper) == "E_SCHEMA  $[2]"


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_ledger_continues_exactly_its_own_beginnings(old: int, new: int) -> None:
    known = ledger.head(made(old))
    if old <= new:
        assert len(ledger.read(made(new), known)) == new
    else:
        assert fault(made(new), known) == "E_LEDGER  $.lines"


def test_a_ledger_does_not_continue_another_history() -> None:
    assert fault(made(), ledger.head(attesting.write_ledger(events(3), {}))) == "E_LEDGER  $.head"


@given(st.integers(0, 8 * len(made()) - 1))
def test_no_bit_can_change_against_a_known_head(bit: int) -> None:
    data = bytearray(made())
    data[bit // 8] ^= 1 << bit % 8
    fault(bytes(data), ledger.head(made()))


def test_words_outside_the_vocabulary_are_found() -> None:
    words: Vocabulary = {"board_id": ("small",), "system_id": tuple(f"system-{n}" for n in range(6))}
    assert ledger.check_words(ledger.read(made()), words) == []
    words = {"board_id": ("other",), "system_id": tuple(f"system-{n}" for n in range(1, 6))}
    found = [str(each) for each in ledger.check_words(ledger.read(made(2)), words)]
    assert found == ["E_VOCABULARY  $[1].board", "E_VOCABULARY  $[1].system", "E_VOCABULARY  $[2].board"]
