"""Attestations: a threshold of different reviewers under one statement that holds no sentence."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting
from leaderboard.release.trust import attestation
from leaderboard.release.trust.libraries import SSlibKey
from tests.release.trust.world import NOW, World, flipped, key, keyring

TRUSTED = [key(name).public_key for name in ("ann", "bea", "cem")]


def payload(**changes: object) -> bytes:
    world = World(Path("nowhere"))
    world.accept("system-0")
    return world.payload(1, **changes)


def envelope(*names: str) -> bytes:
    return attestation.merge([attesting.sign(payload(), signer) for signer in keyring(*names)])


def fault(data: bytes, threshold: int = 2) -> str:
    with pytest.raises(Refused) as refused:
        attestation.verify(data, TRUSTED, threshold)
    return str(refused.value)


def test_two_reviewers_attest_and_are_named() -> None:
    found = attestation.verify(envelope("bea", "ann"), TRUSTED, 2)
    assert found.signers == tuple(sorted(key(name).public_key.keyid for name in ("ann", "bea")))
    assert found.statement.predicate.system == "system-0"
    assert found.digest == attestation.digest(payload())


def test_it_is_an_in_toto_statement_in_a_dsse_envelope() -> None:
    outer = json.loads(envelope("ann"))
    assert outer["payloadType"] == "application/vnd.in-toto+json"
    inner = json.loads(b64decode(outer["payload"]))
    assert inner["_type"] == "https://in-toto.io/Statement/v1"
    assert inner["predicate"]["date"] == NOW.date().isoformat()
    assert set(inner["subject"][0]["digest"]) == {"sha256"}


def test_the_statement_does_not_depend_on_who_signs() -> None:
    assert json.loads(envelope("ann"))["payload"] == json.loads(envelope("bea", "cem"))["payload"]


def test_one_reviewer_alone_is_too_few() -> None:
    assert fault(envelope("ann")) == "E_SIGNATURE  $.signatures"
    assert attestation.verify(envelope("ann"), TRUSTED, 1).signers == (key("ann").public_key.keyid,)


def test_no_threshold_is_below_one() -> None:
    assert fault(envelope("eve"), threshold=0) == "E_SIGNATURE  $.signatures"


def test_a_stranger_counts_for_nothing() -> None:
    assert fault(envelope("ann", "eve")) == "E_SIGNATURE  $.signatures"
    assert len(attestation.verify(envelope("ann", "bea", "eve"), TRUSTED, 2).signers) == 2


def test_one_key_under_two_ids_counts_once() -> None:
    ann = key("ann").public_key
    twin = SSlibKey("f" * 64, "ed25519", "ed25519", dict(ann.keyval))
    signed = json.loads(envelope("ann"))
    signed["signatures"].append({**signed["signatures"][0], "keyid": twin.keyid})
    twice = canonical.encode({**signed, "signatures": sorted(signed["signatures"], key=lambda each: each["keyid"])})
    with pytest.raises(Refused, match="E_SIGNATURE"):
        attestation.verify(twice, [ann, twin], 2)


def test_a_signature_under_another_name_is_false() -> None:
    signed = json.loads(envelope("ann", "bea"))
    first, second = signed["signatures"]
    first["sig"], second["sig"] = second["sig"], first["sig"]
    assert fault(canonical.encode(signed)) == "E_SIGNATURE  $.signatures"


def test_a_third_signature_may_not_be_false_either() -> None:
    signed = json.loads(envelope("ann", "bea", "cem"))
    signed["signatures"][2]["sig"] = b64encode(b"\0" * 64).decode()
    assert fault(canonical.encode(signed)) == "E_SIGNATURE  $.signatures"


def test_signatures_are_of_the_statement_and_no_other() -> None:
    signed = json.loads(envelope("ann", "bea"))
    signed["payload"] = b64encode(payload(tier="maintainer_rerun")).decode()
    assert fault(canonical.encode(signed)) == "E_SIGNATURE  $.signatures"


def test_envelopes_of_two_statements_do_not_merge() -> None:
    other = attesting.sign(payload(system="system-1"), key("bea"))
    with pytest.raises(Refused, match=r"E_ATTESTATION  \$.payload"):
        attestation.merge([envelope("ann"), other])


def test_merging_is_the_same_in_any_order_and_twice() -> None:
    ann, bea = envelope("ann"), envelope("bea")
    assert attestation.merge([ann, bea]) == attestation.merge([bea, ann, bea])


def test_a_folder_gathers_signatures(tmp_path: Path) -> None:
    paths = {attesting.store(tmp_path, envelope(name)) for name in ("ann", "bea", "ann")}
    assert [path.name for path in paths] == [f"{attestation.digest(payload())}.json"]
    assert len(attestation.verify(paths.pop().read_bytes(), TRUSTED, 2).signers) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"board": "a sentence about something"},
        {"system": "system-0\n"},
        {"system": "<b>"},
        {"board_version": "one"},
        {"findings": ("F_PARTIAL", "see the appendix")},
        {"items_digest": "A" * 64},
        {"line": 0},
        {"tier": "excellent"},
        {"date": "soon"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_value_of_a_statement_holds_a_sentence(change: dict[str, object]) -> None:
    with pytest.raises(Refused, match="E_ATTESTATION"):
        payload(**change)


def test_no_key_of_a_statement_is_free() -> None:
    free = json.loads(payload())
    free["predicate"]["note"] = "hello"
    with pytest.raises(Refused, match="E_ATTESTATION"):
        attesting.sign(canonical.encode(free), key("ann"))


def test_a_flag_is_named_once() -> None:
    with pytest.raises(Refused, match="E_CANON"):
        payload(findings=("F_PARTIAL", "F_PARTIAL"))


@pytest.mark.parametrize("flag", ["F_COPY", "F_FABRICATED", "F_CLONED_EPOCHS"])
def test_what_reviewers_looked_into_is_not_published(flag: str) -> None:
    with pytest.raises(Refused, match="E_ATTESTATION"):
        payload(findings=(flag,))


def test_what_a_lenient_reader_would_forgive_is_refused() -> None:
    good = envelope("ann", "bea")
    signed = json.loads(good)
    unsorted = {**signed, "signatures": signed["signatures"][::-1]}
    loose = {**signed, "payload": b64encode(payload().replace(b'":', b'": ', 1)).decode()}
    upper = {**signed, "signatures": [{**s, "keyid": s["keyid"].upper()} for s in signed["signatures"]]}
    noted = {**signed, "note": "hello"}
    for data, code in [
        (good + b"\n", "E_CANON"),
        (json.dumps(signed).encode(), "E_CANON"),
        (canonical.encode(unsorted), "E_CANON"),
        (canonical.encode(loose), "E_CANON"),
        (canonical.encode(upper), "E_ATTESTATION"),
        (canonical.encode(noted), "E_ATTESTATION"),
        (canonical.encode({**signed, "signatures": []}), "E_CANON"),
        (b"[" * 100_000, "E_ATTESTATION"),
    ]:
        assert fault(data).startswith(code)


def test_unused_bits_of_base64_are_nothing_to_play_with() -> None:
    signed = json.loads(envelope("ann", "bea"))
    sig = signed["signatures"][0]["sig"]
    assert sig.endswith("==")
    other = sig[:-3] + chr(ord(sig[-3]) + 1) + "=="
    assert b64decode(other) == b64decode(sig)
    signed["signatures"][0]["sig"] = other
    assert fault(canonical.encode(signed)) == "E_CANON  $.signatures"


@given(st.integers(0, 8 * len(envelope("ann", "bea", "cem")) - 1))
def test_no_bit_of_an_envelope_can_change_and_two_of_three_still_stand(bit: int) -> None:
    """A bit in a key id makes a stranger of a signer; then the other two still stand, but not three."""
    with pytest.raises(Refused):
        attestation.verify(flipped(envelope("ann", "bea", "cem"), bit), TRUSTED, 3)
