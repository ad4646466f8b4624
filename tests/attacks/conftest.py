"""The repositories that are attacked."""

from tests.release.trust.conftest import old, published, world

__all__ = ["old", "published", "world"]
