"""Copies of a vault: what a vault must hold, and backups that only their owner can read and that are whole."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import copies, ids, intake, items, submission
from leaderboard.offline.submissions.vault import Vault
from tests import made, offered

IDS = {ids.shorten(id): id for id in ("a text", "a/path")}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a vault with a file of each kind, and the cache that is not part of the record."""
    tmp_path = tmp_path_factory.mktemp("filled")
    vault = made.vault(tmp_path / "vault", (0.1, 0.2))
    nonce = vault.register_nonce("small", "system-2", made.TODAY)
    data = submission.encode(made.submission("system-2", nonce=nonce))
    pack = made.pack(tmp_path / "pack", data)
    intake.accept(data, made.board(), made.registry(9), vault, made.TODAY, "self_reported", pack)
    intake.reject(b"text", made.board(), made.registry(9), vault, made.TODAY, "invalid")
    vault.keep_ids(made.board(), IDS)
    attesting.attest_all(vault, offered.signers()[0])
    (vault.folder / "scored").mkdir()
    (vault.folder / "scored" / "small.npz").write_bytes(b"cache")
    return vault.folder


@pytest.fixture
def vault(filled: Path, tmp_path: Path) -> Vault:
    return Vault(shutil.copytree(filled, tmp_path / "vault"))


def record(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_copy_is_the_whole_record_and_its_owners_alone(vault: Vault, tmp_path: Path) -> None:
    copies.copy(vault, tmp_path / "safe" / "copy")
    copied = record(tmp_path / "safe" / "copy")
    assert copied == {name: data for name, data in record(vault.folder).items() if not name.startswith("scored")}
    assert {name.partition("/")[0] for name in copied} == {"events", *copies.FOLDERS}
    for path in (tmp_path / "safe" / "copy", *(tmp_path / "safe" / "copy").rglob("*")):
        assert path.name == ".lock" or stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    assert [path.name for path in (tmp_path / "safe").iterdir()] == ["copy"]


def test_a_copy_replaces_nothing(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    copies.copy(vault, tmp_path / "empty")
    before = record(tmp_path / "empty")
    (tmp_path / "file").write_bytes(b"mine")
    for name in ("empty", "file"):
        with pytest.raises(Refused, match="E_EXISTS"):
            copies.copy(vault, tmp_path / name)
    assert record(tmp_path / "empty") == before and (tmp_path / "file").read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*part"))


def test_what_an_interrupted_copy_left_is_not_in_the_next(vault: Vault, tmp_path: Path) -> None:
    left = tmp_path / ".copy.part" / "submissions"
    left.mkdir(parents=True)
    (left / "half.json").write_bytes(b"half")
    copies.copy(vault, tmp_path / "copy")
    assert "submissions/half.json" not in record(tmp_path / "copy")
    assert not (tmp_path / ".copy.part").exists()


KINDS = ("events/000002.json", *(f"{name}/*" for name in copies.FOLDERS))
DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "missing": lambda path: path.unlink(),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "link": lambda path: (path.rename(path.with_name(".real")), path.symlink_to(".real")),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_to_any_file_is_a_finding_and_no_copy_is_made(
    vault: Vault, tmp_path: Path, kind: str, damage: str
) -> None:
    assert copies.inspect(vault) == []
    [path, *_] = [path for path in vault.folder.glob(kind) if not path.name.startswith(".")]
    DAMAGE[damage](path)
    findings = copies.inspect(Vault(vault.folder))
    if (kind, damage) in (("attestations/*", "missing"), ("ids/*", "missing")):
        assert findings == [], "reviewers add attestations later, and no event names ids"
        return
    assert {finding.code for finding in findings} == {"E_VAULT"}
    assert any(path.name in finding.place or "$.events[2]" in finding.place for finding in findings)
    with pytest.raises(Refused, match="E_VAULT"):
        copies.copy(Vault(vault.folder), tmp_path / "copy")
    assert not list(tmp_path.glob("*copy*"))


def test_another_manifest_of_a_version_is_a_finding(vault: Vault) -> None:
    [path] = (vault.folder / "items").glob("*.json")
    path.write_bytes(items.encode([item._replace(family=f"{item.family}-x") for item in made.items()]))
    findings = copies.inspect(Vault(vault.folder))
    assert {(finding.code, finding.place) for finding in findings} == {("E_VAULT", f"items/{path.name}")}


def test_ids_that_are_not_those_of_their_hashes_are_a_finding(vault: Vault) -> None:
    [path] = (vault.folder / "ids").glob("*.json")
    path.write_bytes(ids.encode({**IDS, "sha256-" + "0" * 32: "another"}))
    findings = copies.inspect(Vault(vault.folder))
    assert [(finding.code, finding.place) for finding in findings] == [("E_VAULT", f"ids/{path.name}")]


def test_files_that_another_copy_has_are_taken_and_stay_private(vault: Vault, tmp_path: Path) -> None:
    copies.copy(vault, tmp_path / "other")
    [path] = (vault.folder / "ids").glob("*.json")
    path.unlink()
    copies.take_files(vault, Vault(tmp_path / "other"))
    assert (ids.decode(path.read_bytes()), stat.S_IMODE(path.stat().st_mode)) == (IDS, 0o600)
    path.write_bytes(ids.encode({}))
    with pytest.raises(Refused, match=rf"E_BOARD  ids/{path.name}: the two copies"):
        copies.take_files(vault, Vault(tmp_path / "other"))


def test_files_that_a_vault_has_are_not_written_again(vault: Vault, tmp_path: Path) -> None:
    copies.copy(vault, tmp_path / "other")
    other = Vault(tmp_path / "other")
    other.quarantine(b"more")
    before = {path: path.stat().st_mtime_ns for path in vault.folder.rglob("*") if path.is_file()}
    copies.take_files(vault, other)
    assert (vault.folder / "quarantine" / canonical.sha256(b"more")).read_bytes() == b"more"
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
