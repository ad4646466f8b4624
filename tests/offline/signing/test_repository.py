"""Drafts: what each changes, who must sign it, and what makes it stale."""

import json
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, draft_file, drafts, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.repository import EMBEDDED, NewRelease
from leaderboard.release.trust import attestation, contents, inspection, layout, ledger, metadata
from leaderboard.release.trust.roles import Roles
from leaderboard.release.trust.states import Good
from tests.release.trust.world import (
    DAY,
    DEFINITIONS,
    NOW,
    OWNERS,
    RELEASE,
    REVIEWERS,
    World,
    file,
    flipped,
    holders,
    key,
    keyring,
    resign,
    roles,
    sign,
)


def fresh(world: World, **more: object) -> Good:
    report = inspection.inspect(world.folder, world.trusted(), now=NOW, **more)  # type: ignore[arg-type]
    assert (report.verdict, report.findings) == ("fresh", ())
    assert report.facts is not None
    return report.facts


def entries(world: World) -> contents.Entries:
    state = layout.read_state(world.folder)
    assert state is not None
    return metadata.entries(state.targets)


def keyid(name: str) -> str:
    return key(name).public_key.keyid


def test_a_first_state_has_no_release(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.begin()
    facts = fresh(world)
    assert (facts.release, len(facts.entries), facts.root) == (None, 0, 1)


def test_one_person_with_one_key_is_enough_where_the_roles_say_so(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.begin(Roles(holders(1, "olga"), holders(1, "olga"), holders(1, "olga")), "olga")
    world.accept("system-0", "olga")
    world.publish(world.draft(), "olga")
    assert fresh(world).threshold == 1


def test_an_embedded_release_holds_for_many_years_and_a_served_one_for_30_days(tmp_path: Path) -> None:
    served, embedded = World(tmp_path / "served"), World(tmp_path / "embedded")
    served.begin()
    draft = repository.init(roles(), now=NOW, expiry=EMBEDDED)
    embedded.publish(draft, *OWNERS, *REVIEWERS, *RELEASE)
    for world, days in ((served, 30), (embedded, 36_500)):
        last, after = NOW + (days * DAY) - DAY, NOW + days * DAY
        assert inspection.inspect(world.folder, world.trusted(), now=last).verdict == "fresh"
        assert inspection.inspect(world.folder, world.trusted(), now=after).verdict == "expired"


def test_a_draft_is_a_folder_that_travels(tmp_path: Path, world: World) -> None:
    world.accept("system-2")
    path = tmp_path / "stick" / "release.draft"
    draft_file.write(path, world.draft())
    for signer in keyring(*REVIEWERS, *RELEASE):  # each on a machine that has the folder and nothing else
        draft_file.write(path, drafts.sign(draft_file.read(path), signer))
    assert publication.publish(draft_file.read(path), world.folder, now=NOW).release == 3
    assert fresh(world).known.head.lines == 3


def test_a_draft_shows_what_it_changes_before_it_is_signed(world: World) -> None:
    world.accept("system-2")
    draft = world.draft(remove=["boards/small/systems.toml"])
    summary = drafts.summarise(drafts.sign(draft, key("ann")))
    name = attestation.name(attestation.digest(world.payload(3)))
    assert (summary.release, summary.seq, summary.ledger_lines) == (3, 3, 3)
    own = [f"releases/3/boards/small/{file}.toml" for file in ("board", "systems")]
    assert summary.added == (name, *own, "releases/3/leaderboard.json")
    assert (summary.replaced, summary.removed) == (("ledger.jsonl",), ("boards/small/systems.toml",))
    assert (summary.keys_added, summary.keys_removed) == ((), ())
    assert summary.roles["targets"][0] == 2
    assert summary.signed == {"4.targets": ((keyid("ann"),), 1), "4.snapshot": ((), 1), "4.timestamp": ((), 1)}
    assert summary.expires["4.timestamp"] == NOW + 30 * DAY


def test_a_draft_carries_only_what_is_new(world: World) -> None:
    world.accept("system-2")
    draft = world.draft()
    of_release = [name for name in draft.files if name.startswith("releases/3/")]
    assert len(draft.files) == 2 + len(of_release) == 5 and "boards/small/board.toml" not in draft.files


def test_a_key_signs_the_documents_of_its_roles_and_no_other(world: World) -> None:
    draft = drafts.sign(world.draft(), key("rob"))
    assert {name: ids for name, (ids, _) in drafts.summarise(draft).signed.items()} == {
        "4.targets": (),
        "4.snapshot": (keyid("rob"),),
        "4.timestamp": (keyid("rob"),),
    }


def test_a_key_without_a_role_signs_nothing(world: World) -> None:
    with pytest.raises(Refused, match=r"E_KEY  \$.roles"):
        drafts.sign(world.draft(), key("eve"))


def test_signing_twice_is_signing_once(world: World) -> None:
    once = drafts.sign(world.draft(), key("ann"))
    assert drafts.sign(once, key("ann")) == once


def test_copies_signed_apart_are_combined(world: World) -> None:
    draft = world.draft()
    apart = [drafts.sign(draft, signer) for signer in keyring(*REVIEWERS, *RELEASE)]
    assert drafts.combine(apart) == sign(draft, *keyring(*REVIEWERS, *RELEASE))


def test_copies_of_two_drafts_are_not_combined(world: World) -> None:
    with pytest.raises(Refused, match="E_DRAFT"):
        drafts.combine([world.draft(), world.draft(filler=9)])


def test_a_file_exchanged_on_the_way_is_not_signed(world: World) -> None:
    draft = world.draft()
    draft.files["releases/3/leaderboard.json"] = b"another"
    with pytest.raises(Refused, match=r"E_DRAFT  \$.files.releases/3/leaderboard.json"):
        drafts.sign(draft, key("ann"))
    draft.files["boards/small/hello there"] = b""
    with pytest.raises(Refused) as refused:
        drafts.sign(draft, key("ann"))
    assert "hello" not in str(refused.value)


def test_a_signer_who_knows_a_root_is_not_shown_a_false_past(world: World) -> None:
    """The stick, or the machine that made the draft, could lie about what was there before."""
    draft = world.draft(filler=9)
    assert drafts.sign(draft, key("ann"), world.trusted()) == drafts.sign(draft, key("ann"))
    other = resign(world.trusted(), key("olga"), key("omar"), expires="2030-01-01T00:00:00Z")
    with pytest.raises(Refused, match="E_ROOT"):
        drafts.sign(draft, key("ann"), other)
    targets = resign(draft.base.targets, key("eve"), targets={})
    false = msgspec.structs.replace(draft, base=msgspec.structs.replace(draft.base, targets=targets))
    assert drafts.summarise(false).replaced == ()
    with pytest.raises(Refused, match="E_SIGNATURE"):
        drafts.sign(false, key("ann"), world.trusted())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"add": {"notes.txt": b""}}, "E_TARGET"),
        ({"add": {"releases/3/leaderboard.json": b""}}, "E_TARGET"),
        ({"add": {"releases/1/boards/small/board.toml": b""}}, "E_TARGET"),
        ({"remove": ["boards/small/nothing.toml"]}, "E_TARGET"),
        ({"remove": ["ledger.jsonl"]}, "E_TARGET"),
        ({"remove": ["releases/2/leaderboard.json"]}, "E_TARGET"),
        ({"add": {"ledger.jsonl": b"no ledger\n"}}, "E_SCHEMA"),
        ({"releases": [NewRelease(2, b"another", {})]}, "E_SEQ"),
        ({"releases": [NewRelease(4, b"a", {}), NewRelease(3, b"b", {})]}, "E_SEQ"),
        ({"releases": [NewRelease(3, b"a", {}), NewRelease(3, b"b", {})]}, "E_SEQ"),
        ({"releases": [NewRelease(3, b"a", {"../x": b""})]}, "E_TARGET"),
        ({"releases": [NewRelease(3, b"a", {}, "other.json")]}, "E_TARGET"),
        ({}, "E_DRAFT"),
        ({"add": {"boards/small/board.toml": b'id = "small"\n'}}, "E_DRAFT"),
    ],
)
def test_a_draft_that_cannot_be_is_not_made(published: World, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        repository.draft(published.folder, now=NOW, **changes)  # type: ignore[arg-type]


def test_nothing_is_drafted_where_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="E_MISSING"):
        repository.prolong(tmp_path, now=NOW)


