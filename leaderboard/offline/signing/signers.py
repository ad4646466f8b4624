"""Private keys as securesystemslib holds them. No file under `release` or `site` may name these two: the public side
verifies and never signs."""

# The package re-exports them from private modules, which mypy does not accept as an export.
from securesystemslib.signer import CryptoSigner, Signer  # type: ignore[attr-defined]

__all__ = ["CryptoSigner", "Signer"]
