"""Keys: locked files that nothing overwrites, and one key that counts once whatever it is called."""

import errno
import importlib.util
import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from leaderboard.base.findings import Refused
from leaderboard.offline.signing import keys
from leaderboard.release.trust import roles
from leaderboard.release.trust.libraries import SSlibKey
from tests.release.trust import world

SECRET = "correct horse battery"


def place(refused: pytest.ExceptionInfo[Refused]) -> str:
    (finding,) = refused.value.findings
    assert finding.code == "E_KEY"
    return finding.place


def test_a_generated_key_is_locked_private_and_signs(tmp_path: Path) -> None:
    path = tmp_path / "ann.key"
    public = keys.generate(path, SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    signer = keys.load(path, SECRET)
    assert signer.public_key == public == keys.load_public(tmp_path / "ann.key.pub")
    public.verify_signature(signer.sign(b"data"), b"data")


@pytest.mark.parametrize("there", ["ann.key", "ann.key.pub"])
def test_a_key_never_overwrites_a_file(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("kept")
    with pytest.raises(Refused) as refused:
        keys.generate(tmp_path / "ann.key", SECRET)
    assert place(refused) == "$.file"
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "kept"


def test_a_key_that_could_not_be_written_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="injected"):
        keys.generate(tmp_path / "ann.key", SECRET)
    assert list(tmp_path.iterdir()) == []


def test_a_short_passphrase_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        keys.generate(tmp_path / "ann.key", "x" * (keys.SHORTEST - 1))
    assert place(refused) == "$.passphrase"
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_passphrase_is_a_finding_that_echoes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ann.key"
    keys.generate(path, SECRET)
    with pytest.raises(Refused) as refused:
        keys.load(path, "wrong horse battery")
    assert place(refused) == "$.passphrase"
    assert str(refused.value) == "E_KEY  $.passphrase"
    assert refused.value.__cause__ is None and refused.value.__suppress_context__


def test_a_passphrase_is_asked_for_only_when_there_is_a_lock(tmp_path: Path) -> None:
    def ask() -> str:
        raise AssertionError("asked")

    path = tmp_path / "open.key"
    path.write_bytes(pem(Ed25519PrivateKey.generate(), None))
    with pytest.raises(Refused) as refused:
        keys.load(path, ask)
    assert place(refused) == "$.encryption"
    keys.generate(tmp_path / "locked.key", lambda: SECRET)
    assert keys.load(tmp_path / "locked.key", lambda: SECRET)


def pem(private: object, secret: bytes | None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    lock = BestAvailableEncryption(secret) if secret else NoEncryption()
    return private.private_bytes(Encoding.PEM, form, lock)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", "$.file"),
        (b"\xff" * 100, "$.file"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "$.file"),
        (b"x" * (keys.MAX_BYTES + 1), "$.file"),
        (pem(generate_private_key(SECP256R1()), SECRET.encode()), "$.algorithm"),
        (pem(Ed25519PrivateKey.generate(), None, PrivateFormat.OpenSSH), "$.encryption"),
    ],
    ids=["empty", "noise", "torn", "huge", "other algorithm", "open ssh key"],
)
def test_what_is_not_a_locked_ed25519_key_is_refused(tmp_path: Path, data: bytes, where: str) -> None:
    (tmp_path / "some.key").write_bytes(data)
    with pytest.raises(Refused) as refused:
        keys.load(tmp_path / "some.key", SECRET)
    assert place(refused) == where


def test_an_ssh_key_with_a_passphrase_signs(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    path = tmp_path / "id_ed25519"
    path.write_bytes(pem(private, SECRET.encode(), PrivateFormat.OpenSSH))
    assert keys.load(path, SECRET).public_key == SSlibKey.from_crypto(private.public_key())
    with pytest.raises(Refused) as refused:
        keys.load(path, "wrong horse battery")
    assert place(refused) == "$.passphrase"


def test_without_bcrypt_a_locked_ssh_key_is_refused_by_that_name(tmp_path: Path) -> None:
    path = tmp_path / "id_ed25519"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-a", "4", "-C", "ann@example.org", "-N", SECRET, "-f", str(path)]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed here")
    if importlib.util.find_spec("bcrypt"):
        assert keys.load(path, SECRET).public_key == keys.load_public(tmp_path / "id_ed25519.pub")
        return
    with pytest.raises(Refused) as refused:
        keys.load(path, SECRET)
    assert place(refused) == "$.bcrypt"


def test_a_public_line_loses_its_comment(tmp_path: Path) -> None:
    line = keys.public_line(Ed25519PrivateKey.generate().public_key())
    (tmp_path / "a.pub").write_bytes(line.rstrip() + b" ann@example.org\n")
    (tmp_path / "b.pub").write_bytes(line)
    assert keys.load_public(tmp_path / "a.pub") == keys.load_public(tmp_path / "b.pub")


def test_a_public_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    public = generate_private_key(SECP256R1()).public_key()
    (tmp_path / "a.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "b.pub").write_bytes(b"ssh-ed25519 nothing")
    for name, where in (("a.pub", "$.algorithm"), ("b.pub", "$.file")):
        with pytest.raises(Refused) as refused:
            keys.load_public(tmp_path / name)
        assert place(refused) == where


def test_one_key_under_two_ids_is_one_key() -> None:
    public = world.key("ann").public_key
    twin = SSlibKey("0" * 64, "ed25519", "ed25519", {"public": public.keyval["public"].upper()})
    assert len(roles.distinct([public, twin, world.key("bea").public_key])) == 2


def test_openssl_reads_what_is_written(tmp_path: Path) -> None:
    keys.generate(tmp_path / "ann.key", SECRET)
    command = ["openssl", "pkey", "-in", str(tmp_path / "ann.key"), "-passin", f"pass:{SECRET}", "-noout", "-text_pub"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("openssl is not installed here")
    assert "ED25519 Public-Key" in shown