def test_an_older_release_can_be_taken_down(world: World) -> None:
    of_release = [name for name in entries(world) if name.startswith("releases/1/")]
    assert len(of_release) == 3
    draft = repository.draft(world.folder, now=NOW, remove=of_release)
    world.publish(draft, *REVIEWERS, *RELEASE)
    assert len(fresh(world).releases) == 1
    assert not [path for path in (world.folder / "targets/releases/1").rglob("*") if path.is_file()]


def test_a_ledger_only_grows(world: World) -> None:
    world.events.pop()
    world.envelopes.pop(2)
    draft = repository.draft(world.folder, now=NOW, add={ledger.NAME: world.ledger()})
    with pytest.raises(Refused, match=r"E_LEDGER  targets/ledger.jsonl \$.lines"):
        world.publish(draft, *REVIEWERS, *RELEASE)


def test_a_row_without_enough_attestations_is_not_published(world: World) -> None:
    world.accept("system-2", "ann")
    with pytest.raises(Refused, match=r"E_ATTESTATION  targets/releases/3/leaderboard.json \$.row\[3\]"):
        world.publish(world.draft(), *REVIEWERS, *RELEASE)


def test_a_row_whose_ledger_line_is_of_another_system_is_not_published(world: World) -> None:
    world.accept("system-2")
    rows = world.rows()
    world.rows = lambda: (*rows[:2], ("small", "system-9", rows[2][2], 3))  # type: ignore[method-assign]
    with pytest.raises(Refused, match=r"E_LEDGER  targets/releases/3/leaderboard.json \$.row\[3\]"):
        world.publish(world.draft(), *REVIEWERS, *RELEASE)


