"""A reviewer's record: who signed it, what it says, and every way in which it can be false."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, keys
from leaderboard.offline.submissions.evidence import pack, record
from leaderboard.offline.submissions.evidence.pack import File, Origin
from tests import made

LOG = File(len(made.LOG), canonical.sha256(made.LOG))
ANN, BEA, STRANGER = (keys.passing() for _ in range(3))
REVIEWERS = (ANN.public_key, BEA.public_key)
PACK = pack.make(made.submission(), Origin([LOG], errors=0))


def signed(*signers: Any) -> bytes:
    return attesting.sign_record(PACK, made.TODAY, signers or (ANN,))


def finding(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        record.verify(data, REVIEWERS, made.TODAY)
    return str(refused.value).partition(": ")[0]


def test_one_reviewer_who_saw_the_log_is_enough() -> None:
    for signers in ((ANN,), (BEA,), (ANN, BEA), (ANN, STRANGER)):
        assert record.verify(signed(*signers), REVIEWERS, made.TODAY) == PACK


def test_stranger_is_no_reviewer() -> None:
    assert finding(signed(STRANGER)) == "E_SIGNATURE  $.signatures"
    with pytest.raises(Refused, match="E_SIGNATURE"):
        record.verify(signed(), (), made.TODAY)


def test_false_signature_beside_a_good_one_is_refused() -> None:
    whole = json.loads(signed(ANN, BEA))
    whole["signatures"][0]["sig"] = whole["signatures"][1]["sig"]
    assert finding(canonical.encode(whole)) == "E_SIGNATURE  $.signatures"


def test_signature_of_another_record_is_refused() -> None:
    other = json.loads(attesting.sign_record(PACK, made.TODAY - timedelta(days=1), [ANN]))
    whole = json.loads(signed()) | {"signatures": other["signatures"]}
    assert finding(canonical.encode(whole)) == "E_SIGNATURE  $.signatures"


def test_day_to_come_is_refused() -> None:
    assert (
        finding(attesting.sign_record(PACK, made.TODAY + timedelta(days=1), [ANN]))
        == "E_DATE  $.payload.predicate.seen_on"
    )


def test_no_byte_of_a_record_can_change() -> None:
    data = signed()
    for place in range(0, len(data), 7):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert finding(changed).split()[0] in {"E_EVIDENCE", "E_CANON", "E_SIGNATURE"}, place


def test_statement_is_about_the_submission_of_its_pack() -> None:
    whole = json.loads(signed())
    statement = json.loads(b64decode(whole["payload"]))
    statement["subject"][0]["digest"]["sha256"] = "0" * 64
    whole["payload"] = b64encode(canonical.encode(statement)).decode()
    assert finding(canonical.encode(whole)) == "E_EVIDENCE  $.payload.subject"


@pytest.mark.parametrize("data", [b"", b"{}", canonical.encode(PACK), b"[" * 9_999, b"\xff"])
def test_anything_else_is_no_record(data: bytes) -> None:
    assert finding(data) == "E_EVIDENCE  $"
    assert finding(b" " * (pack.MAX_BYTES + 1)) == "E_SIZE  $"
