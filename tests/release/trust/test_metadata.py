"""Metadata: one form, one way of writing it, and every signature on it true."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.release.trust import contents, layout, metadata, roles
from leaderboard.release.trust.libraries import Metadata, SSlibKey
from tests.release.trust.world import DAY, NOW, World, holders, key, resign
from tests.release.trust.world import roles as given

READ: dict[str, Callable[[bytes], Any]] = {
    "root": metadata.read_root,
    "targets": metadata.read_targets,
    "snapshot": metadata.read_snapshot,
    "timestamp": metadata.read_timestamp,
}


def files(world: World) -> dict[str, bytes]:
    state = layout.read_state(world.folder)
    assert state is not None
    return {"root": state.roots[0], "targets": state.targets, "snapshot": state.snapshot, "timestamp": state.timestamp}


def fault(role: str, data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        READ[role](data)
    return str(refused.value)


@pytest.mark.parametrize("role", READ)
def test_what_is_written_is_read_back(published: World, role: str) -> None:
    data = files(published)[role]
    assert metadata.encode(READ[role](data)) == data


@pytest.mark.parametrize("role", READ)
def test_what_python_tuf_would_forgive_is_refused(published: World, role: str) -> None:
    made = json.loads(files(published)[role])
    loose = {
        "white space": json.dumps(made).encode(),
        "trailing newline": canonical.encode(made) + b"\n",
        "upper case": canonical.encode(made).replace(b'"sig":"', b'"sig":"A', 1),
        "unsigned text": canonical.encode({**made, "note": "hello"}),
        "signed text": canonical.encode({**made, "signed": {**made["signed"], "note": "hello"}}),
        "key order": json.dumps(dict(reversed(made.items())), separators=(",", ":")).encode(),
    }
    for name, data in loose.items():
        assert fault(role, data)[:10] in ("E_METADATA", "E_CANON  $"), name


def test_signatures_are_in_order_and_each_key_signs_once(published: World) -> None:
    made = json.loads(files(published)["root"])
    first, *others = made["signatures"]
    for signatures, code in (([*others, first], "E_CANON  $"), ([first, first, *others], "E_METADATA  $")):
        assert fault("root", canonical.encode({**made, "signatures": signatures})) == code


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b'{"\xf4":1}', b"null", b'{"signatures":[],"signed":{}}'])
@pytest.mark.parametrize("role", READ)
def test_what_is_not_metadata_is_refused(role: str, data: bytes) -> None:
    assert fault(role, data) == "E_METADATA  $"


def test_a_day_that_is_none_is_refused(published: World) -> None:
    made = json.loads(files(published)["timestamp"])
    made["signed"]["expires"] = "2026-02-31T00:00:00Z"
    assert fault("timestamp", canonical.encode(made)) == "E_METADATA  $"


@pytest.mark.parametrize("role", READ)
@pytest.mark.parametrize("value", [1.0, True, 0, -1, 2**53 + 1, 10**30, "1", None, [1]])
def test_a_version_is_a_whole_number(published: World, role: str, value: object) -> None:
    """python-tuf takes 1.0, true and null for 1."""
    made = json.loads(files(published)[role])
    made["signed"]["version"] = value
    assert fault(role, json.dumps(made, sort_keys=True, separators=(",", ":")).encode())[:10] in (
        "E_METADATA",
        "E_CANON  $",
    )


@pytest.mark.parametrize("version", ["1.0", "1.0.٣", "1.0.31\n", "2.0.0", "1.0.31 text", 1])
def test_a_version_of_the_specification_is_no_text(published: World, version: object) -> None:
    made = json.loads(files(published)["root"])
    made["signed"]["spec_version"] = version
    assert fault("root", canonical.encode(made)) == "E_METADATA  $"


def test_what_python_tuf_knows_and_is_not_used_here_is_refused(published: World) -> None:
    made = {role: json.loads(data) for role, data in files(published).items()}
    key, name = next(iter(made["root"]["signed"]["keys"])), "boards/small/board.toml"
    length, hashes = {"length": 9}, {"hashes": {"sha256": "a" * 64}}
    target = made["targets"]["signed"]["targets"][name]
    made["root"]["signed"]["consistent_snapshot"] = False
    for changed in (length, hashes):
        made["timestamp"]["signed"]["meta"]["snapshot.json"] = {"version": 3, **changed}
        made["snapshot"]["signed"]["meta"]["root.json"] = {"version": 1, **changed}
        made["targets"]["signed"]["targets"][name] = target
        for role in ("root", "snapshot", "timestamp"):
            assert fault(role, canonical.encode(made[role])) == "E_METADATA  $"
    for twice in ({"sha256": "a" * 64, "sha512": "a" * 128}, {"sha512": "a" * 128}, {"sha256": "A" * 64}):
        made["targets"]["signed"]["targets"][name] = {**target, "hashes": twice}
        assert fault("targets", canonical.encode(made["targets"])) == "E_METADATA  $"
    made["targets"]["signed"]["targets"][name] = target
    made["targets"]["signed"]["delegations"] = {"keys": {}, "roles": []}
    assert fault("targets", canonical.encode(made["targets"])) == "E_METADATA  $"
    root = json.loads(files(published)["root"])
    root["signed"]["roles"]["targets"]["keyids"] = dict.fromkeys(root["signed"]["roles"]["targets"]["keyids"], "text")
    assert fault("root", canonical.encode(root)) == "E_METADATA  $"
    root = json.loads(files(published)["root"])
    del root["signed"]["keys"][key]
    assert fault("root", canonical.encode(root)) == "E_KEY  $.signed.roles"


@pytest.mark.parametrize(
    "name",
    [
        "releases/1/leaderboard.json",
        "releases/1/leaderboard.duckdb",
        "releases/1/boards/x/board.toml",
        "releases/1/boards/a",
        "ledger.jsonl",
        f"attestations/{'a' * 64}.json",
        "boards/x/board.toml",
        "boards/a",
    ],
)
def test_targets_have_these_names(name: str) -> None:
    assert contents.is_target(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "../x",
            "boards/../x",
            "boards/x/.hidden",
            "boards/x/y/z",
            "/etc/passwd",
            "releases/0/leaderboard.json",
            "releases/0/boards/a",
            "releases/1/boards/x/y/z",
            "releases/1/boards/../x",
            "releases/1/x/board.toml",
            "releases/1/ledger.jsonl",
        ),
        *(
            "releases/1/other.json",
            "releases/1/leaderboard.parquet",
            "releases/1/leaderboardxjson",
            "ledger.jsonl\n",
            "notes.txt",
            "attestations/a.json",
            "boards/x/a b",
            "boards/x/<b>",
        ),
    ],
)
def test_targets_have_no_other_names(name: str, published: World) -> None:
    assert not contents.is_target(name)
    made = json.loads(files(published)["targets"])
    made["signed"]["targets"][name] = {"hashes": {"sha256": "a" * 64}, "length": 1}
    assert fault("targets", canonical.encode(made)) == "E_METADATA  $"


@pytest.mark.parametrize(
    ("name", "custom"),
    [
        ("ledger.jsonl", None),
        ("ledger.jsonl", {"head": "a" * 64, "lines": 1, "seq": 1}),
        ("releases/2/leaderboard.json", {"release": 2}),
        ("releases/2/leaderboard.json", {"content": "a" * 64, "release": 2, "seq": 2}),
        ("releases/2/boards/small/board.toml", {"release": 2, "seq": 2}),
        ("boards/small/board.toml", {"seq": 9}),
    ],
)
def test_of_a_target_is_said_what_is_said_of_its_kind(published: World, name: str, custom: dict[str, Any]) -> None:
    made = json.loads(files(published)["targets"])
    made["signed"]["targets"][name]["custom"] = custom
    if custom is None:
        del made["signed"]["targets"][name]["custom"]
    assert fault("targets", canonical.encode(made)).startswith("E_METADATA")


@pytest.mark.parametrize("said", [{}, {"content": "a" * 64}])
def test_of_a_duckdb_file_of_before_its_rows_may_be_said(published: World, said: dict[str, str]) -> None:
    made = json.loads(files(published)["targets"])
    targets = made["signed"]["targets"]
    targets["releases/2/leaderboard.duckdb"] = targets.pop("releases/2/leaderboard.json")
    targets["releases/2/leaderboard.duckdb"]["custom"] |= said
    entries = metadata.entries(canonical.encode(made))
    assert [release.number for release in contents.releases(entries)] == [2, 1]
    assert contents.check_order(entries) == []


def test_a_release_has_one_file(published: World) -> None:
    made = json.loads(files(published)["targets"])
    targets = made["signed"]["targets"]
    for seq in (2, 3):
        twin = targets["releases/2/leaderboard.json"] | {"custom": {"release": 2, "seq": seq}}
        targets["releases/2/leaderboard.duckdb"] = twin
        assert contents.check_order(metadata.entries(canonical.encode(made)))


def test_a_key_has_the_id_that_is_computed_from_it(published: World) -> None:
    made = json.loads(files(published)["root"])
    keyid, public = next(iter(made["signed"]["keys"].items()))
    made["signed"]["keys"]["0" * 64] = public
    assert fault("root", canonical.encode(made)) == "E_KEY  $.signed.keys"
    made["signed"]["keys"] = {keyid: {**public, "keyval": {"public": "0" * 63 + "1"}}}
    assert fault("root", canonical.encode(made)) == "E_KEY  $.signed.keys"


def test_a_role_with_one_key_under_two_ids_is_refused() -> None:
    ann = key("ann").public_key
    twin = SSlibKey("0" * 64, "ed25519", "ed25519", dict(ann.keyval))
    twice = roles.Roles(holders(1, "olga"), roles.Holders((ann, twin), 2), holders(1, "rob"))
    with pytest.raises(Refused, match=r"E_KEY  \$.roles.targets.keyids"):
        roles.make_root(twice, 1, NOW + DAY)


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_can_be_met_and_is_not_nothing(threshold: int) -> None:
    with pytest.raises(Refused, match=r"E_THRESHOLD  \$.roles.targets.threshold"):
        roles.make_root(given()._replace(targets=holders(threshold, "ann", "bea", "cem")), 1, NOW + DAY)


def test_a_root_hands_out_the_roles_that_it_was_given() -> None:
    root = roles.make_root(given(), 1, NOW + DAY)
    assert roles.roles_of(root) == given()


def test_a_key_in_two_roles_stays_in_the_other_when_replaced_in_both() -> None:
    both = roles.Roles(holders(1, "ann"), holders(1, "ann", "bea"), holders(1, "rob"))
    left = roles.without(both, key("ann").public_key.keyid, key("cem").public_key)
    assert left == roles.Roles(holders(1, "cem"), holders(1, "bea", "cem"), holders(1, "rob"))


def test_a_spare_signature_may_not_be_false_or_a_strangers(published: World) -> None:
    data = files(published)
    root = metadata.read_root(data["root"]).signed
    signed = resign(data["targets"], key("ann"), key("bea"), key("cem"))
    assert metadata.check_signatures("targets", metadata.read_targets(signed), root, root.keys) == []
    for spoilt in (resign(data["targets"], key("ann"), key("bea"), key("eve")), _spoilt(signed)):
        document = metadata.read_targets(spoilt)
        root.verify_delegate("targets", document.signed_bytes, document.signatures)  # python-tuf is content
        (finding,) = metadata.check_signatures("targets", document, root, root.keys)
        assert finding.code == "E_SIGNATURE"


def _spoilt(data: bytes) -> bytes:
    document: Metadata[Any] = metadata.parse(data)
    document.signatures[key("cem").public_key.keyid].signature = "0" * 128
    return metadata.encode(document)


def test_the_release_with_the_highest_seq_is_current(published: World) -> None:
    entries = metadata.entries(files(published)["targets"])
    current = contents.current_release(entries)
    assert current is not None and (current.number, current.seq) == (2, 2)
    assert [release.number for release in contents.releases(entries)] == [2, 1]
    assert contents.check_order(entries) == []


def test_seq_and_number_grow_together(published: World) -> None:
    made = json.loads(files(published)["targets"])
    targets = made["signed"]["targets"]
    targets["releases/2/leaderboard.json"]["custom"]["seq"] = 1
    assert contents.check_order(metadata.entries(canonical.encode(made)))
    targets["releases/1/leaderboard.json"]["custom"]["seq"] = 3
    assert contents.check_order(metadata.entries(canonical.encode(made)))
    targets["releases/1/leaderboard.json"]["custom"].update(seq=1, release=5)
    targets["releases/2/leaderboard.json"]["custom"]["seq"] = 2
    assert contents.check_order(metadata.entries(canonical.encode(made)))
