"""Maintainers' keys: ed25519, in files encrypted with a passphrase. No key, passphrase or path is ever in a finding.

Position of an E_KEY finding: `$.file` (not a key, or there is a file already), `$.git` (a clone in which git does not
ignore the file), `$.passphrase` (wrong, missing or too short), `$.encryption` (not encrypted), `$.algorithm`
(not ed25519), `$.bcrypt` (that package, which OpenSSH's format needs, is not installed).
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_private_key,
    load_ssh_public_key,
)

from leaderboard.base import durable, files
from leaderboard.base import git_exclude as commits
from leaderboard.base.findings import Refused, refuse
from leaderboard.offline.signing.signers import CryptoSigner
from leaderboard.release.trust.libraries import SSlibKey

Passphrase = str | Callable[[], str]
"""A passphrase, or a function that asks for it; called only for a file that is an encrypted key."""
SHORTEST = 12
"""Characters of a new passphrase: PKCS8 as `cryptography` writes it slows down each guess by only 2,048 rounds."""
MAX_BYTES = 16 * 1024
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"


def generate(path: Path, passphrase: Passphrase) -> SSlibKey:
    """Makes a key, writes it encrypted to `path` (PKCS8, mode 0600) and its public half to `path`.pub, and returns the
    public half. In a git clone, git ignores the file from then on. Refused E_KEY where the passphrase is short,
    where either file exists or where git would not ignore it."""
    if path.exists() or _public_path(path).exists():
        raise refuse("E_KEY", "$.file")
    secret = passphrase if isinstance(passphrase, str) else passphrase()
    if len(secret) < SHORTEST:
        raise refuse("E_KEY", "$.passphrase")
    commits.keep_out(path, "a private key", "E_KEY")
    private = Ed25519PrivateKey.generate()
    encrypted = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret.encode()))
    _create(path, encrypted, 0o600)
    _create(_public_path(path), public_line(private.public_key()), 0o644)
    return SSlibKey.from_crypto(private.public_key())


def passing() -> CryptoSigner:
    """Returns a key that is never written to a file: a build key, which ends with its process."""
    return CryptoSigner.generate_ed25519()


def load(path: Path, passphrase: Passphrase) -> CryptoSigner:
    """Returns the key of a file: encrypted PKCS8 in PEM, or OpenSSH with a passphrase. Refused E_KEY otherwise; OSError
    where the file cannot be read."""
    data = _read(path)
    _require_encrypted(data)
    secret = passphrase if isinstance(passphrase, str) else passphrase()
    private = _unlock(data, secret.encode())
    if not isinstance(private, Ed25519PrivateKey):
        raise refuse("E_KEY", "$.algorithm")
    return CryptoSigner(private)


def load_public(path: Path) -> SSlibKey:
    """Returns the public half that a file holds: a line `ssh-ed25519 ...`, whose comment is dropped, or PEM. Refused
    E_KEY otherwise."""
    data = _read(path)
    load_any = load_pem_public_key if data.startswith(b"-----BEGIN PUBLIC KEY-----") else load_ssh_public_key
    try:
        public = load_any(data)
    except Exception:  # as in _unlock
        raise refuse("E_KEY", "$.file") from None
    if not isinstance(public, Ed25519PublicKey):
        raise refuse("E_KEY", "$.algorithm")
    return SSlibKey.from_crypto(public)


def public_line(public: Ed25519PublicKey) -> bytes:
    """Returns a public key as one line of OpenSSH's form, without a comment: a comment often names a person."""
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n"


def _public_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _create(path: Path, data: bytes, mode: int) -> None:
    """Writes a new file, readable by nobody else from the start. (`durable.create` uses a hard link, which the file
    systems of memory sticks do not have.)"""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise refuse("E_KEY", "$.file") from None
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    durable.sync_folder(path.parent)


def _read(path: Path) -> bytes:
    try:
        return files.read(path, MAX_BYTES)
    except Refused:
        raise refuse("E_KEY", "$.file") from None


def _require_encrypted(data: bytes) -> None:
    try:
        _parse(data, None)
    except TypeError:  # it is encrypted, and no password was given
        return
    except Exception:  # as in _unlock
        raise refuse("E_KEY", "$.file") from None
    raise refuse("E_KEY", "$.encryption")


def _unlock(data: bytes, secret: bytes) -> PrivateKeyTypes:
    try:
        return _parse(data, secret)
    except UnsupportedAlgorithm:
        raise refuse("E_KEY", "$.bcrypt" if data.startswith(_OPENSSH) else "$.algorithm") from None
    except Exception:  # many kinds, by format and cipher; none of them says more, and a text may quote the file
        raise refuse("E_KEY", "$.passphrase") from None


def _parse(data: bytes, secret: bytes | None) -> PrivateKeyTypes:
    if data.startswith(_OPENSSH):
        return load_ssh_private_key(data, secret)
    return load_pem_private_key(data, secret)
