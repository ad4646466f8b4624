"""After stolen keys: every cache takes the superseding release, and nobody but the new keys can make one."""

import random
import shutil
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical
from leaderboard.offline.signing import attesting, repository
from leaderboard.offline.submissions.event_log import Event
from leaderboard.release.trust import attestation, layout, ledger, metadata, superseding
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.states import Outcome
from tests.release.trust.world import NOW, OWNERS, World, keyring, resign, roles

THIEF = ("ann", "bea", "rob")
NEW = ("cem", "dan", "eve")
"""The reviewers after the theft: `cem` lost no key."""


def shown(seen: Outcome) -> tuple[str, list[str], str]:
    release = seen.good.release if seen.good else None
    return seen.state, [each.code for each in seen.findings], release.sha256 if release else ""


def published(folder: Path, releases: int) -> World:
    world = World(folder / "repository")
    world.begin()
    for number in range(releases):
        world.accept(f"system-{number}")
        world.release()
    return world


def stolen(world: World, folder: Path) -> World:
    """The same repository in the hands of a thief, who has the keys of enough reviewers and of the release."""
    other = World(Path(shutil.copytree(world.folder, folder)))
    other.events, other.envelopes, other.number = list(world.events), dict(world.envelopes), world.number
    return other


def replace_keys(world: World) -> None:
    """The owners replace the stolen keys, and the new reviewers attest every row."""
    for line in world.envelopes:
        world.envelopes[line] = attestation.merge(
            [world.envelopes[line], *(attesting.sign(world.payload(line), signer) for signer in keyring(*NEW[:2]))]
        )
    draft = repository.rotate(world.folder, roles(targets=NEW, release="ray"), now=NOW, add=world.attestations())
    world.publish(draft, *OWNERS, *NEW, "ray")


def supersede(world: World, stays: int, after: int) -> None:
    """Publishes what supersedes everything after a ledger line, under a number that no false release had."""
    texts = world.ledger().splitlines()
    head = canonical.sha256(texts[stays - 1]) if stays else ledger.START
    line = Event(len(world.events) + 1, "0" * 64, "revoke", NOW.date(), "small", replaces=head)
    world.events.append(line)
    world.number = after
    world.publish(world.draft(), *NEW, "ray")
    world.number += 1


def jump(thief: World, versions: int) -> None:
    """The thief signs far higher versions, so that honest ones look old."""
    state = layout.require_state(thief.folder)
    far = metadata.read_snapshot(state.snapshot).signed.version + versions
    snapshot = resign(state.snapshot, *keyring("rob"), version=far)
    timestamp = resign(state.timestamp, *keyring("rob"), version=far, meta={"snapshot.json": {"version": far}})
    (thief.folder / layout.versioned("snapshot", far)).write_bytes(snapshot)
    (thief.folder / layout.TIMESTAMP).write_bytes(timestamp)