def test_a_signature_can_be_added_to_an_attestation_later(world: World) -> None:
    """The ledger names the statement and not the envelope, so that its line stays as it is."""
    third = attesting.sign(world.payload(1), key("cem"))
    merged = attestation.merge([world.envelopes[1], third])
    name = attestation.name(attestation.digest(world.payload(1)))
    world.publish(repository.draft(world.folder, now=NOW, add={name: merged}), *REVIEWERS, *RELEASE)
    fresh(world)


def test_a_heartbeat_renews_what_expires_and_nothing_else(world: World) -> None:
    before = layout.read_state(world.folder)
    later = NOW + 29 * DAY
    publication.heartbeat(world.folder, keyring("rob"), now=later)
    after = layout.read_state(world.folder)
    assert before and after and (before.roots, before.targets) == (after.roots, after.targets)
    report = inspection.inspect(world.folder, world.trusted(), now=NOW + 58 * DAY)
    assert (report.verdict, report.findings) == ("fresh", ())


def test_a_heartbeat_needs_the_release_key(world: World) -> None:
    with pytest.raises(Refused, match="E_KEY"):
        publication.heartbeat(world.folder, keyring("ann"), now=NOW)


def test_a_heartbeat_overtakes_a_draft(world: World) -> None:
    world.accept("system-2")
    draft = sign(world.draft(), *keyring(*REVIEWERS, *RELEASE))
    publication.heartbeat(world.folder, keyring("rob"), now=NOW)
    with pytest.raises(Refused, match="E_STALE"):
        publication.publish(draft, world.folder, now=NOW)
    fresh(world)


