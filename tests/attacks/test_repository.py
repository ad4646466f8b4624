"""Every attack of docs/safety.md section 4, by somebody who owns the place where the repository is served.

Three onlookers each time. A site that showed the last release keeps showing it and says what failed. A new machine that
has the root and the floor shows nothing rather than something wrong. An inspection of the files names the fault.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.base.findings import Finding, Refused
from leaderboard.offline.signing import attesting, keys, publication, repository
from leaderboard.release.container import Contents
from leaderboard.release.trust import attestation, inspection, layout, ledger
from leaderboard.release.trust.floor import Floor
from leaderboard.release.trust.layout import TIMESTAMP, State
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.roles import Roles
from leaderboard.release.trust.sources import FolderSource
from leaderboard.release.trust.states import Good
from tests.release.trust.world import (
    DAY,
    NOW,
    OWNERS,
    RELEASE,
    REVIEWERS,
    TIER,
    World,
    flipped,
    holders,
    key,
    keyring,
    resign,
    roles,
    sign,
)


class Onlookers:
    """A site that has shown the repository as it is, and a floor of it, before the attack."""

    def __init__(self, world: World, caches: Path) -> None:
        self.world, self.caches = world, caches
        self.floor: Floor = world.floor()
        self.site: Reader = world.reader(caches / "site")
        assert self.site.refresh(NOW).state == "fresh"
        self.trusted = world.trusted()

    def see(self, code: str, *, by_site: str = "rejected", place: str = "") -> None:
        """Has all three look, and expects this code of each."""
        before = self.site.good()
        seen = self.site.refresh(NOW)
        assert (seen.state, seen.good) == (by_site, before), seen
        if by_site == "rejected":
            assert seen.findings[0].code == code, seen.findings
        newcomer = Reader(self.trusted, self.floor, self.caches / "new", self.site._source).refresh(NOW)
        assert (newcomer.state, newcomer.good) == ("rejected", None)
        assert newcomer.findings[0].code == code, newcomer.findings
        report = inspection.inspect(self.world.folder, self.trusted, now=NOW, floor=self.floor)
        assert report.verdict == "rejected"
        assert any(each.code == code and each.place.startswith(place) for each in report.findings), report.findings


@pytest.fixture
def onlookers(world: World, tmp_path: Path) -> Onlookers:
    return Onlookers(world, tmp_path / "caches")


def state(world: World) -> State:
    found = layout.read_state(world.folder)
    assert found is not None
    return found


def test_an_old_release_is_not_shown_again(world: World, old: Path, onlookers: Onlookers) -> None:
    shutil.rmtree(world.folder)
    shutil.copytree(old, world.folder)
    onlookers.see("E_VERSION", place=TIMESTAMP)


def test_without_a_floor_a_new_machine_believes_an_old_release(world: World, old: Path, tmp_path: Path) -> None:
    """Why there is a floor."""
    seen = world.reader(tmp_path / "cache", source=old).refresh(NOW)
    assert seen.state == "fresh" and seen.good and seen.good.release and seen.good.release.number == 1


def test_a_frozen_site_says_so_when_its_date_has_passed(world: World, onlookers: Onlookers) -> None:
    frozen = world.folder.with_name("frozen")
    shutil.copytree(world.folder, frozen)
    publication.heartbeat(world.folder, keyring("rob"), now=NOW + 20 * DAY)
    kept = onlookers.site.good()
    seen = World.reader(world, onlookers.caches / "site", source=frozen).refresh(NOW + 30 * DAY)
    assert (seen.state, seen.good) == ("expired", kept)
    assert [each.code for each in seen.findings] == ["E_EXPIRED"]
    assert inspection.inspect(frozen, world.trusted(), now=NOW + 30 * DAY).verdict == "expired"
    assert world.reader(onlookers.caches / "other").refresh(NOW + 30 * DAY).state == "fresh"


@pytest.mark.parametrize("part", ["releases/2/leaderboard", "ledger.jsonl", "attestations/", "boards/small/board.toml"])
def test_one_flipped_bit_in_a_file_is_found(world: World, onlookers: Onlookers, part: str) -> None:
    (name,) = [name for name in onlookers.site.good().entries if name.startswith(part)][:1]  # type: ignore[union-attr]
    entry = onlookers.site.good().entries[name]  # type: ignore[union-attr]
    path = world.folder / layout.placed(name, entry.hashes.sha256)
    path.write_bytes(flipped(path.read_bytes(), 8 * (entry.length // 2)))
    onlookers.see("E_DIGEST", by_site="fresh", place=f"targets/{name}")


def test_50_megabytes_more_are_not_read(world: World, onlookers: Onlookers) -> None:
    current = onlookers.site.good().release  # type: ignore[union-attr]
    assert current is not None
    with (world.folder / layout.placed(current.name, current.sha256)).open("ab") as file:
        file.write(bytes(50_000_000))
    onlookers.see("E_SIZE", by_site="fresh", place=f"targets/{current.name}")


def test_50_megabytes_of_metadata_are_not_read(world: World, onlookers: Onlookers) -> None:
    with (world.folder / TIMESTAMP).open("ab") as file:
        file.write(b" " * 50_000_000)
    onlookers.see("E_SIZE", place=TIMESTAMP)


def test_files_of_two_states_do_not_mix(world: World, onlookers: Onlookers) -> None:
    before = state(world)
    world.accept("system-2")
    world.release()
    (world.folder / "metadata/4.targets.json").write_bytes(before.targets)
    onlookers.see("E_VERSION", place="metadata/4.targets.json")


def test_a_snapshot_of_another_state_does_not_fit(world: World, onlookers: Onlookers) -> None:
    before = state(world)
    world.accept("system-2")
    world.release()
    (world.folder / "metadata/4.snapshot.json").write_bytes(before.snapshot)
    onlookers.see("E_VERSION")


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_half_written_metadata_are_not_believed(world: World, onlookers: Onlookers, length: int) -> None:
    path = world.folder / TIMESTAMP
    path.write_bytes(path.read_bytes()[:length])
    onlookers.see("E_METADATA", place=TIMESTAMP)


@pytest.mark.parametrize("signers", [("ann",), ("ann", "eve"), ()])
def test_one_reviewer_alone_publishes_nothing(world: World, onlookers: Onlookers, signers: tuple[str, ...]) -> None:
    draft = world.draft(filler=9)
    with pytest.raises(Refused, match=r"E_SIGNATURE  \$.4.targets"):
        publication.publish(sign(draft, *keyring(*signers[:1], "rob")), world.folder, now=NOW)
    world.force(draft, *signers[:1], "rob")
    if "eve" in signers:
        path = world.folder / "metadata/4.targets.json"
        path.write_bytes(resign(path.read_bytes(), key("ann"), key("eve")))
    onlookers.see("E_SIGNATURE", place="metadata/4.targets.json")


def test_a_revoked_reviewer_counts_no_more(world: World, onlookers: Onlookers) -> None:
    world.publish(repository.revoke(world.folder, key("cem").public_key.keyid, now=NOW), *OWNERS, *RELEASE)
    assert onlookers.site.refresh(NOW).state == "fresh"
    draft = world.draft(filler=9)
    with pytest.raises(Refused, match="E_KEY"):
        sign(draft, key("cem"))
    world.force(draft, "ann", "rob")
    path = world.folder / "metadata/4.targets.json"
    path.write_bytes(resign(path.read_bytes(), key("ann"), key("cem")))
    onlookers.see("E_SIGNATURE", place="metadata/4.targets.json")


def test_a_new_root_cannot_be_hidden_to_keep_a_revoked_reviewer(world: World, onlookers: Onlookers) -> None:
    world.publish(repository.revoke(world.folder, key("cem").public_key.keyid, now=NOW), *OWNERS, *RELEASE)
    (world.folder / "metadata/2.root.json").unlink()
    onlookers.see("E_VERSION", place="metadata/2.root.json")


def test_a_root_does_not_come_twice(world: World, onlookers: Onlookers) -> None:
    shutil.copyfile(world.folder / "metadata/1.root.json", world.folder / "metadata/2.root.json")
    onlookers.see("E_VERSION", place="metadata/2.root.json")


def test_a_root_signed_by_its_own_keys_alone_is_no_root(world: World, onlookers: Onlookers) -> None:
    theirs = repository.rotate(world.folder, roles(root=("eve", "emil")), now=NOW)
    (world.folder / "metadata/2.root.json").write_bytes(resign(theirs.roots[0], key("eve"), key("emil")))
    onlookers.see("E_SIGNATURE", place="metadata/2.root.json")


def test_a_root_signed_by_the_old_keys_alone_is_no_root(world: World, onlookers: Onlookers) -> None:
    theirs = repository.rotate(world.folder, roles(root=("eve", "emil")), now=NOW)
    (world.folder / "metadata/2.root.json").write_bytes(resign(theirs.roots[0], key("olga"), key("omar")))
    onlookers.see("E_SIGNATURE", place="metadata/2.root.json")


def test_a_stolen_release_key_adds_no_release(world: World, onlookers: Onlookers) -> None:
    world.force(world.draft(filler=9), "rob")
    path = world.folder / "metadata/4.targets.json"
    path.write_bytes(resign(path.read_bytes(), key("rob")))
    onlookers.see("E_SIGNATURE", place="metadata/4.targets.json")


def test_a_stolen_release_key_brings_no_release_back(world: World, old: Path, onlookers: Onlookers) -> None:
    now = state(world)
    shutil.copytree(old, world.folder, dirs_exist_ok=True)
    snapshot = resign(
        now.snapshot, key("rob"), version=4, meta={"root.json": {"version": 1}, "targets.json": {"version": 2}}
    )
    timestamp = resign(now.timestamp, key("rob"), version=4, meta={"snapshot.json": {"version": 4}})
    (world.folder / "metadata/4.snapshot.json").write_bytes(snapshot)
    (world.folder / TIMESTAMP).write_bytes(timestamp)
    onlookers.see("E_VERSION", place="metadata/2.targets.json")


def test_a_fast_forward_is_undone_by_another_release_key(world: World, onlookers: Onlookers) -> None:
    far = 10**9
    honest = state(world)
    snapshot = resign(honest.snapshot, key("rob"), version=far)
    timestamp = resign(honest.timestamp, key("rob"), version=far, meta={"snapshot.json": {"version": far}})
    stolen = world.folder.with_name("stolen")
    shutil.copytree(world.folder, stolen)
    (stolen / f"metadata/{far}.snapshot.json").write_bytes(snapshot)
    (stolen / TIMESTAMP).write_bytes(timestamp)
    cache = onlookers.caches / "site"
    assert world.reader(cache, source=stolen).refresh(NOW).state == "fresh"  # nothing new is shown, but it is believed

    world.accept("system-2")
    world.release()
    seen = world.reader(cache).refresh(NOW)
    assert (seen.state, seen.findings[0].code) == ("rejected", "E_VERSION")
    assert seen.good and seen.good.release and seen.good.release.number == 2

    draft = repository.revoke(world.folder, key("rob").public_key.keyid, now=NOW, replacement=key("rita").public_key)
    world.publish(draft, *OWNERS, "rita")
    seen = world.reader(cache).refresh(NOW)
    assert (seen.state, seen.findings) == ("fresh", ())
    assert seen.good and seen.good.release and seen.good.release.number == 3


def test_an_endless_version_number_is_refused_at_once(world: World, onlookers: Onlookers) -> None:
    timestamp = resign(state(world).timestamp, key("rob"), version=10**30)
    (world.folder / TIMESTAMP).write_bytes(timestamp)
    assert onlookers.site.refresh(NOW).state == "rejected"


def forged_signature(world: World) -> bytes:
    signed = attesting.sign(world.payload(3), key("eve")).replace(
        key("eve").public_key.keyid.encode(), key("ann").public_key.keyid.encode()
    )
    return attestation.merge([signed, attesting.sign(world.payload(3), key("bea"))])


def stranger(world: World) -> bytes:
    return attestation.merge([attesting.sign(world.payload(3), signer) for signer in keyring("ann", "eve")])


def alone(world: World) -> bytes:
    return attesting.sign(world.payload(3), key("ann"))


def other_statement(world: World) -> bytes:
    payload = world.payload(3, tier="maintainer_rerun")
    return attestation.merge([attesting.sign(payload, signer) for signer in keyring(*REVIEWERS)])


def other_line(world: World) -> bytes:
    return world.envelopes[1]


def garbage(world: World) -> bytes:
    return b"{}"


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (forged_signature, "E_SIGNATURE"),
        (stranger, "E_ATTESTATION"),
        (alone, "E_ATTESTATION"),
        (other_statement, "E_ATTESTATION"),
        (other_line, "E_ATTESTATION"),
        (garbage, "E_ATTESTATION"),
    ],
)
def test_a_forged_attestation_is_found_even_in_a_signed_release(
    world: World, onlookers: Onlookers, forge: Callable[[World], bytes], code: str
) -> None:
    world.accept("system-2")
    honest = world.attestations()
    honest[attestation.name(attestation.digest(world.payload(3)))] = forge(world)
    draft = world.draft(add={**honest, ledger.NAME: world.ledger()})
    with pytest.raises(Refused, match=code):
        world.publish(draft, *REVIEWERS, *RELEASE)
    world.force(draft, *REVIEWERS, *RELEASE)
    onlookers.see(code)


def test_a_row_without_a_reason_is_found_even_in_a_signed_release(world: World, onlookers: Onlookers) -> None:
    rows = (*world.rows(), ("small", "system-9", TIER, 3))
    world.rows = lambda: rows  # type: ignore[method-assign]
    draft = world.draft()
    with pytest.raises(Refused, match=r"E_LEDGER .*row\[3\]"):
        world.publish(draft, *REVIEWERS, *RELEASE)
    world.force(draft, *REVIEWERS, *RELEASE)
    onlookers.see("E_LEDGER", place="targets/releases/3/leaderboard.json")


def edited(world: World) -> None:
    world.events[0] = world.events[0].__class__(**{**_fields(world.events[0]), "submission": "e" * 64})


def truncated(world: World) -> None:
    world.events.pop()


def forked(world: World) -> None:
    other = {**_fields(world.events[1]), "kind": "reject", "reason": "invalid"}
    world.events[1] = world.events[1].__class__(**other)
    world.events.append(world.events[0].__class__(**{**_fields(world.events[0]), "n": 3, "kind": "notify"}))


def _fields(event: object) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [edited, truncated, forked])
def test_a_ledger_with_another_past_is_found_even_in_a_signed_release(
    world: World, onlookers: Onlookers, change: Callable[[World], None]
) -> None:
    """Rows, attestations and chain agree with each other: only what is known of before gives it away."""
    change(world)
    world.envelopes = {
        line: attestation.merge([attesting.sign(world.payload(line), signer) for signer in keyring(*REVIEWERS)])
        for line, event in enumerate(world.events, start=1)
        if event.kind == "accept"
    }
    old = set(onlookers.site.good().entries)  # type: ignore[union-attr]
    gone = [name for name in old if name.startswith("attestations/") and name not in world.attestations()]
    draft = world.draft(remove=gone)
    with pytest.raises(Refused, match="E_LEDGER"):
        world.publish(draft, *REVIEWERS, *RELEASE)
    world.force(draft, *REVIEWERS, *RELEASE)
    onlookers.see("E_LEDGER", place="targets/ledger.jsonl")


def test_an_edited_line_is_found_where_nobody_signed_it(world: World, onlookers: Onlookers) -> None:
    entry = onlookers.site.good().entries[ledger.NAME]  # type: ignore[union-attr]
    path = world.folder / layout.placed(ledger.NAME, entry.hashes.sha256)
    path.write_bytes(path.read_bytes().replace(b"system-0", b"system-7"))
    onlookers.see("E_DIGEST", by_site="fresh", place="targets/ledger.jsonl")


def test_an_embedded_release_signed_once_is_no_release(tmp_path: Path) -> None:
    """Two build keys, both needed, made for one build and thrown away."""
    one, two = keys.passing(), keys.passing()
    both = holders(1, "olga")._replace(keys=(one.public_key, two.public_key), threshold=2)
    world = World(tmp_path / "repository")
    draft = repository.init(Roles(both, both, both), now=NOW)
    publication.publish(sign(draft, one, two), world.folder, now=NOW)
    onlookers = Onlookers(world, tmp_path / "caches")
    world.accept("system-0")
    payload = world.payload(1)
    world.envelopes[1] = attestation.merge([attesting.sign(payload, signer) for signer in (one, two)])
    draft = world.draft()
    with pytest.raises(Refused, match="E_SIGNATURE"):
        publication.publish(sign(draft, one), world.folder, now=NOW)
    for path, data in publication.writes(sign(draft, one)):
        (world.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (world.folder / path).write_bytes(data)
    onlookers.see("E_SIGNATURE", place=TIMESTAMP)


@pytest.mark.parametrize(
    ("error", "finding"),
    [
        (FileNotFoundError("WOLPERTINGER"), Finding("E_AUDIT", "$")),
        (ValueError("WOLPERTINGER"), Finding("E_AUDIT", "$")),
        (Refused([Finding("E_SHAPE", "$.types")]), Finding("E_SHAPE", "$.types")),
    ],
)
def test_a_release_that_an_audit_cannot_read_is_not_shown(
    world: World, tmp_path: Path, error: Exception, finding: Finding
) -> None:
    def audit(good: Good, tree: Path, release: Contents) -> list[Finding]:
        raise error

    seen = Reader(world.trusted(), None, tmp_path / "cache", FolderSource(world.folder), audit).refresh(NOW)
    assert (seen.state, seen.findings, seen.good) == ("rejected", (finding,), None)


def test_a_release_that_an_audit_refuses_is_not_shown(world: World, tmp_path: Path) -> None:
    """Two good signatures do not help a file that the firewall refuses: the reader asks its audit last."""

    def audit(good: Good, tree: Path, release: Contents) -> list[Finding]:
        path = tree / good.release.name if good.release else None
        assert path is not None and path.read_bytes()
        return [Finding("E_SHAPE", "$.columns")] if path.parent.name == "3" else []

    reader = Reader(world.trusted(), None, tmp_path / "cache", FolderSource(world.folder), audit)
    kept = reader.refresh(NOW).good
    world.accept("system-2")
    world.release()
    seen = reader.refresh(NOW)
    assert (seen.state, seen.findings, seen.good) == ("rejected", (Finding("E_SHAPE", "$.columns"),), kept)