def continue_falsely(thief: World, releases: int, draw: random.Random) -> None:
    for number in range(releases):
        thief.accept(f"false-{number}", "ann", "bea")
        thief.publish(thief.draft(filler=draw.randrange(5)), *THIEF)
        thief.number += 1


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.soak) for n in range(6, 60))])
def test_every_cache_takes_the_superseding_release(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    world = published(tmp_path, draw.randint(1, 3))
    site = tmp_path / "site"  # what the sites read: now the repository of one, now that of the other
    readers: list[Reader] = []

    def visit(repository: Path, count: int) -> None:
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(repository, site)
        readers.extend(world.reader(tmp_path / f"cache-{len(readers) + n}", source=site) for n in range(count))
        for reader in readers[-count:] if draw.random() < 0.5 else readers:
            assert reader.refresh(NOW).state == "fresh"

    visit(world.folder, 1)
    thief = stolen(world, tmp_path / "thief")
    if draw.random() < 0.5:  # the maintainers had taken submissions that nobody has seen yet
        world.accept("unpublished", "ann", "bea")
    known = len(thief.events)
    for _ in range(draw.randint(1, 3)):
        thief.number += draw.choice([0, 500])
        continue_falsely(thief, draw.randint(1, 3), draw)
        if draw.random() < 0.5:
            jump(thief, 10**6)
        visit(thief.folder, 1)
    false = shown(readers[-1].refresh(NOW))

    replace_keys(world)
    supersede(world, known, after=thief.number)
    shutil.rmtree(site)
    shutil.copytree(world.folder, site)
    for reader in [*readers, world.reader(tmp_path / "new", source=site)]:
        again = Reader(world.trusted(), None, reader.cache.parent, reader._source)  # as after a restart
        for each in (reader, again) if draw.random() < 0.5 else (again, reader):
            state, codes, sha256 = shown(each.refresh(NOW))
            assert (state, codes) == ("fresh", []) and sha256 != false[2]
            assert each.path(ledger.NAME).read_bytes() == world.ledger()
    world.accept("later", *NEW[:2])
    world.publish(world.draft(), *NEW, "ray")
    shutil.rmtree(site)
    shutil.copytree(world.folder, site)
    assert {reader.refresh(NOW).state for reader in readers} == {"fresh"}, "and goes on from there"


def fooled(tmp_path: Path) -> tuple[World, World, Reader]:
    """Maintainers at release 2, a thief at release 3, and a reader who has seen that."""
    world = published(tmp_path, 2)
    thief = stolen(world, tmp_path / "thief")
    continue_falsely(thief, 1, random.Random(0))
    reader = world.reader(tmp_path / "cache", source=thief.folder)
    assert reader.refresh(NOW).state == "fresh"
    return world, thief, reader


def offer(world: World, thief: World, reader: Reader) -> tuple[str, list[str]]:
    shutil.rmtree(thief.folder)
    shutil.copytree(world.folder, thief.folder)
    return shown(reader.refresh(NOW))[:2]


def test_without_a_revocation_in_the_ledger_nothing_is_forgotten(tmp_path: Path) -> None:
    world, thief, reader = fooled(tmp_path)
    replace_keys(world)
    world.number = thief.number
    world.publish(world.draft(), *NEW, "ray")
    assert offer(world, thief, reader) == ("rejected", ["E_SEQ", "E_LEDGER"])


def test_what_was_signed_by_keys_that_stay_is_not_forgotten(tmp_path: Path) -> None:
    """The thief cannot send a site back with the stolen keys."""
    world, thief, reader = fooled(tmp_path)
    before = shown(reader.refresh(NOW))
    texts = world.ledger().splitlines()
    line = Event(len(world.events) + 1, "0" * 64, "revoke", NOW.date(), "small", replaces=canonical.sha256(texts[-1]))
    world.events.append(line)
    for number in (thief.number, thief.number + 1):  # the second has a higher version than what the reader knows
        world.number = number
        world.publish(world.draft(), *THIEF)
    assert offer(world, thief, reader) == ("rejected", ["E_LEDGER"])
    assert shown(reader.refresh(NOW))[2] == before[2]


@pytest.mark.parametrize("rewritten", [1, 2])
def test_history_up_to_the_named_line_stays_as_it_was(tmp_path: Path, rewritten: int) -> None:
    world, thief, reader = fooled(tmp_path)
    replace_keys(world)
    event = world.events[rewritten - 1]
    world.events[rewritten - 1] = msgspec.structs.replace(event, submission="f" * 64)
    for line in [*world.envelopes]:
        world.envelopes[line] = attestation.merge([attesting.sign(world.payload(line), s) for s in keyring(*NEW[:2])])
    texts = world.ledger().splitlines()
    world.events.append(Event(3, "0" * 64, "revoke", NOW.date(), "small", replaces=canonical.sha256(texts[1])))
    world.number = thief.number
    world.force(world.draft(), *NEW, "ray")
    state, found = offer(world, thief, reader)
    assert state == "rejected" and "E_LEDGER" in found


def test_a_revocation_that_a_reader_knows_is_of_no_use_again(tmp_path: Path) -> None:
    world, thief, reader = fooled(tmp_path)
    replace_keys(world)
    supersede(world, 2, after=thief.number)
    assert offer(world, thief, reader) == ("fresh", [])
    world.accept("later", *NEW[:2])
    world.publish(world.draft(), *NEW, "ray")
    assert offer(world, thief, reader) == ("fresh", [])
    lines = world.ledger().splitlines()
    fork = [*lines[:3], lines[0]]
    good = reader.good()
    assert good
    for before in (lines[:3], lines[:4]):
        known = superseding.remaining(good.known, b"\n".join(before) + b"\n", b"\n".join(fork[:3]) + b"\n")
        assert known == good.known


@pytest.mark.parametrize("known", [b"", b"{}\n", b"\xff\xff\n", b"[]"])
def test_a_ledger_that_cannot_be_read_changes_nothing(tmp_path: Path, known: bytes) -> None:
    good = fooled(tmp_path)[2].good()
    assert good and superseding.remaining(good.known, b"", known) == good.known


def test_a_state_is_void_when_too_few_of_its_signers_are_left(tmp_path: Path) -> None:
    world, _, reader = fooled(tmp_path)
    good = reader.good()
    assert good and len(good.signers) == 2
    replace_keys(world)
    root = layout.require_state(world.folder).roots[-1]
    assert superseding.is_void(good, metadata.read_root(root).signed)
    assert not superseding.is_void(good, metadata.read_root(world.trusted()).signed)
    of_before = msgspec.structs.replace(good, signers=())
    assert superseding.is_void(of_before, metadata.read_root(root).signed)