def test_a_draft_that_another_release_has_overtaken_is_stale(world: World) -> None:
    draft = sign(world.draft(filler=9), *keyring(*REVIEWERS, *RELEASE))
    world.release()
    with pytest.raises(Refused, match="E_STALE"):
        publication.publish(draft, world.folder, now=NOW)


def test_a_draft_from_before_a_new_root_is_stale(world: World) -> None:
    """Even if the change of keys was interrupted after its first root, and all else is as it was."""
    draft = sign(world.draft(filler=9), *keyring(*REVIEWERS, *RELEASE))
    change = repository.revoke(world.folder, keyid("rob"), now=NOW, replacement=key("rita").public_key)
    change = sign(change, *keyring(*OWNERS, "rita"))
    (world.folder / "metadata/2.root.json").write_bytes(change.roots[0])
    with pytest.raises(Refused, match="E_STALE"):
        publication.publish(draft, world.folder, now=NOW)
    assert publication.publish(change, world.folder, now=NOW).root == 3


def test_a_second_first_state_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="E_STALE"):
        world.begin(None, *OWNERS, *REVIEWERS, *RELEASE)


def test_a_new_root_is_signed_by_the_old_keys_and_the_new(world: World) -> None:
    draft = repository.rotate(world.folder, roles(root=("nina", "noor")), now=NOW)
    assert len(draft.roots) == 1 and draft.targets is None
    for signers in (("olga", "omar"), ("nina", "noor"), ("olga", "nina")):
        with pytest.raises(Refused, match=r"E_SIGNATURE  \$.2.root"):
            world.publish(draft, *signers, "rob")
    assert world.publish(draft, "olga", "omar", "nina", "noor", "rob").root == 2
    fresh(world)


def test_a_key_is_revoked_in_every_role_that_it_had(world: World) -> None:
    draft = repository.revoke(world.folder, keyid("cem"), now=NOW)
    summary = drafts.summarise(draft)
    assert summary.keys_removed == (keyid("cem"),)
    assert keyid("cem") not in [one for _, ids in summary.roles.values() for one in ids]
    world.publish(draft, *OWNERS, *RELEASE)
    assert (fresh(world).threshold, len(fresh(world).reviewers)) == (2, 2)


def test_a_key_that_has_no_role_cannot_be_revoked_nor_one_too_many(world: World) -> None:
    with pytest.raises(Refused, match="E_KEY"):
        repository.revoke(world.folder, keyid("eve"), now=NOW)
    with pytest.raises(Refused, match=r"E_THRESHOLD  \$.roles.root.threshold"):
        repository.revoke(world.folder, keyid("olga"), now=NOW)


def test_revoking_one_of_the_signers_has_targets_and_rows_signed_again(world: World) -> None:
    renewed = {
        attestation.name(attestation.digest(world.payload(line))): attestation.merge(
            [attesting.sign(world.payload(line), signer) for signer in keyring("bea", "cem")]
        )
        for line in world.envelopes
    }
    bare = repository.revoke(world.folder, keyid("ann"), now=NOW)
    with pytest.raises(Refused, match="E_ATTESTATION"):
        world.publish(bare, *OWNERS, "bea", "cem", "rob")
    draft = repository.revoke(world.folder, keyid("ann"), now=NOW, add=renewed)
    assert (len(draft.roots), draft.targets is None) == (2, False)
    assert world.publish(draft, *OWNERS, "bea", "cem", "rob").root == 3
    assert len(fresh(world).reviewers) == 2


def test_a_release_key_is_replaced_without_a_moment_in_between(world: World) -> None:
    draft = repository.revoke(world.folder, keyid("rob"), now=NOW, replacement=key("rita").public_key)
    assert len(draft.roots) == 2
    signed = sign(draft, *keyring(*OWNERS, "rita"))
    paths = [path for path, _ in publication.writes(signed)]
    assert paths[-3:] == ["metadata/2.root.json", "metadata/timestamp.json", "metadata/3.root.json"]
    for path, data in publication.writes(signed):
        (world.folder / path).write_bytes(data)
        report = inspection.inspect(world.folder, world.trusted(), now=NOW)
        assert report.verdict == "fresh", (path, report.findings)
    publication.publish(signed, world.folder, now=NOW)
    fresh(world)


