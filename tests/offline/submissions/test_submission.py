"""The canonical form: what decodes, what is refused, and that no refusal repeats what it was given."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import submission
from tests import made

VALID = submission.encode(made.submission())
MARK = "zq-marker-zq"


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        submission.decode(data)
    assert MARK not in str(refused.value)
    return refused.value.findings[0].code


def place_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        submission.decode(data)
    return refused.value.findings[0].place


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(VALID) | fields, sort_keys=True, separators=(",", ":")).encode()


def test_decode_then_encode_gives_the_same_bytes() -> None:
    assert submission.encode(submission.decode(VALID)) == VALID


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        (["judge", "system"], None),
        ([], "E_CANON"),
        (["system", "judge"], "E_CANON"),
        (["judge", "judge"], "E_CANON"),
        (["nonce"], "E_SCHEMA"),
        ("judge", "E_SCHEMA"),
    ],
)
def test_what_was_stated_is_there_sorted_and_once_or_absent(stated: object, code: str | None) -> None:
    data = changed(source=json.loads(VALID)["source"] | {"stated": stated})
    if code:
        assert code_of(data) == code
    else:
        assert list(submission.decode(data).source.stated) == stated


def test_the_files_keys_are_those_of_the_design() -> None:
    assert sorted(json.loads(VALID)) == [
        "board", "board_version", "generation", "items_digest", "judge", "judgments", "nonce", "rows", "source",
        "started_on", "submitted_on", "system", "tool",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E_JSON"),
        (VALID[:-1], "E_JSON"),
        (VALID[: len(VALID) // 2], "E_JSON"),
        (VALID + b"\n", "E_CANON"),
        (b"\xef\xbb\xbf" + VALID, "E_JSON"),
        (VALID.decode().encode("utf-16"), "E_UTF8"),
        (VALID.replace(b"small", b"sm\xffll"), "E_UTF8"),
        (b" " + VALID, "E_CANON"),
        (VALID.replace(b'"board":"small"', b'"board":"small","board":"small"'), "E_CANON"),
        (VALID.replace(b'"temperature":0.0', b'"temperature":0'), "E_CANON"),
        (VALID.replace(b'"temperature":0.0', b'"temperature":-0.0'), "E_CANON"),
        (VALID.replace(b'"temperature":0.0', b'"temperature":1e999'), "E_SCHEMA"),
        (VALID.replace(b'"temperature":0.0', b'"temperature":NaN'), "E_JSON"),
        (VALID.replace(b'"board":"small"', b'"board":"\\u0073mall"'), "E_CANON"),
        (b"[" * 100_000, "E_SCHEMA"),
        (b"x" * (submission.MAX_BYTES + 1), "E_SIZE"),
    ],
)
def test_bytes_that_are_not_the_canonical_form_are_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({MARK: 1}, "$"),
        ({"note": MARK}, "$"),
        ({"system": MARK + " "}, "$.system"),
        ({"system": "Capital"}, "$.system"),
        ({"system": "a\n"}, "$.system"),
        ({"board_version": "1\n"}, "$.board_version"),
        ({"nonce": MARK}, "$.nonce"),
        ({"submitted_on": MARK}, "$.submitted_on"),
        ({"rows": [[MARK + "!", ["refusal"], [None]]]}, "$.rows[0][0]"),
        ({"rows": [["alpha-000", ["refusal"], [5]]]}, "$.rows[0][2][0]"),
        ({"rows": [["alpha-000", ["refusal"], ["3"]]]}, "$.rows[0][2][0]"),
        ({"rows": [["alpha-000", [{MARK: MARK}], [None]]]}, "$.rows[0][1][0]"),
        ({"tool": {"name": MARK, "task_version": None, "version": None}}, "$.tool.name"),
        ({"tool": {"name": "table", "task_version": MARK, "version": None}}, "$.tool.task_version"),
    ],
)
def test_a_value_outside_the_schema_is_refused_with_its_place(fields: dict[str, object], place: str) -> None:
    assert code_of(changed(**fields)) == "E_SCHEMA"
    assert place_of(changed(**fields)) == place


@given(st.binary(max_size=300), st.integers(0, len(VALID)), st.integers(0, 300))
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes, at: int, cut: int) -> None:
    data = VALID[:at] + noise + VALID[at + cut :]
    try:
        assert submission.encode(submission.decode(data)) == data
    except Refused as refused:
        assert {finding.code for finding in refused.findings} <= {"E_UTF8", "E_JSON", "E_SCHEMA", "E_CANON", "E_DEPTH"}


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_bytes(VALID)
    (tmp_path / "link.json").symlink_to(real)
    os.mkfifo(tmp_path / "pipe")
    for bad in ("link.json", "pipe", ".", "absent"):
        with pytest.raises(Refused, match="E_FILE"):
            submission.read_bytes(tmp_path / bad)
    assert submission.read_bytes(real) == VALID


def test_a_file_over_two_mebibytes_is_not_read_whole(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * (submission.MAX_BYTES + 1))
    with pytest.raises(Refused, match="E_SIZE"):
        submission.read_bytes(tmp_path / "big")
