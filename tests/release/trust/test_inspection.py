"""Inspection: whatever is done to any file, it is found and the file is named."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, publication, repository
from leaderboard.offline.signing.repository import NewRelease
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.trust import attestation, inspection, layout, ledger, mirror, proof
from leaderboard.release.trust.attestation import Acceptance
from leaderboard.release.trust.inspection import Report
from leaderboard.release.trust.layout import State
from leaderboard.release.trust.sources import FolderSource
from tests import containers, made
from tests.offline.signing.test_publication import other_keys
from tests.release.trust.world import (
    BOARDS,
    DAY,
    NOW,
    RELEASE,
    REVIEWERS,
    TIER,
    World,
    file,
    flipped,
    key,
    keyring,
    resign,
)


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory, published: World) -> World:
    """The repository after a change of reviewers and of the release key: three roots."""
    made = World(tmp_path_factory.mktemp("rotated") / "repository")
    made.events, made.envelopes = [*published.events], {**published.envelopes}
    shutil.copytree(published.folder, made.folder)
    publication.publish(other_keys(made), made.folder, now=NOW)
    publication.heartbeat(made.folder, keyring("rita"), now=NOW)  # from here on the last root cannot be hidden
    return made


def look(world: World, folder: Path | None = None, **more: object) -> Report:
    return inspection.inspect(folder or world.folder, world.trusted(), now=NOW, **more)  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    return [path.relative_to(folder).as_posix() for path in found]


def test_it_says_in_numbers_what_it_proved(rotated: World) -> None:
    report = look(rotated)
    assert (report.verdict, report.findings) == ("fresh", ())
    facts = report.facts
    assert facts is not None and facts.release is not None
    assert (facts.release.number, len(facts.releases), len(facts.entries)) == (2, 2, 11)
    assert (facts.known.head.lines, facts.threshold, len(facts.reviewers), facts.root) == (2, 2, 3, 3)
    assert sum(name.startswith("attestations/") for name in facts.entries) == 2
    assert facts.expires == NOW + 30 * DAY


def emptied(data: bytes) -> bytes:
    return b""


def shortened(data: bytes) -> bytes:
    return data[:-1]


def lengthened(data: bytes) -> bytes:
    return data + b"\n"


def flipped_somewhere(data: bytes) -> bytes:
    return flipped(data, int(np.random.default_rng(len(data)).integers(8 * len(data))))


@pytest.mark.parametrize("change", [emptied, shortened, lengthened, flipped_somewhere, None])
def test_no_file_can_be_changed_or_removed(
    rotated: World, tmp_path: Path, change: Callable[[bytes], bytes] | None
) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(rotated.folder, folder)
    assert len(files(folder)) == 17
    for name in files(folder):
        path = folder / name
        data = path.read_bytes()
        path.unlink()
        if change:
            path.write_bytes(change(data))
        report = look(rotated, folder)
        assert report.verdict == "rejected", name
        assert any(_names(each.place, name) for each in report.findings if each.code[0] == "E"), (name, report)
        path.write_bytes(data)
    assert look(rotated, folder).verdict == "fresh"


def _names(place: str, file: str) -> bool:
    """A finding names a target without the digest in its file's name."""
    bare = re.sub(r"[0-9a-f]{64}\.(?=[a-z])(?!json$)", "", file)
    bare = re.sub(r"/[0-9a-f]{64}\.(?=[0-9a-f]{64}\.json$)", "/", bare)
    return place.split(" ")[0] == bare


EVERY_BIT = [pytest.mark.soak, pytest.mark.timeout(1_800)]
STEPS = [
    pytest.param("timestamp", 23),
    pytest.param("snapshot", 31),
    pytest.param("targets", 131),
    pytest.param("roots", 211),
    *(pytest.param(part, 1, marks=EVERY_BIT) for part in ("timestamp", "snapshot", "targets", "roots")),
]