@pytest.mark.parametrize("grow", [True, False])
def test_one_person_becomes_several_and_several_one(tmp_path: Path, grow: bool) -> None:
    alone = Roles(holders(1, "solo"), holders(1, "solo"), holders(1, "solo"))
    before, after = (alone, roles()) if grow else (roles(), alone)
    world = World(tmp_path)
    several = (*OWNERS, *REVIEWERS, *RELEASE)
    world.begin(before, *["solo"] if grow else several)
    draft = repository.rotate(world.folder, after, now=NOW)
    signed = sign(draft, *keyring("solo", *several if grow else OWNERS))
    for path, data in publication.writes(signed):
        (world.folder / path).write_bytes(data)
        assert inspection.inspect(world.folder, world.trusted(), now=NOW).verdict == "fresh", path
    publication.publish(signed, world.folder, now=NOW)
    assert fresh(world).threshold == after.targets.threshold


def test_a_draft_does_not_change_when_it_is_written_down(tmp_path: Path, world: World) -> None:
    draft = sign(world.draft(), key("ann"))
    for each in (draft, repository.init(roles(), now=NOW), repository.prolong(world.folder, now=NOW)):
        draft_file.write(tmp_path / "release.draft", each)
        assert draft_file.read(tmp_path / "release.draft") == each
    assert msgspec.structs.replace(draft, files={}) != draft


# A draft that its own signers have made wrong: everything is signed, and still it is not published.


def changed(draft: Draft, part: str, **changes: object) -> Draft:
    """The draft with other values in one of its documents, before anybody signs."""
    return msgspec.structs.replace(draft, **{part: resign(getattr(draft, part), **changes)})


