"""Publication: the old state or the new one, whatever happens in between; and no key in anything that is published."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, draft_file, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.release.trust import attestation, inspection, layout
from tests.release.trust.world import NOW, OWNERS, RELEASE, REVIEWERS, World, key, keyring, sign

PROJECT = Path(__file__).parents[3]


def next_release(world: World) -> Draft:
    world.accept("system-2")
    return sign(world.draft(), *keyring(*REVIEWERS, *RELEASE))


def other_keys(world: World) -> Draft:
    """Reviewers and release key at once: the longest way that a publication can take."""
    given = repository.roles.roles_of(repository.metadata.read_root(world.trusted()).signed)
    new = given._replace(
        targets=given.targets._replace(keys=tuple(key(name).public_key for name in ("bea", "cem", "dan"))),
        release=given.release._replace(keys=(key("rita").public_key,)),
    )
    again = {
        attestation.name(attestation.digest(world.payload(line))): attestation.merge(
            [attesting.sign(world.payload(line), signer) for signer in keyring("bea", "dan")]
        )
        for line in world.envelopes
    }
    draft = repository.rotate(world.folder, new, now=NOW, add=again)
    return sign(draft, *keyring(*OWNERS, "bea", "dan", "rita"))


def look(folder: Path, world: World) -> tuple[str, int, int]:
    """Verdict, release and number of roots that an inspection finds."""
    report = inspection.inspect(folder, world.trusted(), now=NOW, floor=world.floor())
    release = report.facts.release if report.facts else None
    return report.verdict, release.number if release else 0, report.facts.root if report.facts else 0


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.mark.parametrize(("make", "new"), [(next_release, ("fresh", 3, 1)), (other_keys, ("fresh", 2, 3))])
def test_a_publication_killed_at_any_act_leaves_the_old_state_or_the_new(
    tmp_path: Path, world: World, make: Callable[[World], Draft], new: tuple[str, int, int]
) -> None:
    draft = make(world)
    draft_file.write(tmp_path / "x.draft", draft)
    command = [
        sys.executable,
        "-m",
        "tests.release.trust.killed",
        world.folder,
        tmp_path / "x.draft",
        tmp_path / "work",
    ]
    (tmp_path / "work").mkdir()
    told = subprocess.run([*map(str, command)], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    acts = int(told)
    assert acts > 20
    seen = [look(tmp_path / "work" / str(act), world) for act in range(1, acts + 2)]
    middle = ("fresh", 2, 2)  # between the two new roots of a change of keys, the old state and the new one both hold
    assert set(seen) <= {("fresh", 2, 1), middle, new}
    assert (seen[0], seen[-1]) == (("fresh", 2, 1), new)
    assert seen == sorted(seen, key=[("fresh", 2, 1), middle, new].index)  # and never back
    whole = files(tmp_path / "work" / str(acts + 1))
    for act in range(1, acts + 1, 4):
        folder = tmp_path / "work" / str(act)
        publication.publish(draft, folder, now=NOW)
        assert files(folder) == whole  # nothing is left of the first try


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("what", ["fsync", "replace"])
def test_an_error_of_the_disk_leaves_the_old_state_or_the_new(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    draft = next_release(world)
    real = getattr(os, what)
    for act in range(1, 200):
        folder = tmp_path / str(act)
        shutil.copytree(world.folder, folder)
        left = [act]

        def failing(*args: Any, left: list[int] = left) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(number, "injected")
            return real(*args)

        with monkeypatch.context() as patch:
            patch.setattr(os, what, failing)
            try:
                done = publication.publish(draft, folder, now=NOW).release == 3
            except OSError:
                done = False
        # An error after the pointer was replaced may be reported, but never the other way round.
        assert look(folder, world)[:2] in ([("fresh", 3)] if done else [("fresh", 2), ("fresh", 3)])
        if left[0] > 0:
            break
    assert done and act > 6


def test_an_error_on_the_last_sync_is_no_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = next_release(world)
    real = os.fsync

    def failing(descriptor: int) -> None:
        if (world.folder / "metadata/timestamp.json").read_bytes() == draft.timestamp:
            raise OSError(errno.EIO, "injected")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    assert publication.publish(draft, world.folder, now=NOW).release == 3


def test_publishing_again_changes_nothing(world: World) -> None:
    draft = next_release(world)
    first = publication.publish(draft, world.folder, now=NOW)
    before = files(world.folder)
    assert publication.publish(draft, world.folder, now=NOW) == first
    assert files(world.folder) == before


def test_a_publisher_waits_for_another(world: World) -> None:
    draft, done = next_release(world), threading.Event()

    def run() -> None:
        publication.publish(draft, world.folder, now=NOW)
        done.set()

    thread = threading.Thread(target=run)
    with durable.locked(world.folder):
        before = files(world.folder)
        thread.start()
        assert not done.wait(0.3)
        assert files(world.folder) == before
    thread.join()
    assert done.is_set() and look(world.folder, world) == ("fresh", 3, 1)


def publish_at_once(tmp_path: Path, world: World, first: Draft, second: Draft) -> list[str]:
    running = []
    for number, draft in enumerate((first, second)):
        draft_file.write(tmp_path / f"{number}.draft", draft)
        command = [sys.executable, "-m", "tests.release.trust.publishing", world.folder, tmp_path / f"{number}.draft"]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen([*map(str, command)], cwd=PROJECT, stdin=pipe, stdout=pipe, text=True))
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in running]


def test_of_two_publishers_at_once_one_is_told_that_it_came_too_late(tmp_path: Path, world: World) -> None:
    one, other = next_release(world), sign(world.draft(filler=9), *keyring(*REVIEWERS, *RELEASE))
    assert sorted(publish_at_once(tmp_path, world, one, other)) == ["3", "E_STALE  $.base"]
    assert look(world.folder, world) == ("fresh", 3, 1)


def test_two_publishers_of_one_draft_both_succeed(tmp_path: Path, world: World) -> None:
    draft = next_release(world)
    assert publish_at_once(tmp_path, world, draft, draft) == ["3", "3"]
    assert look(world.folder, world) == ("fresh", 3, 1)


def test_a_reader_sees_only_whole_states_while_others_publish(tmp_path: Path, world: World) -> None:
    reader, stop = world.reader(tmp_path / "cache"), threading.Event()
    seen: list[Any] = []

    def read() -> None:
        while not stop.is_set():
            seen.append(reader.refresh(NOW))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for _ in range(2):
            publication.heartbeat(world.folder, keyring("rob"), now=NOW)
            world.accept(f"system-{len(world.events)}")
            world.release()
            publication.heartbeat(world.folder, keyring("rob"), now=NOW)
        publication.publish(other_keys(world), world.folder, now=NOW)
    finally:
        stop.set()
        thread.join()
    assert {(each.state, each.findings) for each in seen} == {("fresh", ())}
    numbers = [each.good.release.number for each in seen]
    assert numbers == sorted(numbers) and len(seen) > 5
    assert reader.refresh(NOW).good.root == 3  # type: ignore[union-attr]


def test_what_nothing_leads_to_any_more_is_swept(world: World) -> None:
    (world.folder / "metadata/.timestamp.json.1.part").write_bytes(b"half")
    (world.folder / "metadata/9.targets.json").write_bytes(b"{}")
    (world.folder / "targets/releases/9").mkdir()
    (world.folder / "targets/releases/9" / f"{'a' * 64}.leaderboard.json").write_bytes(b"")
    (world.folder / "targets/README").write_text("not ours")
    publication.publish(next_release(world), world.folder, now=NOW)
    report = inspection.inspect(world.folder, world.trusted(), now=NOW)
    assert [each[:2] for each in report.findings] == [("F_UNNAMED", "targets")]
    assert (world.folder / "targets/README").exists() and not (world.folder / "targets/releases/9").exists()
    assert {path.name for path in (world.folder / "metadata").iterdir()} == {
        *("1.root.json", "4.targets.json", "4.snapshot.json", "timestamp.json")
    }


def test_no_private_key_is_in_anything_published_or_drafted(tmp_path: Path, world: World) -> None:
    draft_file.write(tmp_path / "x.draft", next_release(world))
    publication.publish(draft_file.read(tmp_path / "x.draft"), world.folder, now=NOW)
    written = {**files(world.folder), "draft": (tmp_path / "x.draft").read_bytes(), **files(tmp_path / "files")}
    for name in (*OWNERS, *REVIEWERS, *RELEASE):
        secret = key(name)._private_key.private_bytes_raw()  # type: ignore[union-attr]
        public = bytes.fromhex(key(name).public_key.keyval["public"])
        needles = [secret, secret.hex().encode(), *_base64(secret)]
        assert not [path for path, data in written.items() if any(needle in data for needle in needles)]
        assert any(public.hex().encode() in data for data in written.values())  # the search can find something
    assert not [path for path, data in written.items() if b"PRIVATE KEY" in data]


def _base64(secret: bytes) -> list[bytes]:
    """The middle of the text at each of its three offsets."""
    from base64 import b64encode

    return [b64encode(b"\0" * shift + secret)[4:36] for shift in range(3)]


def test_a_repository_says_nothing_of_where_it_was_made(world: World) -> None:
    assert not [path for path, data in files(world.folder).items() if str(world.folder.parent).encode() in data]


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("change", ["version", "expires", "signature"])
def test_a_heartbeat_renews_nothing_that_the_keys_did_not_sign(tmp_path: Path, role: str, change: str) -> None:
    world = World(tmp_path / "repository")
    world.begin()
    world.accept("system-0")
    world.release()
    state = layout.require_state(world.folder)
    document = json.loads(getattr(state, role))
    number = document["signed"]["version"]
    if change == "version":
        document["signed"]["version"] += 1
    elif change == "expires":
        document["signed"]["expires"] = "2026-12-01T00:00:00Z"
    else:
        document["signatures"][0]["sig"] = "0" * 128
    name = layout.TIMESTAMP if role == "timestamp" else layout.versioned(role, number)
    (world.folder / name).write_bytes(canonical.encode(document))
    before = {path: path.read_bytes() for path in world.folder.rglob("*") if path.is_file()}
    with pytest.raises(Refused, match=r"E_(SIGNATURE|VERSION)"):
        publication.heartbeat(world.folder, keyring(*RELEASE), now=NOW)
    assert {path: path.read_bytes() for path in world.folder.rglob("*") if path.is_file()} == before