@pytest.mark.parametrize(("part", "step"), STEPS)
def test_no_bit_of_the_signed_files_can_be_changed(rotated: World, part: str, step: int) -> None:
    state = layout.read_state(rotated.folder)
    assert state is not None
    for index in range(len(state.roots) if part == "roots" else 1):
        data: bytes = getattr(state, part) if part != "roots" else state.roots[index]
        for bit in range(0, 8 * len(data), step):
            spoilt = flipped(data, bit)
            roots = (*state.roots[:index], spoilt, *state.roots[index + 1 :])
            changed = state._replace(**{part: roots if part == "roots" else spoilt})
            assert _is_faulty(changed, rotated.trusted()), (part, index, bit)


def _is_faulty(state: State, trusted: bytes) -> bool:
    try:
        return bool(inspection.check_state(state, trusted, NOW))
    except Refused:
        return True


def test_a_root_that_is_not_the_trusted_one_is_named(published: World, tmp_path: Path) -> None:
    other = World(tmp_path / "repository")
    other.begin()
    publication.heartbeat(other.folder, keyring("rob"), now=NOW)
    trusted = resign(published.trusted(), key("eve"), expires="2030-01-01T00:00:00Z")
    report = inspection.inspect(other.folder, trusted, now=NOW)
    assert "E_ROOT  metadata/1.root.json" in map(str, report.findings)


def test_a_later_root_can_be_the_trusted_one(rotated: World) -> None:
    third = layout.read_metadata(rotated.folder, "metadata/3.root.json")
    assert inspection.inspect(rotated.folder, third, now=NOW).verdict == "fresh"


def test_a_repository_older_than_the_trusted_root_is_refused(rotated: World, published: World) -> None:
    third = layout.read_metadata(rotated.folder, "metadata/3.root.json")
    report = inspection.inspect(published.folder, third, now=NOW)
    assert [str(each) for each in report.findings][:1] == ["E_ROOT  metadata/3.root.json"]


def test_where_there_is_nothing_that_is_said(tmp_path: Path, published: World) -> None:
    assert [str(each) for each in look(published, tmp_path).findings] == ["E_MISSING  metadata/timestamp.json"]


def test_an_older_state_is_found_by_the_floor(published: World, old: Path) -> None:
    assert look(published, old).verdict == "fresh"
    report = look(published, old, floor=published.floor())
    assert {each.code for each in report.findings} == {"E_VERSION"} and report.verdict == "rejected"


def test_an_expired_state_is_that_and_nothing_worse(published: World) -> None:
    report = inspection.inspect(published.folder, published.trusted(), now=NOW + 31 * DAY)
    assert report.verdict == "expired" and report.facts is not None
    assert {each.place for each in report.findings} == {"metadata/timestamp.json", "metadata/3.snapshot.json"}


def test_a_file_that_nothing_leads_to_is_pointed_at_without_its_name(world: World) -> None:
    (world.folder / "targets/boards/small/WOLPERTINGER.txt").write_text("hello")
    (world.folder / "WOLPERTINGER").write_text("hello")
    (world.folder / ".lock").write_text("hello")
    report = look(world)
    assert report.verdict == "fresh"
    assert sorted(each.place for each in report.findings if each.code == "F_UNNAMED") == ["$", "$", "targets"]


def test_the_definitions_beside_the_repository_are_the_signed_ones(published: World, tmp_path: Path) -> None:
    boards = tmp_path / "boards"
    for name, data in BOARDS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert look(published, boards=boards).findings == ()
    (boards / "small/board.toml").write_bytes(b'id = "large"\n')
    (boards / "small/systems.toml").unlink()
    (boards / "small/labels.toml").write_bytes(b"")
    (boards / "WOLPER TINGER").write_bytes(b"")
    assert [str(each) for each in look(published, boards=boards).findings] == [
        "E_UNSIGNED  boards",
        "E_UNSIGNED  boards/small/labels.toml",
        "E_MISSING  boards/small/systems.toml",
        "E_DIGEST  boards/small/board.toml",
    ]


