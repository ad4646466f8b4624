"""Signing writes what trust reads: the same repositories."""

from tests.release.trust.conftest import old, published, world

__all__ = ["old", "published", "world"]