@pytest.mark.parametrize(
    ("part", "changes", "finding"),
    [
        ("targets", {"version": 9}, "E_VERSION  $.targets"),
        ("snapshot", {"meta": {"root.json": {"version": 1}, "targets.json": {"version": 3}}}, "E_VERSION  $.snapshot"),
        ("snapshot", {"meta": {"root.json": {"version": 9}, "targets.json": {"version": 4}}}, "E_VERSION  $.snapshot"),
        ("snapshot", {"version": 9}, "E_VERSION  $.timestamp"),
        ("timestamp", {"version": 3}, "E_VERSION  $.timestamp"),
        ("timestamp", {"expires": "2026-11-22T12:00:00Z"}, "E_EXPIRED  $.4.timestamp"),
        ("targets", {"expires": "2026-11-22T11:59:59Z"}, "E_EXPIRED  $.4.targets"),
    ],
)
def test_a_draft_with_wrong_versions_or_dates_is_not_published(
    world: World, part: str, changes: dict[str, object], finding: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.publish(changed(world.draft(), part, **changes), *REVIEWERS, *RELEASE)
    assert str(refused.value) == finding


def test_a_root_out_of_turn_is_not_published(world: World) -> None:
    draft = repository.rotate(world.folder, roles(root=("olga", "nina")), now=NOW)
    skipped = msgspec.structs.replace(draft, roots=(resign(draft.roots[0], version=3),))
    with pytest.raises(Refused, match=r"E_VERSION  \$.roots"):
        world.publish(skipped, "olga", "omar", "nina", "rob")


def test_a_change_of_keys_without_its_passage_is_not_published(world: World) -> None:
    """For a moment there would be a root under which the timestamp does not hold."""
    draft = repository.revoke(world.folder, keyid("rob"), now=NOW, replacement=key("rita").public_key)
    direct = msgspec.structs.replace(draft, roots=(resign(draft.roots[1], version=2),))
    with pytest.raises(Refused, match=r"E_SIGNATURE  \$.roots"):
        world.publish(direct, *OWNERS, "rita")


def custom(draft: Draft, name: str, **changes: object) -> Draft:
    targets = json.loads(draft.targets or b"")["signed"]["targets"]
    targets[name]["custom"].update(changes)
    return changed(draft, "targets", targets=targets)


def test_what_is_signed_of_the_ledger_is_so(world: World) -> None:
    world.accept("system-2")
    with pytest.raises(Refused, match=r"E_LEDGER  targets/ledger.jsonl \$.head"):
        world.publish(custom(world.draft(), "ledger.jsonl", lines=9), *REVIEWERS, *RELEASE)


@pytest.mark.parametrize("seq", [1, 2])
def test_a_new_release_has_a_higher_seq(world: World, seq: int) -> None:
    with pytest.raises(Refused, match="E_SEQ"):
        world.publish(custom(world.draft(filler=9), "releases/3/leaderboard.json", seq=seq), *REVIEWERS, *RELEASE)


def test_a_release_that_was_published_never_changes(world: World) -> None:
    draft = world.draft(filler=9)
    targets = json.loads(draft.targets or b"")["signed"]["targets"]
    targets["releases/2/leaderboard.json"]["length"] += 1
    draft = changed(draft, "targets", targets=targets)
    with pytest.raises(Refused, match="E_SEQ  targets/releases/2"):
        world.publish(draft, *REVIEWERS, *RELEASE)


def test_several_releases_come_in_order(world: World) -> None:
    """A repository that is begun anew takes over all that it had, each with its definitions."""
    three, five = (NewRelease(number, file(world.rows(), number), DEFINITIONS) for number in (3, 5))
    draft = world.draft(releases=[three, five])
    world.publish(draft, *REVIEWERS, *RELEASE)
    assert len(fresh(world).releases) == 4
    kept = contents.releases(entries(world))
    assert [(release.number, release.seq) for release in kept] == [(5, 4), (3, 3), (2, 2), (1, 1)]


def test_a_release_that_is_no_release_file_is_not_published(world: World) -> None:
    draft = world.draft(releases=[NewRelease(3, b"no release", DEFINITIONS)])
    with pytest.raises(Refused, match=r"E_RELEASE  targets/releases/3/leaderboard.json"):
        world.publish(draft, *REVIEWERS, *RELEASE)


def test_nothing_is_published_onto_a_damaged_repository(world: World) -> None:
    (path,) = (world.folder / "targets/releases/1").glob("*.leaderboard.json")
    draft = world.draft(filler=9)
    path.write_bytes(flipped(path.read_bytes(), 9_999))
    with pytest.raises(Refused, match="E_DIGEST  targets/releases/1"):
        world.publish(draft, *REVIEWERS, *RELEASE)
    path.unlink()
    with pytest.raises(Refused, match="E_MISSING  targets/releases/1"):
        world.publish(draft, *REVIEWERS, *RELEASE)


def test_a_key_is_not_replaced_by_itself(world: World) -> None:
    with pytest.raises(Refused, match=r"E_KEY  \$\.replacement"):
        repository.revoke(world.folder, keyid("cem"), now=NOW, replacement=key("cem").public_key)


@pytest.mark.parametrize("act", ["replaced", "added", "removed"])
def test_the_definitions_of_a_published_release_stay_as_they_are(world: World, act: str) -> None:
    """A board that is renamed later is renamed in later releases; a citation shows the words of its day."""
    draft, name = world.draft(), "releases/1/boards/small/board.toml"
    targets = json.loads(draft.targets or b"")["signed"]["targets"]
    if act == "removed":
        del targets[name]
    else:
        name = name if act == "replaced" else "releases/1/boards/small/labels.toml"
        data = b"another"
        targets[name] = {"hashes": {"sha256": canonical.sha256(data)}, "length": len(data)}
        draft = msgspec.structs.replace(draft, files={**draft.files, name: data})
    with pytest.raises(Refused, match=r"E_SEQ  targets/releases/1/leaderboard.json"):
        world.publish(changed(draft, "targets", targets=targets), *REVIEWERS, *RELEASE)