def test_a_mirror_is_inspected_like_the_original(rotated: World, tmp_path: Path) -> None:
    assert mirror.copy(FolderSource(rotated.folder), tmp_path / "copy") == []
    assert files(tmp_path / "copy") == files(rotated.folder)
    assert look(rotated, tmp_path / "copy") == look(rotated)


def test_a_mirror_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(mirror.Unreachable):
        mirror.copy(FolderSource(tmp_path / "nowhere"), tmp_path / "copy")


def test_a_mirror_does_not_copy_without_end(world: World, tmp_path: Path) -> None:
    (path,) = (world.folder / "targets/releases/2").glob("*.leaderboard.json")
    with path.open("ab") as file:
        file.write(bytes(1_000_000))
    findings = mirror.copy(FolderSource(world.folder), tmp_path / "copy")
    assert [each.code for each in findings] == ["E_SIZE"]
    assert "E_MISSING  targets/releases/2/leaderboard.json" in map(str, look(world, tmp_path / "copy").findings)


def test_a_mirror_of_half_a_repository_is_refused_by_the_inspection(world: World, tmp_path: Path) -> None:
    path = world.folder / "metadata/3.targets.json"
    path.write_bytes(path.read_bytes()[:500])
    assert mirror.copy(FolderSource(world.folder), tmp_path / "copy") == []
    assert [each.place for each in look(world, tmp_path / "copy").findings] == ["metadata/3.targets.json $"]


def attested(world: World, keep: Vault) -> dict[str, bytes]:
    """The ledger and attestations of a vault, as targets."""
    named: dict[int, str] = {}
    targets: dict[str, bytes] = {}
    events = event_log.ledger(keep.events())
    for line, event in enumerate(events, start=1):
        assert event.submission and event.system and event.tier
        taken = keep.submission(event.submission)
        said = Acceptance(
            event.board, taken.board_version, event.on, "accept", (), taken.items_digest, line, event.system, event.tier
        )
        payload = attestation.statement(event.submission, said)
        named[line] = attestation.digest(payload)
        signed = [attesting.sign(payload, signer) for signer in keyring(*REVIEWERS)]
        targets[attestation.name(named[line])] = attestation.merge(signed)
    return {**targets, ledger.NAME: attesting.write_ledger(events, named)}


def test_a_vault_can_be_attested_and_published(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", (0.1, 0.2))
    given = tuple((each.board, each.system, each.tier, each.line) for each in event_log.replay(keep.events()))
    world = World(tmp_path / "repository")
    world.begin()
    new = NewRelease(1, file(given, items_digest=manifest.digest(made.items()), partial=False), {})
    draft = repository.draft(world.folder, now=NOW, add=attested(world, keep), releases=[new])
    world.publish(draft, *REVIEWERS, *RELEASE)
    assert look(world).findings == ()


def test_rows_are_read_from_the_public_schema() -> None:
    assert proof.rows(container.decode(containers.file())) == ()
    given = (("small", "system-0", TIER, 3), ("small", "system-1", TIER, 7))
    stated = {"board_version": "1", "items_digest": "a" * 64, "partial": True}
    assert proof.rows(container.decode(file(given))) == tuple(proof.Row(*each, NOW.date(), stated) for each in given)


@pytest.mark.parametrize("data", [b"", b"no release", bytes(100_000), b"{}", b"[]", b'{"schema":1,"tables":3}'])
def test_what_has_no_rows_is_no_release(data: bytes) -> None:
    with pytest.raises(Refused, match="E_RELEASE"):
        container.decode(data)


def test_a_real_release_passes(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault")
    new = NewRelease(1, made.release(keep), {})
    world = World(tmp_path / "repository")
    world.begin()
    world.publish(
        repository.draft(world.folder, now=NOW, add=attested(world, keep), releases=[new]), *REVIEWERS, *RELEASE
    )
    report = look(world)
    assert (report.verdict, report.findings) == ("fresh", ())
    assert report.facts is not None
    assert sum(name.startswith("attestations/") for name in report.facts.entries) == 4
