"""The folder of a draft: small, whole, and only what it names."""

import json
from pathlib import Path

import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import draft_file
from tests.release.trust.world import World, flipped


def test_a_draft_is_small_and_names_its_files_by_their_hash(tmp_path: Path, world: World) -> None:
    draft, path = world.draft(filler=20_000), tmp_path / "release.draft"
    draft_file.write(path, draft)
    named = json.loads(path.read_bytes())["files"]
    assert named == {
        name: {"length": len(data), "sha256": canonical.sha256(data)} for name, data in draft.files.items()
    }
    assert {file.name for file in (tmp_path / "files").iterdir()} == {each["sha256"] for each in named.values()}
    assert path.stat().st_size < 20_000 < max(map(len, draft.files.values()))


@pytest.mark.parametrize("damage", ["changed", "longer", "missing", "folder", "link"])
def test_a_file_beside_a_draft_is_held_against_its_hash(tmp_path: Path, world: World, damage: str) -> None:
    draft_file.write(tmp_path / "release.draft", world.draft(filler=9))
    for path in sorted((tmp_path / "files").iterdir()):
        data = path.read_bytes()
        path.unlink()
        if damage == "changed":
            path.write_bytes(flipped(data, 4 * len(data)))
        elif damage == "longer":
            path.write_bytes(data + b"x")
        elif damage == "folder":
            path.mkdir()
        elif damage == "link":
            path.symlink_to("release.draft")
        with pytest.raises(Refused, match=r"^E_DRAFT  \$\.files\.(releases|boards|ledger)"):
            draft_file.read(tmp_path / "release.draft")
        path.rmdir() if damage == "folder" else path.unlink(missing_ok=True)
        path.write_bytes(data)
    assert draft_file.read(tmp_path / "release.draft") == world.draft(filler=9)


@pytest.mark.parametrize("sha256", ["../release.draft", "A" * 64, "", "a" * 63])
def test_a_draft_names_no_file_but_by_a_hash(tmp_path: Path, world: World, sha256: str) -> None:
    path = tmp_path / "release.draft"
    draft_file.write(path, world.draft(filler=9))
    made = json.loads(path.read_bytes())
    made["files"]["releases/3/leaderboard.json"]["sha256"] = sha256
    path.write_bytes(canonical.encode(made))
    with pytest.raises(Refused, match=r"^E_DRAFT  \$$"):
        draft_file.read(path)


def test_files_that_a_later_draft_does_not_need_are_removed(tmp_path: Path, world: World) -> None:
    path = tmp_path / "release.draft"
    for filler in (1, 2):
        draft_file.write(path, world.draft(filler=filler))
        (tmp_path / "files" / "README").write_bytes(b"not ours")
    assert len([*(tmp_path / "files").iterdir()]) == len(set(draft_file.read(path).files.values())) + 1
    draft_file.write(tmp_path / "other.draft", world.draft(filler=3))
    assert draft_file.read(path) == world.draft(filler=2)


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", b"\xff" * 100, b"{}", b"[" * 100_000])
def test_what_is_not_a_draft_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.draft").write_bytes(data)
    with pytest.raises(Refused, match="E_DRAFT"):
        draft_file.read(tmp_path / "x.draft")
